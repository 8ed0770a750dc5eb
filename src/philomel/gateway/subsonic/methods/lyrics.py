"""Lyrics: by names as plain text, and by song in lines and words (songLyrics 1 and 2)."""

from collections.abc import Mapping, Sequence

from philomel.gateway.subsonic import items
from philomel.gateway.subsonic.call import Call
from philomel.gateway.subsonic.items import Item
from philomel.kernel.errors import NotFound
from philomel.services.catalog.contract import (
    CreditRole,
    GetLyrics,
    LyricLine,
    Lyrics,
    LyricSet,
    LyricWord,
    Track,
)
from philomel.services.search.contract import Search

Body = Mapping[str, object]

_MAIN, _BEHIND = "main", "bg"


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
        if lyrics is not None and lyrics.sets:
            text = "\n".join(line.text for line in lyrics.sets[0].lines)
            return {"lyrics": {"artist": artist or names[0], "title": track.title, "value": text}}
    return {"lyrics": {"value": ""}}


async def get_lyrics_by_song_id(call: Call) -> Body:
    """All lyrics of a song; with `enhanced` also who sings each word, and when."""
    track = await call.track(call.parameters.id())
    enhanced = call.parameters.flag("enhanced", default=False)
    lyrics = await _lyrics(call, track.id)
    sets = lyrics.sets if lyrics is not None else ()
    heading = {
        "displayArtist": items.display(_artists(track)),
        "displayTitle": track.title,
    }
    structured = [{**heading, **structure(one, enhanced=enhanced)} for one in sets]
    return {"lyricsList": {"structuredLyrics": structured}}


def structure(lyrics: LyricSet, *, enhanced: bool) -> Item:
    """A StructuredLyrics. Its offset is 0: the times have it already."""
    lines: list[Item] = []
    sung: list[tuple[int, LyricLine]] = []
    for line in lyrics.lines:
        if line.background and line.words and lines:
            sung.append((len(lines) - 1, line))
            continue
        lines.append(
            {"value": line.text}
            if line.start_ms is None
            else {"start": line.start_ms, "value": line.text}
        )
        if line.words:
            sung.append((len(lines) - 1, line))
    item: Item = {"lang": lyrics.language, "offset": 0, "synced": lyrics.synced, "line": lines}
    if not enhanced:
        return item
    item["kind"] = "main"
    if not sung:
        return item
    agents = _agents(lyrics, [line for _, line in sung])
    main = next(str(agent["id"]) for agent in agents if agent["role"] == _MAIN)
    known = {str(agent["id"]) for agent in agents}
    cue_lines = [_cue_line(index, line, known, main) for index, line in sung]
    if len(agents) > 1 or "name" in agents[0]:
        item["agents"] = agents
    else:
        for cue_line in cue_lines:
            del cue_line["agentId"]
    item["cueLine"] = cue_lines
    return item


def _agents(lyrics: LyricSet, lines: Sequence[LyricLine]) -> list[Item]:
    """Who sings: the first is the main voice, of which there is exactly one."""
    agents: list[Item] = []
    for number, agent in enumerate(lyrics.agents):
        role = _MAIN if number == 0 else ("group" if agent.group else "voice")
        item: Item = {"id": agent.id, "role": role}
        if agent.name:
            item["name"] = agent.name
        agents.append(item)
    if not agents:
        agents.append({"id": _MAIN, "role": _MAIN})
    if any(line.background for line in lines):
        agents.append({"id": _BEHIND, "role": _BEHIND})
    return list({str(agent["id"]): agent for agent in reversed(agents)}.values())[::-1]


def _cue_line(index: int, line: LyricLine, known: set[str], main: str) -> Item:
    item: Item = {"index": index}
    if line.start_ms is not None:
        item["start"] = line.start_ms
    if line.end_ms is not None:
        item["end"] = line.end_ms
    item["value"] = line.text
    agent = line.agent if line.agent in known else main
    item["agentId"] = _BEHIND if line.background else agent
    item["cue"] = _cues(line.words, line.end_ms)
    return item


def _cues(words: Sequence[LyricWord], ends: int | None) -> list[Item]:
    """Words with their places in the line: bytes of UTF-8, both ends within the word.

    Either all of them have an end, or none has: what is missing is filled in if one is known.
    """
    timed = any(word.end_ms is not None for word in words)
    cues: list[Item] = []
    at = 0
    for place, word in enumerate(words):
        text, length = word.text.rstrip(), len(word.text.encode("utf-8", "replace"))
        shown = len(text.encode("utf-8", "replace"))
        if shown:
            cue: Item = {"start": word.start_ms}
            if timed:
                follows = words[place + 1].start_ms if place + 1 < len(words) else ends
                cue["end"] = max(word.start_ms, word.end_ms or follows or word.start_ms)
            cue |= {"byteStart": at, "byteEnd": at + shown - 1, "value": text}
            cues.append(cue)
        at += length
    return cues


async def _lyrics(call: Call, track_id: str) -> Lyrics | None:
    try:
        return await call.services.catalog.get_lyrics(GetLyrics(track_id))
    except NotFound:
        return None


def _artists(track: Track) -> list[dict[str, str]]:
    return items.named(track.credits, CreditRole.ARTIST)
