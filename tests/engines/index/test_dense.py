"""What very many documents match is looked for among the popular ones first."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from philomel.engines.index import Document, Index, Query
from philomel.engines.index.tantivy import Index as Tantivy

MANY = 400


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[Index]:
    opened = Tantivy(tmp_path / "index", ("track",), dense=30)
    yield opened
    await opened.close()


def song(number: int, popularity: float = 0.0, library: str = "mine") -> Document:
    return Document(f"song{number}", "track", f"Song Number {number}", "Somebody", (library,),
                    popularity)  # fmt: skip


async def find(
    index: Index, text: str, *filters: str, limit: int = 10, offset: int = 0
) -> tuple[tuple[str, ...], int]:
    query = Query(text, "track", filters or ("mine",), limit=limit, offset=offset)
    (found,) = await index.search(query)
    return found.ids, found.total


async def test_the_popular_ones_come_first(index: Index) -> None:
    await index.put([song(number, popularity=number) for number in range(MANY)])
    await index.flush()
    best = tuple(f"song{number}" for number in range(MANY - 1, MANY - 11, -1))
    for text in ("s", "so", "song", "song numb", "somebody s"):
        ids, total = await find(index, text)
        assert set(ids[:5]) <= set(best), text
        assert MANY * 0.5 <= total <= MANY * 2


async def test_what_is_named_exactly_so_is_found_however_unpopular(index: Index) -> None:
    await index.put([song(number, popularity=number) for number in range(MANY)])
    await index.put([Document("exact", "track", "Song", filters=("mine",))])
    await index.flush()
    assert "exact" in (await find(index, "song"))[0]


async def test_where_nothing_is_popular_a_sample_stands_for_all(index: Index) -> None:
    await index.put([song(number) for number in range(MANY)])
    await index.flush()
    ids, total = await find(index, "so")
    assert len(set(ids)) == 10
    assert MANY * 0.3 <= total <= MANY * 3


async def test_later_pages_go_through_all_of_them(index: Index) -> None:
    await index.put([song(number, popularity=number) for number in range(MANY)])
    await index.flush()
    whole: set[str] = set()
    for offset in range(0, MANY, 100):
        whole |= set((await find(index, "song", limit=100, offset=offset))[0])
    assert len(whole) == MANY
    assert (await find(index, "song", limit=100, offset=MANY))[0] == ()


async def test_what_one_may_not_see_is_found_nowhere(index: Index) -> None:
    mine = [song(number, popularity=1) for number in range(40)]
    theirs = [song(number, popularity=1000, library="theirs") for number in range(40, MANY)]
    shared = [Document("both", "track", "Song", filters=("mine", "theirs"))]
    nobodys = [Document("nobodys", "track", "Song")]
    await index.put([*mine, *theirs, *shared, *nobodys])
    await index.flush()
    seen = {document.id for document in mine} | {"both"}
    for text in ("s", "song", "song number", "sonk", "songg numbr"):
        ids, _ = await find(index, text, limit=MANY)
        assert ids, text
        assert set(ids) <= seen, text
    ids, total = await find(index, "song", limit=MANY)
    assert (set(ids), total) == (seen, 41)
    ids, _ = await find(index, "song", "mine", "theirs", limit=MANY * 2)
    assert len(ids) == MANY + 1


async def test_typos_never_hide_what_is_spelt_right(index: Index) -> None:
    await index.put([song(number, popularity=number) for number in range(MANY)])
    await index.put([Document("right", "track", "Sonk", filters=("mine",))])
    await index.flush()
    ids, _ = await find(index, "sonk")
    assert ids[0] == "right"
    assert len(ids) == 10
