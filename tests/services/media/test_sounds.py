"""What assets sound like: compared, looked up, measured together and drawn."""

import random
from bisect import bisect

import pytest
from sqlalchemy import func, select, update
from tests.services.media.conftest import LISTENER, House

from philomel.kernel.caller import SERVICE, acting
from philomel.kernel.errors import InvalidArgument, PermissionDenied
from philomel.kernel.ids import new_id
from philomel.services.media.contract import (
    Asset,
    AssetNotFound,
    CompareRecordings,
    FindRecordings,
    Gapless,
    GetAssets,
    GetWaveform,
    ListAssets,
    Loudness,
    MeasureTogether,
    RecordingPair,
    RemoveAssets,
    Similarity,
)
from philomel.services.media.rules import loudness, recordings
from philomel.services.media.store.tables import ASSETS, LANDMARKS, SOUNDS


async def analysed(house: House, *contents: bytes) -> list[str]:
    """Ids of assets with these bytes, all analysed."""
    sources = [house.source(f"{new_id()}", data) for data in contents]
    await house.add(*sources)
    async with house.running(house.job()):
        await house.until(lambda state: state.waiting == 0)
    return [source.asset_id for source in sources]


async def asset(house: House, asset_id: str) -> Asset:
    with acting(LISTENER):
        (found,) = (await house.media.get_assets(GetAssets((asset_id,)))).items
    return found


async def test_recordings_are_known_again(house: House) -> None:
    one, again, other, short = await analysed(
        house, b"sound 1 flac", b"sound 1 ogg", b"sound 2", b"nothing"
    )
    pairs = ((one, again), (one, other), (one, short), (one, new_id()), (one, one))
    with acting(SERVICE):
        found = await house.media.compare_recordings(
            CompareRecordings(tuple(RecordingPair(a, b) for a, b in pairs))
        )
        likely = await house.media.find_recordings(FindRecordings(one))
        none = await house.media.find_recordings(FindRecordings(short))
    same, different, *unknown, itself = found.items
    assert (same.same, same.known) == (True, True)
    assert same.score > 0.6
    assert (different.same, different.known) == (False, True)
    assert different.score < 0.2
    assert unknown == [Similarity(0.0, same=False, known=False)] * 2
    assert itself == Similarity(1.0, same=True, known=True)
    assert [each.asset_id for each in likely.items] == [again]
    assert likely.items[0].score == same.score
    assert none.items == ()
    assert (await asset(house, one)).fingerprinted
    assert not (await asset(house, short)).fingerprinted


async def test_what_is_gone_is_not_found(house: House) -> None:
    one, again = await analysed(house, b"sound 1 flac", b"sound 1 ogg")
    with acting(SERVICE):
        await house.media.remove_assets(RemoveAssets((again,)))
        assert (await house.media.find_recordings(FindRecordings(one))).items == ()
        await house.media.remove_assets(RemoveAssets((one,)))
        with pytest.raises(AssetNotFound):
            await house.media.find_recordings(FindRecordings(one))
    for table in (SOUNDS, LANDMARKS):
        statement = select(func.count()).select_from(table)
        assert await house.database.read(lambda c, s=statement: c.execute(s).scalar_one()) == 0  # type: ignore[misc]  # mypy cannot infer a default's type


async def test_a_changed_file_is_not_taken_for_what_it_was(local_house: House) -> None:
    house = local_house
    one, again = await analysed(house, b"sound 1 flac", b"sound 1 ogg")
    await house.add(house.source("changed", b"sound 2", again))
    with acting(SERVICE):
        assert (await house.media.find_recordings(FindRecordings(one))).items == ()
        assert (await house.media.get_waveform(GetWaveform(again))).points == b""
    async with house.running(house.job()):
        await house.until(lambda state: state.waiting == 0)
    with acting(SERVICE):
        assert (await house.media.find_recordings(FindRecordings(one))).items == ()
        points = (await house.media.get_waveform(GetWaveform(again))).points
    assert points == b"\x80\x40"


async def test_an_asset_tells_what_was_heard(house: House) -> None:
    [one] = await analysed(house, b"sound 1")
    found = await asset(house, one)
    assert found.gapless == Gapless(44_100, 7_943_424, 1105, 576)
    assert (found.header_duration_ms, found.duration_ms) == (180_000, 180_123)
    assert (found.silent, found.clipped) == (False, False)
    silent, clipped = await analysed(house, b"silence", b"clipped")
    assert (await asset(house, silent)).silent
    assert (await asset(house, clipped)).clipped
    with acting(LISTENER):
        waveform = await house.media.get_waveform(GetWaveform(one))
        with pytest.raises(AssetNotFound):
            await house.media.get_waveform(GetWaveform(new_id()))
    assert (waveform.points, waveform.duration_ms) == (b"\x80\x40", 180_123)


