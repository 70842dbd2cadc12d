"""Which of the gateway's users a request belongs to: it decides who checks the request and how an error is told."""

from enum import Enum

from aiohttp import web


class Surface(Enum):
    """The gateway's users."""

    TWILIO = "twilio"
    """Signed requests; errors become words in the call."""
    API = "api"
    """The backend and operators: optional token, JSON errors."""
    OPEN = "open"
    """Audio under unguessable names, health, metrics; and paths that do not exist."""


def route_of(request: web.Request) -> str:
    """Returns the route as it was registered, such as `/api/consultations/{consultation_id}`; empty if there is none.

    What protects a path goes by its route, never by the text of the path: so no spelling of a path slips through.
    """
    resource = request.match_info.route.resource
    return resource.canonical if resource else ""


def surface_of(request: web.Request) -> Surface:
    """Returns whose request this is."""
    route = route_of(request)
    if route.startswith(("/twilio/", "/api/twilio/")):
        return Surface.TWILIO
    if route.startswith("/api/") or route in {"/receive", "/send_llm_result"}:
        return Surface.API
    return Surface.OPEN
