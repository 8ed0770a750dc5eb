"""Lyrics as songLyrics 2 has them, against the published description."""

from tests.gateway.running import House
from tests.gateway.shelf import id_of
from tests.gateway.subsonic.conftest import Ask
from tests.gateway.subsonic.test_description import OPEN_SUBSONIC

from philomel.gateway.subsonic.items import album_id3, disc_titles, song
from philomel.services.catalog.contract import (
    AlbumTags,
    Credit,
    CreditRole,
    LyricAgent,
    LyricLine,
    Lyrics,
    LyricSet,
    LyricWord,
    Named,
    TrackTags,
)

TRACK = id_of("track Airbag")
WORDS = (LyricWord(4000, "st\xf6p "), LyricWord(4300, "the "), LyricWord(4600, "noise", 5100))
SUNG = LyricSet(
    "deu",
    synced=True,
    worded=True,
    source="file",
    lines=(
        LyricLine("Please", 1500),
        LyricLine("st\xf6p the noise", 4000, 5200, words=WORDS, agent="v2"),
        LyricLine("(ah)", 4600, words=(LyricWord(4600, "(ah)"),), background=True),
    ),
    agents=(LyricAgent("v1", "Anna"), LyricAgent("v2")),
)


def test_words_are_cues_with_their_bytes(house: House, ask: Ask) -> None:
    house.shelf.lyrics[TRACK] = Lyrics("", synced=True, sets=(SUNG,))
    answer = ask("getLyricsBySongId", id=TRACK, enhanced="true")
    wrapped = {"subsonic-response": answer}
    assert OPEN_SUBSONIC.problems("/rest/getLyricsBySongId", wrapped) == []
    (one,) = answer["lyricsList"]["structuredLyrics"]
    assert one["agents"] == [
        {"id": "v1", "role": "main", "name": "Anna"},
        {"id": "v2", "role": "voice"},
        {"id": "bg", "role": "bg"},
    ]
    assert [line["value"] for line in one["line"]] == ["Please", "st\xf6p the noise"]
    line, behind = one["cueLine"]
    assert (line["index"], line["agentId"], line["start"], line["end"]) == (1, "v2", 4000, 5200)
    assert line["cue"] == [
        {"start": 4000, "end": 4300, "byteStart": 0, "byteEnd": 4, "value": "st\xf6p"},
        {"start": 4300, "end": 4600, "byteStart": 6, "byteEnd": 8, "value": "the"},
        {"start": 4600, "end": 5100, "byteStart": 10, "byteEnd": 14, "value": "noise"},
    ]
    assert (behind["index"], behind["agentId"]) == (1, "bg")
    assert "end" not in behind["cue"][0]
    plain = ask("getLyricsBySongId", id=TRACK)["lyricsList"]["structuredLyrics"][0]
    assert plain.keys() == {"displayArtist", "displayTitle", "lang", "offset", "synced", "line"}


def test_tags_are_where_players_look_for_them(house: House) -> None:
    track = house.shelf.tracks[TRACK]
    people = (
        Credit(Named(id_of("artist C"), "C"), CreditRole.CONDUCTOR),
        Credit(Named(id_of("artist V"), "V"), CreditRole.PERFORMER, "violin"),
    )
    tags = TrackTags(
        moods=("Calm",), work="W", movement="M", movement_number=2, movement_total=3,
        disc_subtitle="Night", isrcs=("GBAYE9700001", "GBAYE9700002"), clean=True,
    )  # fmt: skip
    fields = {name: getattr(track, name) for name in track.__struct_fields__}
    known = type(track)(**fields | {"tags": tags, "credits": (*track.credits, *people)})
    item = song(known)
    conductor, performer = ({"id": id_of(f"artist {name}"), "name": name} for name in "CV")
    assert item["contributors"] == [
        {"role": "conductor", "artist": conductor},
        {"role": "performer", "subRole": "violin", "artist": performer},
    ]
    assert item["works"] == [{"name": "W"}]
    assert item["movements"] == [{"name": "M", "number": 2, "count": 3}]
    assert (item["moods"], item["explicitStatus"]) == (("Calm",), "clean")
    assert item["isrc"] == ("GBAYE9700001", "GBAYE9700002")
    assert disc_titles([known, track]) == [{"disc": 1, "title": "Night"}]
    album = house.shelf.albums[id_of("album OK Computer")]
    fields = {name: getattr(album, name) for name in album.__struct_fields__}
    album_tags = AlbumTags(release_types=("album", "live"), labels=("A", "B"))
    shown = album_id3(type(album)(**fields | {"tags": album_tags, "edition": "Deluxe"}))
    assert shown["releaseTypes"] == ["Album", "Live"]
    assert shown["recordLabels"] == [{"name": "A"}, {"name": "B"}]
    assert shown["version"] == "Deluxe"
