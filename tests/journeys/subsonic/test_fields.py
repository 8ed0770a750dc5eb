"""What OpenSubsonic adds to a type is in every object of it, or in none: players need not guess."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.journeys.subsonic.place import Facts, Json, Place, Web
from tests.specs.checking import Description
from tests.specs.subsonic_xml import attributes_of

OPEN_SUBSONIC = Description("opensubsonic")
NEVER_SAID: Mapping[str, set[str]] = {
    # There is no value for an instant that never was, nor for a rating that was not given.
    "Child": {"played"},
    "NowPlayingEntry": {"played"},
    "AlbumID3": {"played", "userRating", "song"},
    "AlbumID3WithSongs": {"played", "userRating"},
    "ArtistID3": {"disambiguation"},
    "ArtistWithAlbumsID3": {"disambiguation"},
    "InternetRadioStation": {"coverArt"},
    "Playlist": {"validUntil"},
    "PlaylistWithSongs": {"validUntil"},
    "Contributor": {"subRole"},
    # Only of songs whose words have times; see test_lyrics.
    "StructuredLyrics": {"agents", "cueLine", "kind"},
    # Why not, and what else there is, if a song is to be played as it is.
    "TranscodeDecision": {"errorReason", "transcodeParams", "transcodeReason", "transcodeStream"},
}
"""By type: what is left out where there is nothing to say, and what is not supported."""
CLASSIC = {
    "AlbumID3WithSongs": "AlbumWithSongsID3",
    "ArtistWithAlbumsID3": "ArtistWithAlbumsID3",
    "PlayQueueByIndex": "PlayQueue",
    "SearchResult2": "Folders",
    "Starred": "Folders",
    "SearchResult3": "Tags",
    "Starred2": "Tags",
}
"""How the protocol itself calls what OpenSubsonic has another name for."""


def test_what_is_added_is_always_there(place: Place, web: Web, facts: Facts) -> None:
    fill(place, web, facts)
    missing: list[str] = []
    looked_at: dict[str, int] = {}
    for kind, item in everything(place, facts):
        classic = attributes_of(CLASSIC.get(kind, kind))
        added = OPEN_SUBSONIC.names(kind) - classic - NEVER_SAID.get(kind, set())
        if kind == "ArtistID3" and set(item) == {"id", "name"}:
            continue  # who is named in a credit of something else
        looked_at[kind] = looked_at.get(kind, 0) + 1
        missing += [f"{kind}.{name}" for name in sorted(added - set(item))]
    assert sorted(set(missing)) == []
    assert set(looked_at) >= {
        "AlbumID3", "AlbumID3WithSongs", "Artist", "ArtistID3", "Bookmark", "Child", "Directory",
        "Genre", "InternetRadioStation", "NowPlayingEntry", "PlayQueue", "PlayQueueByIndex",
        "Playlist", "PlaylistWithSongs", "ScanStatus", "Share", "TokenInfo", "TranscodeDecision",
        "User",
    }  # fmt: skip


def fill(place: Place, web: Web, facts: Facts) -> None:
    """Some of each kind that carries everything, and some that carries nothing."""
    rich, poor = facts.everything[0], facts.everything[1]
    place.done("star", id=rich, albumId=facts.album["id"], artistId=facts.artist["id"])
    place.done("setRating", id=rich, rating=5)
    place.done("scrobble", id=rich)
    place.done("reportPlayback", mediaId=rich, mediaType="song", positionMs=1, state="playing")
    for id_, comment in ((rich, "a comment"), (poor, "")):
        place.done("createBookmark", id=id_, position=1, comment=comment)
        place.done("createShare", id=id_, description=comment)
    place.done("createShare", id=facts.album["id"], expires=4_102_444_800_000)
    web.new_playlist("full", [rich, poor])
    web.new_playlist("one", [poor])
    place.done("savePlayQueue", ("id", rich), ("id", poor), current=poor)
    place.done("createInternetRadioStation", streamUrl="https://r.example/a", name="Bare")
    place.done("createInternetRadioStation", streamUrl="https://r.example/b", name="Home",
               homepageUrl="https://r.example")  # fmt: skip


def everything(place: Place, facts: Facts) -> Iterator[tuple[str, Mapping[str, object]]]:
    album, artist, song = facts.album["id"], facts.artist["id"], facts.song["id"]
    (playlist,) = {one for one, name in playlists(place) if name == "full"}
    calls: list[tuple[str, Json]] = [
        ("getIndexes", {}),
        ("getArtists", {}),
        ("getMusicDirectory", {"id": album}),
        ("getMusicDirectory", {"id": artist}),
        ("getGenres", {}),
        ("getArtist", {"id": artist}),
        ("getAlbum", {"id": album}),
        ("getSong", {"id": song}),
        ("getAlbumList", {"type": "newest", "size": 500}),
        ("getAlbumList2", {"type": "newest", "size": 500}),
        ("getRandomSongs", {"size": 500}),
        ("getNowPlaying", {}),
        ("getStarred", {}),
        ("getStarred2", {}),
        ("search3", {"query": "", "songCount": 500, "albumCount": 500, "artistCount": 500}),
        ("getPlaylists", {}),
        ("getPlaylist", {"id": playlist}),
        ("getShares", {}),
        ("getInternetRadioStations", {}),
        ("getBookmarks", {}),
        ("getPlayQueue", {}),
        ("getPlayQueueByIndex", {}),
        ("getUser", {"username": "anna"}),
        ("getUsers", {}),
        ("getScanStatus", {}),
        ("tokenInfo", {}),
    ]
    for method, given in calls:
        answer = {"subsonic-response": place.done(method, **given)}
        yield from OPEN_SUBSONIC.objects(f"/rest/{method}", answer)
    media = {"mediaId": song, "mediaType": "song"}
    body: Json = {"name": "x", "platform": "y"}
    decided = place.http.post(
        "/rest/getTranscodeDecision", params={**place.anna, **media}, json=body
    )
    answer = decided.json()["subsonic-response"]
    yield from OPEN_SUBSONIC.objects("/rest/getTranscodeDecision", answer, "post")


def playlists(place: Place) -> list[tuple[str, Any]]:
    listed = place.done("getPlaylists")["playlists"]["playlist"]
    return [(one["id"], one["name"]) for one in listed]
