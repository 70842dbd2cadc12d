"""The `calling-orchestrator` command: starts the programs, and shows what they do."""
