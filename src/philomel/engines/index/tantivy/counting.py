"""How much there is of what, for one state of the index.

What a caller may not see changes none of the answers that decide which typos are thought of.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, assert_never

import tantivy
from tantivy import Occur

from philomel.engines.index import Between, Either, Is, Least, Query, Said, Test
from philomel.engines.index.folding import is_cjk, words
from philomel.engines.index.tantivy.asking import Asking, Clause, placed, scored
from philomel.engines.index.tantivy.documents import (
    EDGE,
    MAX_LEVEL,
    ORDER,
    between,
    fact,
    filters_of,
)
from philomel.engines.index.tantivy.nothing import Word

_FEW_SCOPES = 16
_MOST_WORDS = 20_000


class Scope(NamedTuple):
    """What a caller may see of one kind.

    Attributes:
        every: asks for all of it.
        narrow: the same for what is of the kind anyhow; empty if nothing is to be left out.
    """

    key: tuple[str, tuple[str, ...]]
    every: Clause
    narrow: tuple[Clause, ...]


class Counting:
    """Counts documents, and remembers."""

    def __init__(self, searcher: tantivy.Searcher, asking: Asking) -> None:
        self._searcher = searcher
        self._asking = asking
        self._sets: dict[str, list[tuple[str, int]]] = {}
        self._levels: dict[tuple[str, str], int] = {}
        self._words: dict[tuple[object, Word], int] = {}
        self._least: dict[tuple[object, float], tuple[int, int]] = {}

    def scope(self, query: Query) -> Scope | None:
        """What the caller may see of the kind; None for nothing.

        Where that is most of it, what they may not see is left out instead: to look at few
        documents costs less than to look at many.
        """
        wanted = set(query.filters)
        seen: list[str] = []
        unseen: list[str] = []
        seen_count = unseen_count = 0
        for filters, count in self._sets_of(query.kind):
            if wanted.isdisjoint(filters_of(filters)):
                unseen.append(filters)
                unseen_count += count
            else:
                seen.append(filters)
                seen_count += count
        if not seen:
            return None
        key = (query.kind, tuple(seen))
        every = (Occur.Must, scored(self._asking.any_of(query.kind, "scope", seen), 0.0))
        if len(unseen) > _FEW_SCOPES or unseen_count > seen_count:
            return Scope(key, every, (every,))
        terms = [self._asking.term(query.kind, "scope", each) for each in unseen]
        return Scope(key, every, tuple((Occur.MustNot, term) for term in terms))

    def every(self, kind: str) -> int:
        """Documents of a kind."""
        return sum(count for _, count in self._sets_of(kind))

    def seen_with(self, scope: Scope, word: Word) -> int:
        """How many documents that the caller may see have a word, or one that begins so."""
        kind, word = scope.key[0], word._replace(typos=0)
        known = self._words.get((scope.key, word))
        if known is None:
            field, text = placed(kind, word)
            edge = "_edge" if word.last and field != "said" and len(text) <= EDGE else ""
            if word.last and not edge:
                known = self._seen(scope, self._asking.holding(kind, word))
            else:
                known = self._searcher.doc_freq(f"{kind}_{field}{edge}", text)
                if known and scope.narrow:
                    known = self._seen(scope, self._asking.holding(kind, word))
            if len(self._words) >= _MOST_WORDS:
                self._words.clear()
            self._words[scope.key, word] = known
        return known

    def rarest(self, kind: str, typed: Sequence[Word]) -> int:
        """How many documents the rarest word can match at most, as far as that is known."""
        rarest = int(self._searcher.num_docs)
        for word in typed:
            field, text = placed(kind, word)
            long = word.last and (field == "said" or len(text) > EDGE)
            if word.typos or is_cjk(word.text[0]) or long:
                return 0
            edge = "_edge" if word.last else ""
            rarest = min(rarest, self._searcher.doc_freq(f"{kind}_{field}{edge}", text))
        return rarest

    def most(self, kind: str, test: Test) -> int:
        """How many documents a test can hold for at most, as far as that is known."""
        match test:
            case Said():
                typed = [Word(word, last=False, field=test.field) for word in words(test.text)]
                placed_words = [placed(kind, word) for word in typed]
                counts = [self._searcher.doc_freq(f"{kind}_{f}", text) for f, text in placed_words]
                return 0 if test.begun else min(counts, default=0)
            case Is():
                return self._searcher.doc_freq(f"{kind}_fact", fact(test.field, test.value))
            case Between():
                parts = between(test.field, test.low, test.high)
                return sum(self._searcher.doc_freq(f"{kind}_fact", part) for part in parts)
            case Either():
                return sum(self.most(kind, each) for each in test.tests)
            case Least():
                return 0
            case _:
                assert_never(test)

    def level(self, kind: str, letter: str, enough: int) -> int:
        """The highest level that so many documents have; 0 if there is none."""
        highest = 0
        for level in range(1, MAX_LEVEL + 1):
            if self.at_level(kind, f"{letter}{level}") < enough:
                break
            highest = level
        return highest

    def at_level(self, kind: str, level: str) -> int:
        known = self._levels.get((kind, level))
        if known is None:
            known = self._searcher.doc_freq(f"{kind}_hot", level)
            self._levels[kind, level] = known
        return known

    def least(self, schema: tantivy.Schema, scope: Scope, share: float) -> tantivy.Query:
        """The least popular ones of what the caller may see.

        In a level of popularity those count as less popular whose drawn number is less.
        """
        known = self._least.get((scope.key, share))
        if known is None:
            known = self._least_bounds(scope, share)
            self._least[scope.key, share] = known
        level, drawn = known
        found = tantivy.Query.range_query(
            schema, ORDER, tantivy.FieldType.Unsigned, 0, level << 32 | drawn, True, False
        )
        return scored(found, 0.0)

    def _least_bounds(self, scope: Scope, share: float) -> tuple[int, int]:
        kind = scope.key[0]
        above = self._seen(scope, None)
        wanted = above * min(max(share, 0.0), 1.0)
        below = 0.0
        for level in range(MAX_LEVEL + 1):
            higher = self._seen(scope, self._asking.term(kind, "hot", f"p{level + 1}"))
            here = above - higher
            if below + here >= wanted:
                part = (wanted - below) / here if here else 0.0
                return level, min(int(part * 2**32), 2**32 - 1)
            below, above = below + here, higher
        return MAX_LEVEL + 1, 0

    def _seen(self, scope: Scope, asked: tantivy.Query | None) -> int:
        clauses = [scope.every]
        if asked is not None:
            clauses = [*scope.narrow, (Occur.Must, scored(asked, 0.0))]
        found: Any = self._searcher.search(tantivy.Query.boolean_query(clauses), 1)
        return int(found.count)

    def _sets_of(self, kind: str) -> list[tuple[str, int]]:
        """Sets of filters that occur, and how often."""
        known = self._sets.get(kind)
        if known is None:
            known = self._searcher.terms_with_prefix(f"{kind}_scope", "")
            self._sets[kind] = known
        return known
