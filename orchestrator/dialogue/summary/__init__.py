"""What came of a call: its outcome, and a summary whose every claim the call bears out."""
