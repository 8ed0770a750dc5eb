"""Sends the spans of this process to an OpenTelemetry collector.

OTLP over HTTP in its JSON form: https://opentelemetry.io/docs/specs/otlp/#otlphttp. Nothing
waits for it, and what cannot be sent is dropped: a collector that is away takes nothing with it.
"""

import asyncio
import contextlib
import logging
import os
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from philomel import __version__
from philomel.app.settings import Settings
from philomel.kernel import spans
from philomel.kernel.spans import Span, Value

if TYPE_CHECKING:
    import httpx

KEPT = 8192
BATCH = 512
EVERY_SECONDS = 1.0
_SEND_SECONDS = 5.0
_LAST_SECONDS = 1.0
_log = logging.getLogger(__name__)


class Telemetry:
    """A recorder of spans, and the task that sends them.

    Args:
        endpoint: the collector's base URL; spans go to `/v1/traces` below it.
        ratio: the share of traces that is sent.
        headers: sent along.
        about: what all spans of this process have in common.
    """

    def __init__(
        self,
        endpoint: str,
        ratio: float,
        headers: Mapping[str, str],
        about: Mapping[str, Value],
    ) -> None:
        self._url = f"{endpoint.rstrip('/')}/v1/traces"
        self._below = round(ratio * (1 << 64))
        self._headers = {**headers, "content-type": "application/json"}
        self._about = _attributes(about)
        self._kept: deque[Span] = deque(maxlen=KEPT)
        self._failing = False
        self._task: asyncio.Task[None] | None = None

    def wants(self, trace_id: str) -> bool:
        # By the id alone, as OpenTelemetry's TraceIdRatioBased does: every process agrees.
        try:
            return int(trace_id[16:], 16) < self._below
        except ValueError:
            return False

    def take(self, span: Span) -> None:
        self._kept.append(span)

    def start(self) -> None:
        spans.record_with(self)
        self._task = asyncio.create_task(self._run(), name="telemetry")

    async def close(self) -> None:
        """Send what is left, if that is quick."""
        spans.record_with(None)
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_SECONDS), self._client() as client:
                while await self._send(client):
                    pass

    async def _run(self) -> None:
        async with self._client() as client:
            while True:
                await asyncio.sleep(EVERY_SECONDS)
                while len(self._kept) >= BATCH and await self._send(client):
                    pass
                await self._send(client)

    def _client(self) -> "httpx.AsyncClient":
        import httpx

        return httpx.AsyncClient(timeout=_SEND_SECONDS, trust_env=False, follow_redirects=False)

    async def _send(self, client: "httpx.AsyncClient") -> bool:
        """Send one batch; whether there was one and it arrived."""
        import httpx

        batch = [self._kept.popleft() for _ in range(min(BATCH, len(self._kept)))]
        if not batch:
            return False
        try:
            answer = await client.post(
                self._url, content=encode(batch, self._about), headers=self._headers
            )
            answer.raise_for_status()
        except httpx.HTTPError as error:
            if not self._failing:
                kind = type(error).__name__
                _log.warning("spans cannot be sent to the collector (%s); they are dropped", kind)
            self._failing = True
            return False
        if self._failing:
            _log.info("spans arrive at the collector again")
        self._failing = False
        return True


def open_telemetry(settings: Settings) -> Telemetry | None:
    """What the settings ask for, if they do."""
    endpoint = settings.text("telemetry.otlp_endpoint")
    if not endpoint:
        return None
    pairs = (pair.partition("=") for pair in settings.texts("telemetry.otlp_headers"))
    about: dict[str, Value] = {
        "service.name": "philomel",
        "service.version": __version__,
        "service.instance.id": f"{settings.role.name}-{os.getpid()}",
        "philomel.role": settings.role.name,
        "process.pid": os.getpid(),
    }
    return Telemetry(
        endpoint,
        settings.share("telemetry.sample_ratio"),
        {name.strip(): value.strip() for name, _, value in pairs},
        about,
    )


def encode(batch: Iterable[Span], about: Sequence[Mapping[str, Any]]) -> bytes:
    """An ExportTraceServiceRequest in OTLP's JSON: ids in hexadecimal, 64-bit numbers as texts."""
    scope = {"name": "philomel", "version": __version__}
    scoped = {"scope": scope, "spans": [_span(span) for span in batch]}
    resource = {"resource": {"attributes": about}, "scopeSpans": [scoped]}
    return msgspec.json.encode({"resourceSpans": [resource]})


def _span(span: Span) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        "name": span.name,
        "kind": int(span.kind),
        "startTimeUnixNano": str(span.started_ns),
        "endTimeUnixNano": str(span.ended_ns),
        "attributes": _attributes(span.attributes),
    }
    if span.parent_id:
        shown["parentSpanId"] = span.parent_id
    if span.error:
        shown["status"] = {"code": 2, "message": span.error}
    return shown


def _attributes(values: Mapping[str, Value]) -> list[Mapping[str, Any]]:
    return [{"key": name, "value": _value(value)} for name, value in values.items()]


def _value(value: Value) -> Mapping[str, Any]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case _:
            return {"stringValue": value}
