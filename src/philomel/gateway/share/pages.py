"""The page of a share: what it is, and a player for every track. It needs no script."""

from philomel.gateway.share.things import Shared
from philomel.gateway.site.layout import card, document, hero
from philomel.gateway.site.markup import Markup, tag
from philomel.services.catalog.contract import CreditRole, Track
from philomel.services.playlists.contract import Share


def shared(share: Share, things: Shared, above: str, cover: str | None) -> str:
    """Args:
    above: the address of this page: the tracks lie below it.
    cover: an address; None if nothing has a picture.
    """
    title = share.description or _title(things)
    picture = None if cover is None else tag("img", src=cover, alt="", width="300")
    tracks = [_track(track, above) for track in things.tracks]
    nothing_left = tag("p", "Nothing of this is here any more.")
    return document(
        title,
        hero(title),
        card(picture) if picture is not None else None,
        card(tag("ol", *tracks) if tracks else nothing_left),
    )


def nothing() -> str:
    return document(
        "Nothing here",
        hero("Nothing here", "Nothing is shared at this address, or not any more."),
    )


def _title(things: Shared) -> str:
    if things.playlist:
        return things.playlist
    albums = {track.album.name for track in things.tracks if track.album is not None}
    if len(albums) == 1:
        return next(iter(albums))
    return "Shared music"


def _track(track: Track, above: str) -> Markup:
    names = dict.fromkeys(
        credit.artist.name for credit in track.credits if credit.role is CreditRole.ARTIST
    )
    place = f"{above}/{track.id}"
    return tag(
        "li",
        tag("p", tag("strong", track.title), tag("br"), ", ".join(names)),
        tag(
            "audio",
            # Not every browser plays every file; all of them play MP3.
            tag("source", src=place, type=track.content_type),
            tag("source", src=f"{place}?mp3", type="audio/mpeg"),
            controls=True,
            preload="none",
        ),
    )
