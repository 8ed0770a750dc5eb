"""All artists under their letters, written once for all who see the same libraries.

Players ask for all artists at every start. To read and write 24,000 of them takes a quarter of a
second; so what was written is kept while the catalogue says that nothing changed, and what the
caller thinks of some of them is put in between.
"""

import asyncio
import re
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence

from philomel.gateway.subsonic import items
from philomel.gateway.subsonic.answer import Form, Prepared, prepared
from philomel.gateway.subsonic.items import Item
from philomel.services.catalog.contract import (
    Artist,
    ArtistName,
    ArtistNames,
    Catalog,
    Cover,
    ListArtistNames,
)
from philomel.services.playlists.contract import Mark

MOST_KEPT = 24 << 20
"""Bytes of everything that is kept."""
LARGEST = 12 << 20
KNOWN = 16
_TRIES = 3
_ID = re.compile(rb'(?:"id":"|<artist id=")([0-9A-Za-z]{22})"')


class Shelves:
    """What was written, by version, whether for folders, and form."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, bool, bool], bytes] = OrderedDict()
        self._size = 0

    async def of(
        self,
        catalog: Catalog,
        library_id: str | None,
        form: Form,
        marks: Mapping[str, Mark],
        *,
        folders: bool,
        since: int = 0,
    ) -> tuple[Prepared, int]:
        """The list `index` of an answer, for the caller, and when the catalogue changed last.

        Args:
            marks: the caller's, by the ids of artists.
            since: the list is empty if nothing changed after that.
        """
        kind = (folders, form.name == "xml")
        known = tuple(key[0] for key in reversed(self._kept) if key[1:] == kind)[:KNOWN]
        version, found, changed_at = await _names(catalog, library_id, known)
        if 0 < changed_at <= since:
            return Prepared(prepared(form, "index", [])), changed_at
        text = self._kept.get((version, *kind))
        if text is None:
            text = await asyncio.to_thread(_written, found, form, folders=folders)
            if version:
                self._keep((version, *kind), text)
        else:
            self._kept.move_to_end((version, *kind))
        if marks:
            text = await asyncio.to_thread(_marked, text, marks)
        return Prepared(text), changed_at

    def _keep(self, key: tuple[str, bool, bool], text: bytes) -> None:
        if len(text) > LARGEST or key in self._kept:
            return
        self._kept[key] = text
        self._size += len(text)
        while self._size > MOST_KEPT:
            _, dropped = self._kept.popitem(last=False)
            self._size -= len(dropped)


async def _names(
    catalog: Catalog, library_id: str | None, known: tuple[str, ...]
) -> tuple[str, Sequence[ArtistName], int]:
    """All of one version; the newest if it changes all the while."""
    for _ in range(_TRIES):
        found: list[ArtistName] = []
        page = ArtistNames((), "")
        versions = set()
        cursor = None
        while True:
            page = await catalog.list_artist_names(
                ListArtistNames(library_id, known, cursor=cursor)
            )
            versions.add(page.version)
            found += page.items
            cursor = page.next
            if cursor is None:
                break
        if len(versions) == 1:
            return page.version, found, page.changed_at
    return "", found, page.changed_at


def _written(names: Iterable[ArtistName], form: Form, *, folders: bool) -> bytes:
    build: Callable[[Artist], Item] = items.artist_entry if folders else items.artist_id3
    shelves: dict[str, list[Item]] = {}
    for name in names:
        shelves.setdefault(letter(name.sort_name), []).append(build(_artist(name)))
    return prepared(
        form, "index", [{"name": key, "artist": found} for key, found in shelves.items()]
    )


def _artist(name: ArtistName) -> Artist:
    return Artist(
        id=name.id,
        name=name.name,
        sort_name=name.sort_name,
        album_count=name.album_count,
        track_count=0,
        added_at=0,
        cover=None if name.cover_id is None else Cover(name.cover_id, ()),
        musicbrainz_id=name.musicbrainz_id,
    )


def letter(name: str) -> str:
    """What a sort name stands under."""
    first = unicodedata.normalize("NFKD", name.strip()[:1].upper())[:1]
    return first if first.isalpha() else "#"


def _marked(text: bytes, marks: Mapping[str, Mark]) -> bytes:
    """What is thought of an artist follows its id, with which every entry begins."""
    known = {id_.encode(): mark for id_, mark in marks.items()}

    def add(match: re.Match[bytes]) -> bytes:
        mark = known.get(match[1])
        if mark is None:
            return match[0]
        said = match[0]
        in_json = said.startswith(b'"')
        if mark.saved_at is not None:
            at = items.moment(mark.saved_at).encode()
            said += b',"starred":"%b"' % at if in_json else b' starred="%b"' % at
        if mark.rating is not None:
            said += (b',"userRating":%d' if in_json else b' userRating="%d"') % mark.rating
        return said

    return _ID.sub(add, text)
