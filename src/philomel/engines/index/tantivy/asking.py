"""From words and conditions to a query of tantivy.

What must match stands in few lists of documents, one for each word, whether it is in the name or
in the context. What makes a match a better one is asked only of the documents that match: each
such question is wrapped around the query before it, so that no two of them are ever united, which
would mean to go through all that they match.
"""

from collections.abc import Iterator, Sequence
from typing import assert_never

import tantivy
from tantivy import Occur

from philomel.engines.index import Between, Condition, Either, Is, Least, Query, Said
from philomel.engines.index.folding import is_cjk, words
from philomel.engines.index.tantivy.documents import EDGE, between, fact, said, start, whole
from philomel.engines.index.tantivy.nothing import Word

_EXACT, _PREFIX, _TYPO = 12.0, 8.0, 2.5
_CONTEXT = 0.4
_WHOLE_NAME, _PART_NAME, _NAME_START = 10.0, 6.0, 5.0
_PART_WORDS = 8

Clause = tuple[Occur, tantivy.Query]
Bonus = tuple[tantivy.Query, float]


def typed_words(query: Query) -> list[Word]:
    """The words that may have typos: of the text, and what single fields must hold."""
    plain = words(query.text)
    found = [
        Word(word, query.begun and place == len(plain) - 1) for place, word in enumerate(plain)
    ]
    for condition in query.where:
        test = plainly_said(condition)
        if test is not None:
            parts = words(test.text)
            found += [
                Word(word, test.begun and place == len(parts) - 1, field=test.field)
                for place, word in enumerate(parts)
            ]
    return found


def plainly_said(condition: Condition) -> Said | None:
    """The only test of a condition, if it is one for words one by one."""
    if len(condition.any_of) != 1:
        return None
    test, holds = condition.any_of[0]
    return test if holds and isinstance(test, Said) and not test.phrase else None


