"""Judges of what there is to hear."""

from typing import Any

from tests.clients.recording import Check
from tests.clients.webapi.place import (
    AIRBAG,
    BJORK,
    KARMA,
    KID_A,
    NOTHING,
    OK,
    RADIOHEAD,
    ROCK,
    At,
    Way,
    ids,
    judges,
    names,
    refused,
)


def same_track(at: At, check: Check, track: Any) -> None:
    """A track as a Subsonic player gets it."""
    song = at.song(track["id"])
    check.equal(track["name"], song["title"])
    check.equal(track["duration_ms"] // 1000, song["duration"])
    check.equal((track["disc_number"], track["track_number"]), (song["discNumber"], song["track"]))
    check.equal((track["artists"][0]["id"], names(track["artists"])[0]), _of(song, "artist"))
    check.equal(track["uri"], f"spotify:track:{song['id']}")
    if "album" in track:
        check.equal((track["album"]["id"], track["album"]["name"]), _of(song, "album"))
        check.equal([track["external_ids"]["isrc"]], song["isrc"])


def _of(song: Any, what: str) -> tuple[str, str]:
    return song[f"{what}Id"], song[what]


def same_album(at: At, check: Check, album: Any) -> None:
    there = at.rest("getAlbum", id=album["id"])["album"]
    check.equal(album["name"], there["name"])
    check.equal(album["artists"][0]["id"], there["artistId"])
    check.equal(album["total_tracks"], there["songCount"])
    check.equal(album["release_date"], str(there["year"]))
    check.equal([image["width"] for image in album["images"]], [640, 300, 64])
    if "tracks" in album:
        check.equal(ids(album["tracks"]["items"]), ids(there["song"]))
        check.equal(album["tracks"]["total"], there["songCount"])
        same_track(at, check, album["tracks"]["items"][-1])


def same_artist(at: At, check: Check, artist: Any) -> None:
    there = at.rest("getArtist", id=artist["id"])["artist"]
    check.equal(artist["name"], there["name"])
    check.equal(artist["followers"]["total"], int("starred" in there))
    check.equal(artist["uri"], f"spotify:artist:{there['id']}")


@judges("GET /v1/albums/{id}")
def album(at: At, ask: Way, check: Check) -> None:
    same_album(at, check, ask(id=OK))
    check.equal(refused(lambda: ask(id=NOTHING)), 404)


@judges("GET /v1/albums")
def albums(at: At, ask: Way, check: Check) -> None:
    found = ask(ids=[KID_A, NOTHING, OK])["albums"]
    check.equal(found[1], None)
    check.equal(ids([found[0], found[2]]), [KID_A, OK])
    same_album(at, check, found[0])
    same_album(at, check, found[2])


@judges("GET /v1/albums/{id}/tracks")
def album_tracks(at: At, ask: Way, check: Check) -> None:
    there = at.rest("getAlbum", id=OK)["album"]["song"]
    page = ask(id=OK, limit=1, offset=2)
    check.equal(ids(page["items"]), ids(there[2:]))
    check.equal((page["total"], page["next"]), (len(there), None))
    check.that(page["previous"].endswith(f"/v1/albums/{OK}/tracks?offset=1&limit=1"), page)
    same_track(at, check, page["items"][0])


@judges("GET /v1/artists/{id}")
def artist(at: At, ask: Way, check: Check) -> None:
    same_artist(at, check, ask(id=BJORK))
    at.rest("star", artistId=BJORK)
    check.equal(ask(id=BJORK)["followers"]["total"], 1)
    check.equal(refused(lambda: ask(id=NOTHING)), 404)


@judges("GET /v1/artists")
def artists(at: At, ask: Way, check: Check) -> None:
    at.rest("star", artistId=BJORK)
    found = ask(ids=[BJORK, RADIOHEAD])["artists"]
    check.equal(ids(found), [BJORK, RADIOHEAD])
    for each in found:
        same_artist(at, check, each)


@judges("GET /v1/artists/{id}/albums")
def artist_albums(at: At, ask: Way, check: Check) -> None:
    there = at.rest("getArtist", id=RADIOHEAD)["artist"]["album"]
    page = ask(id=RADIOHEAD, include_groups="album", limit=1, offset=1)
    eps = ask(id=RADIOHEAD, include_groups="single", limit=5, offset=0)
    check.equal((page["total"] + eps["total"], len(page["items"])), (len(there), 1))
    check.equal({*ids(page["items"]), *ids(eps["items"])} <= {*ids(there)}, True)
    check.equal(names(eps["items"]), ["My Iron Lung"])
    check.equal({each["album_group"] for each in eps["items"]}, {"single"})
    same_album(at, check, page["items"][0])


@judges("GET /v1/artists/{id}/top-tracks")
def top_tracks(at: At, ask: Way, check: Check) -> None:
    there = at.rest("getTopSongs", id=BJORK)["topSongs"]["song"]
    found = ask(id=BJORK, market="DE")["tracks"]
    check.equal(sorted(ids(found)), sorted(ids(there)))
    for track in found:
        same_track(at, check, track)


@judges("GET /v1/artists/{id}/related-artists")
def related(at: At, ask: Way, check: Check) -> None:
    there = at.rest("getArtistInfo2", id=RADIOHEAD)["artistInfo2"].get("similarArtist", [])
    check.equal(ids(ask(id=RADIOHEAD)["artists"]), ids(there))
    check.equal(refused(lambda: ask(id=NOTHING)), 404)


@judges("GET /v1/tracks/{id}")
def track(at: At, ask: Way, check: Check) -> None:
    found = ask(id=KARMA)
    check.equal(found["id"], KARMA)
    same_track(at, check, found)
    check.equal(refused(lambda: ask(id=NOTHING)), 404)


@judges("GET /v1/tracks")
def tracks(at: At, ask: Way, check: Check) -> None:
    found = ask(ids=[KARMA, NOTHING, AIRBAG])["tracks"]
    check.equal((found[0]["id"], found[1], found[2]["id"]), (KARMA, None, AIRBAG))
    same_track(at, check, found[0])
    same_track(at, check, found[2])


@judges("GET /v1/audio-features/{id}")
def features(at: At, ask: Way, check: Check) -> None:
    _features(at, check, ask(id=KARMA))


@judges("GET /v1/audio-features")
def features_of_several(at: At, ask: Way, check: Check) -> None:
    known, unknown = ask(ids=[KARMA, NOTHING])["audio_features"]
    _features(at, check, known)
    check.equal(unknown, None)


def _features(at: At, check: Check, found: Any) -> None:
    check.equal(found["id"], KARMA)
    check.equal(found["duration_ms"] // 1000, at.song(KARMA)["duration"])
    # Nobody measured it, so nobody says a number.
    check.equal((found["energy"], found["tempo"]), (None, None))


@judges("GET /v1/audio-analysis/{id}")
def analysis(at: At, ask: Way, check: Check) -> None:
    check.equal(refused(lambda: ask(id=KARMA)), 404)


@judges("GET /v1/search")
def search(at: At, ask: Way, check: Check) -> None:
    kind = ask.kind or "track"
    key = {"track": "song"}.get(kind, kind)
    words = {"track": "karma", "album": "kid", "artist": "björk", "playlist": "x"}
    word = words.get(kind, "x")
    there = at.rest("search3", query=word)["searchResult3"].get(key, [])
    page = ask(q=word, type=kind, limit=50)[f"{kind}s"]
    check.equal(ids(page["items"]), ids(there))
    check.equal(page["total"], len(there))
    for each in page["items"]:
        {"track": same_track, "album": same_album, "artist": same_artist}[kind](at, check, each)


@judges("GET /v1/browse/new-releases")
def new_releases(at: At, ask: Way, check: Check) -> None:
    there = at.rest("getAlbumList2", type="newest", size=2)["albumList2"]["album"]
    page = ask(limit=2, offset=0)["albums"]
    check.equal(ids(page["items"]), ids(there))
    same_album(at, check, page["items"][0])


@judges("GET /v1/browse/categories")
def categories(at: At, ask: Way, check: Check) -> None:
    there = at.rest("getGenres")["genres"]["genre"]
    there.sort(key=lambda genre: (-genre["albumCount"], genre["value"]))
    page = ask(limit=2, offset=0)["categories"]
    check.equal(names(page["items"]), [genre["value"] for genre in there[:2]])
    check.equal(page["total"], len(there))


@judges("GET /v1/browse/categories/{id}")
def category(at: At, ask: Way, check: Check) -> None:
    known = {genre["value"] for genre in at.rest("getGenres")["genres"]["genre"]}
    found = ask(id=ROCK)
    check.equal((found["id"], found["name"]), (ROCK, "Rock"))
    check.that(found["name"] in known, known)


@judges("GET /v1/browse/categories/{id}/playlists")
def category_playlists(at: At, ask: Way, check: Check) -> None:
    at.playlist("Quiet", who="bob")
    named = at.playlist("Loud rock", AIRBAG, who="bob")
    page = ask(id=ROCK, limit=5, offset=0)["playlists"]
    check.equal((ids(page["items"]), page["total"]), ([named], 1))
    check.equal(page["items"][0]["tracks"]["total"], 1)


@judges("GET /v1/browse/featured-playlists")
def featured(at: At, ask: Way, check: Check) -> None:
    at.playlist("Mine alone", public=False)
    shown = at.playlist("For all", AIRBAG, KARMA, who="bob")
    page = ask(limit=5, offset=0)["playlists"]
    check.equal(ids(page["items"]), [shown])
    check.equal(page["items"][0]["owner"]["display_name"], "bob")
    check.equal(page["items"][0]["tracks"]["total"], 2)


@judges("GET /v1/recommendations")
def recommendations(at: At, ask: Way, check: Check) -> None:
    found = ask(seed_tracks=[AIRBAG], limit=3, min_duration_ms=200_002)
    check.equal((len(found["tracks"]), AIRBAG in ids(found["tracks"])), (3, False))
    check.equal([seed["type"] for seed in found["seeds"]], ["TRACK"])
    for each in found["tracks"]:
        check.that(each["duration_ms"] >= 200_002, each)
        same_track(at, check, each)


@judges("GET /v1/recommendations/available-genre-seeds")
def genre_seeds(at: At, ask: Way, check: Check) -> None:
    there = at.rest("getGenres")["genres"]["genre"]
    check.equal(ask()["genres"], sorted(genre["value"] for genre in there))


@judges("GET /v1/markets")
def markets(at: At, ask: Way, check: Check) -> None:
    found = ask()["markets"]
    check.that({"DE", "US", "JP"} <= {*found}, found)
    check.equal((len(found), found), (len({*found}), sorted(found)))
