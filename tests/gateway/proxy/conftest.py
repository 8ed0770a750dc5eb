"""Philomel behind a real nginx with the configurations of deploy/nginx: at `/` and at `/music`."""

import os
import ssl
import subprocess
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from tests.journeys.processes import Process
from tests.media.files import make
from tests.servers import nginx
from tests.servers.ports import free_port

FILES = "/philomel-files/"
# What means something in an address, a header or a file system, and what is no text at all.
AWKWARD = os.fsencode("a?b#c%41%2e%2e\n..;\"'\\ +&é") + b"\xff.flac"
SECONDS = 6.0


@dataclass
class Behind:
    """A server and the proxy before it.

    Attributes:
        url: where people find it.
        prefix: the path of `url`.
        browser: trusts the proxy's certificate, keeps cookies.
        kept: what one test found out for the next ones.
    """

    url: str
    prefix: str
    process: Process
    music: Path
    browser: httpx.Client
    trust: ssl.SSLContext
    kept: dict[str, Any] = field(default_factory=dict)

    def rest(self, method: str, **parameters: Any) -> Any:
        answer = self.browser.get(self.rest_url(method, **parameters)).json()["subsonic-response"]
        assert answer["status"] == "ok", answer
        return answer

    def rest_url(self, method: str, **parameters: Any) -> str:
        login = {"apiKey": self.kept["api_key"], "v": "1.16.1", "c": "test", "f": "json"}
        return f"{self.url}/rest/{method}?{urllib.parse.urlencode({**login, **parameters})}"

    def song(self, title: str) -> Any:
        found = self.rest("search3", query=title)["searchResult3"]["song"]
        return next(song for song in found if song["title"] == title)

    def direct(self, path: str) -> httpx.Response:
        """As somebody asks who goes around the proxy."""
        return httpx.get(self.process.url + path)


def make_certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """A certificate for this machine, and its key."""
    chain, key = folder / f"{name}.pem", folder / f"{name}.key"
    subject = ["-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    command = ["openssl", "req", "-x509", *kind, *subject, "-keyout", str(key), "-out", str(chain)]
    subprocess.run(command, check=True, capture_output=True)
    return chain, key


def make_music(folder: Path) -> None:
    picture = BytesIO()
    Image.new("RGB", (400, 400), (30, 90, 60)).save(picture, "PNG")
    tags = {"artist": "The Warblers", "albumartist": "The Warblers", "album": "Reed Beds"}
    for number, title in enumerate(("Dawn Chorus", "Evening Reed", "Quiet Marsh"), 1):
        make(
            folder / "The Warblers" / f"{number}.flac",
            {**tags, "title": title, "tracknumber": str(number)},
            seconds=SECONDS,
            frequency=200.0 + 50 * number,
            cover=picture.getvalue(),
        )
    made = make(folder / "awkward.flac", {**tags, "title": "Awkward"}, seconds=2.0, frequency=777.0)
    os.rename(os.fsencode(made), os.fsencode(folder / "The Warblers") + b"/" + AWKWARD)  # noqa: PTH104  # bytes


@pytest.fixture(scope="module", params=["", "/music"], ids=["root", "below"])
def behind(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Behind]:
    prefix: str = request.param
    folder = tmp_path_factory.mktemp("behind")
    music = folder / "songs"
    make_music(music)
    port = free_port()
    host = "localhost" if prefix else "127.0.0.1"
    url = f"https://{host}:{port}{prefix}"
    process = Process(
        folder / "data",
        {
            "base_url": url,
            "trusted_proxies": ["127.0.0.0/8"],
            "media.accel_redirect": [f"{FILES}={music}"],
            "metrics_token": "sesame",
        },
    )
    chain, key = make_certificate(folder)
    name, site = ("philomel-music.conf", "") if prefix else ("philomel.conf", "music.")
    changes = {
        "server 127.0.0.1:4040;": f"server 127.0.0.1:{process.port};",
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        f"server_name {site}example.org;": "server_name localhost;",
        f"/etc/ssl/{site}example.org/chain.pem": str(chain),
        f"/etc/ssl/{site}example.org/key.pem": str(key),
        "/var/cache/nginx/philomel": str(folder / "cache"),
        "/srv/music": str(music),
    }
    trust = ssl.create_default_context(cafile=str(chain))
    with (
        nginx.serving(folder / "nginx", nginx.sample(name, changes), port),
        httpx.Client(verify=trust, timeout=30) as browser,
    ):
        process.start()
        try:
            yield Behind(url, prefix, process, music, browser, trust)
        finally:
            process.kill()
