"""The orchestrator: owns consultations; its gRPC API is the only way in."""
