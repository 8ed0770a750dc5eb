"""What one person kept on a server that speaks the Subsonic API, asked of it as a player does."""

import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from philomel.app.importing.found import (
    Found,
    FoundBookmark,
    FoundPerson,
    FoundPlaylist,
    FoundQueue,
)
from philomel.app.importing.moments import milliseconds
from philomel.app.importing.values import number, path, text, thousandths
from philomel.app.refusal import Exit, Refusal
from philomel.engines.web import Web
from philomel.services.playlists.contract import ItemKind, Want, WantedMark

VERSION, PROGRAM = "1.13.0", "philomel-import"
PAGE = 500
_LARGEST = 64 << 20
_SECONDS = 120.0
_NO_TOKENS = frozenset({10, 41, 42})
"""Errors of servers that know passwords only: a missing parameter, no token authentication."""
_MOST_PAGES, _MOST_LISTS = 10_000, 10_000
_MOST_BYTES = 4 << 30
"""Of all answers together: a million songs are a quarter of it."""
_LONGEST_MS = 1 << 40
_FIELDS = (
    "id", "title", "name", "artist", "displayArtist", "album", "duration", "path", "isrc",
    "musicBrainzId", "track", "discNumber", "userRating", "playCount", "starred", "played",
)  # fmt: skip
"""What is kept of a song, an album or an artist until all of them are there."""

Thing = dict[str, Any]
Told = Callable[[str, int], None]
"""Told what is read, and how much of it there is so far."""


class SubsonicError(Exception):
    """An error that the server answered with."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Server:
    """Asks in one person's name. The password itself is sent only where tokens are not known."""

    def __init__(self, web: Web, url: str, user: str, secret: str, *, is_key: bool = False) -> None:
        self._web = web
        self._url = address(url)
        self._user = user
        self._secret = secret
        self._how = "key" if is_key else "token"
        self._read = 0

    @property
    def sends_password(self) -> bool:
        return self._how == "password"

    async def sign_in(self) -> None:
        """See that the server is there and knows the person.

        Raises:
            Refusal: it does not, or speaks something else.
        """
        try:
            try:
                await self.ask("ping")
            except SubsonicError as error:
                if self._how != "token" or error.code not in _NO_TOKENS:
                    raise
                self._how = "password"
                await self.ask("ping")
        except SubsonicError as error:
            raise Refusal(
                f"{urlsplit(self._url).hostname} refuses: {error.message} (error {error.code})",
                Exit.REFUSED,
                "import.refused",
            ) from None

    async def ask(self, method: str, **parameters: str | int) -> Thing:
        """The answer of a method, without its envelope.

        Raises:
            SubsonicError: the server says so.
            Refusal: it answers with something that is not the API.
        """
        url = f"{self._url}/rest/{method}.view"
        asked = {name: str(value) for name, value in parameters.items()} | self._credentials()
        if self._how == "token":
            found = await self._web.get(
                f"{url}?{urlencode(asked)}", limit=_LARGEST, seconds=_SECONDS
            )
        else:
            # Addresses end up in logs; forms do not.
            found = await self._web.post_form(url, asked, limit=_LARGEST, seconds=_SECONDS)
        self._read += len(found.body)
        if self._read > _MOST_BYTES:
            raise Refusal(
                f"{urlsplit(self._url).hostname} sends more than {_MOST_BYTES >> 30} GiB: it may "
                "go on for ever",
                Exit.UNAVAILABLE,
                "import.endless",
            )
        try:
            answer = json.loads(found.body)["subsonic-response"]
            failed = answer["status"] != "ok"
        except (ValueError, RecursionError, LookupError, TypeError):
            host = urlsplit(self._url).hostname
            raise Refusal(
                f"{host} does not answer as a Subsonic server (status {found.status})",
                Exit.UNAVAILABLE,
                "import.not_subsonic",
            ) from None
        if failed:
            error = _thing(answer.get("error"))
            raise SubsonicError(number(error.get("code")), text(error.get("message"))[:200])
        return _thing(answer)

    def _credentials(self) -> dict[str, str]:
        common = {"v": VERSION, "c": PROGRAM, "f": "json"}
        match self._how:
            case "key":
                return common | {"apiKey": self._secret}
            case "password":
                hexed = self._secret.encode().hex()
                return common | {"u": self._user, "p": f"enc:{hexed}"}
            case _:
                salt = secrets.token_hex(8)
                token = hashlib.md5((self._secret + salt).encode(), usedforsecurity=False)
                return common | {"u": self._user, "t": token.hexdigest(), "s": salt}


