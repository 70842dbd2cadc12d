"""Where orchestrators are, as a gRPC target, and how calls are spread over them.

Every call goes to the next one that is connected and calls itself healthy. A name is looked up anew when a connection
ends: because the orchestrator ends each connection after some minutes, in peace, new replicas are found.
"""

import re

_HOST_AND_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/@,]+):([0-9]{1,5})")
_IPV4 = re.compile(r"[0-9.]+")

BALANCING = {
    "loadBalancingConfig": [{"round_robin": {}}],
    # The orchestrator as a whole, which is not healthy without its store, nor from the moment it is told to stop.
    "healthCheckConfig": {"serviceName": ""},
}
"""For the channel's service config."""

OPTIONS = (
    ("grpc.dns_min_time_between_resolutions_ms", 5_000),  # else 30 s: who is new waits as long
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 500),
    ("grpc.max_reconnect_backoff_ms", 2_000),
)
"""For the channel."""


def address(value: str) -> str:
    """Returns what names orchestrators, checked and plain.

    Args:
        value: `host:port`, whose name may stand for several addresses; IPv4 or IPv6 addresses with commas between them;
            or a target in gRPC's own words that begins with `dns:`. A `grpc://` or `http://` before it is tolerated.

    Raises:
        ValueError: it is none of these.
    """
    plain = re.sub(r"^(grpc|http)://", "", value.strip()).rstrip("/")
    target(plain)
    return plain


def target(value: str) -> str:
    """Returns what a channel is opened to.

    Args:
        value: as `address` returns it.

    Raises:
        ValueError: it is none.
    """
    if value.startswith("dns:"):
        return value
    addresses = [_host_and_port(part) for part in value.split(",")]
    if len(addresses) == 1:
        return f"dns:///{addresses[0]}"
    hosts = [each.rpartition(":")[0] for each in addresses]
    if all(map(_IPV4.fullmatch, hosts)):
        return f"ipv4:{','.join(addresses)}"
    if all(host.startswith("[") for host in hosts):
        return f"ipv6:{','.join(addresses)}"
    raise ValueError("must be one name, or addresses of one kind: a name may stand for several")


def _host_and_port(text: str) -> str:
    match = _HOST_AND_PORT.fullmatch(text)
    if not match or not 0 < int(match.group(2)) <= 65535:
        raise ValueError("must be host:port")
    return text
