"""A call in progress: dialled, answered, turn by turn, until it ends."""
