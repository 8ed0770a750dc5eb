"""What assets sound like: outlines, blocks of loudness, fingerprints and their landmarks."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct, msgpack
from sqlalchemy import (
    BindParameter,
    Connection,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from philomel.engines.audio import Analysis
from philomel.engines.sql import Database
from philomel.services.media.store import access
from philomel.services.media.store.tables import ASSETS, LANDMARKS, SOUNDS

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_ON_ASSET = SOUNDS.c.asset_id == ASSETS.c.id
_CANDIDATES: Final = 100
_PER_MARK: Final = 300
"""A moment that more sounds than this have in common says little; others of theirs do."""

_KNOWN = select(SOUNDS.c.number, SOUNDS.c.landmarks).where(SOUNDS.c.asset_id == bindparam("asset"))
_KNOWN_OF = select(SOUNDS.c.number, SOUNDS.c.landmarks).where(SOUNDS.c.asset_id.in_(_IDS))
_CHANGE = update(SOUNDS).where(SOUNDS.c.number == bindparam("known"))
_FORGET = delete(SOUNDS).where(SOUNDS.c.asset_id.in_(_IDS))
_UNMARK = delete(LANDMARKS).where(
    LANDMARKS.c.mark == bindparam("was_mark"), LANDMARKS.c.number == bindparam("was_number")
)
_MARKED = select(LANDMARKS.c.number).where(LANDMARKS.c.mark == bindparam("mark")).limit(_PER_MARK)
_PRINT_COLUMNS = (SOUNDS.c.asset_id, SOUNDS.c.print, ASSETS.c.duration_ms)
_PRINTS = (
    select(*_PRINT_COLUMNS)
    .join(ASSETS, _ON_ASSET)
    .where(SOUNDS.c.asset_id.in_(_IDS), ASSETS.c.fingerprinted)
)
_PRINTS_BY_NUMBER = (
    select(*_PRINT_COLUMNS)
    .join(ASSETS, _ON_ASSET)
    .where(SOUNDS.c.number.in_(bindparam("numbers", expanding=True)), ASSETS.c.fingerprinted)
)
_BLOCKS = (
    select(SOUNDS.c.asset_id, SOUNDS.c.blocks, ASSETS.c.true_peak)
    .join(ASSETS, _ON_ASSET)
    # a file that has changed since keeps no hash until it is analysed again
    .where(SOUNDS.c.asset_id.in_(_IDS), ASSETS.c.stream_hash.is_not(None))
)
_OUTLINE = (
    select(ASSETS.c.library_id, ASSETS.c.duration_ms, ASSETS.c.stream_hash, SOUNDS.c.outline)
    .join(SOUNDS, _ON_ASSET, isouter=True)
    .where(ASSETS.c.id == bindparam("asset"))
)


class Print(Struct, frozen=True):
    """A fingerprint as `Analysis.print` has it."""

    asset_id: str
    words: bytes
    duration_ms: int


class Blocks(Struct, frozen=True):
    """The histogram of an asset as `Analysis.blocks` has it."""

    asset_id: str
    histogram: tuple[int, ...]
    true_peak: float | None


class Drawing(Struct, frozen=True):
    """An outline as `Analysis.outline` has it."""

    points: bytes
    duration_ms: int


class SoundStore:
    """Reads what `keep` wrote."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prints(self, ids: Sequence[str]) -> dict[str, Print]:
        """Of those among `ids` that have one."""
        rows = await self._database.read(lambda c: c.execute(_PRINTS, {"ids": ids}).all())
        return {row.asset_id: Print(*row) for row in rows}

    async def is_known(self, asset_id: str) -> bool:
        values = {"asset": asset_id}
        return await self._database.read(lambda c: c.execute(_OUTLINE, values).first() is not None)

    async def similar(self, asset_id: str) -> Sequence[Print]:
        """Others that share landmarks with an asset, those that share most first."""
        return await self._database.read(lambda c: _similar(c, asset_id), long=True)

    async def blocks(self, ids: Sequence[str]) -> Sequence[Blocks]:
        """Of those among `ids` that were measured, in any order."""
        rows = await self._database.read(lambda c: c.execute(_BLOCKS, {"ids": ids}).all())
        return [
            Blocks(row.asset_id, msgpack.decode(row.blocks, type=tuple[int, ...]), row.true_peak)
            for row in rows
        ]

    async def drawing(self, asset_id: str, user_id: str) -> Drawing | None:
        """Of an asset that somebody may hear; no points before analysis.

        Args:
            user_id: empty for Philomel itself.
        """

        def work(connection: Connection) -> Any:
            row = connection.execute(_OUTLINE, {"asset": asset_id}).one_or_none()
            if row is None or row.library_id not in access.hearable(connection, user_id):
                return None
            return row

        row = await self._database.read(work)
        if row is None:
            return None
        known = row.stream_hash is not None and row.outline is not None
        return Drawing(row.outline if known else b"", row.duration_ms)


def keep(connection: Connection, asset_id: str, analysis: Analysis) -> None:
    """Write what an analysis heard, in place of what an earlier one did."""
    values = {
        "asset_id": asset_id,
        "blocks": msgpack.encode(analysis.blocks),
        "landmarks": msgpack.encode(analysis.landmarks),
        "print": analysis.print,
        "outline": analysis.outline,
    }
    known = connection.execute(_KNOWN, {"asset": asset_id}).one_or_none()
    if known is None:
        made = connection.execute(insert(SOUNDS), values).inserted_primary_key
        assert made is not None
        number = int(made[0])
    else:
        _unmark(connection, known.number, known.landmarks)
        connection.execute(_CHANGE.values(**values), {"known": known.number})
        number = known.number
    rows = [{"mark": mark, "number": number} for mark in sorted(set(analysis.landmarks))]
    if rows:
        connection.execute(insert(LANDMARKS), rows)


def forget(connection: Connection, ids: Sequence[str]) -> None:
    for known in connection.execute(_KNOWN_OF, {"ids": ids}).all():
        _unmark(connection, known.number, known.landmarks)
    connection.execute(_FORGET, {"ids": ids})


def _unmark(connection: Connection, number: int, landmarks: bytes) -> None:
    marks = set(msgpack.decode(landmarks, type=tuple[int, ...]))
    if marks:
        rows = [{"was_mark": mark, "was_number": number} for mark in sorted(marks)]
        connection.execute(_UNMARK, rows)


def _similar(connection: Connection, asset_id: str) -> Sequence[Print]:
    known = connection.execute(_KNOWN, {"asset": asset_id}).one_or_none()
    if known is None:
        return []
    shared: Counter[int] = Counter()
    for mark in msgpack.decode(known.landmarks, type=tuple[int, ...]):
        shared.update(connection.execute(_MARKED, {"mark": mark}).scalars())
    del shared[known.number]
    likely = [number for number, _ in shared.most_common(_CANDIDATES)]
    rows = connection.execute(_PRINTS_BY_NUMBER, {"numbers": likely}).all()
    return [Print(*row) for row in rows]
