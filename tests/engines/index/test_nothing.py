"""What is remembered to match nothing never hides what matches."""

import random
from pathlib import Path

import pytest

from philomel.engines.index import Document, Query
from philomel.engines.index.tantivy import Index
from philomel.engines.index.tantivy.matching import DENSE, Matching
from philomel.engines.index.tantivy.nothing import Nothing, Word

_SYLLABLES = ("ba", "no", "ri", "tel", "mus", "quo", "sha")


@pytest.mark.parametrize(
    ("before", "now", "known"),
    [
        ((("moon", 0),), (("moon", 0),), True),
        ((("moon", 0),), (("moonlight", 0),), True),
        ((("moon", 0),), (("moon", 0), ("light", 2)), True),
        ((("moon", 1),), (("moon", 0), ("light", 2)), True),
        ((("moon", 0),), (("moon", 1),), False),
        ((("moon", 0),), (("moo", 0),), False),
        ((("moon", 0), ("li", 0)), (("moon", 0), ("light", 0), ("s", 0)), True),
        ((("moon", 0), ("li", 0)), (("moons", 0), ("light", 0)), False),
        ((("moon", 0), ("li", 0)), (("moon", 0), ("light", 1)), False),
    ],
)
def test_more_of_the_same(
    before: tuple[tuple[str, int], ...], now: tuple[tuple[str, int], ...], *, known: bool
) -> None:
    nothing = Nothing()
    nothing.learn(_query("track"), _typed(before))
    assert nothing.is_known(_query("track"), _typed(now)) is known
    assert not nothing.is_known(_query("album"), _typed(now))


async def test_typing_finds_what_asking_at_once_finds(tmp_path: Path) -> None:
    chance = random.Random(5)

    def name() -> str:
        words = ("".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _ in range(3))
        return " ".join(words)

    documents = [
        Document(f"{n}", "track", name(), name(), ("a",), float(n % 7)) for n in range(400)
    ]
    index = Index(tmp_path, ["track"])
    await index.put(documents)
    await index.flush()
    for document in chance.sample(documents, 40):
        text = list(document.name)
        for _ in range(chance.randint(0, 3)):
            text[chance.randrange(len(text))] = chance.choice("abnorit ")
        for length in range(1, len(text) + 1):
            query = Query("".join(text[:length]), "track", ("a",), limit=5)
            at_once = Matching(index._schema, index._searcher, dense=DENSE).search([query])
            assert await index.search(query) == at_once, query.text
    await index.close()


def _query(kind: str) -> Query:
    return Query("", kind, ("a",))


def _typed(words: tuple[tuple[str, int], ...]) -> list[Word]:
    return [Word(text, place == len(words) - 1, typos) for place, (text, typos) in enumerate(words)]
