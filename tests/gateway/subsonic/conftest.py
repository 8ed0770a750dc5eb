from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from libopensonic import AsyncConnection
from tests.gateway.home import Home
from tests.gateway.running import House, serving

Connect = Callable[..., AsyncConnection]
Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def house() -> Iterator[House]:
    with serving(House()) as running:
        yield running


@pytest.fixture
async def connect(house: House) -> AsyncIterator[Connect]:
    """Makes unmodified py-opensonic clients."""
    opened: list[AsyncConnection] = []

    def connect(**how: object) -> AsyncConnection:
        address, _, port = house.url.rpartition(":")
        opened.append(AsyncConnection(address, port=int(port), **how))
        return opened[-1]

    yield connect
    for connection in opened:
        await connection.cleanup()


@pytest.fixture
def player(connect: Connect) -> AsyncConnection:
    """A client as Alice, who sees everything."""
    return connect(username="alice", password="app-alice")


@pytest.fixture
def ask(house: House) -> Ask:
    """The JSON answer to a call as Bob, who does not see the closed library."""

    def ask(method: str, *pairs: tuple[str, str], **parameters: object) -> dict[str, Any]:
        query = [("u", "bob"), ("p", "app-bob"), ("v", "1.16.1"), ("c", "test"), ("f", "json")]
        query = [pair for pair in query if pair[0] not in parameters]
        named = [(name, str(value)) for name, value in parameters.items() if value is not None]
        reply = house.http.get(f"{house.url}/rest/{method}", params=[*query, *named, *pairs])
        body: dict[str, Any] = reply.json()["subsonic-response"]
        return body

    return ask


@pytest.fixture
def bob(home: Home) -> Ask:
    """The JSON answer of a real server to a call as Bob; "{track}" and such are its ids."""

    def ask(method: str, *pairs: tuple[str, str], **parameters: object) -> dict[str, Any]:
        query = {**home.login("bob"), **parameters}
        named = [(name, here(home, str(value))) for name, value in query.items()]
        reply = home.http.get(f"{home.url}/rest/{method}", params=[*named, *pairs])
        body: dict[str, Any] = reply.json()["subsonic-response"]
        return body

    return ask


def here(home: Home, text: str) -> str:
    """With ids of the server's in place of what stands for them in braces."""
    for word, find, name in (
        ("{track}", home.track, "Airbag"),
        ("{album}", home.album, "OK Computer"),
        ("{artist}", home.artist, "Radiohead"),
        ("{hidden track}", home.track, "Hidden Song"),
        ("{hidden album}", home.album, "Hidden Record"),
        ("{hidden artist}", home.artist, "Secret Band"),
    ):
        text = text.replace(word, find(name))
    return text


def read_xml(text: bytes) -> ET.Element:
    return ET.fromstring(text)