async def test_loudness_together_is_of_all_blocks(house: House) -> None:
    soft, loud, silent = await analysed(house, b"soft", b"loud", b"silence")
    with acting(SERVICE):
        both = await house.media.measure_together(MeasureTogether((soft, loud, soft, silent)))
        part = await house.media.measure_together(MeasureTogether((loud, new_id())))
        none = await house.media.measure_together(MeasureTogether((silent,)))
    # ten blocks of -20 and ten of -14 LUFS: the mean of the energies
    assert both.loudness is not None
    assert both.loudness.integrated == pytest.approx(-16.0, abs=0.1)
    assert (both.loudness.true_peak, both.complete) == (-1.0, True)
    assert part.loudness is not None
    assert part.loudness.integrated == pytest.approx(-14.0, abs=0.06)
    assert not part.complete
    assert (none.loudness, none.complete) == (None, True)


async def test_results_of_an_older_analysis_are_kept_until_there_are_new_ones(
    house: House,
) -> None:
    one, bad = await analysed(house, b"sound 1", b"sound 2")
    before = await asset(house, one)
    old = update(ASSETS).values(analysis_version=0, fingerprinted=False, sample_rate=None)
    await house.database.write(lambda connection: connection.execute(old))
    # the newer version cannot read the second one, which has not changed as far as it knows
    house.analyzer.unreadable.add(b"sound 2")
    state = await house.state()
    assert (state.done, state.outdated, state.waiting) == (2, 2, 0)
    kept = await asset(house, one)
    assert (kept.stream_hash, kept.loudness) == (before.stream_hash, before.loudness)
    async with house.running(house.job()):
        state = await house.until(lambda state: state.outdated == 0)
    assert (state.done, state.failed) == (2, 0)
    assert await asset(house, one) == before
    left = await asset(house, bad)
    assert (left.stream_hash is not None, left.fingerprinted, left.error) == (True, False, None)


async def test_every_asset_is_listed_in_pages(house: House) -> None:
    known = await analysed(house, b"sound 1", b"sound 2", b"bad")
    with acting(SERVICE):
        first = await house.media.list_assets(ListAssets(limit=2))
        rest = await house.media.list_assets(ListAssets(first.items[-1].asset_id, 2))
    facts = {fact.asset_id: fact.analysed for fact in (*first.items, *rest.items)}
    assert set(facts) == set(known)
    assert len(first.items) + len(rest.items) == 3
    assert [facts[id_] for id_ in known] == [True, True, False]
    assert {fact.registered_at for fact in first.items} == {house.clock.now()}


async def test_only_services_compare(house: House) -> None:
    media, some = house.media, new_id()
    with acting(LISTENER):
        for work in (
            media.compare_recordings(CompareRecordings((RecordingPair(some, some),))),
            media.find_recordings(FindRecordings(some)),
            media.measure_together(MeasureTogether((some,))),
            media.list_assets(ListAssets()),
        ):
            with pytest.raises(PermissionDenied):
                await work
    with acting(SERVICE):
        for limit in (0, 101):
            with pytest.raises(InvalidArgument):
                await media.find_recordings(FindRecordings(some, limit))
        with pytest.raises(InvalidArgument):
            await media.measure_together(MeasureTogether((some,) * 501))
        with pytest.raises(InvalidArgument):
            await media.compare_recordings(CompareRecordings((RecordingPair(some, some),) * 501))


def slow_print(speed: float, frames: int = 500, noise: float = 0.06) -> recordings.Sound:
    """A print of sustained sounds: each bit changes every 5 s or so."""
    rng = random.Random(1)
    turns = [sorted(rng.uniform(0, 1000) for _ in range(34)) for _ in range(32)]
    words = bytearray()
    noises = random.Random(speed)
    for frame in range(frames):
        bits = (bisect(times, frame * speed) + (noises.random() < noise) for times in turns)
        word = sum((bit & 1) << place for place, bit in enumerate(bits))
        words += word.to_bytes(4, "big")
    return recordings.sound(bytes(words), frames * recordings.FRAME_MS)


@pytest.mark.parametrize("speed", [0.98, 1.02, 1.03])
def test_a_tape_that_ran_at_another_speed_is_another_recording(speed: float) -> None:
    original = slow_print(1.0)
    assert recordings.compare(original, slow_print(1.0000001)).same
    likeness = recordings.compare(original, slow_print(speed))
    assert likeness.score > 0.5, "only its drift tells it apart"
    assert not likeness.same


def test_the_gain_leaves_room_for_the_peaks() -> None:
    assert Loudness(-20.0, -9.0).gain_db == 6.0
    assert Loudness(-20.0, -3.0).gain_db == 2.0
    assert Loudness(-8.0, 0.5).gain_db == -6.0
    assert Loudness(-14.0, 1.0).gain_db == -2.0


def test_a_quiet_part_does_not_make_an_album_quiet() -> None:
    # 30 LU below the rest: behind the relative gate, as if it were not there
    assert loudness.together([(560, 100), (260, 300)]) == loudness.together([(560, 100)])
    assert loudness.together([]) is None
    rng = random.Random(7)
    parts = [(rng.randrange(400, 600), rng.randrange(1, 50)) for _ in range(40)]
    flat = tuple(number for part in sorted(parts) for number in part)
    assert loudness.together(parts) == loudness.together([flat])
