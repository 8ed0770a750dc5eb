"""From what was typed to hits, on one state of the index.

Scores are constants per kind of match times the weight of a document. Three things keep
a keystroke cheap among millions of documents: whose a document is, is one term of it; what
matches very many documents is looked for among the popular ones first; and typos are
only thought of where words as they are typed find too little.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import tantivy
from tantivy import Occur

from philomel.engines.index import Hits, Least, Query
from philomel.engines.index.folding import is_cjk
from philomel.engines.index.tantivy.asking import (
    Asking,
    Clause,
    plainly_said,
    scored,
    typed_words,
)
from philomel.engines.index.tantivy.counting import Counting, Scope
from philomel.engines.index.tantivy.documents import whole
from philomel.engines.index.tantivy.nothing import Nothing, Word

DENSE = 12_000
"""Words that so many documents have are looked for among the popular ones first."""
_HOT = 20_000
_HOT_MATCHES = 400
_MANY_OF_A_NAME = 500
_FEW_LETTERS = 10
"""Fewer matches than what is missing to so many letters typed may be for a typo."""
_RARE = 1_000
_VAGUE_LETTERS = 6
_LEAST_NAME = 3
_FAR = 2_000
"""Pages up to here are cut from one list of what is spelt right and what is not."""

NONE = Hits((), 0)


class Matching:
    """Searches one state of the index."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher, *, dense: int) -> None:
        self._schema = schema
        self._searcher = searcher
        self._dense = dense
        self._asking = Asking(schema)
        self._counting = Counting(searcher, self._asking)
        self._nothing = Nothing()

    def search(self, queries: Sequence[Query]) -> tuple[Hits, ...]:
        """Exact words; if they find too little in all, the same with typos forgiven."""
        typed = [typed_words(query) for query in queries]
        found = [self._find(*each) for each in zip(queries, typed, strict=True)]
        if not self._is_little(found, typed, first=True):
            return tuple(found)
        wide = [_from_the_start(query) for query in queries]
        pages = [
            [hits if query is asked else self._find(asked, parts)]
            for hits, query, asked, parts in zip(found, queries, wide, typed, strict=True)
        ]
        for page, query, parts in zip(pages, wide, typed, strict=True):
            page.append(self._nearly_named(query, parts))
        for stage in (self._unknown, self._rare, self._two_typos):
            best = [_merged(page, query) for page, query in zip(pages, wide, strict=True)]
            if not self._is_little(best, typed, first=stage == self._unknown):
                break
            for page, query, parts in zip(pages, wide, typed, strict=True):
                scope = self._counting.scope(query)
                forgiving = None if scope is None else stage(scope, parts)
                if forgiving is not None:
                    page[2:] = [self._find(query, forgiving)]
        return tuple(
            _cut(_merged(page, asked), query, asked)
            for page, query, asked in zip(pages, queries, wide, strict=True)
        )

    @staticmethod
    def _is_little(found: Sequence[Hits], typed: Sequence[Sequence[Word]], *, first: bool) -> bool:
        letters = max((sum(len(word.text) for word in parts) for parts in typed), default=0)
        enough = max(1, _FEW_LETTERS - letters) if first else 1
        return letters > 0 and sum(hits.total for hits in found) < enough

    def _nearly_named(self, query: Query, typed: Sequence[Word]) -> Hits:
        """What has the text for a name, but for one typo; a space may be one."""
        name = whole([word.text for word in typed])
        scope = self._counting.scope(query)
        if scope is None or len(name) < _LEAST_NAME or any(word.field for word in typed):
            return NONE
        near = scored(self._asking.nearly_named(query.kind, name), 1.0)
        clauses = [*self._first(query, scope, words=True), (Occur.Must, near)]
        return self._hits(query, tantivy.Query.boolean_query(clauses), ranked=True)

    def _unknown(self, scope: Scope, plain: Sequence[Word]) -> list[Word] | None:
        """One typo in the words that nothing has; in all, if there are none of these."""
        unknown = self._unknown_of(scope, plain)
        forgiven = [_forgiven(w, 1) if w in unknown or not unknown else w for w in plain]
        return None if forgiven == plain else forgiven

    def _rare(self, scope: Scope, plain: Sequence[Word]) -> list[Word] | None:
        """One typo also in words that few documents have: what many have is spelt right.

        And in words of three letters that nothing has, if there are others.
        """
        unknown = self._unknown_of(scope, plain)
        first = [_forgiven(word, 1) if word in unknown else word for word in plain]
        forgiven = [_forgiven(w, 1) if self._is_rare(scope, w) else w for w in first]
        if len(plain) > 1:
            forgiven = [
                w._replace(typos=1) if w in unknown and len(w.text) == 3 and not w.last else w
                for w in forgiven
            ]
        return None if not unknown or forgiven == first else forgiven

    def _two_typos(self, scope: Scope, plain: Sequence[Word]) -> list[Word] | None:
        """Two in the longest of the words that nothing has, one in the other rare ones."""
        unknown = self._unknown_of(scope, plain) or list(plain)
        worst = max(unknown, key=lambda word: len(word.text), default=None)
        if worst is None or _forgiven(worst, 2).typos < 2:
            return None
        return [
            _forgiven(w, 2 if w is worst else 1) if self._is_rare(scope, w) else w for w in plain
        ]

    def _unknown_of(self, scope: Scope, plain: Sequence[Word]) -> list[Word]:
        return [
            word
            for word in plain
            if not is_cjk(word.text[0]) and not self._counting.seen_with(scope, word)
        ]

    def _is_rare(self, scope: Scope, word: Word) -> bool:
        return self._counting.seen_with(scope, word._replace(last=False)) < _RARE

    def _find(self, query: Query, typed: Sequence[Word]) -> Hits:
        scope = self._counting.scope(query)
        if scope is None or self._nothing.is_known(query, typed):
            return NONE
        found = self._look(query, typed, scope) if self._may_match(query, typed, scope) else NONE
        if not found.total:
            self._nothing.learn(query, typed)
        return found

    def _may_match(self, query: Query, typed: Sequence[Word], scope: Scope) -> bool:
        """Whether the words that are forgiven nothing stand together anywhere.

        To find that out costs little; what words with typos match is made out in full before
        anything is compared with it.
        """
        sure = [word for word in typed if not word.typos]
        if len(sure) in {0, 1, len(typed)} or self._rarest(query, sure) >= self._dense:
            return True
        clauses = [
            *self._first(query, scope, words=True),
            *((Occur.Must, self._asking.holding(query.kind, word)) for word in sure),
        ]
        found: Any = self._searcher.search(tantivy.Query.boolean_query(clauses), 1)
        return bool(found.count)

    def _look(self, query: Query, typed: Sequence[Word], scope: Scope) -> Hits:
        first = self._first(query, scope, words=bool(typed))
        hot = self._hot(query, typed)
        if hot is not None:
            near, share = hot
            found = self._run(query, [*first, (Occur.Must, scored(near, 0.0))], typed)
            if found.total >= max(query.offset, 0) + query.limit:
                # How many there are elsewhere is guessed from the share looked at.
                return Hits(found.ids, max(found.total, int(found.total * share)))
        return self._run(query, first, typed)

    def _first(self, query: Query, scope: Scope, *, words: bool) -> list[Clause]:
        """What every match must be: the caller's, and what the conditions say.

        Args:
            words: there are words too, which only documents of the kind have.
        """
        clauses = list(scope.narrow) if words else [scope.every]
        for condition in query.where:
            if plainly_said(condition) is None:
                least = tantivy.Query.empty_query()
                for test, _ in condition.any_of:
                    if isinstance(test, Least):
                        least = self._counting.least(self._schema, scope, test.share)
                clauses.append(self._asking.condition(query.kind, condition, least))
        return clauses

    def _run(self, query: Query, first: Sequence[Clause], typed: Sequence[Word]) -> Hits:
        return self._hits(query, self._asking.asked(query, typed, first), ranked=bool(typed))

    def _hits(self, query: Query, asked: tantivy.Query, *, ranked: bool) -> Hits:
        """Args:
        ranked: by how well they match; else by popularity, then name.
        """
        searcher = self._searcher
        found: Any = searcher.search(  # its stub forgets `count`
            asked,
            max(query.limit, 1),  # none at all would end the thread
            offset=min(max(query.offset, 0), searcher.num_docs),
            order_by_field=None if ranked else "rank",
            weight_by_field="weight" if ranked else None,
        )
        hits = found.hits if query.limit > 0 else []
        return Hits(tuple(searcher.doc(address)["id"][0] for _, address in hits), found.count)

    def _rarest(self, query: Query, typed: Sequence[Word]) -> int:
        """How many documents can match at most, by the rarest of words and conditions."""
        counting = self._counting
        return min(
            counting.rarest(query.kind, typed),
            *(
                sum(counting.most(query.kind, test) for test, _ in condition.any_of)
                for condition in query.where
                if plainly_said(condition) is None and all(holds for _, holds in condition.any_of)
            ),
            int(self._searcher.num_docs),
        )

    def _hot(self, query: Query, typed: Sequence[Word]) -> tuple[tantivy.Query, float] | None:
        """Where to look first for words that very many documents have.

        That is enough of the most popular documents, and what is named exactly so. Where little
        was ever played, a sample stands for the rest: its documents are as good as any.

        Returns:
            The documents, and how often they fit into all; None to look at all at once.
        """
        kind, counting = query.kind, self._counting
        if not typed and not query.where:
            return None
        every, enough = counting.every(kind), _HOT * self._dense // DENSE
        if any(word.typos for word in typed):
            if query.offset > 0 or not any(_is_vague(word) for word in typed):
                return None
        else:
            rarest = self._rarest(query, typed)
            if rarest < self._dense:
                return None
            enough = max(enough, every * _HOT_MATCHES // rarest)
        if enough * 3 > every:
            return None
        levels = [f"p{counting.level(kind, 'p', enough)}"]
        if levels == ["p0"] and not typed:
            return None  # the popular ones would be first: of a sample that is not so
        if levels == ["p0"]:
            sample = counting.level(kind, "h", enough)
            if not sample:
                return None
            levels = ["p1", f"h{sample}"]
        near = [self._asking.term(kind, "hot", level) for level in levels]
        name = whole([word.text for word in typed])
        if typed and self._searcher.doc_freq(f"{kind}_whole", name) < _MANY_OF_A_NAME:
            near.append(self._asking.term(kind, "whole", name))
        count = sum(counting.at_level(kind, level) for level in levels)
        return tantivy.Query.boolean_query([(Occur.Should, each) for each in near]), every / count


def _from_the_start(query: Query) -> Query:
    """The query for all pages up to its own, unless that is far off."""
    reach = query.offset + query.limit
    if query.offset <= 0 or reach > _FAR or query.limit <= 0:
        return query
    return msgspec.structs.replace(query, offset=0, limit=reach)


def _cut(hits: Hits, query: Query, asked: Query) -> Hits:
    return hits if asked is query else Hits(hits.ids[query.offset :], hits.total)


def _merged(pages: Sequence[Hits], query: Query) -> Hits:
    """What is spelt right first, then whole names, then the rest; far off, only the last."""
    if query.offset > 0:
        return max(reversed(pages), key=lambda hits: hits.total)
    ids = dict.fromkeys(id_ for hits in pages for id_ in hits.ids)
    most = max(hits.total for hits in pages)
    return Hits(tuple(ids)[: max(query.limit, 0)], max(most, len(ids)))


def _is_vague(word: Word) -> bool:
    """Whether very many words may be meant."""
    return bool(word.typos) and word.last and len(word.text) <= _VAGUE_LETTERS


def _forgiven(word: Word, typos: int) -> Word:
    """Words of four letters and more may have one typo, of eight and more two."""
    letters = len(word.text)
    allowed = 0 if is_cjk(word.text[0]) else 2 if letters >= 8 else 1 if letters >= 4 else 0
    return word._replace(typos=min(typos, allowed))
