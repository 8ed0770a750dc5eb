"""From what was typed to hits, on one state of the index.

Scores are constants per kind of match times the weight of a document. Three things keep
a keystroke cheap among millions of documents: whose a document is, is one term of it; what
matches very many documents is looked for among the popular ones first; and typos are
only thought of where words as they are typed find too little.
"""

from collections.abc import Sequence
from typing import Any

import tantivy
from tantivy import Occur

from philomel.engines.index import Hits, Query
from philomel.engines.index.folding import is_cjk, words
from philomel.engines.index.tantivy.documents import (
    EDGE,
    MAX_LEVEL,
    filters_of,
    start,
    whole,
)
from philomel.engines.index.tantivy.nothing import Nothing, Word

_EXACT, _PREFIX, _TYPO = 12.0, 8.0, 2.5
_CONTEXT = 0.4
_WHOLE_NAME, _NAME_START = 10.0, 5.0

_FEW_SCOPES = 16
DENSE = 12_000
"""Words that so many documents have are looked for among the popular ones first."""
_HOT = 20_000
_HOT_MATCHES = 400
_MANY_OF_A_NAME = 500
_FEW_LETTERS = 10
"""Fewer matches than what is missing to so many letters typed may be for a typo."""
_RARE = 1_000

Clause = tuple[Occur, tantivy.Query]
NONE = Hits((), 0)


