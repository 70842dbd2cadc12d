"""What the dialogue needs of the world. Adapters implement these; fakes in the tests do too."""
