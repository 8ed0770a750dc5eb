"""What is wrong, forged or absurd gets an answer in Subsonic's own form, never a 500."""

import hashlib

from tests.gateway.running import House
from tests.gateway.shelf import ALICE, BOB, id_of
from tests.gateway.subsonic.conftest import Ask, read_xml

from philomel.gateway.subsonic.methods import METHODS

TRACK = id_of("track Airbag")
ALBUM = id_of("album OK Computer")
ARTIST = id_of("artist Radiohead")
HIDDEN = {
    "track": id_of("track Hidden Song"),
    "album": id_of("album Hidden Record"),
    "artist": id_of("artist Secret Band"),
}
XMLNS = "{http://subsonic.org/restapi}"


def code(body: dict[str, object]) -> int | None:
    error = body.get("error")
    assert (body["status"] == "ok") == (error is None)
    return None if error is None else int(error["code"])  # type: ignore[index]  # parsed JSON


def token_of(password: str) -> dict[str, str]:
    return {"t": hashlib.md5(f"{password}salt".encode()).hexdigest(), "s": "salt"}


PROOFS: list[tuple[dict[str, str], int | None]] = [
    ({"u": "bob", "p": "app-bob"}, None),
    ({"u": "BOB", "p": "enc:" + b"app-bob".hex()}, None),
    ({"u": "bob", **token_of("app-bob")}, None),
    ({"apiKey": "key-of-bob"}, None),
    ({}, 10),
    ({"p": "app-bob"}, 10),
    ({"u": "bob"}, 10),
    ({"u": "", "p": "app-bob"}, 10),
    ({"u": "bob", "t": "00"}, 10),
    ({"u": "bob", "p": "account password"}, 40),
    ({"u": "bob", "p": ""}, 40),
    ({"u": "%", "p": "app-bob"}, 40),
    ({"u": "b%", "p": "app-bob"}, 40),
    ({"u": "b_b", "p": "app-bob"}, 40),
    ({"u": "*", "p": "app-bob"}, 40),
    ({"u": "bob' OR '1'='1", "p": "x"}, 40),
    ({"u": "bob\x00", "p": "app-bob"}, 40),
    ({"u": "bob", "p": "enc:zz"}, 40),
    ({"u": "bob", "p": "enc:ff"}, 40),
    ({"u": "bob", **token_of("account password")}, 40),
    ({"u": "bob", "t": "", "s": ""}, 40),
    ({"u": "bob", "p": "x" * 10_000}, 40),
    ({"jwt": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJib2IifQ."}, 40),
    ({"u": "bob", "jwt": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJib2IifQ."}, 40),
    ({"u": "bob", "p": "wrong", "jwt": "x.y.z"}, 40),
    ({"apiKey": "key-of-bob", "u": "bob"}, 43),
    ({"apiKey": "key-of-bob", "p": "app-bob"}, 43),
    ({"u": "bob", "p": "app-bob", **token_of("app-bob")}, 43),
    ({"apiKey": "forged"}, 44),
    ({"apiKey": ""}, 44),
]


def test_proof_of_who_calls(house: House) -> None:
    address = house.url + "/rest/ping.view"
    for parameters, expected in PROOFS:
        given = {**parameters, "f": "json"}
        for reply in (house.http.get(address, params=given), house.http.post(address, data=given)):
            assert reply.status_code == 200
            found = code(reply.json()["subsonic-response"])
            assert (str(parameters)[:80], found) == (str(parameters)[:80], expected)


def test_nothing_but_the_extensions_is_open_to_strangers(house: House) -> None:
    for name in METHODS.keys() - {"getOpenSubsonicExtensions"}:
        reply = house.http.get(f"{house.url}/rest/{name}", params={"f": "json", "id": TRACK})
        assert (name, code(reply.json()["subsonic-response"])) == (name, 10)
    reply = house.http.get(f"{house.url}/rest/getOpenSubsonicExtensions?f=json")
    body = reply.json()["subsonic-response"]
    assert {"name": "formPost", "versions": [1]} in body["openSubsonicExtensions"]
    assert body["openSubsonic"] is True
    assert (body["type"], body["serverVersion"], body["version"]) == ("philomel", "1.2.3", "1.16.1")


def test_many_tries_are_told_to_wait(house: House) -> None:
    house.people.tries = 1_000
    reply = house.http.get(f"{house.url}/rest/ping?u=bob&p=wrong")
    assert reply.status_code == 429
    assert int(reply.headers["retry-after"]) >= 30


def test_unknown_methods(house: House) -> None:
    for name in ("nothing", "getEverything", "../ping", "ping/x", "%00", "ping.view.view", ""):
        reply = house.http.get(f"{house.url}/rest/{name}?f=json&u=bob&p=app-bob")
        assert (name, reply.status_code) == (name, 404)


REFUSALS: list[tuple[str, dict[str, str], int]] = [
    ("getAlbum", {}, 10),
    ("getAlbum", {"id": ""}, 10),
    ("getAlbum", {"id": "1"}, 70),
    ("getAlbum", {"id": TRACK}, 70),
    ("getAlbum", {"id": "../../etc/passwd"}, 70),
    ("getAlbum", {"id": HIDDEN["album"]}, 70),
    ("getArtist", {"id": HIDDEN["artist"]}, 70),
    ("getArtist", {"id": ALBUM}, 70),
    ("getSong", {"id": ALBUM}, 70),
    ("getSong", {"id": HIDDEN["track"]}, 70),
    ("getMusicDirectory", {"id": HIDDEN["album"]}, 70),
    ("getLyricsBySongId", {"id": HIDDEN["track"]}, 70),
    ("stream", {"id": HIDDEN["track"]}, 70),
    ("download", {"id": HIDDEN["track"]}, 70),
    ("getCoverArt", {"id": HIDDEN["album"]}, 70),
    ("getCoverArt", {"id": f"al-{HIDDEN['album']}-abc"}, 70),
    ("getCoverArt", {"id": "-i /etc/passwd"}, 70),
    ("getCoverArt", {}, 10),
    ("getCoverArt", {"id": ALBUM, "size": "-1"}, 0),
    ("getCoverArt", {"id": ALBUM, "size": "NaN"}, 0),
    ("stream", {"id": ALBUM}, 70),
    ("stream", {"id": TRACK, "maxBitRate": "-5"}, 0),
    ("stream", {"id": TRACK, "maxBitRate": "1; rm -rf"}, 0),
    ("stream", {"id": TRACK, "timeOffset": "-1"}, 0),
    ("getAlbumList2", {}, 10),
    ("getAlbumList2", {"type": "name'; DROP TABLE albums;--"}, 0),
    ("getAlbumList2", {"type": "newest", "size": "many"}, 0),
    ("getAlbumList2", {"type": "newest", "size": "-1"}, 0),
    ("getAlbumList2", {"type": "newest", "offset": "9" * 300}, 0),
    ("getAlbumList2", {"type": "byYear"}, 10),
    ("getAlbumList2", {"type": "byYear", "fromYear": "x", "toYear": "1"}, 0),
    ("getAlbumList2", {"type": "byGenre"}, 10),
    ("getAlbumList2", {"type": "newest", "musicFolderId": "77"}, 70),
    ("getSongsByGenre", {}, 10),
    ("search3", {}, 10),
    ("search3", {"query": "x", "musicFolderId": "77"}, 70),
    ("search3", {"query": "x", "songCount": "1e9"}, 0),
    ("setRating", {"id": TRACK}, 10),
    ("setRating", {"id": TRACK, "rating": "6"}, 0),
    ("setRating", {"id": TRACK, "rating": "five"}, 0),
    ("setRating", {"id": HIDDEN["track"], "rating": "5"}, 70),
    ("star", {}, 10),
    ("star", {"id": HIDDEN["track"]}, 70),
    ("star", {"albumId": HIDDEN["album"]}, 70),
    ("star", {"artistId": HIDDEN["artist"]}, 70),
    ("scrobble", {}, 10),
    ("scrobble", {"id": HIDDEN["track"]}, 70),
    ("scrobble", {"id": TRACK, "time": "yesterday"}, 0),
    ("scrobble", {"id": TRACK, "submission": "maybe"}, 0),
    ("getUser", {}, 10),
    ("getUser", {"username": "alice"}, 50),
    ("startScan", {}, 50),
    ("getArtistInfo", {"id": HIDDEN["artist"]}, 70),
    ("getAlbumInfo2", {"id": HIDDEN["track"]}, 70),
    ("getSimilarSongs", {"id": HIDDEN["album"]}, 70),
    ("getSimilarSongs2", {"id": TRACK, "count": "NaN"}, 0),
    ("getTopSongs", {}, 10),
    ("getTopSongs", {"id": HIDDEN["artist"]}, 70),
    ("getVideoInfo", {"id": TRACK}, 70),
    ("getCaptions", {"id": TRACK}, 70),
    ("hls.m3u8", {"id": HIDDEN["track"]}, 70),
    ("hls.m3u8", {"id": TRACK, "bitRate": "-1"}, 0),
    ("getTranscodeDecision", {"mediaId": TRACK, "mediaType": "song"}, 0),
    ("getTranscodeDecision", {"mediaId": HIDDEN["track"], "mediaType": "song"}, 70),
    ("getTranscodeDecision", {"mediaId": TRACK, "mediaType": "podcast"}, 70),
    ("getTranscodeStream", {"mediaId": TRACK, "mediaType": "song"}, 10),
    *(
        ("getTranscodeStream", {"mediaId": TRACK, "mediaType": "song", "transcodeParams": one}, 0)
        for one in ("", "http-opus-9999", "http-flac-128", "x" * 9_999, "http-opus-031")
    ),
    ("getAvatar", {}, 10),
    ("getAvatar", {"username": "x" * 65}, 70),
    ("createUser", {"username": "eve", "password": "a long enough one", "email": "e@e"}, 50),
    ("createUser", {"username": "eve"}, 10),
    ("updateUser", {"username": "alice", "adminRole": "true"}, 50),
    ("updateUser", {"username": "bob", "adminRole": "true"}, 50),
    ("deleteUser", {"username": "alice"}, 50),
    ("changePassword", {"username": "alice", "password": "a long enough one"}, 50),
    ("changePassword", {"username": "bob", "password": "a long enough one"}, 50),
    ("getPodcasts", {}, 0),
    ("addChatMessage", {"message": "x"}, 0),
    ("jukeboxControl", {"action": "start"}, 50),
    ("findSonicPath", {"startSongId": TRACK, "endSongId": TRACK}, 0),
]


def test_refusals_say_why(ask: Ask) -> None:
    for method, parameters, expected in REFUSALS:
        found = code(ask(method, **parameters))
        assert (method, parameters, found) == (method, parameters, expected)


def test_what_one_may_not_see_is_in_no_list(ask: Ask) -> None:
    names = ("newest", "random", "alphabeticalByName", "alphabeticalByArtist")
    answers = [
        *(ask("getAlbumList2", type=name, size=500) for name in names),
        *(ask("getAlbumList", type=name, size=500) for name in names),
        ask("getArtists"),
        ask("getIndexes"),
        ask("getGenres"),
        ask("getMusicFolders"),
        ask("getRandomSongs", size=500),
        ask("getSongsByGenre", genre="Hidden"),
        ask("search3", query="hidden"),
        ask("search3", query="", songCount=500, albumCount=500, artistCount=500),
        ask("search2", query="secret"),
        ask("getLyrics", artist="Secret Band", title="Hidden Song"),
    ]
    for answer in answers:
        assert answer["status"] == "ok"
        assert "Hidden" not in str(answer)
        assert "Secret" not in str(answer)
        assert "Closed" not in str(answer)


def test_nobody_sees_what_others_play(house: House, ask: Ask) -> None:
    alice = {"u": "alice", "p": "app-alice"}
    ask("scrobble", **alice, id=HIDDEN["track"], submission="false")
    ask("star", **alice, id=TRACK)
    assert ask("getNowPlaying")["nowPlaying"]["entry"] == []
    assert ask("getStarred2")["starred2"]["song"] == []
    (entry,) = ask("getNowPlaying", **alice)["nowPlaying"]["entry"]
    assert entry["username"] == "Alice"
    ask("scrobble", id=TRACK, submission="false")
    seen = {each["username"] for each in ask("getNowPlaying", **alice)["nowPlaying"]["entry"]}
    assert seen == {"Alice", "bob"}
    assert house.keeper.plays == {}


def test_pictures_are_never_larger_than_what_exists(house: House) -> None:
    cover = id_of("cover OK Computer")
    for size in ("100000", "9" * 18, "641"):
        reply = house.http.get(
            f"{house.url}/rest/getCoverArt",
            params={"u": "bob", "p": "app-bob", "id": ALBUM, "size": size},
        )
        assert reply.text == f"/media/cover/covers/{cover[:2]}/{cover}-640.jpg?sig=day"
        # The address holds a password: no shared cache may keep what is behind it.
        assert reply.headers["cache-control"].startswith("private")


def test_parameters_nobody_asked_for_change_nothing(ask: Ask) -> None:
    odd = (
        ("password", "a"),
        ("user.password", "b"),
        ("name'); DROP TABLE tracks;--", "x"),
        ("sort", "1; DROP"),
        ("userId", ALICE),
        ("ownerId", ALICE),
        ("_end", "0"),
    )
    for method, parameters in (
        ("getAlbumList2", {"type": "alphabeticalByName"}),
        ("getArtists", {}),
        ("search3", {"query": "radiohead"}),
        ("getStarred2", {}),
        ("getUser", {"username": "bob"}),
    ):
        assert ask(method, *odd, **parameters) == ask(method, **parameters)


def test_repeated_parameters_and_bad_bytes(house: House) -> None:
    base = f"{house.url}/rest/search3?u=bob&p=app-bob&f=json"
    for query in (
        "&query=a&query=b&songCount=1&songCount=x",
        "&query=%ff%fe%00",
        "&query=" + "%F0%9F%98%80" * 200,
        "&query=" + "a" * 5_000,
        "&query=%ED%A0%80",
        "&&&==&query=x",
    ):
        reply = house.http.get(base + query)
        assert reply.status_code == 200
        assert code(reply.json()["subsonic-response"]) is None
    many = house.http.get(base + "&query=x" + "&a=1" * 10_001)
    assert 'code="0"' in many.text
    form = house.http.post(
        f"{house.url}/rest/ping", data={"u": "bob", "p": "x" * (2 << 20), "f": "json"}
    )
    assert form.status_code == 413


def test_jsonp_takes_plain_names_only(house: House) -> None:
    address = f"{house.url}/rest/ping"
    who = {"u": "bob", "p": "app-bob", "f": "jsonp"}
    for callback in ("<script>", "a b", "alert(1)//", "", "x" * 200, "a\nb"):
        refused = house.http.get(address, params={**who, "callback": callback})
        assert refused.headers["content-type"].startswith("application/xml")
        assert "<error" in refused.text
    good = house.http.get(address, params={**who, "callback": "player.load"})
    assert good.text.startswith('/**/player.load({"subsonic-response":')
    assert good.headers["x-content-type-options"] == "nosniff"


def test_forms(house: House) -> None:
    who = "u=bob&p=app-bob"
    assert house.http.get(f"{house.url}/rest/ping?{who}&f=yaml").text.count("<error") == 1
    assert house.http.get(f"{house.url}/rest/ping?f=json&{who}").headers["content-type"] == (
        "application/json; charset=utf-8"
    )
    reply = house.http.get(f"{house.url}/rest/ping.view?{who}")
    root = read_xml(reply.content)
    assert root.tag == f"{XMLNS}subsonic-response"
    assert root.attrib["openSubsonic"] == "true"
    assert reply.headers["access-control-allow-origin"] == "*"
    preflight = house.http.options(f"{house.url}/rest/ping")
    assert preflight.status_code == 204
    head = house.http.head(f"{house.url}/rest/stream?{who}&id={TRACK}")
    assert (head.status_code, head.content) == (200, b"")


def test_xml_says_what_json_says(house: House, ask: Ask) -> None:
    """Names with markup and control characters survive both forms, less the characters."""
    album_id = id_of('album Quotes "Inside"')
    reply = house.http.get(f"{house.url}/rest/getAlbum?u=bob&p=app-bob&id={album_id}")
    album = read_xml(reply.content).find(f"{XMLNS}album")
    assert album is not None
    known = ask("getAlbum", id=album_id)["album"]
    assert album.attrib["name"] == known["name"] == 'Quotes "Inside"'
    assert album.attrib["artist"] == known["artist"] == "Tom & <Jerry>"
    song = album.find(f"{XMLNS}song")
    assert song is not None
    assert song.attrib["title"] == "A  & <B>"
    assert known["song"][0]["title"] == "A \x01 & <B>"
    assert song.attrib["isDir"] == "false"
    genres = [genre.attrib["name"] for genre in song.findall(f"{XMLNS}genres")]
    assert genres == [genre["name"] for genre in known["song"][0]["genres"]] == ["R&B/Soul"]
    assert [isrc.text for isrc in song.findall(f"{XMLNS}isrc")] == ["GBAYE9700001"]
    listed = house.http.get(f"{house.url}/rest/getGenres?u=bob&p=app-bob")
    texts = [genre.text for genre in read_xml(listed.content).iter(f"{XMLNS}genre")]
    assert "R&B/Soul" in texts


def test_stars_belong_to_the_caller(house: House, ask: Ask) -> None:
    ask("star", id=TRACK, userId=ALICE, username="alice")
    kept = {owner for (owner, _), marks in house.keeper.marks.items() if marks}
    assert kept == {BOB}
