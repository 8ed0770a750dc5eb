"""What this process counts, in Prometheus's terms."""

from collections.abc import Awaitable, Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

CONTENT_TYPE = "text/plain; version=0.0.4"

Sampler = Callable[[], Awaitable[Mapping[str, float]]]
"""Reads numbers of the whole server: metric name, labels included, to value."""

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The numbers of one process; `sample` adds what services know at that moment."""

    def __init__(self, sample: Sampler | None = None) -> None:
        self._sample = sample
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._requests = Counter(
            "philomel_http_requests_total",
            "Requests answered, by door and status.",
            ("door", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "philomel_http_request_seconds",
            "Time until the first byte of the answer, by door.",
            ("door",),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._open = Gauge(
            "philomel_http_requests_open", "Requests being answered.", registry=self._registry
        )

    def begin(self) -> None:
        self._open.inc()

    def answered(self, door: str, status: int, seconds: float) -> None:
        self._requests.labels(door, str(status)).inc()
        self._seconds.labels(door).observe(seconds)

    def end(self) -> None:
        self._open.dec()

    async def render(self) -> bytes:
        text = generate_latest(self._registry)
        if self._sample is None:
            return text
        lines = [f"{name} {value}" for name, value in (await self._sample()).items()]
        return text + "\n".join([*lines, ""]).encode()
