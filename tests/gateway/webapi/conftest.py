from collections.abc import Callable, Iterator

import pytest
import spotipy
from tests.gateway.home import Home

Client = Callable[[str], spotipy.Spotify]


@pytest.fixture
def client(lived_in: Home) -> Iterator[Client]:
    """Makes unmodified spotipy clients that hold a token."""
    opened: list[spotipy.Spotify] = []

    def client(token: str) -> spotipy.Spotify:
        made = spotipy.Spotify(auth=token, retries=0, status_retries=0)
        made.prefix = lived_in.url + "/v1/"
        opened.append(made)
        return made

    yield client
    for made in opened:
        made._session.close()


@pytest.fixture
def spotify(home: Home, client: Client) -> spotipy.Spotify:
    """A client as Alice, with every right."""
    return client(home.token("alice"))