class Asking:
    """Builds queries for one schema."""

    def __init__(self, schema: tantivy.Schema) -> None:
        self._schema = schema

    def asked(self, query: Query, typed: Sequence[Word], first: Sequence[Clause]) -> tantivy.Query:
        """Documents that match all words and conditions and `first`, with their scores."""
        kind = query.kind
        clauses, bonuses = list(first), list[Bonus]()
        for run in _runs(typed):
            must, better = self._run(kind, run)
            clauses.append((Occur.Must, must))
            bonuses += better
        if typed:
            bonuses += self._names(query)
        asked = tantivy.Query.boolean_query(clauses)
        for bonus, score in bonuses:
            asked = tantivy.Query.boolean_query(
                [(Occur.Must, asked), (Occur.Should, scored(bonus, score))]
            )
        return asked

    def condition(self, kind: str, condition: Condition, least: tantivy.Query) -> Clause:
        """One of the tests holds.

        Args:
            least: the least popular documents, for a test that asks for them.
        """
        options: list[tuple[tantivy.Query, bool]] = []
        for test, holds in condition.any_of:
            found = least if isinstance(test, Least) else self._test(kind, test)
            options.append((scored(found, 0.0), holds))
        if len(options) == 1:
            found, holds = options[0]
            return (Occur.Must if holds else Occur.MustNot), found
        every = [(Occur.Should, found if holds else _without(found)) for found, holds in options]
        return Occur.Must, scored(tantivy.Query.boolean_query(every), 0.0)

    def nearly_named(self, kind: str, name: str) -> tantivy.Query:
        """Named so but for one typo."""
        return tantivy.Query.fuzzy_term_query(self._schema, f"{kind}_whole", name, 1, True, False)

    def holding(self, kind: str, word: Word) -> tantivy.Query:
        """Documents with a word or one that begins so, spelt right."""
        return self._must(kind, word._replace(typos=0))

    def term(self, kind: str, field: str, value: str, option: str = "basic") -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, f"{kind}_{field}", value, option)

    def any_of(self, kind: str, field: str, values: Sequence[str]) -> tantivy.Query:
        if len(values) == 1:
            return self.term(kind, field, values[0])
        return tantivy.Query.term_set_query(self._schema, f"{kind}_{field}", list(values))

    def _test(self, kind: str, test: Said | Is | Between | Either) -> tantivy.Query:
        match test:
            case Said():
                return self._said(kind, test)
            case Is():
                return self.term(kind, "fact", fact(test.field, test.value))
            case Between():
                return self._any_fact(kind, between(test.field, test.low, test.high))
            case Either():
                if not test.tests:
                    return tantivy.Query.empty_query()
                found = [(Occur.Should, self._test(kind, each)) for each in test.tests]
                return tantivy.Query.boolean_query(found)
            case _:
                assert_never(test)

    def _any_fact(self, kind: str, facts: Sequence[str]) -> tantivy.Query:
        return self.any_of(kind, "fact", facts) if facts else tantivy.Query.empty_query()

    def _run(self, kind: str, run: Sequence[Word]) -> tuple[tantivy.Query, list[Bonus]]:
        """What a word must match, or what characters side by side must, and what is better."""
        word = run[0]
        field, _ = placed(kind, word)
        named = field == "name"
        exact = _EXACT if named else _EXACT * _CONTEXT
        if is_cjk(word.text[0]):
            bonuses = [(self._side_by_side(kind, "name", run), _EXACT - exact)]
            phrase = self._side_by_side(kind, field, run)
            return scored(phrase, exact), [] if field != "any" else bonuses
        if word.typos:
            least = _TYPO * (1.0 if named else _CONTEXT) / word.typos
        else:
            least = (_PREFIX if named else _PREFIX * _CONTEXT) if word.last else exact
        bonuses = []
        if word.last or word.typos:
            bonuses.append((self.term(kind, *placed(kind, word), "position"), exact - least))
        if field == "any":
            bonuses += self._in_name(kind, word, least)
        return scored(self._must(kind, word), least), bonuses

    def _in_name(self, kind: str, word: Word, least: float) -> Iterator[Bonus]:
        rest = _EXACT - _EXACT * _CONTEXT
        if word.typos:
            near = tantivy.Query.fuzzy_term_query(
                self._schema, f"{kind}_name", word.text, 1, True, word.last
            )
            yield near, _TYPO - least
        elif word.last:
            begun = _PREFIX - _PREFIX * _CONTEXT
            rest -= begun
            # Of longer words the first letters: what matches in another way hardly begins so too.
            yield self.term(kind, "name_edge", word.text[:EDGE]), begun
        yield self.term(kind, "name", word.text, "position"), rest

    def _must(self, kind: str, word: Word) -> tantivy.Query:
        field, text = placed(kind, word)
        if word.typos == 0 and not word.last:
            return self.term(kind, field, text, "position")
        if word.typos == 0 and field != "said" and len(text) <= EDGE:
            return self.term(kind, f"{field}_edge", text)
        return tantivy.Query.fuzzy_term_query(
            self._schema, f"{kind}_{field}", text, word.typos, True, word.last
        )

    def _names(self, query: Query) -> Iterator[Bonus]:
        for text in query.names or (query.text,):
            names = words(text)
            if names:
                yield self.term(query.kind, "whole", whole(names)), _WHOLE_NAME
                yield self.term(query.kind, "name_edge", start(names)), _NAME_START
            parts = _parts_of(names)
            if parts:
                wholes = [(Occur.Should, self.term(query.kind, "whole", part)) for part in parts]
                yield tantivy.Query.boolean_query(wholes), _PART_NAME

    def _said(self, kind: str, test: Said) -> tantivy.Query:
        typed = [Word(word, last=False, field=test.field) for word in words(test.text)]
        if not typed:
            return tantivy.Query.all_query()
        if test.phrase:
            return self._side_by_side(kind, placed(kind, typed[0])[0], typed)
        if test.begun:
            typed[-1] = typed[-1]._replace(last=not is_cjk(typed[-1].text[0]))
        every = [
            self._must(kind, run[0])
            if len(run) == 1
            else self._side_by_side(kind, placed(kind, run[0])[0], run)
            for run in _runs(typed)
        ]
        return tantivy.Query.boolean_query([(Occur.Must, each) for each in every])

    def _side_by_side(self, kind: str, field: str, run: Sequence[Word]) -> tantivy.Query:
        parts: list[str | tuple[int, str]] = [
            placed(kind, word)[1] if field == "said" else word.text for word in run
        ]
        if len(parts) == 1:
            return self.term(kind, field, str(parts[0]), "position")
        return tantivy.Query.phrase_query(self._schema, f"{kind}_{field}", parts)


def _parts_of(names: Sequence[str]) -> list[str]:
    """What may be the whole name, if the other words stand around it: an artist and a title."""
    if not 1 < len(names) <= _PART_WORDS:
        return []
    places = range(1, len(names))
    parts = [names[:place] for place in places] + [names[place:] for place in places]
    return list(dict.fromkeys(whole(part) for part in parts))


def placed(kind: str, word: Word) -> tuple[str, str]:
    """The field of the index that a word must stand in, and how it stands there."""
    if not word.field:
        return "any", word.text
    return ("name", word.text) if word.field == kind else ("said", said(word.field, word.text))


def scored(query: tantivy.Query, score: float) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, score)


def _without(query: tantivy.Query) -> tantivy.Query:
    everything = tantivy.Query.all_query()
    return tantivy.Query.boolean_query([(Occur.Must, everything), (Occur.MustNot, query)])


def _runs(typed: Sequence[Word]) -> Iterator[Sequence[Word]]:
    """Word by word; characters without word borders that stand side by side together."""
    run: list[Word] = []
    for word in typed:
        cjk = is_cjk(word.text[0])
        if run and not (cjk and run[-1].field == word.field):
            yield run
            run = []
        if cjk:
            run.append(word)
        else:
            yield [word]
    if run:
        yield run