def address(url: str) -> str:
    """The address of a server, as its API is put behind it.

    Raises:
        Refusal: it is none.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise Refusal(f"{url!r} is not the address of a server, like https://music.example.org")
    path = parts.path.rstrip("/").removesuffix("/rest").rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path}"


async def read(server: Server, url: str, user: str, told: Told) -> Found:
    """Everything that the person kept there.

    Raises:
        Refusal: the server does not answer as it should.
    """
    parts = urlsplit(address(url))
    source = f"subsonic:{parts.netloc}{parts.path}"[:100]
    reading = _Reading(server, told)
    await server.sign_in()
    marks = await reading.marks()
    playlists = await reading.playlists(source, user)
    bookmarks = await reading.bookmarks()
    queue = await reading.queue()
    if server.sends_password and url.startswith("http://"):
        reading.notes.append(
            "the server knows no tokens, so the password went to it as it is, over plain HTTP"
        )
    person = FoundPerson(user, tuple(marks), tuple(playlists), tuple(bookmarks), queue)
    return Found(source, (person,), tuple(reading.notes))


class _Reading:
    def __init__(self, server: Server, told: Told) -> None:
        self._server = server
        self._told = told
        self.notes: list[str] = []

    async def marks(self) -> list[WantedMark]:
        """Of everything that is liked, rated or was played: each once."""
        found: dict[tuple[ItemKind, str], Thing] = {}
        async for kind, thing in self._every():
            key = (kind, text(thing.get("id")))
            # What lists say less of is completed by what says more.
            found[key] = found.get(key, {}) | _short(thing)
        made = (_mark(kind, thing) for (kind, _), thing in found.items())
        return [mark for mark in made if mark is not None]

    async def _every(self) -> AsyncIterator[tuple[ItemKind, Thing]]:
        songs = 0
        async for song in self._songs():
            songs += 1
            if songs % PAGE == 0:
                self._told("songs", songs)
            yield ItemKind.TRACK, song
        async for album in self._pages("getAlbumList2", "albumList2", "album"):
            yield ItemKind.ALBUM, album
            if not songs:
                # No search that finds everything: album by album.
                whole = await self._optional("getAlbum", id=text(album.get("id")))
                for song in _things(_thing(whole.get("album")).get("song")):
                    yield ItemKind.TRACK, song
        artists = _thing((await self._optional("getArtists")).get("artists"))
        for letter in _things(artists.get("index")):
            for artist in _things(letter.get("artist")):
                yield ItemKind.ARTIST, artist
        starred = _thing((await self._optional("getStarred2")).get("starred2"))
        for kind, name in (
            (ItemKind.TRACK, "song"), (ItemKind.ALBUM, "album"), (ItemKind.ARTIST, "artist"),
        ):  # fmt: skip
            for thing in _things(starred.get(name)):
                yield kind, thing

    async def _songs(self) -> AsyncIterator[Thing]:
        """Every song, from a search for nothing; none where that finds nothing."""
        seen: set[str] = set()
        for page in range(_MOST_PAGES):
            answer = await self._optional(
                "search3", query="", songCount=PAGE, songOffset=page * PAGE, albumCount=0,
                artistCount=0,
            )  # fmt: skip
            songs = _things(_thing(answer.get("searchResult3")).get("song"))
            for song in songs:
                yield song
            if len(songs) < PAGE or not _news(songs, seen):
                return

    async def _pages(self, method: str, outer: str, inner: str) -> AsyncIterator[Thing]:
        seen: set[str] = set()
        for page in range(_MOST_PAGES):
            answer = await self._optional(
                method, type="alphabeticalByName", size=PAGE, offset=page * PAGE
            )
            things = _things(_thing(answer.get(outer)).get(inner))
            self._told("albums", page * PAGE + len(things))
            for thing in things:
                yield thing
            if len(things) < PAGE or not _news(things, seen):
                return

    async def _optional(self, method: str, **parameters: str | int) -> Thing:
        """An answer; nothing, and a note, where the server does not know the method."""
        try:
            return await self._server.ask(method, **parameters)
        except SubsonicError as error:
            note = f"{method} was refused: {error.message} (error {error.code})"
            if note not in self.notes:
                self.notes.append(note)
            return {}

    async def playlists(self, source: str, user: str) -> list[FoundPlaylist]:
        found: list[FoundPlaylist] = []
        answer = await self._optional("getPlaylists")
        for each in _things(_thing(answer.get("playlists")).get("playlist"))[:_MOST_LISTS]:
            owner = text(each.get("owner"))
            if owner and owner.casefold() != user.casefold():
                continue  # somebody else's public one
            self._told("playlists", len(found) + 1)
            id_ = text(each.get("id"))
            whole = _thing((await self._optional("getPlaylist", id=id_)).get("playlist"))
            wants = [_want(ItemKind.TRACK, song) for song in _things(whole.get("entry"))]
            found.append(
                FoundPlaylist(
                    id=f"{source}:{id_}",
                    name=text(each.get("name")) or "Playlist",
                    comment=text(each.get("comment")),
                    public=each.get("public") is True,
                    entries=tuple(want for want in wants if want is not None),
                )
            )
        return found

    async def bookmarks(self) -> list[FoundBookmark]:
        answer = _thing((await self._optional("getBookmarks")).get("bookmarks"))
        found = []
        for each in _things(answer.get("bookmark")):
            want = _want(ItemKind.TRACK, _thing(each.get("entry")))
            if want is not None:
                place = number(each.get("position"), _LONGEST_MS)
                found.append(FoundBookmark(want, place, text(each.get("comment"))))
        return found

    async def queue(self) -> FoundQueue | None:
        answer = _thing((await self._optional("getPlayQueue")).get("playQueue"))
        songs = [
            (text(song.get("id")), want)
            for song in _things(answer.get("entry"))
            if (want := _want(ItemKind.TRACK, song)) is not None
        ]
        if not songs:
            return None
        current = str(answer.get("current"))
        place = next((at for at, (id_, _) in enumerate(songs) if id_ == current), 0)
        position = number(answer.get("position"), _LONGEST_MS)
        return FoundQueue(tuple(want for _, want in songs), place, position)


def _mark(kind: ItemKind, thing: Thing) -> WantedMark | None:
    want = _want(kind, thing)
    rating = number(thing.get("userRating"))
    plays = number(thing.get("playCount")) if kind is ItemKind.TRACK else 0
    starred = thing.get("starred")
    if want is None or not (starred or plays or 1 <= rating <= 5):
        return None
    return WantedMark(
        want=want,
        key=text(thing.get("id")),
        saved_at=milliseconds(starred) if starred else None,
        rating=rating if 1 <= rating <= 5 else 0,
        plays=plays,
        last_played_at=milliseconds(thing.get("played")) if plays else 0,
    )


def _want(kind: ItemKind, thing: Thing) -> Want | None:
    title = text(thing.get("title")) or text(thing.get("name"))
    if not title:
        return None
    if kind is not ItemKind.TRACK:
        artist = text(thing.get("artist")) if kind is ItemKind.ALBUM else ""
        return Want(
            kind=kind, title=title, artist=artist, musicbrainz_id=text(thing.get("musicBrainzId"))
        )
    codes = thing.get("isrc")
    return Want(
        title=title,
        artist=text(thing.get("displayArtist")) or text(thing.get("artist")),
        album=text(thing.get("album")),
        duration_ms=thousandths(number(thing.get("duration"))),
        path=path(thing.get("path")),
        isrc=text(codes[0]) if isinstance(codes, list) and codes else text(codes),
        musicbrainz_id=text(thing.get("musicBrainzId")),
        track_number=number(thing.get("track")),
        disc_number=number(thing.get("discNumber")),
    )


def _short(thing: Thing) -> Thing:
    """What is needed of it, and no more of each text than anybody writes."""
    found = {name: thing[name] for name in _FIELDS if thing.get(name) is not None}
    codes = found.get("isrc")
    if isinstance(codes, list):
        found["isrc"] = codes[0] if codes else ""
    return {
        name: path(value) if name == "path" else text(value) if isinstance(value, str) else value
        for name, value in found.items()
        if isinstance(value, str | int | float)
    }


def _news(things: list[Thing], seen: set[str]) -> bool:
    """Whether a page has something that no page before had: some servers know one page only."""
    before = len(seen)
    seen.update(text(thing.get("id")) for thing in things)
    return len(seen) > before


def _thing(value: object) -> Thing:
    return value if isinstance(value, dict) else {}


def _things(value: object) -> list[Thing]:
    """What JSON has as a list; some servers give a list of one as the thing itself."""
    every = value if isinstance(value, list) else [value]
    return [each for each in every if isinstance(each, dict)]
