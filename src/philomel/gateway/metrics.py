"""What this process counts, in Prometheus's terms."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

CONTENT_TYPE = "text/plain; version=0.0.4"

Sampler = Callable[[], Awaitable[Mapping[str, float]]]
"""Reads numbers of the whole server: metric name, labels included, to value."""

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Answered(Protocol):
    """What is counted of an answer: its status, the seconds to its first byte, its bytes."""

    status: int
    seconds: float
    size: int


class Metrics:
    """The numbers of one process.

    Attributes:
        sample: adds what services know at that moment.
        numbers: add what parts of this process know at that moment.
    """

    def __init__(self, sample: Sampler | None = None) -> None:
        self.sample = sample
        self.numbers: list[Callable[[], Mapping[str, float]]] = []
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._requests = self._counter(
            "philomel_http_requests_total",
            "Requests answered.",
            ("door", "route", "method", "status"),
        )
        self._seconds = Histogram(
            "philomel_http_request_seconds",
            "Time until the first byte of the answer, by door and route.",
            ("door", "route"),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._sent = self._counter(
            "philomel_http_sent_bytes_total", "Bytes of answers' bodies, by door.", ("door",)
        )
        self._open = Gauge(
            "philomel_http_requests_open", "Requests being answered.", registry=self._registry
        )
        self._calls = self._counter(
            "philomel_calls_total",
            "Calls of contracts, made and served, by what came of them.",
            ("service", "method", "outcome"),
        )
        self._call_seconds = Histogram(
            "philomel_call_seconds",
            "Time that calls of contracts took, streams until their end.",
            ("service", "method"),
            buckets=_BUCKETS,
            registry=self._registry,
        )

    def begin(self) -> None:
        self._open.inc()

    def end(self, door: str, route: str, method: str, answer: Answered) -> None:
        """A request was answered, or its client left before (status 0)."""
        self._open.dec()
        method = method if method in _METHODS else "OTHER"
        self._requests.labels(door, route, method, str(answer.status)).inc()
        self._sent.labels(door).inc(answer.size)
        if answer.status:
            self._seconds.labels(door, route).observe(answer.seconds)

    def called(self, path: str, outcome: str, seconds: float) -> None:
        """Args:
        path: of the method in gRPC: /philomel.catalog.v1.Catalog/GetTracks.
        """
        service, _, method = path.rpartition("/")
        name = service.split(".")[1]
        self._calls.labels(name, method, outcome).inc()
        self._call_seconds.labels(name, method).observe(seconds)

    async def render(self) -> bytes:
        text = generate_latest(self._registry)
        found: dict[str, float] = {}
        for numbers in self.numbers:
            found |= numbers()
        if self.sample is not None:
            found |= await self.sample()
        lines: list[str] = []
        typed = ""
        for name, value in sorted(found.items()):
            bare = name.partition("{")[0]
            if bare != typed:
                kind = "counter" if bare.endswith("_total") else "gauge"
                lines.append(f"# TYPE {bare} {kind}")
                typed = bare
            lines.append(f"{name} {value}")
        return text + "\n".join([*lines, ""]).encode()

    def _counter(self, name: str, meaning: str, labels: tuple[str, ...]) -> Counter:
        return Counter(name, meaning, labels, registry=self._registry)
