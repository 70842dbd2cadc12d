"""What the orchestrator needs of the world: one thing of it a module, each behind a port of the dialogue."""
