"""A small catalogue in memory, with what listeners keep and play, for tests of the doors."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable, Sequence

from philomel.kernel.caller import Caller, CallerKind, current
from philomel.kernel.errors import InvalidArgument
from philomel.kernel.ids import encode
from philomel.services.accounts import contract as accounts
from philomel.services.catalog import contract as catalog
from philomel.services.catalog.contract import (
    Album,
    AlbumType,
    Artist,
    Cover,
    Credit,
    CreditRole,
    Named,
    Track,
)
from philomel.services.media import contract as media
from philomel.services.playlists import contract as playlists
from philomel.services.plays import contract as plays
from philomel.services.search import contract as search


def id_of(name: str) -> str:
    """The same id for the same name, in every run."""
    return encode(int.from_bytes(hashlib.sha256(name.encode()).digest()[:16]))


OPEN, CLOSED = id_of("library open"), id_of("library closed")
ALICE, BOB = id_of("user alice"), id_of("user bob")


def _credits(artist: str, role: CreditRole) -> tuple[Credit, ...]:
    return (Credit(Named(id_of(f"artist {artist}"), artist), role),)


class Shelf:
    """Implements the catalogue's reading half; every track lies in one library."""

    def __init__(self) -> None:
        self.tracks: dict[str, Track] = {}
        self.albums: dict[str, Album] = {}
        self.artists: dict[str, Artist] = {}
        self.aliases: dict[str, str] = {}
        self.lyrics: dict[str, catalog.Lyrics] = {}
        self.calls: list[str] = []
        self.scans = 0

    def add(self, artist: str, album: str, titles: Sequence[str], **more: object) -> None:
        """An album with its tracks; `library`, `year`, `genre` and `type` may be given."""
        artist_id, album_id = id_of(f"artist {artist}"), id_of(f"album {album}")
        genre, year = str(more.get("genre", "Rock")), int(str(more.get("year", 1997)))
        cover = Cover(id_of(f"cover {album}"), (64, 300, 640))
        library = str(more.get("library", OPEN))
        for number, title in enumerate(titles, start=1):
            id_ = id_of(f"track {title}")
            self.tracks[id_] = Track(
                id=id_,
                title=title,
                credits=_credits(artist, CreditRole.ARTIST)
                + _credits(artist, CreditRole.ALBUM_ARTIST),
                duration_ms=200_000 + number,
                added_at=1_600_000_000_000 + len(self.tracks),
                album=Named(album_id, album),
                cover=cover,
                genres=(genre,),
                disc_number=1,
                track_number=number,
                date=str(year),
                asset_id=id_of(f"asset {title}"),
                content_type="audio/flac",
                suffix="flac",
                size=20_000_000,
                bitrate=900_000,
                sample_rate=44_100,
                channels=2,
                bit_depth=16,
                path=f"{artist}/{album}/{number:02} {title}.flac",
                library_id=library,
                isrc="GBAYE9700001",
            )
        self.albums[album_id] = Album(
            id=album_id,
            name=album,
            type=AlbumType(str(more.get("type", "album"))),
            credits=_credits(artist, CreditRole.ALBUM_ARTIST),
            track_count=len(titles),
            duration_ms=200_000 * len(titles),
            added_at=1_600_000_000_000 + len(self.albums),
            cover=cover,
            genres=(genre,),
            date=str(year),
            year=year,
        )
        known = self.artists.get(artist_id)
        self.artists[artist_id] = Artist(
            id=artist_id,
            name=artist,
            sort_name=artist,
            album_count=1 + (known.album_count if known else 0),
            track_count=len(titles) + (known.track_count if known else 0),
            added_at=1_600_000_000_000,
        )

    def _libraries(self) -> set[str]:
        caller = current().caller
        caller.require_known()
        return {OPEN, CLOSED} if caller.user_id in {ALICE, None} else {OPEN}

    def seen_tracks(self) -> list[Track]:
        libraries = self._libraries()
        return [track for track in self.tracks.values() if track.library_id in libraries]

    def seen_albums(self) -> list[Album]:
        ids = {track.album.id for track in self.seen_tracks() if track.album}
        return [album for album in self.albums.values() if album.id in ids]

    def seen_artists(self) -> list[Artist]:
        ids = {credit.artist.id for track in self.seen_tracks() for credit in track.credits}
        return sorted(
            (artist for artist in self.artists.values() if artist.id in ids),
            key=lambda artist: artist.sort_name,
        )

    def _aliases(self, ids: Iterable[str]) -> tuple[catalog.Alias, ...]:
        return tuple(catalog.Alias(id_, self.aliases[id_]) for id_ in ids if id_ in self.aliases)

    async def get_tracks(self, request: catalog.GetTracks, /) -> catalog.Tracks:
        self.calls.append("get_tracks")
        assert len(request.ids) <= 500
        seen = {track.id: track for track in self.seen_tracks()}
        ids = [self.aliases.get(id_, id_) for id_ in request.ids]
        found = tuple(seen[id_] for id_ in ids if id_ in seen)
        return catalog.Tracks(found, self._aliases(request.ids))

    async def get_albums(self, request: catalog.GetAlbums, /) -> catalog.Albums:
        self.calls.append("get_albums")
        assert len(request.ids) <= 500
        seen = {album.id: album for album in self.seen_albums()}
        return catalog.Albums(tuple(seen[id_] for id_ in request.ids if id_ in seen))

    async def get_artists(self, request: catalog.GetArtists, /) -> catalog.Artists:
        self.calls.append("get_artists")
        assert len(request.ids) <= 500
        seen = {artist.id: artist for artist in self.seen_artists()}
        return catalog.Artists(tuple(seen[id_] for id_ in request.ids if id_ in seen))

    async def list_tracks(self, request: catalog.ListTracks, /) -> catalog.TrackPage:
        self.calls.append("list_tracks")
        found = [
            track
            for track in self.seen_tracks()
            if (request.album_id in {None, track.album and track.album.id})
            and (request.genre is None or request.genre in track.genres)
            and (request.library_id in {None, track.library_id})
            and (
                request.artist_id is None
                or any(credit.artist.id == request.artist_id for credit in track.credits)
            )
        ]
        start = _start(request.limit, request.offset, request.cursor)
        end = start + request.limit
        next_ = str(end) if end < len(found) else None
        return catalog.TrackPage(tuple(found[start:end]), len(found), next_)

    async def list_albums(self, request: catalog.ListAlbums, /) -> catalog.AlbumPage:
        self.calls.append("list_albums")
        found = [
            album
            for album in self.seen_albums()
            if (request.genre is None or request.genre in album.genres)
            and (request.type in {None, album.type})
            and (request.from_year or 0) <= (album.year or 0) <= (request.to_year or 9999)
            and (
                request.artist_id is None
                or (album.credits[0].artist.id == request.artist_id and not request.appears_on)
            )
        ]
        match request.sort:
            case catalog.AlbumSort.NAME:
                found.sort(key=lambda album: album.name)
            case catalog.AlbumSort.YEAR:
                found.sort(key=lambda album: album.year or 0)
            case catalog.AlbumSort.YEAR_DESCENDING:
                found.sort(key=lambda album: -(album.year or 0))
            case catalog.AlbumSort.RECENTLY_ADDED:
                found.sort(key=lambda album: -album.added_at)
            case _:
                pass
        start = _start(request.limit, request.offset, request.cursor)
        end = start + request.limit
        next_ = str(end) if end < len(found) else None
        return catalog.AlbumPage(tuple(found[start:end]), len(found), next_)

    async def list_artists(self, request: catalog.ListArtists, /) -> catalog.ArtistPage:
        self.calls.append("list_artists")
        found = self.seen_artists()
        start = _start(request.limit, request.offset, request.cursor)
        end = start + request.limit
        next_ = str(end) if end < len(found) else None
        return catalog.ArtistPage(tuple(found[start:end]), len(found), next_)

    async def list_genres(self, _request: catalog.ListGenres, /) -> catalog.Genres:
        names = sorted({genre for track in self.seen_tracks() for genre in track.genres})
        return catalog.Genres(
            tuple(
                catalog.Genre(
                    id_of(f"genre {name}"),
                    name,
                    sum(name in track.genres for track in self.seen_tracks()),
                    sum(name in album.genres for album in self.seen_albums()),
                )
                for name in names
            )
        )

    async def get_lyrics(self, request: catalog.GetLyrics, /) -> catalog.Lyrics:
        seen = {track.id for track in self.seen_tracks()}
        if request.track_id not in seen or request.track_id not in self.lyrics:
            raise catalog.TrackNotFound("no lyrics")
        return self.lyrics[request.track_id]

    async def get_counts(self, _request: catalog.GetCounts, /) -> catalog.Counts:
        return catalog.Counts(
            len(self.seen_tracks()), len(self.seen_albums()), len(self.seen_artists())
        )

    async def list_libraries(self, _request: catalog.ListLibraries, /) -> catalog.Libraries:
        seen = self._libraries()
        return catalog.Libraries(
            tuple(
                catalog.Library(id_, name, catalog.LibraryKind.MUSIC, b"", 0)
                for id_, name in ((CLOSED, "Closed"), (OPEN, "Open"))
                if id_ in seen
            )
        )

    async def start_scan(self, _request: catalog.StartScan, /) -> catalog.ScanStatus:
        current().caller.require_admin()
        self.scans += 1
        return catalog.ScanStatus(id_of("scan"), catalog.ScanPhase.READING, 0)

    async def watch_scan(self, _request: catalog.WatchScan, /) -> AsyncIterator[catalog.ScanStatus]:
        if not self.scans:
            raise catalog.ScanNotFound("nothing was scanned")
        yield catalog.ScanStatus(id_of("scan"), catalog.ScanPhase.DONE, 0)


