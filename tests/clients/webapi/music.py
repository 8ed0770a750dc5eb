"""Judges of what there is to hear."""

import io
from typing import Any

from PIL import Image
from tests.clients.recording import Check
from tests.clients.webapi.place import (
    NOTHING,
    At,
    Way,
    ids,
    judges,
    names,
    refused,
)
from tests.journeys.subsonic.place import soon


def same_track(at: At, check: Check, track: Any) -> None:
    """A track as a Subsonic player gets it."""
    song = at.song(track["id"])
    check.equal(track["name"], song["title"])
    check.equal(track["duration_ms"] // 1000, song["duration"])
    check.equal((track["disc_number"], track["track_number"]), (song["discNumber"], song["track"]))
    check.equal(_people(track), _people(song))
    check.equal(track["explicit"], song["explicitStatus"] == "explicit")
    check.equal(track["uri"], f"spotify:track:{song['id']}")
    if "album" in track:
        check.equal(
            (track["album"]["id"], track["album"]["name"]), (song["albumId"], song["album"])
        )
        check.equal([track["external_ids"]["isrc"]], song["isrc"])


def _people(item: Any) -> list[tuple[str, str]]:
    return [(each["id"], each["name"]) for each in item["artists"]]


def same_album(at: At, check: Check, album: Any) -> None:
    there = at.rest("getAlbum", id=album["id"])["album"]
    check.equal(album["name"], there["name"])
    check.equal(_people(album), _people(there))
    check.equal(album["total_tracks"], there["songCount"])
    check.equal(album["release_date"], str(there["year"]))
    check.equal([image["width"] for image in album["images"]], [1200, 640, 300, 64])
    if "tracks" in album:
        check.equal([{"name": album["label"]}] if album["label"] else [], there["recordLabels"])
        check.equal({*album["genres"]}, {*names(there["genres"])})
        check.equal(ids(album["tracks"]["items"]), ids(there["song"]))
        check.equal(album["tracks"]["total"], there["songCount"])
        same_track(at, check, album["tracks"]["items"][-1])


def same_pictures(at: At, check: Check, images: Any) -> None:
    """The largest first, each as wide and high as is said of it."""
    for image in images:
        drawn = Image.open(io.BytesIO(at.home.http.get(image["url"]).content)).size
        check.equal(drawn, (image["width"], image["height"]))


def same_artist(at: At, check: Check, artist: Any) -> None:
    there = at.rest("getArtist", id=artist["id"])["artist"]
    check.equal(artist["name"], there["name"])
    check.equal(artist["followers"]["total"], int("starred" in there))
    check.equal(artist["uri"], f"spotify:artist:{there['id']}")


@judges("GET /v1/albums/{id}")
def album(at: At, ask: Way, check: Check) -> None:
    found = ask(id=at.known.ok)
    same_album(at, check, found)
    same_pictures(at, check, found["images"])
    check.equal(found["external_ids"], {"upc": "0724385522925"})
    check.equal(found["copyrights"], [{"text": "℗ 1997 Parlophone", "type": "P"}])
    check.equal(refused(lambda: ask(id=NOTHING)), 404)


@judges("GET /v1/albums")
def albums(at: At, ask: Way, check: Check) -> None:
    found = ask(ids=[at.known.kid_a, NOTHING, at.known.ok])["albums"]
    check.equal(found[1], None)
    check.equal(ids([found[0], found[2]]), [at.known.kid_a, at.known.ok])
    same_album(at, check, found[0])
    same_album(at, check, found[2])


@judges("GET /v1/albums/{id}/tracks")
def album_tracks(at: At, ask: Way, check: Check) -> None:
    there = at.rest("getAlbum", id=at.known.ok)["album"]["song"]
    page = ask(id=at.known.ok, limit=1, offset=2)
    check.equal(ids(page["items"]), ids(there[2:]))
    check.equal((page["total"], page["next"]), (len(there), None))
    check.that(page["previous"].endswith(f"/v1/albums/{at.known.ok}/tracks?offset=1&limit=1"), page)
    same_track(at, check, page["items"][0])


@judges("GET /v1/artists/{id}")
def artist(at: At, ask: Way, check: Check) -> None:
    same_artist(at, check, ask(id=at.known.bjork))
    at.rest("star", artistId=at.known.bjork)
    check.equal(ask(id=at.known.bjork)["followers"]["total"], 1)
    check.equal(refused(lambda: ask(id=NOTHING)), 404)


@judges("GET /v1/artists")
def artists(at: At, ask: Way, check: Check) -> None:
    at.rest("star", artistId=at.known.bjork)
    found = ask(ids=[at.known.bjork, at.known.radiohead])["artists"]
    check.equal(ids(found), [at.known.bjork, at.known.radiohead])
    for each in found:
        same_artist(at, check, each)


@judges("GET /v1/artists/{id}/albums")
def artist_albums(at: At, ask: Way, check: Check) -> None:
    there = at.rest("getArtist", id=at.known.radiohead)["artist"]["album"]
    page = ask(id=at.known.radiohead, include_groups="album", limit=1, offset=1)
    eps = ask(id=at.known.radiohead, include_groups="single", limit=5, offset=0)
    check.equal((page["total"] + eps["total"], len(page["items"])), (len(there), 1))
    check.equal({*ids(page["items"]), *ids(eps["items"])} <= {*ids(there)}, True)
    check.equal(names(eps["items"]), ["My Iron Lung"])
    check.equal({each["album_group"] for each in eps["items"]}, {"single"})
    same_album(at, check, page["items"][0])


@judges("GET /v1/artists/{id}/top-tracks")
def top_tracks(at: At, ask: Way, check: Check) -> None:
    there = at.rest("getTopSongs", id=at.known.bjork)["topSongs"]["song"]
    found = ask(id=at.known.bjork, market="DE")["tracks"]
    check.equal(sorted(ids(found)), sorted(ids(there)))
    for track in found:
        same_track(at, check, track)


@judges("GET /v1/artists/{id}/related-artists")
def related(at: At, ask: Way, check: Check) -> None:
    there = at.rest("getArtistInfo2", id=at.known.radiohead)["artistInfo2"].get("similarArtist", [])
    check.equal(ids(ask(id=at.known.radiohead)["artists"]), ids(there))
    found = ask(id=at.known.bjork)["artists"]
    check.equal(ids(found), [at.known.yorke])
    same_artist(at, check, found[0])
    check.equal(refused(lambda: ask(id=NOTHING)), 404)


@judges("GET /v1/tracks/{id}")
def track(at: At, ask: Way, check: Check) -> None:
    found = ask(id=at.known.karma)
    check.equal(found["id"], at.known.karma)
    same_track(at, check, found)
    explicit, duet = ask(id=at.known.paranoid), ask(id=at.known.duet)
    check.that(explicit["explicit"], explicit)
    check.equal(ids(duet["artists"]), [at.known.bjork, at.known.yorke])
    same_track(at, check, duet)
    check.equal(refused(lambda: ask(id=NOTHING)), 404)


@judges("GET /v1/tracks")
def tracks(at: At, ask: Way, check: Check) -> None:
    found = ask(ids=[at.known.karma, NOTHING, at.known.airbag])["tracks"]
    check.equal((found[0]["id"], found[1], found[2]["id"]), (at.known.karma, None, at.known.airbag))
    same_track(at, check, found[0])
    same_track(at, check, found[2])


@judges("GET /v1/audio-features/{id}")
def features(at: At, ask: Way, check: Check) -> None:
    _features(at, check, ask(id=at.known.karma))


@judges("GET /v1/audio-features")
def features_of_several(at: At, ask: Way, check: Check) -> None:
    asked = [at.known.karma, NOTHING, at.known.airbag]
    known, unknown, tagged = ask(ids=asked)["audio_features"]
    _features(at, check, known)
    check.equal((tagged["tempo"], tagged["key"], tagged["mode"]), (93.7, 6, 0))
    check.equal(unknown, None)


def _features(at: At, check: Check, found: Any) -> None:
    check.equal(found["id"], at.known.karma)
    check.equal(found["duration_ms"] // 1000, at.song(at.known.karma)["duration"])
    # Nobody measured it, so nobody says a number.
    check.equal((found["energy"], found["tempo"], found["key"]), (None, None, None))


@judges("GET /v1/audio-analysis/{id}")
def analysis(at: At, ask: Way, check: Check) -> None:
    check.equal(refused(lambda: ask(id=at.known.karma)), 404)


@judges("GET /v1/search")
def search(at: At, ask: Way, check: Check) -> None:
    kind = ask.kind or "track"
    if kind == "playlist":
        _search_playlists(at, ask, check)
        return
    key = {"track": "song"}.get(kind, kind)
    words = {"track": "karma", "album": "kid", "artist": "björk"}
    word = words.get(kind, "x")
    there = at.rest("search3", query=word)["searchResult3"].get(key, [])
    page = ask(q=word, type=kind, limit=50)[f"{kind}s"]
    check.equal(ids(page["items"]), ids(there))
    check.equal((page["total"], page["total"] > 0), (len(there), kind in words))
    for each in page["items"]:
        {"track": same_track, "album": same_album, "artist": same_artist}[kind](at, check, each)


def _search_playlists(at: At, ask: Way, check: Check) -> None:
    """Those that one may see; a moment after they were made."""
    at.playlist("Unheard nocturnes", who="bob", public=False)
    shown = at.playlist("Nocturnes", at.known.airbag, who="bob")

    def found() -> list[str]:
        pages = at.web("GET", "/search", q="nocturnes", type="playlist")
        return ids(pages["playlists"]["items"])

    assert soon(lambda: found() == [shown])
    page = ask(q="nocturnes", type="playlist", limit=50)["playlists"]
    check.equal((ids(page["items"]), page["total"]), ([shown], 1))
    check.equal(page["items"][0]["tracks"]["total"], 1)


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
    found = ask(id=at.known.rock)
    check.equal((found["id"], found["name"]), (at.known.rock, "Rock"))
    check.that(found["name"] in known, known)


@judges("GET /v1/browse/categories/{id}/playlists")
def category_playlists(at: At, ask: Way, check: Check) -> None:
    at.playlist("Quiet", who="bob")
    named = at.playlist("Loud rock", at.known.airbag, who="bob")
    page = ask(id=at.known.rock, limit=5, offset=0)["playlists"]
    check.equal((ids(page["items"]), page["total"]), ([named], 1))
    check.equal(page["items"][0]["tracks"]["total"], 1)


@judges("GET /v1/browse/featured-playlists")
def featured(at: At, ask: Way, check: Check) -> None:
    at.playlist("Mine alone", public=False)
    shown = at.playlist("For all", at.known.airbag, at.known.karma, who="bob")
    page = ask(limit=5, offset=0)["playlists"]
    check.equal(ids(page["items"]), [shown])
    check.equal(page["items"][0]["owner"]["display_name"], "bob")
    check.equal(page["items"][0]["tracks"]["total"], 2)


@judges("GET /v1/recommendations")
def recommendations(at: At, ask: Way, check: Check) -> None:
    found = ask(seed_tracks=[at.known.airbag], limit=3, min_duration_ms=2_500)
    check.equal((len(found["tracks"]), at.known.airbag in ids(found["tracks"])), (3, False))
    check.equal([seed["type"] for seed in found["seeds"]], ["TRACK"])
    for each in found["tracks"]:
        check.that(each["duration_ms"] >= 2_500, each)
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
