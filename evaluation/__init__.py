"""Says how well callees are understood: on labelled sets, and in whole simulated calls.

What runs here is what runs in calls. Called by the command `calling-orchestrator eval`.
"""
