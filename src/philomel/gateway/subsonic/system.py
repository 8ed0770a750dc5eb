"""The server itself: is it there, who am I, what can it do, is it scanning; and lyrics."""

import re
from collections.abc import Mapping

from philomel.gateway.subsonic import items
from philomel.gateway.subsonic.call import Call, folder_number
from philomel.gateway.subsonic.errors import NOT_ALLOWED, Failure
from philomel.kernel.errors import NotFound
from philomel.services.accounts.contract import FindUser, Role
from philomel.services.catalog.contract import (
    CreditRole,
    GetCounts,
    GetLyrics,
    Lyrics,
    ScanPhase,
    StartScan,
    Track,
    WatchScan,
)
from philomel.services.search.contract import Search

Body = Mapping[str, object]

EXTENSIONS: Mapping[str, tuple[int, ...]] = {
    "apiKeyAuthentication": (1,),
    "formPost": (1,),
    "songLyrics": (1,),
    "transcodeOffset": (1,),
}
_ENDED = {ScanPhase.DONE, ScanPhase.CANCELLED, ScanPhase.FAILED}
_LRC_TIME = re.compile(r"\[(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?\]", re.ASCII)
_LRC_OFFSET = re.compile(r"\[offset:\s*([+-]?\d{1,7})\s*\]", re.ASCII | re.IGNORECASE)
_LRC_TAG = re.compile(r"\[[A-Za-z#]+:[^\]]*\]\s*")


async def ping(_call: Call) -> Body:
    return {}


async def get_license(_call: Call) -> Body:
    return {"license": {"valid": True}}


def extensions() -> Body:
    found = [{"name": name, "versions": versions} for name, versions in EXTENSIONS.items()]
    return {"openSubsonicExtensions": found}


async def token_info(call: Call) -> Body:
    return {"tokenInfo": {"username": call.user_name}}


async def get_user(call: Call) -> Body:
    name = call.parameters.need("username")
    user_name, admin = call.user_name, call.caller.admin
    if name.casefold() != user_name.casefold():
        if not call.caller.admin:
            raise Failure(NOT_ALLOWED, "only an administrator sees other users")
        user = await call.services.accounts.find_user(FindUser(name[:64]))
        user_name, admin = user.name, user.role is Role.ADMIN
    folders = [folder_number(library.id) for library in await call.libraries()]
    roles = {
        "adminRole": admin,
        "settingsRole": True,
        "downloadRole": True,
        "uploadRole": False,
        "playlistRole": False,
        "coverArtRole": False,
        "commentRole": False,
        "podcastRole": False,
        "streamRole": True,
        "jukeboxRole": False,
        "shareRole": False,
        "videoConversionRole": False,
    }
    return {"user": {"username": user_name, "scrobblingEnabled": True, **roles, "folder": folders}}


async def get_scan_status(call: Call) -> Body:
    counts = await call.services.catalog.get_counts(GetCounts())
    scanning = False
    states = call.services.catalog.watch_scan(WatchScan())
    try:
        async for state in states:
            scanning = state.phase not in _ENDED
            break
    except NotFound:
        pass  # nothing was ever scanned
    finally:
        close = getattr(states, "aclose", None)
        if close is not None:
            await close()
    return {"scanStatus": {"scanning": scanning, "count": counts.tracks}}


async def start_scan(call: Call) -> Body:
    full = call.parameters.flag("fullScan", default=False)
    state = await call.services.catalog.start_scan(StartScan(full=full))
    counts = await call.services.catalog.get_counts(GetCounts())
    return {"scanStatus": {"scanning": state.phase not in _ENDED, "count": counts.tracks}}


async def get_lyrics(call: Call) -> Body:
    """Lyrics by names, for players that know no ids; an empty answer if there are none."""
    artist = call.parameters.get("artist") or ""
    title = call.parameters.get("title") or ""
    if not title:
        return {"lyrics": {"value": ""}}
    request = Search(f"{title} {artist}"[:500], artists=0, albums=0, tracks=20)
    found = await call.services.search.search(request)
    for track in await call.tracks(found.tracks.ids):
        names = [name["name"].casefold() for name in _artists(track)]
        if track.title.casefold() != title.casefold() or (
            artist and artist.casefold() not in names
        ):
            continue
        lyrics = await _lyrics(call, track.id)
        if lyrics is not None:
            text = "\n".join(line for _, line in _lines(lyrics))
            return {"lyrics": {"artist": artist or names[0], "title": track.title, "value": text}}
    return {"lyrics": {"value": ""}}


async def get_lyrics_by_song_id(call: Call) -> Body:
    track = await call.track(call.parameters.id())
    lyrics = await _lyrics(call, track.id)
    if lyrics is None:
        return {"lyricsList": {"structuredLyrics": []}}
    offset = _LRC_OFFSET.search(lyrics.text) if lyrics.synced else None
    lines = [
        {"value": text} if start is None else {"start": start, "value": text}
        for start, text in _lines(lyrics)
    ]
    structured = {
        "displayArtist": items.display(_artists(track)),
        "displayTitle": track.title,
        "lang": lyrics.language,
        "offset": int(offset[1]) if offset else 0,
        "synced": lyrics.synced,
        "line": lines,
    }
    return {"lyricsList": {"structuredLyrics": [structured]}}


async def _lyrics(call: Call, track_id: str) -> Lyrics | None:
    try:
        return await call.services.catalog.get_lyrics(GetLyrics(track_id))
    except NotFound:
        return None


def _artists(track: Track) -> list[dict[str, str]]:
    return items.named(track.credits, CreditRole.ARTIST)


def _lines(lyrics: Lyrics) -> list[tuple[int | None, str]]:
    """The lines, with their starts in milliseconds if they are timed."""
    if not lyrics.synced:
        return [(None, line.rstrip()) for line in lyrics.text.splitlines()]
    timed: list[tuple[int, str]] = []
    for line in lyrics.text.splitlines():
        text = _LRC_TIME.sub("", line).strip()
        timed += [(_start(match), text) for match in _LRC_TIME.finditer(line)]
    if not timed:
        return [(None, _LRC_TAG.sub("", line)) for line in lyrics.text.splitlines()]
    timed.sort(key=lambda entry: entry[0])
    return list(timed)


def _start(match: re.Match[str]) -> int:
    fraction = (match[3] or "0").ljust(3, "0")[:3]
    return (int(match[1]) * 60 + int(match[2])) * 1000 + int(fraction)
