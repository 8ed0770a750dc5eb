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
        fields: texts with a name, whose words can be asked for; a name may come again. What a
            field that is named like the kind holds is the name.
        values: what is compared as a whole, without case, accents and spaces.
        numbers: from 0 to 99,999.
    """

    id: str
    kind: str
    name: str
    context: str = ""
    filters: tuple[str, ...] = ()
    popularity: float = 0.0
    fields: tuple[tuple[str, str], ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    numbers: tuple[tuple[str, int], ...] = ()


class Said(Struct, frozen=True):
    """Every word stands in one field, or in name or context.

    Attributes:
        field: empty for name and context.
        phrase: the words stand side by side, as they are spelt.
        begun: the last word may be a beginning.
    """

    field: str
    text: str
    phrase: bool = False
    begun: bool = False


class Is(Struct, frozen=True):
    """A value is this one."""

    field: str
    value: str


class Between(Struct, frozen=True):
    """A number is one of these, both ends included."""

    field: str
    low: int
    high: int


class Least(Struct, frozen=True):
    """It is of the least popular ones of its kind.

    Attributes:
        share: of those the caller may see, about so many; 0 to 1.
    """

    share: float


class Either(Struct, frozen=True):
    """One of these holds."""

    tests: tuple[Said | Is | Between, ...]


Test = Said | Is | Between | Least | Either


class Condition(Struct, frozen=True):
    """One of the tests turns out as it should.

    Attributes:
        any_of: what is tested, and whether it must hold or must not.
    """

    any_of: tuple[tuple[Test, bool], ...]


class Query(Struct, frozen=True):
    """What was typed so far.

    Every word must match in name or context, the last one as a prefix; case, accents and
    width are folded; Chinese, Japanese and Korean match without word borders. Where that
    finds too little, words of four letters and more may have one typo, of eight and more
    two, and whole names one. Without any word to be found everything that meets the conditions
    matches, in order of popularity, then name.

    Attributes:
        filters: the caller's; a document with none of them does not exist for the query, and
            what it holds does not change which typos are thought of.
        begun: whether the last word may be a beginning.
        where: conditions that must all be met. A single `Said` that must hold may have typos
            like the text, unless it is a phrase.
        names: whole names that may be meant, if not the text.
    """

    text: str
    kind: str
    filters: tuple[str, ...]
    limit: int = 20
    offset: int = 0
    begun: bool = True
    where: tuple[Condition, ...] = ()
    names: tuple[str, ...] = ()


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
