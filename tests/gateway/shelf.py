"""A small catalogue in memory and search over it, where a real server cannot be asked.

The clients of the Web API, its own suites and most of what is refused by the doors run at a real
server: see `home`. These need answers that no real one gives on demand, at the moment they name:

    subsonic/test_refusals      a flood of wrong passwords, whose delays would hold up all others,
                                and control characters in names
    subsonic/test_accounts, test_player
                                which calls reach the accounts, and what an address was signed for
    subsonic/test_shelves, test_texts
                                an entry that changes between two requests
    subsonic/test_information   what open services know of an artist
    subsonic/test_lyrics, test_transcoding, api/test_door, test_browse
                                every detail of an entry: timed words, chapters, loudness, names
                                that are no text
    api/test_playback, share    a clock that is put forward by the length of a track or a share
    test_overload               doors that are busy in a way that is told to them
"""

import hashlib
import re
from collections.abc import AsyncIterator, Iterable, Sequence

from philomel.kernel.caller import current
from philomel.kernel.errors import InvalidArgument
from philomel.kernel.ids import encode
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

    def version(self) -> str:
        return str(hash((*self.seen_tracks(), *self.seen_albums(), *self.seen_artists())))

    async def get_version(self, _request: catalog.GetVersion, /) -> catalog.Version:
        return catalog.Version(self.version())

    async def list_track_ids(self, request: catalog.ListTracks, /) -> catalog.ListedIds:
        page = await self.list_tracks(request)
        ids = tuple(track.id for track in page.items)
        return catalog.ListedIds(ids, page.total, self.version(), page.next)

    async def list_album_ids(self, request: catalog.ListAlbums, /) -> catalog.ListedIds:
        page = await self.list_albums(request)
        ids = tuple(album.id for album in page.items)
        return catalog.ListedIds(ids, page.total, self.version(), page.next)

    def _aliases(self, ids: Iterable[str]) -> tuple[catalog.Alias, ...]:
        return tuple(catalog.Alias(id_, self.aliases[id_]) for id_ in ids if id_ in self.aliases)

    async def get_tracks(self, request: catalog.GetTracks, /) -> catalog.Tracks:
        self.calls.append("get_tracks")
        assert len(request.ids) <= 500
        seen = {track.id: track for track in self.seen_tracks()}
        ids = [self.aliases.get(id_, id_) for id_ in request.ids]
        found = tuple(seen[id_] for id_ in ids if id_ in seen)
        return catalog.Tracks(found, self._aliases(request.ids), self.version())

    async def get_track_covers(self, request: catalog.GetTrackCovers, /) -> catalog.TrackCovers:
        self.calls.append("get_track_covers")
        assert len(request.ids) <= 500
        seen = {track.id: track.cover for track in self.seen_tracks()}
        return catalog.TrackCovers(
            tuple(
                catalog.TrackCover(id_, cover)
                for id_ in request.ids
                if (cover := seen.get(id_)) is not None
            )
        )

    async def match_tracks(self, request: catalog.MatchTracks, /) -> catalog.TrackMatches:
        seen = {track.id: track for track in self.seen_tracks()}
        by_title = {track.title: track.id for track in seen.values()}
        found = (
            known.id if known.id in seen else by_title.get(known.title) for known in request.items
        )
        return catalog.TrackMatches(
            tuple(
                catalog.TrackMatch(id_, None if id_ is None else catalog.MatchedBy.TAGS)
                for id_ in found
            )
        )

    async def get_albums(self, request: catalog.GetAlbums, /) -> catalog.Albums:
        self.calls.append("get_albums")
        assert len(request.ids) <= 500
        seen = {album.id: album for album in self.seen_albums()}
        found = tuple(seen[id_] for id_ in request.ids if id_ in seen)
        return catalog.Albums(found, version=self.version())

    async def get_artists(self, request: catalog.GetArtists, /) -> catalog.Artists:
        self.calls.append("get_artists")
        assert len(request.ids) <= 500
        seen = {artist.id: artist for artist in self.seen_artists()}
        found = tuple(seen[id_] for id_ in request.ids if id_ in seen)
        return catalog.Artists(found, version=self.version())

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
        start = start_of(request.limit, request.offset, request.cursor)
        end = start + request.limit
        next_ = str(end) if end < len(found) else None
        return catalog.TrackPage(tuple(found[start:end]), len(found), next_)

    async def list_album_tracks(self, request: catalog.ListAlbumTracks, /) -> catalog.AlbumTracks:
        self.calls.append("list_album_tracks")
        found = []
        for id_ in request.album_ids:
            on_it = [t for t in self.seen_tracks() if t.album and t.album.id == id_]
            found.append(catalog.TracksOfAlbum(id_, tuple(on_it[: request.limit]), len(on_it)))
        return catalog.AlbumTracks(tuple(found[:15]), tuple(request.album_ids[15:]))

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
        start = start_of(request.limit, request.offset, request.cursor)
        end = start + request.limit
        next_ = str(end) if end < len(found) else None
        return catalog.AlbumPage(tuple(found[start:end]), len(found), next_)

    async def list_artists(self, request: catalog.ListArtists, /) -> catalog.ArtistPage:
        self.calls.append("list_artists")
        found = self.seen_artists()
        start = start_of(request.limit, request.offset, request.cursor)
        end = start + request.limit
        next_ = str(end) if end < len(found) else None
        return catalog.ArtistPage(tuple(found[start:end]), len(found), next_)

    async def list_artist_names(self, request: catalog.ListArtistNames, /) -> catalog.ArtistNames:
        self.calls.append("list_artist_names")
        seen = self.seen_artists()
        version = str(hash(tuple(seen)))
        if version in request.known:
            return catalog.ArtistNames((), version)
        start = int(request.cursor or 0)
        page = seen[start : start + request.limit]
        names = tuple(
            catalog.ArtistName(
                artist.id, artist.name, artist.sort_name, artist.album_count,
                artist.musicbrainz_id, artist.cover.id if artist.cover else None,
            )
            for artist in page if artist.album_count
        )  # fmt: skip
        end = start + request.limit
        return catalog.ArtistNames(names, version, str(end) if end < len(seen) else None)

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

    async def get_chapters(self, request: catalog.GetChapters, /) -> catalog.Chapters:
        if request.track_id not in {track.id for track in self.seen_tracks()}:
            raise catalog.TrackNotFound("no such track")
        return catalog.Chapters((catalog.Chapter(0, 1_000, "<One>"),))

    async def list_folder(self, request: catalog.ListFolder, /) -> catalog.FolderPage:
        if request.library_id not in self._libraries():
            raise catalog.LibraryNotFound("no such library")
        folder = catalog.Folder(request.path + b"/\xff", "\ufffd")
        tracks = tuple(self.seen_tracks()[: request.limit])
        return catalog.FolderPage((folder,), tracks, above=b"", next="more")

    async def list_labels(self, _request: catalog.ListLabels, /) -> catalog.LabelPage:
        return catalog.LabelPage((catalog.Label("parlophone", "Parlophone", 3),))

    async def list_letters(self, request: catalog.ListLetters, /) -> catalog.Letters:
        seen = (
            self.seen_albums() if request.kind is catalog.EntryKind.ALBUM else self.seen_artists()
        )
        return catalog.Letters((catalog.Letter("a", 0),), len(seen))

    async def list_editions(self, request: catalog.ListEditions, /) -> catalog.Editions:
        return catalog.Editions(tuple(a for a in self.seen_albums() if a.id == request.album_id))

    async def list_siblings(self, request: catalog.ListSiblings, /) -> catalog.Siblings:
        seen = self.seen_tracks()
        if request.track_id not in {track.id for track in seen}:
            return catalog.Siblings(())
        return catalog.Siblings(tuple(t for t in seen if t.id != request.track_id))

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


def start_of(limit: int, offset: int, cursor: str | None) -> int:
    if not 1 <= limit <= 500 or offset < 0:
        raise InvalidArgument("limit must be between 1 and 500")
    if not (cursor or "0").isdecimal():
        raise InvalidArgument("the cursor is not one that this list gave out")
    return int(cursor or 0) + offset


class Finder:
    """Implements search over a shelf: names that hold every word, whatever its field and year."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def search(self, request: search.Search, /) -> search.Found:
        text = request.text.casefold()
        if request.with_fields:
            text = re.sub(r"\byear:\S+|\b[a-z]+:|\"", " ", text)
        words = text.split()
        if request.library_id == CLOSED:
            return search.Found(search.Hits(), search.Hits(), search.Hits())

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
