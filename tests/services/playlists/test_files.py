"""Playlist files: what is read, what is refused, and what comes back as it went."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from tests.services.people import id_of

from philomel.services.playlists.contract import BadFile, PlaylistFormat, Want
from philomel.services.playlists.rules.files import read_file, write_file
from philomel.services.playlists.rules.wants import keys_of, keys_of_track

M3U = b"""#EXTM3U
#PLAYLIST:Road
#EXTINF:215,Radiohead - Karma Police
/music/Radiohead/OK Computer/06.flac

# a comment
#EXTINF:-1,Just a title
file:///music/J%C3%B3ga.mp3
C:\\Music\\a.mp3
http://radio.example/stream
"""
XSPF = """<?xml version="1.0"?><playlist version="1" xmlns="http://xspf.org/ns/0/">
<title>Mix &amp; more</title><trackList>
<track><location>file:///a%20b.mp3</location><title>T</title><creator>C</creator>
<album>A</album><duration>1500</duration><trackNum>3</trackNum>
<identifier>https://musicbrainz.org/recording/6B9A1D2E-0000-4000-8000-000000000000</identifier>
</track><track/><track><title>U</title><extension application="x"><y>z</y></extension></track>
</trackList></playlist>"""


def test_m3u() -> None:
    found = read_file(M3U)
    assert found.name == "Road"
    assert found.wants == (
        Want("Karma Police", "Radiohead", duration_ms=215_000,
             path="/music/Radiohead/OK Computer/06.flac"),
        Want("Just a title", path="/music/Jóga.mp3"),
        Want(path="C:\\Music\\a.mp3"),
    )  # fmt: skip


def test_xspf() -> None:
    found = read_file(XSPF.encode())
    assert found.name == "Mix & more"
    assert found.wants == (
        Want("T", "C", "A", 1500, "/a b.mp3", track_number=3,
             musicbrainz_id="6b9a1d2e-0000-4000-8000-000000000000"),
        Want("U"),
    )  # fmt: skip


def test_jspf() -> None:
    text = """{"playlist": {"title": "L", "track": [
        {"title": "T", "creator": "C", "identifier": ["isrc:GBAYE0000001"], "duration": 9.0},
        {"title": 5}, 7, {"identifier": "https://musicbrainz.org/recording/x"}]}}"""
    assert read_file(text.encode()).wants == (Want("T", "C", isrc="GBAYE0000001", duration_ms=9),)


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    "]><playlist><title>&b;</title></playlist>"
)
XXE = (
    '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><playlist><title>&x;</title></playlist>'
)


@pytest.mark.parametrize(
    "content",
    [
        BOMB.encode(),
        XXE.encode(),
        b'<!DOCTYPE p SYSTEM "http://127.0.0.1/x.dtd"><playlist/>',
        b"<playlist>",
        b"<html/>",
        b"<playlist><title>&x;</title></playlist>",
        b"<a>" * 10_000,
        b"<playlist>" * 100,
        b"{",
        b'{"playlist": []}',
        b'{"playlist": {"track": {}}}',
        b'{"playlist": ' * 10_000,
        b'<?xml version="1.0" encoding="nonsense"?><playlist/>',
        b"x" * ((2 << 20) + 1),
        b"a\n" * 10_001,
    ],
)
def test_what_is_refused(content: bytes) -> None:
    with pytest.raises(BadFile):
        read_file(content)


def test_nothing_that_a_list_names_is_opened() -> None:
    found = read_file(b"/etc/passwd\nfile:///etc/shadow\n../../secret\nfile://host/share/x\n")
    assert [want.path for want in found.wants] == [
        "/etc/passwd", "/etc/shadow", "../../secret", "/share/x",
    ]  # fmt: skip


TEXT = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufffe\uffff"),
    max_size=12,
).map(lambda text: " ".join(text.split()))
WANTS = st.builds(
    Want,
    title=TEXT.filter(bool),
    artist=TEXT,
    album=TEXT,
    duration_ms=st.integers(0, 10_000).map(lambda seconds: seconds * 1000),
    path=TEXT,
    isrc=st.sampled_from(["", "GBAYE0000001"]),
    musicbrainz_id=st.sampled_from(["", "6b9a1d2e-0000-4000-8000-000000000000"]),
    track_id=st.just(id_of("t")),
)


@pytest.mark.parametrize("kind", PlaylistFormat)
@settings(max_examples=80, deadline=None, derandomize=True, database=None)
@given(name=TEXT, wants=st.lists(WANTS, max_size=4))
def test_what_goes_out_comes_in_again(kind: PlaylistFormat, name: str, wants: list[Want]) -> None:
    found = read_file(write_file(kind, name, wants))
    assert found.name == name
    same = ("track_id", "musicbrainz_id", "isrc", "duration_ms", "album")
    for want, again in zip(wants, found.wants, strict=True):
        assert [getattr(again, field) for field in same] == [getattr(want, field) for field in same]
        if kind is not PlaylistFormat.M3U8 or (want.artist and " - " not in want.title):
            assert (again.title, again.artist) == (want.title, want.artist)
        if kind is not PlaylistFormat.M3U8:
            assert again.path == want.path or not want.path


def test_a_new_file_is_known_by_a_word_of_what_is_wanted() -> None:
    want = Want("Jóga (Live)", "Björk", path="C:\\x\\01 Joga.FLAC", isrc="gb1")
    for track in (
        ("JOGA [live]", "", "", ""),
        ("", "Björk/Homogenic/01 joga.flac", "", ""),
        ("", "", "GB1", ""),
    ):
        assert keys_of(want) & keys_of_track(*track)
    assert not keys_of(want) & keys_of_track("Joga", "01.flac", "GB2", "x")
    assert not keys_of(structs.replace(want, title="", path="", isrc="")) & keys_of_track(
        "", "", "", ""
    )
