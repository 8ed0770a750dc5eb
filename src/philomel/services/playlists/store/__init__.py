"""What the playlists service needs of its database."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from philomel.engines.sql import Schema
from philomel.services.playlists.contract import ItemKind, Mark
from philomel.services.playlists.store.tables import METADATA

SCHEMA = Schema(
    name="playlists",
    version=7,
    compatible_from=1,
    metadata=METADATA,
    migrations="philomel.services.playlists.store.migrations",
)


NEVER = 1 << 62


class Place(Struct, frozen=True):
    """Where a page of likes begins: after this one."""

    saved_at: int
    item_id: str


class PlaylistStore(Protocol):
    """Likes and ratings. Ids that were merged into others are understood everywhere."""

    async def save(
        self,
        user_id: str,
        kind: ItemKind,
        ids: Sequence[str],
        at: int,
        dates: Mapping[str, int] | None = None,
    ) -> None:
        """Like these from `at` on, or from the date of their own; what is liked already keeps
        its date.
        """
        ...

    async def unsave(self, user_id: str, kind: ItemKind, ids: Sequence[str], at: int) -> None: ...

    async def rate(
        self, user_id: str, kind: ItemKind, id_: str, rating: int | None, at: int
    ) -> None: ...

    async def marks(self, user_id: str, kind: ItemKind, ids: Sequence[str]) -> Sequence[Mark]:
        """In the order and under the ids asked for."""
        ...

    async def followers(self, kind: ItemKind, ids: Sequence[str]) -> Mapping[str, int]:
        """How many people like each, under the ids asked for."""
        ...

    async def saved(
        self, user_id: str, kind: ItemKind, limit: int, offset: int, after: Place | None
    ) -> tuple[Sequence[Mark], int]:
        """A page, latest first, and the number of all likes."""
        ...

    async def rated(
        self, user_id: str, kind: ItemKind, limit: int, offset: int
    ) -> tuple[Sequence[Mark], int]:
        """A page, highest first, and the number of all ratings."""
        ...

    async def merge(self, kind: ItemKind, old: str, new: str, at: int = NEVER) -> None:
        """Everyone's marks of `old` are marks of `new` from now on. May be repeated.

        Args:
            at: when they became one. Who took a like back after that, of either id, meant both.
        """
        ...

    async def split(
        self, kind: ItemKind, source: str, part: str, also: Sequence[str], at: int
    ) -> None:
        """`part` stands for itself from now on, with everyone's marks of `source`.

        May be repeated. What was taken back from `part` after `at` stays so.

        Args:
            also: ids that lead to `part` from now on.
        """
        ...

    async def now(self, kind: ItemKind, id_: str) -> str:
        """The id that something goes by now."""
        ...

    async def forget(self, user_id: str) -> None:
        """A person's marks go. May be repeated."""
        ...
