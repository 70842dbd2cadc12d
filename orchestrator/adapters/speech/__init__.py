"""Speech servers: recognition and synthesis over gRPC."""
