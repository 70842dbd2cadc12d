"""What the gateway counts. Labels are routes and codes; never a person, a call, or a consultation."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

_LAG_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1)
_WEBHOOK_BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 6, 8, 10, 12, 14)


class Metrics:
    """The gateway's metrics, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "gateway_http_requests", "Requests answered.", ["route", "method", "status"], registry=self.registry
        )
        self.webhook_duration = Histogram(
            "gateway_webhook_duration_seconds",
            "How long Twilio waited for an answer; it gives up after 15.",
            ["route"],
            buckets=_WEBHOOK_BUCKETS,
            registry=self.registry,
        )
        self.webhook_failures = Counter(
            "gateway_webhook_failures",
            "Webhooks of live calls without a reply: postponed (asked for patience), resumed (said again), given_up.",
            ["route", "answer"],
            registry=self.registry,
        )
        self.event_streams = Gauge("gateway_event_streams", "Event streams that are open.", registry=self.registry)
        self.streams = Gauge("gateway_streams", "Calls that are streams of audio, now.", registry=self.registry)
        self.stream_ends = Counter(
            "gateway_stream_ends",
            "Streams that ended, by why (gateway.stream_end.StreamEnd).",
            ["reason"],
            registry=self.registry,
        )
        self.stream_frames = Counter(
            "gateway_stream_frames",
            "Messages on the WebSockets of streams: received from Twilio, sent to it.",
            ["direction"],
            registry=self.registry,
        )
        self.loop_lag = Histogram(
            "gateway_loop_lag_seconds",
            "How late the event loop is: audio stutters from 0.02 on.",
            buckets=_LAG_BUCKETS,
            registry=self.registry,
        )
