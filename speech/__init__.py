"""A gRPC server of speech recognition and synthesis with pluggable engines: `python -m speech`."""
