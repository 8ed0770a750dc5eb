"""One request, one trace, over three processes; and what is not kept of it."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from tests.journeys.players import rest
from tests.journeys.shapes import Shape, split
from tests.media.files import make
from tests.servers.s3 import BUCKET

SECONDS = 30.0


class Collector:
    """Takes OTLP over HTTP as a collector does: what does not fit its messages is refused."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, Any]] = []
        self.bodies: list[bytes] = []
        self.came = threading.Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                right = self.path == "/v1/traces" and self.headers["x-tenant"] == "nightingale"
                if right:
                    outer.take(body)
                self.send_response(200 if right else 400)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, body: bytes) -> None:
        # Ids are hexadecimal in OTLP's JSON, and base64 in protobuf's own.
        content = json.loads(body)
        for resource in content["resourceSpans"]:
            for scope in resource["scopeSpans"]:
                for span in scope["spans"]:
                    for name in ("traceId", "spanId", "parentSpanId"):
                        if name in span:
                            span[name] = base64.b64encode(bytes.fromhex(span[name])).decode()
        message = json_format.ParseDict(content, ExportTraceServiceRequest())
        with self.came:
            self.bodies.append(body)
            for each in message.resource_spans:
                about = {one.key: one.value.string_value for one in each.resource.attributes}
                assert about["service.name"] == "philomel"
                for scoped in each.scope_spans:
                    self.spans += [(about["philomel.role"], span) for span in scoped.spans]
            self.came.notify_all()

    def trace(self, trace_id: str, parent: str, roles: set[str]) -> list[tuple[str, Any]]:
        """The spans of a trace below `parent`, once all `roles` sent some, and its root."""
        wanted = bytes.fromhex(trace_id)

        def found() -> list[tuple[str, Any]]:
            return [(role, span) for role, span in self.spans if span.trace_id == wanted]

        def is_whole() -> bool:
            known = {span.span_id for _, span in found()}
            parents = {span.parent_span_id for _, span in found()}
            return {role for role, _ in found()} >= roles and parents - known == {
                bytes.fromhex(parent)
            }

        with self.came:
            assert self.came.wait_for(is_whole, SECONDS), [(r, s.name) for r, s in found()]
            return found()


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.server.shutdown()
    collector.server.server_close()


@pytest.fixture(scope="module")
def traced(
    collector: Collector, postgres_url: str, s3_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shape]:
    folder = tmp_path_factory.mktemp("traced")
    settings = {
        "telemetry.otlp_endpoint": collector.url,
        "telemetry.otlp_headers": ["x-tenant=nightingale"],
        "log_requests": True,
    }
    shape = split(folder, postgres_url, s3_url, BUCKET, settings)
    yield shape
    shape.kill()


def test_one_trace_goes_through_three_processes(
    traced: Shape, collector: Collector, tmp_path: Path
) -> None:
    make(tmp_path / "song.flac", {"title": "Three Rooms", "artist": "The Walls"}, seconds=2)
    login = traced.add_listener("anna", admin=True)
    traced.add_music(tmp_path)
    (song,) = rest(traced.url, login, "search3", query="three rooms")["searchResult3"]["song"]
    trace_id, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    told = httpx.get(
        f"{traced.url}/rest/stream?{login}&id={song['id']}&format=mp3&maxBitRate=64",
        headers={"traceparent": f"00-{trace_id}-{parent}-01"},
    )
    assert told.status_code == 200
    assert told.headers["x-request-id"] == trace_id
    spans = collector.trace(trace_id, parent, {"gateway", "core", "media"})
    by_id = {span.span_id: (role, span) for role, span in spans}
    roots = [span for _, span in spans if span.parent_span_id not in by_id]
    assert [(root.name, root.parent_span_id.hex()) for root in roots] == [
        ("GET /rest/stream", parent)
    ]
    names = {(role, span.name) for role, span in spans}
    assert ("gateway", "accounts.v1.Accounts/AuthenticatePlayer") in names
    assert ("core", "accounts.v1.Accounts/AuthenticatePlayer") in names
    assert ("media", "GET /media/stream") in names
    assert {("core", "sql read"), ("media", "sql read"), ("media", "worker")} <= names
    for role, span in spans:
        assert span.start_time_unix_nano <= span.end_time_unix_nano
        inside = by_id.get(span.parent_span_id)
        if inside is not None and inside[0] != role:
            # From one process to another: a client's span around a server's.
            assert span.kind == span.SPAN_KIND_SERVER
    everything = b"".join(collector.bodies)
    secret = dict(pair.split("=") for pair in login.split("&"))["p"].encode()
    assert secret not in everything
    assert b"rest/stream?" not in everything


def test_the_log_of_requests_names_their_traces(traced: Shape) -> None:
    trace_id = "1" * 32
    headers = {"traceparent": f"00-{trace_id}-{'2' * 16}-01"}
    answer = httpx.get(f"{traced.url}/rest/ping?p=geheim", headers=headers)
    line = _line(traced, trace_id)
    assert line["logger"] == "philomel.requests"
    shown = {name: line[name] for name in ("method", "route", "status", "bytes", "trace")}
    assert shown == {
        "method": "GET",
        "route": "/rest/ping",
        "status": answer.status_code,
        "bytes": len(answer.content),
        "trace": trace_id,
    }
    httpx.request("BREW", f"{traced.url}/nowhere/geheim")
    assert "geheim" not in traced.processes["gateway"].said()


def _line(traced: Shape, trace_id: str) -> Any:
    """What the gateway's log says of a request; it is written after the answer was sent."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        for line in traced.processes["gateway"].said().splitlines():
            if trace_id in line:
                return json.loads(line)
        time.sleep(0.02)
    raise AssertionError("no line of the request was logged")


def test_a_collector_that_is_away_holds_nothing_up(traced: Shape, collector: Collector) -> None:
    collector.server.shutdown()
    collector.server.server_close()
    assert httpx.get(f"{traced.url}/readyz").status_code == 200
    assert all(process.stop() < 5 for process in traced.processes.values())
