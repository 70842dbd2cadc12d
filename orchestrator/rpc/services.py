"""The services that the orchestrator serves, and how they are put on a server."""

from __future__ import annotations

import grpc

from calling.v1 import call_service_pb2, call_service_pb2_grpc, consultation_service_pb2, consultation_service_pb2_grpc
from orchestrator.rpc.call_servicer import CallServicer
from orchestrator.rpc.consultation_servicer import ConsultationServicer

NAMES = (
    consultation_service_pb2.DESCRIPTOR.services_by_name["ConsultationService"].full_name,
    call_service_pb2.DESCRIPTOR.services_by_name["CallService"].full_name,
)


def add_to_server(server: grpc.aio.Server, consultations: ConsultationServicer, calls: CallServicer) -> None:
    """Puts the services on a server that is not started yet."""
    consultation_service_pb2_grpc.add_ConsultationServiceServicer_to_server(consultations, server)
    call_service_pb2_grpc.add_CallServiceServicer_to_server(calls, server)
