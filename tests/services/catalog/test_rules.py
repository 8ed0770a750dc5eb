"""Tags become tracks: tables of what taggers write and what the catalogue reads."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from philomel.services.catalog.contract import AlbumType, Settings
from philomel.services.catalog.rules import lyrics, paths, values
from philomel.services.catalog.rules.drafts import UNKNOWN_ALBUM, UNKNOWN_ARTIST, Draft, Drafter
from philomel.services.catalog.rules.folding import fold, sort_key, sort_name
from philomel.services.catalog.rules.names import Splitter


def draft(key: bytes = b"a/b.mp3", /, **tags: str | tuple[str, ...]) -> Draft:
    listed = [(name, (v,) if isinstance(v, str) else v) for name, v in tags.items()]
    return Drafter(Settings()).draft(key, listed)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Beyonc\u00e9", "beyonce", True),
        ("e\u0301", "\u00e9", True),
        ("  The   Band ", "the band", True),
        ("\uff21\uff22", "ab", True),
        ("Don\u2019t", "Don't", True),
        ("\u304b", "\u304c", False),  # Japanese ka and ga
        ("Stra\u00dfe", "STRASSE", True),
        ("!!!", "???", False),
    ],
)
def test_folding(one: str, other: str, same: bool) -> None:
    assert (fold(one) == fold(other)) is same


def test_sorting() -> None:
    articles = ("The", "A")
    assert sort_key("The Beatles", articles) == sort_key("Beatles") == "beatles"
    assert sort_name("The Beatles", articles) == "Beatles, The"
    assert sort_key("The", articles) == "the"
    assert sort_key("(Intro)") == "intro)"
    assert sort_key("...") == "..."
    assert len(sort_key("x" * 1_000)) == 200


@pytest.mark.parametrize(
    ("tag", "names"),
    [
        ("AC/DC", ["AC/DC"]),
        ("AC/DC / Queen", ["AC/DC", "Queen"]),
        ("A feat. B", ["A", "B"]),
        ("A FT. B; C", ["A", "B", "C"]),
        ("Earth, Wind & Fire", ["Earth, Wind & Fire"]),
        (" / ", ["/"]),
        ("A; A", ["A"]),
    ],
)
def test_artists_in_one_tag(tag: str, names: list[str]) -> None:
    assert [name.name for name in draft(artist=tag, title="T").artists] == names


def test_exceptions_protect_names() -> None:
    splitter = Splitter(("/", ","), ("AC/DC", "Earth, Wind & Fire"))
    assert splitter.names(("ac/dc/Earth, Wind & Fire,Queen",)) == (
        "ac/dc",
        "Earth, Wind & Fire",
        "Queen",
    )


def test_real_values_win_over_separators() -> None:
    assert [n.name for n in draft(artist=("A; B", "C"), title="T").artists] == ["A; B", "C"]
    both = draft(artist="A feat. B", artists=("A", "B; Co"), title="T")
    assert [name.name for name in both.artists] == ["A", "B; Co"]


def test_ten_thousand_artists_are_bounded() -> None:
    many = draft(artist=tuple(f"Artist {n}" for n in range(10_000)), title="T")
    assert len(many.artists) == 100
    assert many.warnings
    packed = draft(artist=";".join(f"A{n}" for n in range(10_000)), title="T")
    assert len(packed.artists) == 100


@pytest.mark.parametrize(
    ("text", "number"),
    [("3", (3, None)), ("03/12", (3, 12)), ("A1", (None, None)), ("0", (None, None)),
     ("9999999999", (None, None)), ("", (None, None)), ("5 of 7", (5, 7))],
)  # fmt: skip
def test_numbers(text: str, number: tuple[int | None, int | None]) -> None:
    assert values.number(text) == number


@pytest.mark.parametrize(
    ("text", "date"),
    [("1994", "1994"), ("1994-03", "1994-03"), ("1994-03-08T10:00", "1994-03-08"),
     ("19940308", "1994-03-08"), ("1994-13-01", "1994"), ("0000", None), ("soon", None)],
)  # fmt: skip
def test_dates(text: str, date: str | None) -> None:
    assert values.date(text) == date


def test_single_values() -> None:
    assert values.decimal("-6.48 dB", 60) == -6.48
    assert values.decimal("\u22126,5 dB", 60) == -6.5
    assert values.decimal("nan", 60) is None
    assert values.opus_gain("-256") == 4.0
    assert values.mbid("89AD4AC3-39F7-470E-963A-56509C546377") == (
        "89ad4ac3-39f7-470e-963a-56509c546377"
    )
    assert values.mbid("89ad4ac3") is None
    assert values.isrc("us-rc1-76-07839") == "USRC17607839"
    assert values.isrc("nothing") is None
    assert values.clean("a\0b\ud800\nc") == "ab? c"


@pytest.mark.parametrize(
    ("key", "title", "artist", "album", "disc", "number"),
    [
        (b"Artist/Album/01 - Title.mp3", "Title", "Artist", "Album", None, 1),
        (b"Artist/Album/CD2/07. Song.flac", "Song", "Artist", "Album", 2, 7),
        (b"Artist/1994 - Album/Song.flac", "Song", "Artist", "Album", None, None),
        (b"Who - What.mp3", "What", "Who", UNKNOWN_ALBUM, None, None),
        (b"just_a_name.mp3", "just a name", UNKNOWN_ARTIST, UNKNOWN_ALBUM, None, None),
        (b"x/Artist/Album/2-03 Song.ogg", "Song", "Artist", "Album", 2, 3),
        (b"1979.mp3", "1979", UNKNOWN_ARTIST, UNKNOWN_ALBUM, None, None),
    ],
)
def test_names_from_paths(
    key: bytes, title: str, artist: str, album: str, disc: int | None, number: int | None
) -> None:
    found = draft(key)
    assert (found.title, found.artists[0].name, found.album.name) == (title, artist, album)
    assert (found.disc_number, found.track_number) == (disc, number)


def album_key(key: bytes, /, **tags: str) -> str:
    return draft(key, title="T", **tags).album.key


def test_equal_titles_alone_never_merge() -> None:
    hits = "Greatest Hits"
    assert album_key(b"a/1.mp3", artist="A", album=hits, albumartist="A") != album_key(
        b"b/1.mp3", artist="B", album=hits, albumartist="B"
    )
    assert album_key(b"a/1.mp3", artist="A", album=hits) != album_key(
        b"b/1.mp3", artist="A", album=hits
    )
    assert album_key(b"1.mp3", artist="A", album=hits) != album_key(
        b"2.mp3", artist="B", album=hits
    )
    assert album_key(b"1.mp3", artist="A") != album_key(b"2.mp3", artist="B")
    discs = [album_key(b"a/CD%d/1.mp3" % disc, artist="A", album=hits) for disc in (1, 2)]
    assert discs[0] == discs[1]


def test_compilations() -> None:
    found = draft(title="T", artist="A", album="Mix", compilation="1")
    assert found.album.type is AlbumType.COMPILATION
    assert [name.name for name in found.album.artists] == ["Various Artists"]
    assert draft(title="T", album="X", releasetype="album; ep").album.type is AlbumType.EP


def test_lyrics() -> None:
    assert lyrics.decode("\ufeffl\u00e4".encode()) == "l\u00e4"
    assert lyrics.decode("l\u00e4".encode("cp1252")) == "l\u00e4"


@given(some.binary(max_size=60), some.dictionaries(some.sampled_from(
    ["title", "artist", "album", "date", "tracknumber", "genre", "bpm", "replaygain_track_gain",
     "musicbrainz_trackid", "isrc", "lyrics", "compilation", "albumartist", "comment"]),
    some.lists(some.text(some.characters(), max_size=40), max_size=3).map(tuple),
))  # fmt: skip
@settings(max_examples=150, deadline=None, derandomize=True)
def test_whatever_stands_in_tags(key: bytes, tags: dict[str, tuple[str, ...]]) -> None:
    found = Drafter(Settings()).draft(key, tags.items())
    assert found.title
    assert found.artists
    assert found.album.name
    for text in (found.title, found.album.name, *found.genres, *(n.name for n in found.artists)):
        assert "\0" not in text
        text.encode()
    paths.display(key).encode()
