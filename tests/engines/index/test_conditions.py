"""Conditions are met inside the index, together with what the caller may see."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from philomel.engines.index import (
    Between,
    Condition,
    Document,
    Index,
    Is,
    Least,
    Query,
    Said,
    Test,
)
from philomel.engines.index.tantivy import Index as Tantivy
from philomel.engines.index.tantivy.documents import between

MINE = ("mine",)


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[Index]:
    opened = Tantivy(tmp_path / "index", ("track", "album"), dense=30)
    yield opened
    await opened.close()


def song(
    id_: str,
    name: str,
    artist: str,
    album: str = "",
    year: int = 0,
    genre: str = "",
    popularity: float = 0,
    library: str = "mine",
) -> Document:
    fields = (("artist", artist), ("album", album), ("genre", genre))
    return Document(
        id_, "track", name, f"{artist} {album}", (library,), popularity,
        tuple((field, text) for field, text in fields if text),
        (("isrc", f"xx{id_}"),), (("year", year),) if year else (),
    )  # fmt: skip


async def fill(index: Index) -> None:
    await index.put(
        [
            song("doxy", "Doxy", "Miles Davis", "Bags Groove", 1957, "Jazz"),
            song("live", "Doxy Live", "Miles Davis", "Live in Paris", 1960, "Jazz", popularity=9),
            song("miles", "Miles", "Doxy Davis", "Roads", 1999, "Hip Hop"),
            song("hip", "Hop Hip", "Somebody", "Doxy", 2000, "Rock"),
            song("love", "愛情物語", "宇多田ヒカル", "初恋", 2001),
            song("theirs", "Doxy", "Miles Davis", "Bags Groove", 1957, "Jazz", library="theirs"),
        ]
    )
    await index.flush()


def must(*tests: Test) -> tuple[Condition, ...]:
    return tuple(Condition(((test, True),)) for test in tests)


def without(test: Test) -> Condition:
    return Condition(((test, False),))


async def find(
    index: Index, text: str = "", *where: Condition, kind: str = "track", **more: object
) -> set[str]:
    query = {"text": text, "kind": kind, "filters": MINE, "where": where, **more}
    (found,) = await index.search(Query(**query))  # type: ignore[arg-type]  # built from parts
    assert found.total == len(found.ids)
    return set(found.ids)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (must(Said("artist", "miles davis")), {"doxy", "live"}),
        (must(Said("artist", "davis miles")), {"doxy", "live"}),
        (must(Said("artist", "miles doxy")), set()),
        (must(Said("track", "doxy")), {"doxy", "live"}),
        (must(Said("track", "doxy"), Said("artist", "davis")), {"doxy", "live"}),
        (must(Said("album", "doxy")), {"hip"}),
        (must(Said("artist", "mil", begun=True)), {"doxy", "live"}),
        (must(Said("artist", "mil")), set()),
        (must(Said("artist", "somebody", begun=True)), {"hip"}),
        (must(Said("artist", "milse davis")), {"doxy", "live"}),
        (must(Said("track", "dxoy")), {"doxy", "live"}),
        (must(Said("genre", "hip hop", phrase=True)), {"miles"}),
        (must(Said("track", "hip hop", phrase=True)), set()),
        (must(Said("", "doxy live", phrase=True)), {"live"}),
        (must(Said("", "miles davis", phrase=True)), {"doxy", "live"}),
        (must(Said("", "doxy miles", phrase=True)), set()),
        (must(Said("artist", "davis bags", phrase=True)), set()),
        (must(Said("artist", "ヒカル")), {"love"}),
        (must(Said("artist", "田ヒカ", begun=True)), {"love"}),
        (must(Said("track", "愛物")), set()),
        (must(Is("isrc", "XX doxy")), {"doxy"}),
        (must(Is("isrc", "xxtheirs")), set()),
        (must(Between("year", 1957, 1960)), {"doxy", "live"}),
        (must(Between("year", 1958, 9_999)), {"live", "miles", "hip", "love"}),
        (must(Between("year", 3000, 4000)), set()),
        (must(Between("year", 2000, 1999)), set()),
        ((without(Said("artist", "davis")),), {"hip", "love"}),
        ((*must(Said("track", "doxy")), without(Said("", "live"))), {"doxy"}),
        ((*must(Between("year", 1900, 1980)), without(Between("year", 1957, 1957))), {"live"}),
        ((Condition(((Between("year", 1957, 1957), True), (Said("genre", "rock"), True))),),
         {"doxy", "hip"}),
        ((Condition(((Said("track", "doxy"), True), (Said("artist", "davis"), False))),),
         {"doxy", "live", "hip", "love"}),
        (must(Said("label", "blue")), set()),
    ],
)  # fmt: skip
async def test_what_is_asked_of_fields(
    index: Index, where: tuple[Condition, ...], expected: set[str]
) -> None:
    await fill(index)
    assert await find(index, "", *where) == expected


async def test_conditions_and_words_together(index: Index) -> None:
    await fill(index)
    assert await find(index, "dox", *must(Said("artist", "miles"))) == {"doxy", "live"}
    assert await find(index, "doxi", *must(Between("year", 1957, 1957))) == {"doxy"}
    assert await find(index, "doxi", *must(Between("year", 1800, 1801))) == set()
    assert await find(index, "", *must(Said("track", "doxy")), kind="album") == set()
    assert await find(index, "dox", begun=False) == {"doxy"}  # a typo
    await index.put([song("dox", "Dox", "Dog")])
    await index.flush()
    assert await find(index, "do", begun=False) == set()


async def test_exact_names_first_then_what_is_played_most(index: Index) -> None:
    await fill(index)
    query = Query("", "track", MINE, where=must(Said("track", "doxy")), names=("doxy",))
    (found,) = await index.search(query)
    assert found.ids == ("doxy", "live")
    (found,) = await index.search(Query("", "track", MINE, where=must(Between("year", 1, 1990))))
    assert found.ids == ("live", "doxy")


async def test_dense_conditions_find_as_much_as_is_there(index: Index) -> None:
    names = [f"{n}" for n in range(300)]
    await index.put(
        [song(n, "Song", "Somebody", year=1990 + int(n) % 3, popularity=int(n)) for n in names]
    )
    await index.flush()
    for where in (must(Between("year", 1990, 1990)), must(Said("artist", "somebody"))):
        query = Query("song", "track", MINE, limit=100, where=where)
        (found,) = await index.search(query)
        assert len(set(found.ids)) == 100
    (found,) = await index.search(
        Query("song", "track", MINE, limit=10, where=must(Between("year", 1990, 1990)))
    )
    assert all(int(id_) % 3 == 0 for id_ in found.ids)
    assert 60 <= found.total <= 160


async def test_the_least_popular_tenth_is_of_what_one_may_see(index: Index) -> None:
    mine = [song(f"m{n}", "Song", "Somebody", popularity=2.0**n) for n in range(20)]
    theirs = [song(f"t{n}", "Song", "Somebody", library="theirs") for n in range(200)]
    await index.put([*mine, *theirs])
    await index.flush()
    assert await find(index, "", *must(Least(0.1))) == {"m0", "m1"}
    assert await find(index, "song", *must(Least(0.1))) == {"m0", "m1"}
    assert len(await find(index, "", without(Least(0.1)))) == 18
    assert await find(index, "", *must(Least(0))) == set()
    assert len(await find(index, "", *must(Least(1)))) == 20


async def test_where_nothing_is_played_the_least_popular_are_drawn(index: Index) -> None:
    await index.put([song(f"{n}", "Song", "Somebody") for n in range(400)])
    await index.flush()
    query = Query("", "track", MINE, where=must(Least(0.1)))
    (found,) = await index.search(query)
    assert 15 <= found.total <= 70


def test_ranges_of_numbers_are_few_words() -> None:
    chance = random.Random(1)
    for _ in range(300):
        low, high = sorted(chance.choices(range(100_000), k=2))
        parts = [part.removeprefix("y#") for part in between("y", low, high)]
        held = sum(10 ** (5 - len(part)) for part in parts)
        assert held == high - low + 1
        assert len(set(parts)) == len(parts) <= 82
        assert int(parts[0].ljust(5, "0")) == low
        assert int(parts[-1].ljust(5, "9")) == high


async def test_what_one_may_not_see_does_not_change_which_typos_are_thought_of(
    tmp_path: Path,
) -> None:
    chance = random.Random(4)
    syllables = ("ba", "no", "ri", "tel", "mus", "quo", "sha")

    def name() -> str:
        return " ".join("".join(chance.choices(syllables, k=chance.randint(1, 3))) for _ in "ab")

    mine = [song(f"{n}", name(), name(), popularity=1.1**n) for n in range(60)]
    theirs = [song(f"t{n}", name(), name(), library="theirs") for n in range(1_500)]
    alone, among = (Tantivy(tmp_path / each, ("track",)) for each in ("alone", "among"))
    await alone.put(mine)
    await among.put([*mine, *theirs])
    await alone.flush()
    await among.flush()
    for _ in range(300):
        text = list(chance.choice(chance.choice((mine, theirs))).name)
        for _ in range(chance.randint(0, 2)):
            text[chance.randrange(len(text))] = chance.choice("abnorit ")
        query = Query("".join(text), "track", MINE, limit=100)
        (seen,), (expected,) = await among.search(query), await alone.search(query)
        assert set(seen.ids) == set(expected.ids), query.text
        assert seen.total == expected.total
    await alone.close()
    await among.close()