def _start(limit: int, offset: int, cursor: str | None) -> int:
    if not 1 <= limit <= 500 or offset < 0:
        raise InvalidArgument("limit must be between 1 and 500")
    return int(cursor or 0) + offset


class Finder:
    """Implements search over a shelf: names that hold every word."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def search(self, request: search.Search, /) -> search.Found:
        words = request.text.casefold().split()

        def hits(names: Iterable[tuple[str, str]], limit: int, offset: int) -> search.Hits:
            found = [id_ for id_, name in names if all(word in name.casefold() for word in words)]
            return search.Hits(tuple(found[offset : offset + limit]), len(found))

        shelf = self._shelf
        return search.Found(
            hits(
                ((artist.id, artist.name) for artist in shelf.seen_artists()),
                request.artists,
                request.artist_offset,
            ),
            hits(
                ((album.id, album.name) for album in shelf.seen_albums()),
                request.albums,
                request.album_offset,
            ),
            hits(
                (
                    (track.id, f"{track.title} {track.credits[0].artist.name}")
                    for track in shelf.seen_tracks()
                ),
                request.tracks,
                request.track_offset,
            ),
        )


class Keeper:
    """Implements likes, ratings and plays, for every caller apart."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._marks: dict[tuple[str, str], dict[str, playlists.Mark]] = {}
        self._plays: dict[str, list[plays.Play]] = {}
        self._playing: dict[str, plays.NowPlaying] = {}
        self.calls: list[str] = []

    def _kept(self, kind: playlists.ItemKind, scope: str) -> dict[str, playlists.Mark]:
        caller = current().caller
        self.calls.append(scope)
        if kind is playlists.ItemKind.ARTIST:
            scope = scope.replace("library", "follow")
        caller.require_scope(f"user-{scope}")
        return self._marks.setdefault((caller.require_user(), kind), {})

    async def save(self, request: playlists.Save, /) -> None:
        kept = self._kept(request.kind, "library-modify")
        seen = {item.id for item in self._shelf.seen_tracks()}
        seen |= {item.id for item in self._shelf.seen_albums()}
        seen |= {item.id for item in self._shelf.seen_artists()}
        for id_ in request.ids:
            if id_ in seen:
                old = kept.get(id_, playlists.Mark(id_))
                kept[id_] = playlists.Mark(id_, old.saved_at or 1_700_000_000_000, old.rating)

    async def unsave(self, request: playlists.Unsave, /) -> None:
        kept = self._kept(request.kind, "library-modify")
        for id_ in request.ids:
            if id_ in kept:
                kept[id_] = playlists.Mark(id_, None, kept[id_].rating)

    async def rate(self, request: playlists.Rate, /) -> None:
        kept = self._kept(request.kind, "library-modify")
        old = kept.get(request.id, playlists.Mark(request.id))
        kept[request.id] = playlists.Mark(request.id, old.saved_at, request.rating or None)

    async def get_marks(self, request: playlists.GetMarks, /) -> playlists.Marks:
        kept = self._kept(request.kind, "library-read")
        return playlists.Marks(tuple(kept[id_] for id_ in request.ids if id_ in kept))

    async def list_saved(self, request: playlists.ListSaved, /) -> playlists.SavedPage:
        kept = self._kept(request.kind, "library-read")
        found = [mark for mark in kept.values() if mark.saved_at is not None]
        start = _start(request.limit, request.offset, request.cursor)
        end = start + request.limit
        next_ = str(end) if end < len(found) else None
        return playlists.SavedPage(tuple(found[start:end]), len(found), next_)

    async def list_rated(self, request: playlists.ListRated, /) -> playlists.SavedPage:
        kept = self._kept(request.kind, "library-read")
        found = sorted(
            (mark for mark in kept.values() if mark.rating), key=lambda mark: -(mark.rating or 0)
        )
        end = request.offset + request.limit
        return playlists.SavedPage(tuple(found[request.offset : end]), len(found))

    async def record_plays(self, request: plays.RecordPlays, /) -> None:
        self._plays.setdefault(current().caller.require_user(), []).extend(request.items)

    async def set_now_playing(self, request: plays.SetNowPlaying, /) -> None:
        user = current().caller.require_user()
        playing = plays.NowPlaying(user, request.track_id, 1_700_000_000_000, request.player)
        self._playing[user] = playing

    async def list_now_playing(self, _request: plays.ListNowPlaying, /) -> plays.NowPlayingList:
        caller = current().caller
        return plays.NowPlayingList(
            tuple(
                item
                for user, item in self._playing.items()
                if caller.admin or user == caller.user_id
            )
        )

    def _counts(self, kind: plays.PlayedKind) -> dict[str, plays.PlayCount]:
        found: dict[str, plays.PlayCount] = {}
        for play in self._plays.get(current().caller.require_user(), []):
            track = self._shelf.tracks[play.track_id]
            id_ = {
                plays.PlayedKind.TRACK: track.id,
                plays.PlayedKind.ALBUM: track.album.id if track.album else "",
                plays.PlayedKind.ARTIST: track.credits[0].artist.id,
            }[kind]
            count = found[id_].count if id_ in found else 0
            found[id_] = plays.PlayCount(id_, count + 1, play.played_at)
        return found

    async def get_play_counts(self, request: plays.GetPlayCounts, /) -> plays.PlayCounts:
        counts = self._counts(request.kind)
        return plays.PlayCounts(tuple(counts[id_] for id_ in request.ids if id_ in counts))

    async def list_played(self, request: plays.ListPlayed, /) -> plays.PlayedPage:
        counts = sorted(self._counts(request.kind).values(), key=lambda count: -count.count)
        end = request.offset + request.limit
        return plays.PlayedPage(tuple(counts[request.offset : end]), len(counts))

    async def list_history(self, request: plays.ListHistory, /) -> plays.HistoryPage:
        current().caller.require_scope("user-read-recently-played")
        listed = sorted(
            self._plays.get(current().caller.require_user(), []), key=lambda play: -play.played_at
        )
        before = request.before or 2**62
        found = [play for play in listed if play.played_at < before]
        return plays.HistoryPage(tuple(found[: request.limit]))


