"""Between protobuf messages and the gateway's own words. With `orchestrator_client`, all that knows gRPC here."""
