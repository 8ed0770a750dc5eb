"""A real server with a little music and two people, for programs that ask its doors.

Alice   administers, and hears everything
bob     listens, and does not see the closed library
"""

import io
import itertools
import re
import ssl
import time
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from tests.clients.recording import Asked, Journal
from tests.journeys.shapes import Shape, all_in_one
from tests.journeys.subsonic.place import soon
from tests.media.files import make

# Nothing here is encrypted, and reading all certificates of the world takes its time.
_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_SIGN = "/api/philomel/v1/server"
_METRICS = "a token that opens the metrics"
NOTHING = "1nothing000000000000AB"
"""An id of nothing that is here."""
NAMES = {"alice": "Alice", "bob": "bob"}


@dataclass(frozen=True)
class Record:
    """An album.

    Attributes:
        more: tags of each track.
        of: tags of single ones, by title.
    """

    artist: str
    name: str
    titles: Sequence[str]
    year: int = 1997
    genre: str | Sequence[str] = "Rock"
    more: Mapping[str, str] = field(default_factory=dict)
    of: Mapping[str, Mapping[str, str | Sequence[str]]] = field(default_factory=dict)

    def write(self, folder: Path, numbers: "itertools.count[int]") -> None:
        """Each track lasts a second longer than the one before it, beginning with two."""
        picture = cover(len(self.name) * 9 % 255)
        for place, title in enumerate(self.titles, start=1):
            number = next(numbers)
            make(
                folder / f"{number:02}.flac",
                {
                    "title": title,
                    "artist": self.artist,
                    "albumartist": self.artist,
                    "album": self.name,
                    "tracknumber": str(place),
                    "discnumber": "1",
                    "date": str(self.year),
                    "genre": self.genre,
                    "isrc": f"GBAYE97{number:05}",
                    "barcode": f"07243855229{number // 10:02}",
                    **self.more,
                    **self.of.get(title, {}),
                },
                seconds=1 + place,
                frequency=200 + 10 * number,
                cover=picture,
            )


OPEN = (
    Record(
        "Radiohead",
        "OK Computer",
        ["Airbag", "Paranoid Android", "Karma Police"],
        genre=["Rock", "Alternative"],
        more={"label": "Parlophone", "copyright": "℗ 1997 Parlophone", "barcode": "0724385522925"},
        of={"Airbag": {"bpm": "93.7", "key": "F#m"}, "Paranoid Android": {"itunesadvisory": "1"}},
    ),
    Record("Radiohead", "Kid A", ["Idioteque", "Optimistic"], year=2000),
    Record("Radiohead", "My Iron Lung", ["My Iron Lung"], year=1994, more={"releasetype": "ep"}),
    Record(
        "Björk",
        "Homogenic",
        ["Jóga", "Bachelorette"],
        genre="Electronic",
        more={"artistsort": "Bjork", "albumartistsort": "Bjork"},
    ),
    Record(
        "Björk",
        "Selmasongs",
        ["I've Seen It All"],
        year=2000,
        genre=["Electronic", "Soundtrack"],
        of={
            "I've Seen It All": {
                "artist": "Björk & Thom Yorke",
                "artists": ["Björk", "Thom Yorke"],
            }
        },
    ),
    Record("Tom & <Jerry>", 'Quotes "Inside"', ["A & <B>"], year=2010, genre="R&B/Soul"),
)
CLOSED = (Record("Secret Band", "Hidden Record", ["Hidden Song"], genre="Hidden"),)


def cover(shade: int) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (1200, 1200), (shade, 90, 130)).save(data, "JPEG")
    return data.getvalue()


