"""Logs and metrics, the same in every program. A leaf: imports nothing of the project."""
