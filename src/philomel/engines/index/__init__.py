"""The index port: search as you type over short names."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct


class Document(Struct, frozen=True):
    """Something that can be found.

    Attributes:
        id: unique over all kinds.
        kind: a query asks for one kind at a time.
        name: what people type first; matches here weigh most.
        context: names around it (a track's artists and album); matches here weigh less.
        filters: a query sees the document if it shares one of these (library ids).
        popularity: 0 or more; a logarithmic boost.
    """

    id: str
    kind: str
    name: str
    context: str = ""
    filters: tuple[str, ...] = ()
    popularity: float = 0.0


class Query(Struct, frozen=True):
    """What was typed so far.

    Every word must match in name or context, the last one as a prefix; case, accents and
    width are folded; Chinese, Japanese and Korean match without word borders. Where that
    finds too little, words of four letters and more may have one typo, of eight and more
    two. An empty text matches everything, in order of popularity, then name.

    Attributes:
        filters: the caller's; a document with none of them does not exist for the query.
    """

    text: str
    kind: str
    filters: tuple[str, ...]
    limit: int = 20
    offset: int = 0


class Hits(Struct, frozen=True):
    """Ids, best first, and how many there are in all.

    Where ten thousands match, `total` is an estimate, and the first pages come from the
    popular ones among them.
    """

    ids: tuple[str, ...]
    total: int


class Index(Protocol):
    """A rebuildable index. What it holds is a copy; the truth is elsewhere."""

    async def put(self, documents: Sequence[Document], *, new: bool = False) -> None:
        """Add or replace; visible to queries after `flush`.

        Args:
            new: none of them is there, nor was put before: nothing has to be replaced.
        """
        ...

    async def remove(self, ids: Sequence[str]) -> None: ...

    async def flush(self) -> None:
        """Make all changes durable and visible."""
        ...

    async def clear(self) -> None:
        """Forget everything, for a rebuild; visible after `flush`."""
        ...

    async def revert(self) -> None:
        """Forget every change since the last `flush`."""
        ...

    async def search(self, *queries: Query) -> tuple[Hits, ...]:
        """The hits of each query, in their order, on one state of the index.

        Typos are thought of only where all queries together find too little.
        """
        ...

    async def count(self) -> int:
        """Documents that queries can see."""
        ...

    async def close(self) -> None: ...
