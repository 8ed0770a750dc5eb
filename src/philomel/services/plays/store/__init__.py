"""What the plays service needs of its database."""

from collections.abc import Sequence
from typing import Protocol

from philomel.engines.outbox import Effect
from philomel.engines.sql import Schema
from philomel.services.plays.contract import (
    NowPlaying,
    Play,
    PlayCount,
    PlayedKind,
    PlayedSort,
    ReportPlayback,
)
from philomel.services.plays.rules import Brought, Heard, Listen
from philomel.services.plays.store.tables import METADATA

SCHEMA = Schema(
    name="plays",
    version=5,
    compatible_from=1,
    metadata=METADATA,
    migrations="philomel.services.plays.store.migrations",
)


class PlayStore(Protocol):
    """History and counts. Ids that were merged into others are understood everywhere."""

    async def record(self, user_id: str, heard: Sequence[Heard], at: int) -> int:
        """Keep and count the plays that are new; how many those were."""
        ...

    async def counts(
        self, user_id: str, kind: PlayedKind, ids: Sequence[str]
    ) -> Sequence[PlayCount]:
        """In the order and under the ids asked for."""
        ...

    async def played(
        self, user_id: str, kind: PlayedKind, sort: PlayedSort, limit: int, offset: int
    ) -> tuple[Sequence[PlayCount], int]:
        """A page, and the number of all that were played."""
        ...

    async def played_since(
        self, user_id: str, since: int, sort: PlayedSort, limit: int, offset: int
    ) -> tuple[Sequence[PlayCount], int]:
        """Tracks with their plays from `since` on, and the number of all such tracks."""
        ...

    async def history(
        self, user_id: str, limit: int, before: int | None, after: int | None
    ) -> Sequence[Play]:
        """Latest first; with `after` those that followed it, otherwise the latest."""
        ...

    async def set_now(self, now: NowPlaying, forget_before: int) -> None:
        """Replace what this person's player plays, and forget what is too old."""
        ...

    async def listen(
        self, user_id: str, told: ReportPlayback, now: int, forget_before: int
    ) -> Listen:
        """Go on with what this person's player plays; the listen after the news."""
        ...

    async def now(self, user_id: str | None, since: int) -> Sequence[NowPlaying]:
        """What a person, or everybody, started to play at `since` or later; latest first."""
        ...

    def bringing(self, user_id: str, brought: Sequence[Brought], at: int) -> Effect:
        """Keeps and counts plays from elsewhere, of at most 500 tracks.

        Single plays that are known already count no more.
        """
        ...

    async def merge(self, kind: PlayedKind, old: str, new: str, at: int) -> None:
        """Everyone's plays of `old` are plays of `new` from now on. May be repeated."""
        ...

    async def split(
        self, kind: PlayedKind, source: str, part: str, also: Sequence[str], at: int
    ) -> None:
        """`part` stands for itself again: what was played under it before goes back to it.

        What was played since it was merged stays with `source`. May be repeated.

        Args:
            also: ids that lead to `part` from now on; their plays go with it.
        """
        ...

    async def forget(self, user_id: str) -> None:
        """A person's history, counts and present go; totals stay. May be repeated."""
        ...
