"""What is known of how tracks sound: measured, or tagged by whoever published them.

What nobody measured here is null. A number that stands for "unknown" would be taken for one.
"""

import re
from collections.abc import Mapping

from philomel.gateway.webapi.call import Call
from philomel.gateway.webapi.objects import Object
from philomel.gateway.webapi.parameters import checked_id, query_ids
from philomel.kernel.errors import NotFound
from philomel.services.catalog.contract import Track

_MAX_IDS = 100
UNKNOWN = (
    "acousticness",
    "danceability",
    "energy",
    "instrumentalness",
    "liveness",
    "speechiness",
    "time_signature",
    "valence",
)
_NOTES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11, "H": 11}
_SIGNS = {"#": 1, "♯": 1, "b": -1, "♭": -1, "": 0}
_KEY = re.compile(r"([A-Ha-h])\s*([#♯b♭]?)\s*(m|min|minor|maj|major)?", re.ASCII | re.IGNORECASE)
_CAMELOT = re.compile(r"(1[0-2]|0?[1-9])([AB])", re.IGNORECASE)
_MAJOR_OF_CAMELOT = (11, 6, 1, 8, 3, 10, 5, 0, 7, 2, 9, 4)


async def of_one(call: Call) -> Object:
    reply = await call.get_tracks([checked_id(call.id)])
    for track in reply.items:
        return features(call.base, track)
    raise NotFound("analysis not found")


async def of_several(call: Call) -> Object:
    ids = query_ids(call.query, _MAX_IDS)
    reply = await call.get_tracks(ids)
    aliases = {alias.old: alias.new for alias in reply.aliases}
    found = {track.id: features(call.base, track) for track in reply.items}
    return {"audio_features": [found.get(aliases.get(id_, id_)) for id_ in ids]}


def features(base: str, track: Track) -> Object:
    key, mode = key_of(track.tags.key if track.tags else "")
    return {
        **dict.fromkeys(UNKNOWN),
        "analysis_url": f"{base}/v1/audio-analysis/{track.id}",
        "duration_ms": track.duration_ms,
        "id": track.id,
        "key": key,
        "loudness": track.loudness,
        "mode": mode,
        "tempo": tempo_of(track),
        "track_href": f"{base}/v1/tracks/{track.id}",
        "type": "audio_features",
        "uri": f"spotify:track:{track.id}",
    }


def tempo_of(track: Track) -> float | None:
    tagged = track.tags.bpm if track.tags and track.tags.bpm else track.bpm
    return float(tagged) if tagged else None


def numbers(track: Track, popularity: int) -> Mapping[str, float | None]:
    """What recommendations can be limited by."""
    key, mode = key_of(track.tags.key if track.tags else "")
    return {
        "duration_ms": track.duration_ms,
        "key": key,
        "loudness": track.loudness,
        "mode": mode,
        "popularity": popularity,
        "tempo": tempo_of(track),
    }


def key_of(tagged: str) -> tuple[int | None, int | None]:
    """Pitch class (0 is C) and mode (1 major, 0 minor) of "Am", "F#", "Bb minor" or "8A"."""
    text = tagged.strip()
    if match := _CAMELOT.fullmatch(text):
        major = _MAJOR_OF_CAMELOT[int(match[1]) - 1]
        return (major, 1) if match[2] in "Bb" else ((major + 9) % 12, 0)
    if match := _KEY.fullmatch(text):
        minor = (match[3] or "").casefold() in {"m", "min", "minor"} and match[3] != "M"
        pitch = (_NOTES[match[1].upper()] + _SIGNS[match[2].replace("B", "b")]) % 12
        return pitch, 0 if minor else 1
    return None, None
