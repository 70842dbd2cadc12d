"""What the orchestrator needs of the world, each behind a port of the dialogue: a folder for whoever provides it."""
