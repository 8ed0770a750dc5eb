from collections.abc import Callable, Iterator

import pytest
import spotipy
from tests.gateway.running import House, serving
from tests.gateway.shelf import ALICE

Client = Callable[[str], spotipy.Spotify]


@pytest.fixture
def house() -> Iterator[House]:
    with serving(House()) as running:
        yield running


@pytest.fixture
def client(house: House) -> Iterator[Client]:
    """Makes unmodified spotipy clients that hold a token."""
    opened: list[spotipy.Spotify] = []

    def client(token: str) -> spotipy.Spotify:
        made = spotipy.Spotify(auth=token, retries=0, status_retries=0)
        made.prefix = house.url + "/v1/"
        opened.append(made)
        return made

    yield client
    for made in opened:
        made._session.close()


@pytest.fixture
def spotify(house: House, client: Client) -> spotipy.Spotify:
    """A client as Alice, with every right."""
    return client(house.people.token(ALICE))
