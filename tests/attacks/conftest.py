"""One running server, its people, and a stranger with bad intentions."""

import json
import shutil
import socket
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from tests.journeys.shapes import PASSWORD, Shape, all_in_one
from tests.media.files import make

CANARY = "nobody-outside-may-read-this-line"


@dataclass(frozen=True)
class Target:
    """The server under attack.

    Attributes:
        login, bert: what a player of the administrator and of a listener sends.
        token, bert_token: what their programs send.
        http: without credentials.
        read: how much of the server's log was looked at before.
    """

    shape: Shape
    music: Path
    outside: Path
    login: str
    bert: str
    token: str
    bert_token: str
    http: httpx.Client
    read: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.shape.url

    @property
    def port(self) -> int:
        return self.shape.operator.port

    def ask(self, method: str, login: str | None = None, **parameters: Any) -> Any:
        """A Subsonic answer; it may be a refusal, and is never a defect."""
        query = urllib.parse.urlencode(parameters)
        answer = self.http.get(f"/rest/{method}?{login or self.login}&{query}")
        assert answer.status_code < 500, (method, parameters, answer.text)
        return answer.json()["subsonic-response"]

    def song(self, title: str) -> Any:
        found = self.ask("search3", query=title)["searchResult3"]["song"]
        return next(song for song in found if song["title"] == title)

    def raw(self, *sent: bytes, finish: bool = True) -> bytes:
        """What the server answers to these bytes until it hangs up."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            for each in sent:
                connection.sendall(each)
            if finish:
                connection.shutdown(socket.SHUT_WR)
            answer = b""
            while more := connection.recv(65536):
                answer += more
            return answer

    def assert_well(self) -> None:
        """It lives, answers, and wrote down no defect."""
        assert self.http.get("/healthz").text == "ok\n"
        assert self.ask("ping")["status"] == "ok"
        said = self.shape.operator.said()[sum(self.read) :]
        self.read.append(len(said))
        defects = [
            line
            for line in said.splitlines()
            if line.startswith("{") and json.loads(line)["level"] == "error"
        ]
        assert not defects, "\n".join(defects).replace("\\n", "\n")
        assert "Traceback" not in said


def picture(*color: int) -> bytes:
    made = BytesIO()
    Image.new("RGB", (400, 400), color).save(made, "PNG")
    return made.getvalue()


@contextmanager
def session(target: Target, name: str, device: str = "a browser") -> Iterator[httpx.Client]:
    """A browser in which `name` is signed in."""
    with httpx.Client(base_url=target.url, timeout=60, headers={"User-Agent": device}) as browser:
        answer = browser.post("/sign-in", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        yield browser


@pytest.fixture(scope="package")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("attacks")
    music, outside = folder / "music", folder / "outside"
    outside.mkdir()
    (outside / "canary.txt").write_text(CANARY + "\n")
    make(outside / "private.ogg", {"title": "Private Song", "artist": "Neighbour"}, frequency=770)
    fill(music)
    shape = all_in_one(folder)
    try:
        login = shape.add_listener("anna", admin=True)
        bert = shape.add_listener("bert")
        shape.add_music(music)
        with httpx.Client(base_url=shape.url, timeout=60) as http:
            yield Target(
                shape, music, outside, login, bert, shape.token("anna"), shape.token("bert"), http
            )
    finally:
        shape.kill()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def boss(target: Target) -> Iterator[httpx.Client]:
    """The administrator's browser: a program's token may not administer."""
    with session(target, "anna") as browser:
        yield browser


@pytest.fixture(scope="module")
def listener(target: Target) -> Iterator[httpx.Client]:
    """Bert's browser."""
    with session(target, "bert") as browser:
        yield browser


def fill(music: Path) -> None:
    tags = {"artist": "The Targets", "albumartist": "The Targets", "album": "Bull"}
    cover = picture(200, 120, 40)
    for number, title in enumerate(("Bullseye", "Outer Ring")):
        make(
            music / "bull" / f"{number}.flac",
            {**tags, "title": title, "tracknumber": str(number + 1), "genre": "Field"},
            frequency=300.0 + 50 * number, cover=cover,
        )  # fmt: skip
    make(music / "long.wav", {"title": "Long Note", "artist": "The Targets"}, seconds=120)
    make(
        music / "inert.ogg",
        {"title": "<img src=x onerror=alert(1)>", "artist": "A\r\nSet-Cookie: a=b",
         "album": "\x1b[31mred\x1b[0m"},
        frequency=500,
    )  # fmt: skip
