"""What matches nothing, whatever is typed behind it.

Somebody who types asks for ever more of the same text. Once nothing matches, nothing will match
with more letters or more words, and to find that out again would be the dearest of all
searches: those that forgive typos.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from philomel.engines.index import Query
from philomel.engines.index.folding import is_cjk

_MOST = 2_000
_WORDS = 6

_Key = tuple[str, tuple[str, ...], tuple[str, ...]]


class Word(NamedTuple):
    """Attributes:
    last: it may be a beginning.
    typos: the most it is forgiven.
    field: where it must stand; empty for name and context.
    """

    text: str
    last: bool
    typos: int = 0
    field: str = ""


class Nothing:
    """Remembers for one state of the index which words found nothing."""

    def __init__(self) -> None:
        self._known: dict[_Key, tuple[int, ...]] = {}

    def learn(self, query: Query, typed: Sequence[Word]) -> None:
        """Nothing matches these words."""
        if not 0 < len(typed) <= _WORDS or _is_special(query, typed):
            return
        if len(self._known) >= _MOST:
            self._known.clear()
        key = (query.kind, tuple(query.filters), tuple([word.text for word in typed]))
        before, now = self._known.get(key), tuple([word.typos for word in typed])
        if before is None or all(map(int.__le__, before, now)):
            self._known[key] = now

    def is_known(self, query: Query, typed: Sequence[Word]) -> bool:
        """Whether less than these words matched nothing, though it was forgiven as much."""
        if not self._known or _is_special(query, typed):
            return False
        filters = tuple(query.filters)
        typos = [word.typos for word in typed]
        for less in _beginnings(typed):
            forgiven = self._known.get((query.kind, filters, less))
            if forgiven is not None and all(map(int.__ge__, forgiven, typos)):
                return True
        return False


def _beginnings(typed: Sequence[Word]) -> Iterator[tuple[str, ...]]:
    """What was typed before, from the first letter on."""
    before: tuple[str, ...] = ()
    for word in typed[:_WORDS]:
        for length in range(1, len(word.text) + 1):
            yield (*before, word.text[:length])
        before = (*before, word.text)


def _is_special(query: Query, typed: Sequence[Word]) -> bool:
    """Characters without word borders stand side by side or not; conditions are not typed."""
    return bool(query.where) or not query.begun or any(is_cjk(word.text[0]) for word in typed)
