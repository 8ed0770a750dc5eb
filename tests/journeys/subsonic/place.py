"""A server that knows music, and the other door that players' words are held against."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from tests.clients.recording import Journal
from tests.journeys.shapes import Shape

Json = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """A server that knows the music, an administrator and a listener, and a client of it.

    Attributes:
        station_port: where a station may send on this machine.
    """

    shape: Shape
    http: httpx.Client
    anna: Mapping[str, str]
    bert: Mapping[str, str]
    station_port: int

    @property
    def journal(self) -> Journal:
        """What the server was asked, as its log has it."""
        return Journal(self.shape.operator.log)

    def ask(self, method: str, *more: tuple[str, str], **given: object) -> Json:
        """The JSON answer to a call of Anna's."""
        named = [(name, str(value)) for name, value in given.items()]
        reply = self.http.get(f"/rest/{method}", params=[*self.anna.items(), *named, *more])
        assert reply.status_code == 200
        body: Json = reply.json()["subsonic-response"]
        return body

    def done(self, method: str, *more: tuple[str, str], **given: object) -> Json:
        body = self.ask(method, *more, **given)
        assert (method, body["status"], body.get("error")) == (method, "ok", None)
        return body


class Web:
    """What Anna's programs of the Web API, and of our own API, see and do."""

    def __init__(self, http: httpx.Client, token: str) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **parameters: Any) -> Any:
        found = self._http.get(path, params=parameters, headers=self._headers)
        found.raise_for_status()
        return found.json()

    def tell(self, method: str, path: str, body: object = None, **parameters: Any) -> Any:
        found = self._http.request(
            method, path, params=parameters, json=body, headers=self._headers
        )
        found.raise_for_status()
        return found.json() if found.content else None

    def liked(self) -> tuple[set[str], set[str], set[str]]:
        """Tracks, albums and artists."""
        tracks = {one["track"]["id"] for one in self.get("/v1/me/tracks", limit=50)["items"]}
        albums = {one["album"]["id"] for one in self.get("/v1/me/albums", limit=50)["items"]}
        followed = self.get("/v1/me/following", type="artist", limit=50)["artists"]["items"]
        return tracks, albums, {one["id"] for one in followed}

    def playlists(self) -> dict[str, str]:
        """Their ids, to their names."""
        return {one["id"]: one["name"] for one in self.get("/v1/me/playlists", limit=50)["items"]}

    def playlist(self, id_: str) -> list[str]:
        items = self.get(f"/v1/playlists/{id_}/items", limit=50)["items"]
        return [one["track"]["id"] for one in items]

    def new_playlist(self, name: str, tracks: Sequence[str]) -> str:
        made: str = self.tell("POST", "/v1/me/playlists", {"name": name})["id"]
        uris = [f"spotify:track:{id_}" for id_ in tracks]
        self.tell("POST", f"/v1/playlists/{made}/items", {"uris": uris})
        return made

    def played(self) -> list[str]:
        """The last one first."""
        items = self.get("/v1/me/player/recently-played", limit=50)["items"]
        return [one["track"]["id"] for one in items]

    def stations(self) -> dict[str, str]:
        """Where they send, to their names."""
        items = self.get("/api/philomel/v1/stations")["items"]
        return {one["name"]: one["stream_url"] for one in items}


@dataclass(frozen=True)
class Facts:
    """What the Web API says of one song, and of everything: players must say the same.

    Attributes:
        tracks: ids of those of the song's album, in their order.
        everything: ids of all tracks.
    """

    song: Json
    album: Json
    artist: Json
    tracks: Sequence[str]
    everything: Sequence[str]
    albums: Sequence[str]
    genre: str


def read_facts(place: Place, web: Web) -> Facts:
    listed = place.done("search3", query="", songCount=500, albumCount=500)["searchResult3"]
    owners = {one["id"]: one["artistId"] for one in listed["album"]}
    first = next(
        one
        for one in listed["song"]
        if {"genre", "year"} <= set(one) and owners[one["albumId"]] == one["artistId"]
    )
    song = web.get(f"/v1/tracks/{first['id']}")
    album = web.get(f"/v1/albums/{song['album']['id']}")
    return Facts(
        song=song,
        album=album,
        artist=web.get(f"/v1/artists/{song['artists'][0]['id']}"),
        tracks=[
            one["id"] for one in web.get(f"/v1/albums/{album['id']}/tracks", limit=50)["items"]
        ],
        everything=[one["id"] for one in listed["song"]],
        albums=[one["id"] for one in listed["album"]],
        genre=first["genre"],
    )


def forget_everything(place: Place, web: Web) -> None:
    """Anna likes, keeps and shares nothing: every player begins there."""
    tracks, albums, artists = web.liked()
    gone = [("id", id_) for id_ in tracks] + [("albumId", id_) for id_ in albums]
    gone += [("artistId", id_) for id_ in artists]
    if gone:
        place.done("unstar", *gone)
    for id_ in web.playlists():
        place.done("deletePlaylist", id=id_)
    for share in place.done("getShares")["shares"]["share"]:
        place.done("deleteShare", id=share["id"])
    for mark in place.done("getBookmarks")["bookmarks"]["bookmark"]:
        place.done("deleteBookmark", id=mark["entry"]["id"])
    stations = place.done("getInternetRadioStations")["internetRadioStations"]
    for station in stations["internetRadioStation"]:
        place.done("deleteInternetRadioStation", id=station["id"])
    for user in place.done("getUsers")["users"]["user"]:
        if user["username"] not in {"anna", "bert"}:
            place.done("deleteUser", username=user["username"])
    place.done("savePlayQueue")


def soon(is_true: Callable[[], bool]) -> bool:
    """Whether it becomes true: some things are told by events."""
    for _ in range(200):
        if is_true():
            return True
        time.sleep(0.05)
    return False