class Signer:
    """Implements the signing half of media: addresses that say what they are for."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    async def sign_stream(self, request: media.SignStream, /) -> media.SignedUrl:
        self.calls.append("sign_stream")
        user = current().caller.require_user()
        what = f"{request.format}-{request.bitrate}-{request.offset_ms}"
        return media.SignedUrl(f"/media/stream/{request.asset_id}/{what}?sig={user}", 0)

    async def sign_covers(self, request: media.SignCovers, /) -> media.SignedUrls:
        self.calls.append("sign_covers")
        assert len(request.keys) <= 500
        return media.SignedUrls(
            tuple(media.SignedUrl(f"/media/cover/{key}?sig=day", 0) for key in request.keys)
        )


class People:
    """Implements proof of who calls: tokens by name, app passwords beside account ones."""

    def __init__(self) -> None:
        self.tokens: dict[str, Caller] = {}
        self.tries = 0

    def token(self, user_id: str | None, *scopes: str, admin: bool = False) -> str:
        kind = CallerKind.APP if user_id is None else CallerKind.USER
        names = {ALICE: "Alice", BOB: "bob"}
        name = names.get(user_id or "", "program")
        token = f"token-{len(self.tokens)}"
        self.tokens[token] = Caller(kind, user_id, name, admin, scopes or ("*",))
        return token

    async def authenticate(self, request: accounts.Authenticate, /) -> accounts.Authenticated:
        caller = self.tokens.get(request.token)
        if caller is None:
            raise accounts.BadCredentials("Invalid access token")
        return accounts.Authenticated(caller)

    async def authenticate_player(
        self, request: accounts.AuthenticatePlayer, /
    ) -> accounts.Authenticated:
        await asyncio.sleep(0)
        self.tries += 1
        if self.tries > 1_000:
            raise accounts.TooManyTries("too many tries", retry_after=30)
        users = {
            "alice": accounts.User(ALICE, "Alice", accounts.Role.ADMIN, 0),
            "bob": accounts.User(BOB, "bob", accounts.Role.LISTENER, 0),
        }
        user: accounts.User | None
        if request.api_key is not None:
            user = users.get(request.api_key.removeprefix("key-of-"))
            good = user is not None
        else:
            user = users.get((request.name or "").casefold())
            app_password = f"app-{user.name.lower()}" if user else ""
            if request.token is not None:
                digest = hashlib.md5(f"{app_password}{request.salt}".encode()).hexdigest()
                good = user is not None and request.token == digest
            else:
                good = user is not None and request.password == app_password
        if user is None or not good:
            raise accounts.BadCredentials("wrong")
        admin = user.role is accounts.Role.ADMIN
        caller = Caller(CallerKind.USER, user.id, user.name, admin, ("*",))
        return accounts.Authenticated(caller, user)

    async def list_users(self, _request: accounts.ListUsers, /) -> accounts.Users:
        current().caller.require_admin()
        return accounts.Users(
            (
                accounts.User(ALICE, "Alice", accounts.Role.ADMIN, 0),
                accounts.User(BOB, "bob", accounts.Role.LISTENER, 0),
            )
        )

    async def find_user(self, request: accounts.FindUser, /) -> accounts.User:
        for user in (await self.list_users(accounts.ListUsers())).items:
            if user.name.casefold() == request.name.casefold():
                return user
        raise accounts.UserNotFound("no such user")