class Home:
    """Whoever asks it from outside, as its people and as programs of theirs.

    Attributes:
        url: where it is found.
        alice, bob: ids of the two.
        began: when it was made, in milliseconds since the Unix epoch.
    """

    def __init__(self, shape: Shape) -> None:
        self.shape, self.url = shape, shape.url
        self.began = int(time.time() * 1000)
        self.http = httpx.Client(timeout=30, verify=_NO_CERTIFICATES)
        self._logins = {
            who: dict(urllib.parse.parse_qsl(shape.add_listener(name, admin=who == "alice")))
            for who, name in NAMES.items()
        }
        self._tokens: dict[tuple[str | None, tuple[str, ...]], str] = {}
        self._own: set[int] = set()
        self._signs = 0
        self._journal = Journal(shape.operator.log)
        self.alice, self.bob = (self.web("GET", "/me", who=who)["id"] for who in NAMES)

    def token(self, who: str, *scopes: str) -> str:
        """Of a program that somebody let in: for everything but to administer, or for `scopes`."""
        key = (who, scopes)
        if key not in self._tokens:
            more = ("--scope", *scopes) if scopes else ()
            self._tokens[key] = self.shape.operator.done("token", NAMES[who], *more)["access_token"]
        return self._tokens[key]

    def headers(self, who: str, *scopes: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(who, *scopes)}"}

    @cached_property
    def admin(self) -> str:
        """The token of a program that may do everything that Alice may."""
        made: str = self.shape.operator.done("token", "Alice", "--admin")["access_token"]
        return made

    @cached_property
    def program(self) -> str:
        """The token of a program that speaks for nobody."""
        made = self.shape.operator.done("app", "add", "program")
        asked = self.http.post(
            f"{self.url}/api/token",
            data={
                "grant_type": "client_credentials",
                "client_id": made["client_id"],
                "client_secret": made["client_secret"],
            },
        )
        token: str = asked.json()["access_token"]
        return token

    def login(self, who: str) -> dict[str, str]:
        """The parameters by which a player of theirs signs in."""
        return self._logins[who]

    def rest(self, method: str, *more: tuple[str, str], who: str = "alice", **given: Any) -> Any:
        """What a Subsonic player of somebody gets."""
        named = ((name, str(value)) for name, value in given.items())
        pairs = (*self.login(who).items(), *named, *more)
        answer = self.http.get(f"{self.url}/rest/{method}", params=pairs).json()
        assert answer["subsonic-response"]["status"] == "ok", answer
        return answer["subsonic-response"]

    def own(
        self, method: str, path: str, who: str = "alice", *, admin: bool = False, **body: Any
    ) -> Any:
        """What a program gets that speaks our own API, and may `admin` administer."""
        address = f"{self.url}/api/philomel/v1{path}"
        headers = {"Authorization": f"Bearer {self.admin}"} if admin else self.headers(who)
        found = self.http.request(method, address, headers=headers, json=body or None)
        assert found.is_success, found.text
        return found.json() if found.content else None

    def web(self, method: str, path: str, who: str = "alice", **query: str) -> Any:
        """What a program gets that speaks the Web API; `seen` leaves it out."""
        address = f"{self.url}/v1{path}"
        answer = self.http.request(method, address, params=query, headers=self.headers(who))
        assert answer.is_success, answer.text
        asked = ((i, each) for i, each in enumerate(self._noted()) if each.method == method)
        self._own.add(max(i for i, each in asked if _is_at(each.path, f"/v1{path}")))
        return answer.json() if answer.content else None

    patience = 0.0

    def seen(self) -> Sequence[Asked]:
        """Everything that others asked, in the order of the answers."""
        return [each for i, each in enumerate(self._noted()) if i not in self._own]

    def _noted(self) -> Sequence[Asked]:
        """Everything that was asked until now, as the log has it a moment later."""
        self._signs += 1
        self.own("GET", _SIGN.removeprefix("/api/philomel/v1"))
        while True:
            found = self._journal.seen()
            if sum(each.path == _SIGN for each in found) >= self._signs:
                return found

    def calls(self) -> dict[str, int]:
        """How often each call of the catalogue and of media was made until now.

        To say so, the server itself makes one more.
        """
        headers = {"Authorization": f"Bearer {_METRICS}"}
        text = self.http.get(f"{self.url}/metrics", headers=headers).text
        found = re.findall(
            r'^philomel_calls_total\{method="(\w+)",outcome="ok",service="(catalog|media)"\} (\d+)',
            text,
            re.MULTILINE,
        )
        return {
            f"{service}.{method}": int(count)
            for method, service, count in found
            if method != "GetAnalysisState"
        }

    def has_pictures(self, albums: int) -> bool:
        """Whether the covers of so many albums were drawn, which they are after the scan."""
        found = self.rest("getAlbumList2", type="newest", size=50)["albumList2"]["album"]
        return len(found) == albums and all("coverArt" in each for each in found)

    @cached_property
    def _everything(self) -> Any:
        return self.rest("search3", query="", songCount=500, albumCount=500, artistCount=500)[
            "searchResult3"
        ]

    @cached_property
    def _genres(self) -> Any:
        return self.web("GET", "/browse/categories", limit="50")["categories"]["items"]

    def track(self, title: str) -> str:
        return self._id(self._everything["song"], "title", title)

    def album(self, name: str) -> str:
        return self._id(self._everything["album"], "name", name)

    def artist(self, name: str) -> str:
        return self._id(self._everything["artist"], "name", name)

    def genre(self, name: str) -> str:
        return self._id(self._genres, "name", name)

    def _id(self, found: Any, key: str, value: str) -> str:
        (id_,) = (each["id"] for each in found if each[key] == value)
        assert isinstance(id_, str)
        return id_

    def forget(self) -> None:
        """Back to where nobody keeps anything, and no playlist exists; plays stay for ever."""
        for who, name in NAMES.items():
            kept = self.rest("getStarred2", who=who)["starred2"]
            pairs = [
                (parameter, item["id"])
                for kind, parameter in (
                    ("song", "id"), ("album", "albumId"), ("artist", "artistId")
                )
                for item in kept.get(kind, ())
            ]  # fmt: skip
            if pairs:
                self.rest("unstar", *pairs, who=who)
            for each in self.rest("getPlaylists", who=who)["playlists"].get("playlist", ()):
                if each["owner"] == name:
                    self.rest("deletePlaylist", who=who, id=each["id"])


def _is_at(route: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\\\{.*?\\\}", "[^/]+", re.escape(route)), path) is not None


@contextmanager
def at_home(
    folder: Path,
    settings: Mapping[str, Any] | None = None,
    music: Sequence[Record] = OPEN,
) -> Iterator[Home]:
    """A server of its own, with `music` and, if there is some, `CLOSED` scanned."""
    own = {"log_requests": True, "metrics_token": _METRICS}
    shape = all_in_one(folder, {**own, **(settings or {})})
    try:
        yield from _moved_in(Home(shape), folder, music)
    finally:
        shape.kill()


def _moved_in(home: Home, folder: Path, music: Sequence[Record]) -> Iterator[Home]:
    with closing(home.http):
        if music:
            numbers = itertools.count(1)
            for name, records in (("Open", music), ("Closed", CLOSED)):
                for record in records:
                    record.write(folder / name, numbers)
                home.shape.operator.done("library", "add", str(folder / name), "--name", name)
            home.shape.operator.done("library", "restrict", "Closed", "--user", "Alice")
            home.shape.operator.done("scan")
            assert soon(lambda: home.has_pictures(len(music) + len(CLOSED)))
        yield home
