"""Every index engine does what the port promises."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from philomel.engines.index import Document, Hits, Index, Query
from philomel.engines.index.tantivy import Index as Tantivy

LIBRARY = ("library",)


@pytest.fixture
def open_index(tmp_path: Path) -> Callable[[], Index]:
    return lambda: Tantivy(tmp_path / "index", ("track", "album"))


@pytest.fixture
async def index(open_index: Callable[[], Index]) -> AsyncIterator[Index]:
    opened = open_index()
    yield opened
    await opened.close()


async def fill(index: Index, *names: str, kind: str = "track") -> None:
    """Documents whose id is their name."""
    await index.put(
        [Document(id=name, kind=kind, name=name, filters=LIBRARY) for name in names],
    )
    await index.flush()


async def find(index: Index, text: str, **more: object) -> Hits:
    query = {"text": text, "kind": "track", "filters": LIBRARY, **more}
    (found,) = await index.search(Query(**query))  # type: ignore[arg-type]  # built from parts
    return found


async def test_finds_every_prefix_of_the_last_word(index: Index) -> None:
    await fill(index, "Paranoid Android", "Karma Police")
    for length in range(1, len("paranoid") + 1):
        assert (await find(index, "paranoid"[:length])).ids[0] == "Paranoid Android"
    for length in range(1, len("android") + 1):
        found = await find(index, "Paranoid " + "Android"[:length])
        assert found == Hits(("Paranoid Android",), 1)


async def test_every_word_must_match_and_only_the_last_as_a_prefix(index: Index) -> None:
    await fill(index, "Paranoid Android", "Android Dreams")
    assert (await find(index, "android paranoid")).ids == ("Paranoid Android",)
    assert (await find(index, "par android")).total == 0
    assert (await find(index, "android zzz")).total == 0


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Björk", "bjork"),
        ("Bjork", "BJÖRK"),
        ("Sigur Rós", "sigur ros"),
        ("Mötley Crüe", "motley crue"),
        ("Ｆｕｌｌｗｉｄｔｈ", "fullwidth"),  # noqa: RUF001 - wide letters are the case
        ("Straße", "strasse"),
        ("Smørrebrød", "smorrebrod"),
        ("İstanbul", "istanbul"),
        ("Don't Stop", "dont stop"),
        ("Don\N{RIGHT SINGLE QUOTATION MARK}t Stop", "don't stop"),
        ("AC/DC", "acdc"),
        ("AC/DC", "ac/dc"),
        ("!!!", "!!!"),
        ("Ærøskøbing", "aeroskobing"),
        ("Чайковский", "чайковск"),
        ("עברית שיר", "שיר"),
    ],
)
async def test_folds_case_accents_and_width(index: Index, name: str, typed: str) -> None:
    await fill(index, name, "Something Else")
    assert (await find(index, typed)).ids == (name,)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("周杰倫的歌", "周杰"),
        ("周杰倫的歌", "杰倫"),
        ("周杰倫的歌", "倫"),
        ("宇多田ヒカル", "ヒカル"),
        ("宇多田ヒカル", "田ヒ"),
        ("방탄소년단", "소년"),
        ("Love 愛情 Song", "愛情 so"),
    ],
)
async def test_cjk_matches_without_word_borders(index: Index, name: str, typed: str) -> None:
    await fill(index, name, "別の曲", "情愛")
    assert (await find(index, typed)).ids == (name,)


async def test_cjk_characters_must_stand_side_by_side(index: Index) -> None:
    await fill(index, "愛の情")
    assert (await find(index, "愛情")).total == 0


async def test_tolerates_typos_in_long_words_only(index: Index) -> None:
    await fill(index, "Radiohead", "Muse", "Abba")
    assert (await find(index, "radoihead")).ids == ("Radiohead",)
    assert (await find(index, "radiahaed")).ids == ("Radiohead",)
    assert (await find(index, "radi0")).ids == ("Radiohead",)
    assert (await find(index, "mus3")).ids == ("Muse",)
    assert (await find(index, "abx")).total == 0
    assert (await find(index, "rxdxoxead")).total == 0


async def test_ranks_exact_before_prefix_before_typo_and_name_before_context(
    index: Index,
) -> None:
    await index.put(
        [
            Document("typo", "track", "Creek", filters=LIBRARY),
            Document("prefix", "track", "Creeping Death", filters=LIBRARY),
            Document("inside", "track", "The Long Creep Home", filters=LIBRARY),
            Document("exact", "track", "Creep", filters=LIBRARY),
            Document("context", "track", "Other", context="Creep", filters=LIBRARY),
        ]
    )
    await index.flush()
    found = await find(index, "creep")
    assert found.ids[0] == "exact"
    assert set(found.ids[1:3]) == {"inside", "prefix"}
    assert found.ids[3:] == ("context", "typo")


async def test_artist_and_title_mean_what_is_named_so(index: Index) -> None:
    await index.put(
        [
            Document("we", "track", "We", context="Foupea Best", filters=LIBRARY),
            Document("loved", "track", "Weather", "Foupea Best", LIBRARY, popularity=300),
        ]
    )
    await index.flush()
    for text in ("foupea we", "we foupea"):
        assert (await find(index, text)).ids[0] == "we"


@pytest.mark.parametrize(
    ("name", "typed"),
    [("Pink Floyd", "pinkfloyd"), ("Radiohead", "radio head"), ("Nard", "nrd"), ("Abba", "xbba"),
     ("Star Be", "satr be"), ("Thou", "thuo"), ("Love Home", "lve home")],
)  # fmt: skip
async def test_a_whole_name_may_have_a_typo(index: Index, name: str, typed: str) -> None:
    await fill(index, name, "Thouflain", "Nothing Else")
    assert (await find(index, typed)).ids[0] == name


async def test_popularity_is_a_boost_that_a_better_match_outweighs(index: Index) -> None:
    await index.put(
        [
            Document("rare", "track", "Home", filters=LIBRARY, popularity=0),
            Document("loved", "track", "Home", filters=LIBRARY, popularity=5000),
            Document("other", "track", "Homeward", filters=LIBRARY, popularity=50),
        ]
    )
    await index.flush()
    assert (await find(index, "home")).ids == ("loved", "rare", "other")


async def test_empty_text_lists_by_popularity_then_name(index: Index) -> None:
    await index.put(
        [
            Document("b", "track", "Beta", filters=LIBRARY),
            Document("a", "track", "alpha", filters=LIBRARY),
            Document("z", "track", "Zeta", filters=LIBRARY, popularity=3),
            Document("big", "track", "Yota", filters=LIBRARY, popularity=10.0**9),
            Document("c", "track", "愛", filters=LIBRARY),
        ]
    )
    await index.flush()
    assert await find(index, "") == Hits(("big", "z", "a", "b", "c"), 5)
    assert await find(index, "  ", limit=2, offset=1) == Hits(("z", "a"), 5)


async def test_filters_and_kinds_hide_and_are_not_counted(index: Index) -> None:
    await index.put(
        [
            Document("mine", "track", "Song One", filters=("mine",)),
            Document("theirs", "track", "Song Two", filters=("theirs",)),
            Document("both", "track", "Song Three", filters=("mine", "theirs")),
            Document("album", "album", "Song Four", filters=("mine",)),
            Document("nowhere", "track", "Song Five"),
        ]
    )
    await index.flush()
    for text in ("song", ""):
        found = await find(index, text, filters=("mine",))
        assert (set(found.ids), found.total) == ({"mine", "both"}, 2)
        assert (await find(index, text, filters=("mine",), limit=1)).total == 2
        assert (await find(index, text, filters=("mine", "theirs"))).total == 3
        assert (await find(index, text, filters=())).total == 0
        assert (await find(index, text, filters=("min", "track:mine"))).total == 0
        many = tuple(f"library {number}" for number in range(40))
        assert (await find(index, text, filters=(*many, "theirs"))).total == 2
        assert (await find(index, text, filters=("mine",), kind="album")).ids == ("album",)


async def test_pages_are_exact_whatever_is_asked(index: Index) -> None:
    names = [f"Song {number}" for number in range(25)]
    await fill(index, *names)
    for text in ("song", ""):
        seen: list[str] = []
        for offset in range(0, 30, 10):
            found = await find(index, text, limit=10, offset=offset)
            assert found.total == 25
            seen += found.ids
        assert sorted(seen) == sorted(names)
        assert await find(index, text, limit=0) == Hits((), 25)
        assert await find(index, text, offset=10**15) == Hits((), 25)


async def test_changes_are_seen_after_flush_only(index: Index) -> None:
    await fill(index, "First")
    await index.put([Document("Second", "track", "Second", filters=LIBRARY)])
    await index.remove(["First"])
    assert (await find(index, "")).ids == ("First",)
    await index.flush()
    assert (await find(index, "")).ids == ("Second",)
    assert await index.count() == 1
    await index.clear()
    assert await index.count() == 1
    await index.flush()
    assert await index.count() == 0


async def test_new_documents_fill_a_cleared_index(index: Index) -> None:
    await fill(index, "Old")
    await index.clear()
    await index.put([Document("id", "track", "New", filters=LIBRARY)], new=True)
    await index.flush()
    assert (await find(index, "")).ids == ("id",)


async def test_put_replaces(index: Index) -> None:
    await index.put([Document("id", "track", "Old Name", filters=LIBRARY)])
    await index.put([Document("id", "track", "New Name", filters=LIBRARY)])
    await index.flush()
    assert (await find(index, "old")).total == 0
    assert await find(index, "name") == Hits(("id",), 1)


async def test_survives_a_restart_without_what_was_not_flushed(
    open_index: Callable[[], Index],
) -> None:
    first = open_index()
    await fill(first, "Kept")
    await first.clear()
    await first.put([Document("Lost", "track", "Lost", filters=LIBRARY)])
    await first.close()
    second = open_index()
    assert (await find(second, "")).ids == ("Kept",)
    await second.close()


@pytest.mark.parametrize(
    "text",
    [
        "\x00",
        "a" * 100_000,
        "a " * 10_000,
        "愛" * 10_000,
        "\udcff\ud800",
        'name:love OR (id:* AND "',
        "*",
        "?",
        "/.*/",
        "^",
        "a\u0300" * 5_000,
        "\U0010ffff",
        "👩‍👩‍👧 love",
    ],
)
async def test_any_text_is_just_text(index: Index, text: str) -> None:
    await fill(index, "Some Love", "^")
    found = await find(index, text)
    assert found.total <= 3
    await index.put([Document("odd", "track", text, context=text, filters=LIBRARY)])
    await index.flush()
    assert (await find(index, "some love")).ids == ("Some Love",)


async def test_no_filter_can_be_typed(index: Index) -> None:
    await index.put([Document("theirs", "track", "Secret", filters=("theirs",))])
    await index.flush()
    for text in ("secret", "scope:track:theirs", "theirs", "track:theirs", "id:theirs"):
        assert (await find(index, text)).total == 0


async def test_the_folder_is_its_owners_alone(index: Index, tmp_path: Path) -> None:
    await fill(index, "Something")
    assert (tmp_path / "index").stat().st_mode & 0o077 == 0


async def test_a_damaged_folder_is_emptied_and_works(
    open_index: Callable[[], Index], tmp_path: Path
) -> None:
    first = open_index()
    await fill(first, "Something")
    await first.close()
    (tmp_path / "index" / "meta.json").write_bytes(b"{")
    second = open_index()
    assert await second.count() == 0
    await fill(second, "Again")
    assert (await find(second, "again")).total == 1
    await second.close()


async def test_missing_segments_are_noticed(
    open_index: Callable[[], Index], tmp_path: Path
) -> None:
    first = open_index()
    await fill(first, "Something")
    await first.close()
    for file in (tmp_path / "index").glob("*.term"):
        file.unlink()
    second = open_index()
    assert await second.count() == 0
    await second.close()


async def test_another_version_is_emptied(open_index: Callable[[], Index], tmp_path: Path) -> None:
    first = open_index()
    await fill(first, "Something")
    await first.close()
    (tmp_path / "index" / "philomel.json").write_text('{"version": 0}')
    second = open_index()
    assert await second.count() == 0
    await second.close()
