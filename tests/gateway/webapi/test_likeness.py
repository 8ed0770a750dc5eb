"""What is like what, what sounds how, and what stands in for what is away."""

from pathlib import Path
from typing import Any

import pytest
import spotipy
from tests.gateway.home import Home, Record, at_home
from tests.gateway.webapi.conftest import Client
from tests.journeys.subsonic.place import soon

from philomel.gateway.webapi.discovery.features import key_of
from philomel.gateway.webapi.discovery.likeness import (
    Seeds,
    Wanted,
    likeness,
    related_artists,
    spread,
    year_of,
)
from philomel.services.catalog.contract import (
    Album,
    AlbumType,
    Artist,
    Credit,
    CreditRole,
    Named,
    Track,
)


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


def test_related_artists_share_recordings_first_then_genres() -> None:
    me = Artist("me", "me", "me", 1, 1, 0, genres=("Rock", "Pop"))
    near, far = (
        Album(name, name, AlbumType.ALBUM, by(name).credits, 1, 1, 0) for name in ("near", "far")
    )
    both = [by(me.id, "guest"), by(me.id)]
    found = related_artists(me, both, {"Rock": [near], "Pop": [far]})
    assert found == ["guest", "near", "far"]
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
    tmp_path: Path, client: Client
) -> None:
    editions = [
        Record("Radiohead", name, ["Airbag", other], more={"barcode": ""})
        for name, other in (("OK Computer", "Lucky"), ("OK Computer (Deluxe Edition)", "Lull"))
    ]
    with at_home(tmp_path, music=editions) as home:
        spotify = client(home.token("alice"))
        spotify.prefix = home.url + "/v1/"
        album, deluxe = (home.album(record.name) for record in editions)
        airbag, other = (_first(spotify, id_) for id_ in (album, deluxe))
        (tmp_path / "Open" / "01.flac").unlink()
        home.shape.operator.done("scan")
        for found in (spotify.track(airbag), spotify.tracks([airbag])["tracks"][0]):
            assert (found["id"], found["is_playable"]) == (other, True)
            assert found["linked_from"]["id"] == airbag
            assert found["linked_from"]["href"] == f"{home.url}/v1/tracks/{airbag}"
            assert found["linked_from"]["uri"] == f"spotify:track:{airbag}"
        listed = spotify.album_tracks(album)["items"][0]
        assert (listed["id"], listed["is_playable"]) == (airbag, False)
        assert listed["restrictions"] == {"reason": "market"}
        home.own("POST", "/merges", admin=True, missing=airbag, heir=other)
        # The one that was away keeps its id, and the other's leads there for ever.
        merged = spotify.track(other)
        assert (merged["id"], merged["linked_from"]["id"]) == (airbag, other)
        several = spotify.tracks([airbag, other])["tracks"]
        assert [track["id"] for track in several] == [airbag, airbag]


def _first(spotify: spotipy.Spotify, album: str) -> str:
    id_: str = spotify.album_tracks(album)["items"][0]["id"]
    return id_


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_is_tagged_and_measured_is_told(home: Home, spotify: spotipy.Spotify) -> None:
    airbag = home.track("Airbag")

    def features() -> dict[str, Any]:
        found: dict[str, Any] = spotify.audio_features([airbag])[0]
        return found

    # Measured a moment after the scan: the tone is as loud as it was made.
    assert soon(lambda: features()["loudness"] is not None)
    assert -30 < features()["loudness"] < 0
    assert (features()["tempo"], features()["key"], features()["mode"]) == (93.7, 6, 0)
    assert features()["valence"] is None
    album = spotify.album(home.album("OK Computer"))
    assert album["copyrights"] == [{"text": "℗ 1997 Parlophone", "type": "P"}]
    fitting = spotify.recommendations(
        seed_artists=[home.artist("Radiohead")], min_tempo=90, max_tempo=100, target_key=6
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
def test_bad_seeds_are_refused(home: Home, query: str) -> None:
    address = f"{home.url}/v1/recommendations?{query}"
    reply = home.http.get(address, headers=home.headers("alice"))
    assert reply.status_code == 400
    assert reply.json()["error"]["status"] == 400
