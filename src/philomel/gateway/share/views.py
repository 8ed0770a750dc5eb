"""What the page of a share is told: names, lengths, and addresses below the share's own."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from philomel.gateway.share.things import Shared
from philomel.services.catalog.contract import Cover, Credit, CreditRole, Track
from philomel.services.playlists.contract import Share

_COVER = 300
_SMALL = 64


class TrackView(Struct, frozen=True):
    """Attributes:
    album_id: neighbours of one album are joined without a gap.
    cover: an address; "" without a picture.
    """

    id: str
    title: str
    artists: str
    album: str
    album_id: str
    duration_ms: int
    cover: str


class ShareView(Struct, frozen=True):
    """Attributes:
    kind: "track", "album", "playlist", or "tracks" for a choice without a name of its own.
    title: "" for such a choice.
    by: artists; "" where there are many.
    note: what the sharer writes about it.
    shared_by: "" if they do not say.
    expires_at: milliseconds since the Unix epoch; None for never.
    address: of the page, whole.
    above: where everything of the share lies, from the host's root.
    cover, small: addresses of the picture, large and small; "" without one.
    downloads: whether the files are offered.
    """

    kind: str
    title: str
    by: str
    year: str
    note: str
    shared_by: str
    expires_at: int | None
    address: str
    above: str
    cover: str
    small: str
    downloads: bool
    tracks: Sequence[TrackView]

    @property
    def duration_ms(self) -> int:
        return sum(track.duration_ms for track in self.tracks)


def view_of(share: Share, things: Shared, shared_by: str, address: str, above: str) -> ShareView:
    """
    Args:
        shared_by: the sharer's name, or "".
        address: of the page as others reach it.
        above: the same from the host's root.
    """
    kind, title, by, date = _head(things)
    return ShareView(
        kind=kind,
        title=title,
        by=by,
        year=(date or "")[:4],
        note=share.description,
        shared_by=shared_by,
        expires_at=share.expires_at,
        address=address,
        above=above,
        cover=_picture(things.cover, above, _COVER * 2),
        small=_picture(things.cover, above, _SMALL),
        downloads=share.downloads,
        tracks=[_track(track, above) for track in things.tracks if track.asset_id is not None],
    )


def artists_of(credits_: Iterable[Credit], role: CreditRole) -> str:
    return ", ".join(dict.fromkeys(each.artist.name for each in credits_ if each.role is role))


def size_for(cover: Cover, wanted: int) -> int:
    """The smallest that is sharp at `wanted` pixels, or the largest."""
    return min((known for known in cover.sizes if known >= wanted), default=max(cover.sizes))


def _head(things: Shared) -> tuple[str, str, str, str | None]:
    """Kind, title, artists and date."""
    song, album = things.song, things.album
    if album is not None:
        by = artists_of(album.credits, CreditRole.ALBUM_ARTIST)
        return "album", album.name, by, album.original_date or album.date
    if things.playlist is not None:
        return "playlist", things.playlist.name, "", None
    if song is not None:
        return "track", song.title, artists_of(song.credits, CreditRole.ARTIST), song.date
    every = {artists_of(track.credits, CreditRole.ARTIST) for track in things.tracks}
    return "tracks", "", every.pop() if len(every) == 1 else "", None


def _track(track: Track, above: str) -> TrackView:
    return TrackView(
        id=track.id,
        title=track.title,
        artists=artists_of(track.credits, CreditRole.ARTIST),
        album="" if track.album is None else track.album.name,
        album_id="" if track.album is None else track.album.id,
        duration_ms=track.duration_ms,
        cover=_picture(track.cover, f"{above}/tracks/{track.id}", _SMALL),
    )


def _picture(cover: Cover | None, above: str, wanted: int) -> str:
    """The id in the query has browsers ask anew when the picture is another one."""
    if cover is None or not cover.sizes:
        return ""
    return f"{above}/cover?size={size_for(cover, wanted)}&v={cover.id[:8]}"