class Matching:
    """Searches one state of the index."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher, *, dense: int) -> None:
        self._schema = schema
        self._searcher = searcher
        self._dense = dense
        self._scopes: dict[str, list[tuple[str, int]]] = {}
        self._levels: dict[tuple[str, str], int] = {}
        self._nothing = Nothing()

    def search(self, queries: Sequence[Query]) -> tuple[Hits, ...]:
        """Exact words; if they find too little in all, the same with typos forgiven."""
        typed = [words(query.text) for query in queries]
        found = [
            self._find(query, _plain(parts)) for query, parts in zip(queries, typed, strict=True)
        ]
        for stage in (self._unknown, self._rare, self._two_typos):
            total = sum(hits.total for hits in found)
            letters = max((sum(map(len, parts)) for parts in typed), default=0)
            if total >= (max(1, _FEW_LETTERS - letters) if stage == self._unknown else 1):
                break
            for place, (query, parts) in enumerate(zip(queries, typed, strict=True)):
                forgiving = stage(query.kind, parts)
                if forgiving is not None:
                    found[place] = _after(found[place], self._find(query, forgiving), query)
        return tuple(found)

    def _unknown(self, kind: str, typed: list[str]) -> list[Word] | None:
        """One typo in the words that nothing has; in all, if there are none of these."""
        plain = _plain(typed)
        unknown = [word for word in plain if not self._is_known(kind, word)]
        forgiven = [_forgiven(w, 1) if w in unknown or not unknown else w for w in plain]
        return None if forgiven == plain else forgiven

    def _rare(self, kind: str, typed: list[str]) -> list[Word] | None:
        """One typo also in words that few documents have: what many have is spelt right."""
        plain = _plain(typed)
        unknown = [word for word in plain if not self._is_known(kind, word)]
        first = [_forgiven(word, 1) if word in unknown else word for word in plain]
        forgiven = [_forgiven(w, 1) if self._is_rare(kind, w) else w for w in first]
        return None if not unknown or forgiven == first else forgiven

    def _two_typos(self, kind: str, typed: list[str]) -> list[Word] | None:
        """Two in the longest of the words that nothing has, one in the other rare ones."""
        plain = _plain(typed)
        unknown = [word for word in plain if not self._is_known(kind, word)] or plain
        worst = max(unknown, key=lambda word: len(word.text), default=None)
        if worst is None or _forgiven(worst, 2).typos < 2:
            return None
        return [
            _forgiven(w, 2 if w is worst else 1) if self._is_rare(kind, w) else w for w in plain
        ]

    def _is_rare(self, kind: str, word: Word) -> bool:
        return all(
            self._searcher.doc_freq(f"{kind}_{field}", word.text) < _RARE
            for field in ("name", "context")
        )

    def _is_known(self, kind: str, word: Word) -> bool:
        if is_cjk(word.text[0]):
            return True
        for field in ("name", "context"):
            if self._searcher.doc_freq(f"{kind}_{field}", word.text):
                return True
            if not word.last:
                continue
            if len(word.text) <= EDGE:
                begun = self._searcher.doc_freq(f"{kind}_{field}_edge", word.text)
            else:
                terms = self._searcher.terms_with_prefix(f"{kind}_{field}", word.text, limit=1)
                begun = len(terms)
            if begun:
                return True
        return False

    def _find(self, query: Query, typed: list[Word]) -> Hits:
        scope = self._scope(query)
        if scope is None or self._nothing.is_known(query, typed):
            return Hits((), 0)
        found = self._look(query, typed, scope) if self._may_match(query, typed, scope) else NONE
        if not found.total:
            self._nothing.learn(query, typed)
        return found

    def _may_match(self, query: Query, typed: list[Word], scope: list[Clause]) -> bool:
        """Whether the words that are forgiven nothing stand together anywhere.

        To find that out costs little; what words with typos match is made out in full before
        anything is compared with it.
        """
        sure = [word for word in typed if not word.typos]
        if len(sure) in {0, 1, len(typed)} or self._rarest(query.kind, sure) >= self._dense:
            return True
        found: Any = self._searcher.search(
            tantivy.Query.boolean_query([*scope, *self._matching(query.kind, sure)]), 1
        )
        return bool(found.count)

    def _look(self, query: Query, typed: list[Word], scope: list[Clause]) -> Hits:
        matching = self._matching(query.kind, typed)
        hot = self._hot(query, typed)
        if hot is not None:
            near, share = hot
            found = self._run(query, [*scope, (Occur.Must, _scored(near, 0.0)), *matching])
            if found.total >= max(query.offset, 0) + query.limit:
                # How many there are elsewhere is guessed from the share looked at.
                return Hits(found.ids, max(found.total, int(found.total * share)))
        return self._run(query, [*scope, *matching])

    def _run(self, query: Query, clauses: list[Clause]) -> Hits:
        searcher = self._searcher
        typed = bool(query.text.strip())
        found: Any = searcher.search(  # its stub forgets `count`
            tantivy.Query.boolean_query(clauses),
            max(query.limit, 1),  # none at all would end the thread
            offset=min(max(query.offset, 0), searcher.num_docs),
            order_by_field=None if typed else "rank",
            weight_by_field="weight" if typed else None,
        )
        hits = found.hits if query.limit > 0 else []
        return Hits(tuple(searcher.doc(address)["id"][0] for _, address in hits), found.count)

    def _scope(self, query: Query) -> list[Clause] | None:
        """What the caller may see of one kind; None for nothing.

        Where that is most of it, what they may not see is left out instead: to look at few
        documents costs less than to look at many.
        """
        wanted = set(query.filters)
        seen: list[str] = []
        unseen: list[str] = []
        seen_count = unseen_count = 0
        for scope, count in self._scopes_of(query.kind):
            if wanted.isdisjoint(filters_of(scope)):
                unseen.append(scope)
                unseen_count += count
            else:
                seen.append(scope)
                seen_count += count
        if not seen:
            return None
        if query.text.strip() and len(unseen) <= _FEW_SCOPES and unseen_count <= seen_count:
            return [(Occur.MustNot, self._term(query.kind, "scope", scope)) for scope in unseen]
        return [(Occur.Must, self._any_of(query.kind, seen))]

    def _any_of(self, kind: str, scopes: list[str]) -> tantivy.Query:
        if len(scopes) == 1:
            found = self._term(kind, "scope", scopes[0])
        else:
            found = tantivy.Query.term_set_query(self._schema, f"{kind}_scope", scopes)
        return _scored(found, 0.0)

    def _scopes_of(self, kind: str) -> list[tuple[str, int]]:
        known = self._scopes.get(kind)
        if known is None:
            known = self._searcher.terms_with_prefix(f"{kind}_scope", "")
            self._scopes[kind] = known
        return known

    def _rarest(self, kind: str, typed: list[Word]) -> int:
        """How many documents the rarest word can match at most, as far as that is known."""
        rarest = self._searcher.num_docs
        for word in typed:
            if word.typos or is_cjk(word.text[0]) or (word.last and len(word.text) > EDGE):
                return 0
            edge = "_edge" if word.last else ""
            rarest = min(
                rarest,
                sum(
                    self._searcher.doc_freq(f"{kind}_{field}{edge}", word.text)
                    for field in ("name", "context")
                ),
            )
        return rarest

    def _hot(self, query: Query, typed: list[Word]) -> tuple[tantivy.Query, float] | None:
        """Where to look first for words that very many documents have.

        That is enough of the most popular documents, and what is named exactly so. Where little
        was ever played, a sample stands for the rest: its documents are as good as any.

        Returns:
            The documents, and how often they fit into all; None to look at all at once.
        """
        kind = query.kind
        if not typed:
            return None
        enough = _HOT * self._dense // DENSE
        every = sum(count for _, count in self._scopes_of(kind))
        if any(word.typos for word in typed):
            if query.offset > 0:
                return None
        else:
            rarest = self._rarest(kind, typed)
            if rarest < self._dense:
                return None
            enough = max(enough, every * _HOT_MATCHES // rarest)
        if enough * 3 > every:
            return None
        levels = [f"p{self._level(kind, 'p', enough)}"]
        if levels == ["p0"]:
            sample = self._level(kind, "h", enough)
            if not sample:
                return None
            levels = ["p1", f"h{sample}"]
        near = [self._term(kind, "hot", level) for level in levels]
        name = whole([word.text for word in typed])
        if self._searcher.doc_freq(f"{kind}_whole", name) < _MANY_OF_A_NAME:
            near.append(self._term(kind, "whole", name))
        count = sum(self._count(kind, level) for level in levels)
        return tantivy.Query.boolean_query([(Occur.Should, each) for each in near]), every / count

    def _level(self, kind: str, letter: str, enough: int) -> int:
        """The highest level that so many documents have; 0 if there is none."""
        highest = 0
        for level in range(1, MAX_LEVEL + 1):
            if self._count(kind, f"{letter}{level}") < enough:
                break
            highest = level
        return highest

    def _count(self, kind: str, level: str) -> int:
        known = self._levels.get((kind, level))
        if known is None:
            known = self._searcher.doc_freq(f"{kind}_hot", level)
            self._levels[kind, level] = known
        return known

    def _matching(self, kind: str, typed: list[Word]) -> list[Clause]:
        if not typed:
            return []
        clauses: list[Clause] = []
        run: list[str] = []
        for word in typed:
            if is_cjk(word.text[0]):
                run.append(word.text)
                continue
            clauses += self._phrase(kind, run)
            run = []
            clauses.append((Occur.Must, self._word(kind, word)))
        clauses += self._phrase(kind, run)
        names = [word.text for word in typed]
        same = _scored(self._term(kind, "whole", whole(names)), _WHOLE_NAME)
        begins = _scored(self._term(kind, "name_edge", start(names)), _NAME_START)
        return [*clauses, (Occur.Should, same), (Occur.Should, begins)]

    def _phrase(self, kind: str, run: list[str]) -> list[Clause]:
        """Characters that must stand side by side."""
        if not run:
            return []
        options = []
        for field, weight in (("name", 1.0), ("context", _CONTEXT)):
            if len(run) == 1:
                found = self._term(kind, field, run[0], "position")
            else:
                found = tantivy.Query.phrase_query(self._schema, f"{kind}_{field}", list(run))
            options.append(_scored(found, _EXACT * weight))
        return [(Occur.Must, tantivy.Query.disjunction_max_query(options))]

    def _word(self, kind: str, word: Word) -> tantivy.Query:
        options = []
        for field, weight in (("name", 1.0), ("context", _CONTEXT)):
            exact = self._term(kind, field, word.text, "position")
            options.append(_scored(exact, _EXACT * weight))
            if word.last:
                begun = self._starting(f"{kind}_{field}", word.text)
                options.append(_scored(begun, _PREFIX * weight))
            # Nearer words first: one typo scores above two.
            for distance in range(1, word.typos + 1):
                near = tantivy.Query.fuzzy_term_query(
                    self._schema, f"{kind}_{field}", word.text, distance, True, word.last
                )
                options.append(_scored(near, _TYPO * weight / distance))
        return tantivy.Query.disjunction_max_query(options)

    def _starting(self, field: str, word: str) -> tantivy.Query:
        if len(word) <= EDGE:
            return tantivy.Query.term_query(self._schema, f"{field}_edge", word, "basic")
        return tantivy.Query.fuzzy_term_query(self._schema, field, word, 0, True, True)

    def _term(self, kind: str, field: str, value: str, option: str = "basic") -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, f"{kind}_{field}", value, option)


def _after(exact: Hits, near: Hits, query: Query) -> Hits:
    """What matches exactly first, also where only popular documents were looked at for typos."""
    if query.offset > 0 or not exact.ids:
        return near
    ids = dict.fromkeys((*exact.ids, *near.ids))
    return Hits(tuple(ids)[: query.limit], max(near.total, len(ids)))


def _plain(typed: list[str]) -> list[Word]:
    return [Word(word, place == len(typed) - 1) for place, word in enumerate(typed)]


def _forgiven(word: Word, typos: int) -> Word:
    """Words of four letters and more may have one typo, of eight and more two."""
    letters = len(word.text)
    allowed = 0 if is_cjk(word.text[0]) else 2 if letters >= 8 else 1 if letters >= 4 else 0
    return word._replace(typos=min(typos, allowed))


def _scored(query: tantivy.Query, score: float) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, score)
