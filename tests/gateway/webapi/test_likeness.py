"""What is like what, what sounds how, and what stands in for what is away."""

import pytest
import spotipy
from msgspec.structs import replace
from tests.gateway.running import House
from tests.gateway.shelf import ALICE, id_of

from philomel.gateway.webapi.discovery.features import key_of
from philomel.gateway.webapi.discovery.likeness import (
    Seeds,
    Wanted,
    likeness,
    related_artists,
    spread,
    year_of,
)
from philomel.services.catalog.contract import CreditRole, Named, Track, TrackTags
from philomel.services.catalog.contract.entries import Credit


def by(*artists: str, genres: tuple[str, ...] = (), date: str | None = None) -> Track:
    credits_ = tuple(Credit(Named(artist, artist), CreditRole.ARTIST) for artist in artists)
    id_ = "-".join((*artists, *genres, date or ""))
    return Track(id_, id_, credits_, 1, 1, genres=genres, date=date, asset_id="asset")


@pytest.mark.parametrize(
    ("tagged", "key", "mode"),
    [
        ("C", 0, 1),
        ("Am", 9, 0),
        ("f#m", 6, 0),
        ("Bb minor", 10, 0),
        ("A♭", 8, 1),
        ("G major", 7, 1),
        ("Cb", 11, 1),
        ("8A", 9, 0),
        ("8B", 0, 1),
        ("01a", 8, 0),
        ("13A", None, None),
        ("o", None, None),
        ("", None, None),
        ("Amazing", None, None),
    ],
)
def test_keys(tagged: str, key: int | None, mode: int | None) -> None:
    assert key_of(tagged) == (key, mode)


def test_related_artists_share_recordings_first_then_genres(house: House) -> None:
    shelf = house.shelf
    for name in ("Near", "Far"):
        shelf.add(name, f"{name} One", [f"{name} song"])
    me = shelf.artists[id_of("artist Radiohead")]
    near, far = (shelf.albums[id_of(f"album {name} One")] for name in ("Near", "Far"))
    ids = {name: id_of(f"artist {name}") for name in ("Near", "Far")}
    both = [by(me.id, "guest"), by(me.id)]
    found = related_artists(me, both, {"Rock": [near], "Pop": [far]})
    assert found == ["guest", ids["Near"], ids["Far"]]
    assert related_artists(me, [], {}) == []


def test_likeness_counts_artists_genres_and_years() -> None:
    seeds = Seeds(frozenset({"a"}), frozenset({"rock"}), years=[1990])
    ranked = [
        by("a", genres=("Rock",), date="1991"),
        by("a"),
        by("b", genres=("Rock",), date="1990"),
        by("b", genres=("Rock", "Pop"), date="1990"),
        by("b", genres=("Rock",), date="1960"),
        by("b", genres=("Pop",)),
    ]
    points = [likeness(track, seeds) for track in ranked]
    assert points[0] == max(points)
    assert points[2] > points[3] > points[5]
    assert points[2] > points[4] > points[5] == 0
    assert [year_of(by("a", date=date)) for date in ("1990-01", "0000", "²000", None)] == [
        1990,
        None,
        None,
        None,
    ]


def test_what_is_not_known_lies_within_no_limit() -> None:
    numbers = {"tempo": 120.0, "loudness": None}
    assert Wanted(least={"tempo": 120}, most={"tempo": 120}).allows(numbers)
    assert not Wanted(least={"tempo": 121}).allows(numbers)
    assert not Wanted(most={"tempo": 119}).allows(numbers)
    assert not Wanted(least={"loudness": -99}).allows(numbers)
    assert not Wanted(most={"loudness": 99}).allows(numbers)
    assert Wanted(aims={"tempo": 120}).distance(numbers) == 0
    assert Wanted(aims={"loudness": -10}).distance(numbers) == 1


def test_no_artist_fills_a_whole_list() -> None:
    tracks = [by("a", date=str(1990 + number)) for number in range(9)]
    tracks += [by("b", date="1990"), by("c", date="1990")]
    chosen = spread(tracks, 6)
    assert sum(track.credits[0].artist.id == "a" for track in chosen) == 4
    assert [track.id for track in chosen[2:4]] == ["b-1990", "c-1990"]
    assert spread(tracks[:9], 6) == tracks[:6]


def test_a_track_that_is_away_is_answered_by_another_edition(
    house: House, spotify: spotipy.Spotify
) -> None:
    airbag, other = id_of("track Airbag"), id_of("track Paranoid Android")
    away = replace(house.shelf.tracks[airbag], asset_id=None, missing=True)
    house.shelf.tracks[airbag] = away
    for found in (spotify.track(airbag), spotify.tracks([airbag])["tracks"][0]):
        assert (found["id"], found["is_playable"]) == (other, True)
        assert found["linked_from"]["id"] == airbag
        assert found["linked_from"]["href"] == f"{house.url}/v1/tracks/{airbag}"
        assert found["linked_from"]["uri"] == f"spotify:track:{airbag}"
    listed = spotify.album_tracks(id_of("album OK Computer"))["items"][0]
    assert (listed["id"], listed["is_playable"]) == (airbag, False)
    assert listed["restrictions"] == {"reason": "market"}
    house.shelf.aliases[id_of("old")] = other
    merged = spotify.track(id_of("old"))
    assert (merged["id"], merged["linked_from"]["id"]) == (other, id_of("old"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_is_tagged_and_measured_is_told(house: House, spotify: spotipy.Spotify) -> None:
    airbag = id_of("track Airbag")
    tags = TrackTags(key="F#m", bpm=93.7, copyright="℗ 1997 Parlophone")
    known = replace(house.shelf.tracks[airbag], loudness=-9.5, tags=tags)
    house.shelf.tracks[airbag] = known
    (features,) = spotify.audio_features([airbag])
    assert (features["tempo"], features["loudness"]) == (93.7, -9.5)
    assert (features["key"], features["mode"], features["valence"]) == (6, 0, None)
    album = spotify.album(id_of("album OK Computer"))
    assert album["copyrights"] == [{"text": "℗ 1997 Parlophone", "type": "P"}]
    fitting = spotify.recommendations(
        seed_artists=[id_of("artist Radiohead")], min_tempo=90, max_tempo=100, target_key=6
    )
    assert [track["id"] for track in fitting["tracks"]] == [airbag]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "seed_genres=",
        "seed_genres=a,b,c,d,e,f",
        "seed_tracks=junk",
        "seed_genres=rock&limit=101",
        "seed_genres=rock&min_tempo=NaN",
        "seed_genres=rock&max_energy=1e9",
        "seed_genres=rock&target_key=" + "9" * 400,
        "seed_genres=rock&market=Germany",
    ],
)
def test_bad_seeds_are_refused(house: House, query: str) -> None:
    headers = {"Authorization": f"Bearer {house.people.token(ALICE)}"}
    reply = house.http.get(f"{house.url}/v1/recommendations?{query}", headers=headers)
    assert reply.status_code == 400
    assert reply.json()["error"]["status"] == 400
