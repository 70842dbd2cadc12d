"""How a channel to a speech server is opened."""

from __future__ import annotations

import json

import grpc.aio

_LARGEST_MESSAGE = 20 * 1024 * 1024  # bytes; a recording has at most 16 MiB

# Speech requests change nothing, so one that met a dying connection is repeated. Addresses behind one name take turns.
_SERVICE_CONFIG = {
    "loadBalancingConfig": [{"round_robin": {}}],
    "methodConfig": [
        {
            "name": [{}],
            "retryPolicy": {
                "maxAttempts": 2,
                "initialBackoff": "0.1s",
                "maxBackoff": "0.2s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ],
}
_OPTIONS = [
    ("grpc.max_send_message_length", _LARGEST_MESSAGE),
    ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
]


def open_channel(address: str, *, shared: bool = True) -> grpc.aio.Channel:
    """Opens a channel, and begins to connect. Call it where the event loop runs.

    Args:
        address: `host:port`; a prefix like `grpc://` or `http://` is ignored.
        shared: whether it uses connections of other channels to the same address; if not, it makes its own.
    """
    target = address.partition("://")[2] or address
    options = _OPTIONS if shared else [*_OPTIONS, ("grpc.use_local_subchannel_pool", 1)]
    channel = grpc.aio.insecure_channel(target.rstrip("/"), options=options)
    channel.get_state(try_to_connect=True)
    return channel
