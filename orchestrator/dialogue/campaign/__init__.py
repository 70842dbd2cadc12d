"""Many people to be called: who is called when, and what follows from how it went."""
