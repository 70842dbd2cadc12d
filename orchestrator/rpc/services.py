"""The services that the orchestrator serves, and how they are put on a server."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import grpc
from grpc_interceptor.server import AsyncServerInterceptor

from calling.v1 import (
    call_service_pb2,
    call_service_pb2_grpc,
    campaign_service_pb2,
    campaign_service_pb2_grpc,
    consultation_service_pb2,
    consultation_service_pb2_grpc,
)
from orchestrator.rpc.call_servicer import CallServicer
from orchestrator.rpc.campaign_servicer import CampaignServicer
from orchestrator.rpc.consultation_servicer import ConsultationServicer

NAMES = (
    consultation_service_pb2.DESCRIPTOR.services_by_name["ConsultationService"].full_name,
    call_service_pb2.DESCRIPTOR.services_by_name["CallService"].full_name,
    campaign_service_pb2.DESCRIPTOR.services_by_name["CampaignService"].full_name,
)

Handlers = Mapping[str, Any]


async def add_to_server(
    server: grpc.aio.Server,
    consultations: ConsultationServicer,
    calls: CallServicer,
    campaigns: CampaignServicer,
    interceptor: AsyncServerInterceptor,
) -> None:
    """Puts the services on a server that is not started yet.

    Each method is wrapped by the interceptor once, here: a server that is given interceptors wraps every call anew,
    which is a sixth of what a small call costs (`make bench`).
    """
    collector = _Collector()
    consultation_service_pb2_grpc.add_ConsultationServiceServicer_to_server(consultations, collector)  # type: ignore[arg-type]
    call_service_pb2_grpc.add_CallServiceServicer_to_server(calls, collector)  # type: ignore[arg-type]
    campaign_service_pb2_grpc.add_CampaignServiceServicer_to_server(campaigns, collector)  # type: ignore[arg-type]
    for service, handlers in collector.handlers.items():
        wrapped = {
            name: await _wrapped(interceptor, f"/{service}/{name}", handler) for name, handler in handlers.items()
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, wrapped),))


class _Collector:
    """Takes what generated code would put on a server."""

    def __init__(self) -> None:
        self.handlers: dict[str, Handlers] = {}

    def add_generic_rpc_handlers(self, _handlers: object) -> None:
        """Takes the same handlers in their older form."""

    def add_registered_method_handlers(self, service: str, handlers: Handlers) -> None:
        """Takes the handlers of a service."""
        self.handlers[service] = handlers


async def _wrapped(interceptor: AsyncServerInterceptor, method: str, handler: Any) -> Any:  # noqa: ANN401 - of any kind
    async def plain(_details: object) -> object:
        return handler

    details = SimpleNamespace(method=method, invocation_metadata=())
    return await interceptor.intercept_service(plain, details)  # type: ignore[no-untyped-call] # untyped
