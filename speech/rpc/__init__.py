"""gRPC's side of the server: the only place that knows the generated code."""
