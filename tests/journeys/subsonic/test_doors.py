"""What is written through this door is read through others, and the other way round."""

from pathlib import Path
from typing import Any

import httpx
from tests.journeys.subsonic.place import Facts, Place, Web


def test_playlists_bookmarks_queues_and_shares(place: Place, songs: list[dict[str, Any]]) -> None:
    ids = [song["id"] for song in songs[:5]]
    listed = [("songId", id_) for id_ in (*ids, ids[0])]
    made = place.done("createPlaylist", *listed, name="Evening")["playlist"]
    assert [entry["id"] for entry in made["entry"]] == [*ids, ids[0]]
    add, drop = ("songIdToAdd", ids[2]), ("songIndexToRemove", "0")
    place.done("updatePlaylist", add, drop, ("songIndexToRemove", "5"), playlistId=made["id"],
               comment="calm", public="true")  # fmt: skip
    after = place.done("getPlaylist", id=made["id"])["playlist"]
    assert [entry["id"] for entry in after["entry"]] == [*ids[1:], ids[2]]
    assert (after["comment"], after["public"], after["owner"]) == ("calm", True, "anna")
    (row,) = place.done("getPlaylists")["playlists"]["playlist"]
    assert (row["id"], row["songCount"]) == (made["id"], 5)
    again = place.done("createPlaylist", ("songId", ids[1]), playlistId=made["id"])["playlist"]
    assert [entry["id"] for entry in again["entry"]] == [ids[1]]
    place.done("savePlayQueue", *(("id", id_) for id_ in ids), current=ids[3], position=5_000)
    queue = place.done("getPlayQueueByIndex")["playQueueByIndex"]
    assert (queue["currentIndex"], queue["position"], queue["username"]) == (3, 5_000, "anna")
    place.done("savePlayQueueByIndex", ("id", ids[0]), ("id", ids[0]), currentIndex=1)
    queue = place.done("getPlayQueue")["playQueue"]
    assert ([entry["id"] for entry in queue["entry"]], queue["current"]) == ([ids[0]] * 2, ids[0])
    place.done("createBookmark", id=ids[0], position=1_234, comment="<here>")
    (mark,) = place.done("getBookmarks")["bookmarks"]["bookmark"]
    assert (mark["position"], mark["comment"], mark["entry"]["id"]) == (1_234, "<here>", ids[0])
    missing = place.ask("updatePlaylist", playlistId=made["id"], songIndexToRemove=1)
    assert missing["error"]["code"] == 0
    assert (
        place.ask("createPlaylist", name="x", songId=place.anna["u"].zfill(22))["error"]["code"]
        == 70
    )


def test_what_is_starred_here_is_saved_there(place: Place, songs: list[dict[str, Any]]) -> None:
    song = songs[7]
    place.done("star", id=song["id"], albumId=song["albumId"], artistId=song["artistId"])
    place.done("setRating", id=song["id"], rating=4)
    place.done("scrobble", id=song["id"])
    token = {"Authorization": f"Bearer {place.shape.token('anna')}"}
    saved = place.http.get("/v1/me/tracks", headers=token).json()["items"]
    assert [item["track"]["id"] for item in saved] == [song["id"]]
    other = songs[8]["id"]
    place.http.put("/v1/me/tracks", params={"ids": other}, headers=token).raise_for_status()
    starred = place.done("getStarred2")["starred2"]["song"]
    assert {one["id"] for one in starred} == {song["id"], other}
    played = place.http.get("/v1/me/player/recently-played", headers=token).json()["items"]
    assert [item["track"]["id"] for item in played] == [song["id"]]
    (top, *_) = place.done("getTopSongs", id=song["artistId"])["topSongs"]["song"]
    assert top["playCount"] == 1


def test_a_share_lets_a_stranger_hear_that_and_nothing_else(
    place: Place, songs: list[dict[str, Any]], wesnoth: Path
) -> None:
    song, other = songs[0], songs[1]
    made = place.done("createShare", id=song["id"], description="<b>For you</b>")
    (share,) = made["shares"]["share"]
    stranger = httpx.Client(timeout=20)
    page = stranger.get(share["url"])
    assert (page.status_code, page.headers["x-robots-tag"]) == (200, "noindex, nofollow")
    assert "&lt;b&gt;For you" in page.text
    sound = f"{share['url']}/tracks/{song['id']}/files/original"
    heard = stranger.get(sound)
    assert heard.content == (wesnoth / Path(song["path"]).name).read_bytes()
    part = stranger.get(sound, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"OggS")
    hidden = f"{share['url']}/tracks/{other['id']}/files/original"
    for wrong in (hidden, share["url"][:-2], share["url"] + "/../x"):
        assert stranger.get(wrong).status_code == 404
    (seen,) = place.done("getShares")["shares"]["share"]
    assert (seen["visitCount"], [entry["id"] for entry in seen["entry"]]) == (1, [song["id"]])
    bert = place.http.get("/rest/getShares", params=place.bert).json()["subsonic-response"]
    assert bert["shares"]["share"] == []
    place.done("updateShare", id=share["id"], expires=1)
    assert stranger.get(share["url"]).status_code == 410
    assert stranger.get(sound).status_code == 410
    place.done("deleteShare", id=share["id"])
    stranger.close()


def test_the_owners_commands_for_stations_and_shares(place: Place, web: Web, facts: Facts) -> None:
    done = place.shape.operator.done
    added = done(
        "station", "add", "Jazz", "https://r.example/a", "--home-page", "https://r.example"
    )
    id_ = added["station"]["id"]
    done("station", "change", id_, "--url", "https://r.example/b")
    assert web.stations() == {"Jazz": "https://r.example/b"}
    (shown,) = done("station", "list")["stations"]
    assert (shown["id"], shown["home_page_url"]) == (id_, "https://r.example")
    done("station", "remove", id_)
    assert web.stations() == {}
    song, playlist = facts.everything[0], web.new_playlist("Shared", [facts.everything[1]])
    who = ("--user", "anna")
    share = done("share", "add", song, playlist, "--description", "By hand", "--days", "3", *who)
    page = place.http.get(share["share"]["links"][0])
    assert "By hand" in page.text
    assert page.text.count("<audio") == 2
    (listed,) = done("share", "list", *who)["shares"]
    assert (listed["visits"], [entry["kind"] for entry in listed["entries"]]) == (
        1,
        ["track", "playlist"],
    )
    assert done("share", "list", "--user", "bert") == {"shares": []}
    done("share", "remove", listed["id"], *who)
    assert place.http.get(share["share"]["links"][0]).status_code == 410


def test_lists_say_when_the_catalogue_changed(place: Place) -> None:
    first = place.done("getIndexes")["indexes"]
    assert 0 < first["lastModified"] == place.done("getArtists")["artists"]["lastModified"]
    again = place.done("getIndexes", ifModifiedSince=first["lastModified"])["indexes"]
    assert (again["index"], again["lastModified"]) == ([], first["lastModified"])
    before = place.done("getIndexes", ifModifiedSince=first["lastModified"] - 1)["indexes"]
    assert before["index"] == first["index"]
