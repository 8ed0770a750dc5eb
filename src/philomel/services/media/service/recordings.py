"""Answers what assets sound like."""

import asyncio
from collections.abc import Sequence

from philomel.kernel.caller import Caller, CallerKind, current
from philomel.kernel.errors import InvalidArgument
from philomel.services.media.contract import (
    AssetNotFound,
    CompareRecordings,
    FindRecordings,
    GetWaveform,
    Loudness,
    MeasureTogether,
    Recording,
    RecordingPair,
    Recordings,
    Similarities,
    Similarity,
    TogetherLoudness,
    Waveform,
)
from philomel.services.media.rules import loudness, recordings
from philomel.services.media.store import SoundStore
from philomel.services.media.store.sounds import Print

MAX_IDS = 500
_MAX_FOUND = 100
_UNKNOWN = Similarity(0.0, same=False, known=False)


class RecordingService:
    """The part of the media service that knows sounds."""

    def __init__(self, sounds: SoundStore) -> None:
        self._sounds = sounds

    async def compare_recordings(self, request: CompareRecordings, /) -> Similarities:
        current().caller.require_service()
        check_count(len(request.pairs))
        ids = list({id_ for pair in request.pairs for id_ in (pair.a, pair.b)})
        prints: dict[str, Print] = {}
        for start in range(0, len(ids), MAX_IDS):
            prints |= await self._sounds.prints(ids[start : start + MAX_IDS])
        # some 0.1 ms a pair: too long for the event loop
        return Similarities(await asyncio.to_thread(_compare, request.pairs, prints))

    async def find_recordings(self, request: FindRecordings, /) -> Recordings:
        current().caller.require_service()
        check_limit(request.limit, _MAX_FOUND)
        own = (await self._sounds.prints([request.asset_id])).get(request.asset_id)
        if own is None:
            if not await self._sounds.is_known(request.asset_id):
                raise AssetNotFound("there is no such audio file")
            return Recordings(())
        likely = await self._sounds.similar(request.asset_id)
        found = await asyncio.to_thread(_same, own, likely)
        return Recordings(tuple(found[: request.limit]))

    async def measure_together(self, request: MeasureTogether, /) -> TogetherLoudness:
        current().caller.require_service()
        check_count(len(request.asset_ids))
        ids = set(request.asset_ids)
        found = await self._sounds.blocks(list(ids))
        peaks = [one.true_peak for one in found if one.true_peak is not None]
        integrated = loudness.together(one.histogram for one in found)
        return TogetherLoudness(
            loudness=Loudness(integrated, max(peaks)) if integrated is not None and peaks else None,
            complete=len(found) == len(ids),
        )

    async def get_waveform(self, request: GetWaveform, /) -> Waveform:
        caller = current().caller
        caller.require_known()
        drawing = await self._sounds.drawing(request.asset_id, seen_by(caller))
        if drawing is None:
            raise AssetNotFound("there is no such audio file")
        return Waveform(drawing.points, drawing.duration_ms)


def seen_by(caller: Caller) -> str:
    """In whose eyes something is looked for: nobody's in particular for a program of its own."""
    if caller.kind in {CallerKind.SERVICE, CallerKind.OPERATOR}:
        return ""
    return caller.user_id or "-"


def check_count(count: int) -> None:
    if count > MAX_IDS:
        raise InvalidArgument(f"at most {MAX_IDS} at once")


def check_limit(limit: int, most: int) -> None:
    if not 1 <= limit <= most:
        raise InvalidArgument(f"the limit must be between 1 and {most}")


def _compare(pairs: Sequence[RecordingPair], prints: dict[str, Print]) -> tuple[Similarity, ...]:
    sounds = {id_: _sound(one) for id_, one in prints.items()}
    found = []
    for pair in pairs:
        a, b = sounds.get(pair.a), sounds.get(pair.b)
        if a is None or b is None:
            found.append(_UNKNOWN)
            continue
        likeness = recordings.compare(a, b)
        found.append(Similarity(likeness.score, likeness.same, known=True))
    return tuple(found)


def _same(own: Print, likely: Sequence[Print]) -> list[Recording]:
    sound, found = _sound(own), []
    for one in likely:
        likeness = recordings.compare(sound, _sound(one))
        if likeness.same:
            found.append(Recording(one.asset_id, likeness.score))
    return sorted(found, key=lambda recording: (-recording.score, recording.asset_id))


def _sound(one: Print) -> recordings.Sound:
    return recordings.sound(one.words, one.duration_ms)
