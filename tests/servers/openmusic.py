"""A server that speaks the parts of MusicBrainz, Cover Art Archive, Wikidata, Commons, Wikipedia
and LRCLIB that Philomel asks for; what it knows is put into its dictionaries."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from philomel.app.server.network import listen

Answer = tuple[int, str, bytes, dict[str, str]]


class OpenMusic(ThreadingHTTPServer):
    """Attributes:
    artists: MusicBrainz answers by id. groups: release groups by title.
    fronts: pictures by release or release-group id.
    entities: by Wikidata number. files: by name on Commons. summaries: by article.
    lyrics: by (artist, title).
    asked: paths with queries, in order.
    broken: answer with this status and these headers instead.
    """

    daemon_threads = True

    def __init__(self) -> None:
        listener = listen("127.0.0.1", 0)
        super().__init__(listener.getsockname()[:2], _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.place = f"127.0.0.1:{listener.getsockname()[1]}"
        self.url = f"http://{self.place}"
        self.artists: dict[str, Any] = {}
        self.groups: dict[str, Any] = {}
        self.fronts: dict[str, bytes] = {}
        self.entities: dict[str, Any] = {}
        self.files: dict[str, bytes] = {}
        self.summaries: dict[str, Any] = {}
        self.lyrics: dict[tuple[str, str], Any] = {}
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.broken: tuple[int, dict[str, str]] | None = None

    def answer(self, target: str) -> Answer:
        path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
        if match := re.fullmatch(r"/ws/2/artist/(.+)", path):
            return _json(self.artists.get(match[1]))
        if path == "/ws/2/release-group":
            phrase = re.search(r'releasegroup:"((?:[^"\\]|\\.)*)"', query["query"][0])
            title = re.sub(r"\\(.)", r"\1", phrase[1]) if phrase else ""
            return _json({"release-groups": self.groups.get(title, [])})
        if match := re.fullmatch(r"/(?:release|release-group)/(.+)/front-1200", path):
            if match[1] not in self.fronts:
                return _json(None)
            return 307, "text/html", b"", {"Location": f"{self.url}/archive/{match[1]}"}
        if match := re.fullmatch(r"/archive/(.+)", path):
            return 200, "image/png", self.fronts[match[1]], {}
        if match := re.fullmatch(r"/wiki/Special:EntityData/(Q\d+)\.json", path):
            entity = self.entities.get(match[1])
            return _json(entity and {"entities": {match[1]: entity}})
        if match := re.fullmatch(r"/wiki/Special:FilePath/(.+)", path):
            data = self.files.get(unquote(match[1]))
            return (200, "image/jpeg", data, {}) if data else _json(None)
        if match := re.fullmatch(r"/(\w\w)/api/rest_v1/page/summary/(.+)", path):
            return _json(self.summaries.get(f"{match[1]}:{unquote(match[2])}"))
        if path == "/api/get":
            return _json(self.lyrics.get((query["artist_name"][0], query["track_name"][0])))
        return _json(None)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, OpenMusic)
        server.asked.append(self.path)
        server.agents.add(self.headers.get("User-Agent", ""))
        status, kind, body, headers = server.answer(self.path)
        if server.broken is not None:
            (status, headers), body = server.broken, b"busy"
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        pass


def _json(value: object) -> Answer:
    if value is None:
        return 404, "application/json", b'{"error":"Not Found"}', {}
    return 200, "application/json", json.dumps(value).encode(), {}


@contextmanager
def open_music() -> Iterator[OpenMusic]:
    server = OpenMusic()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
