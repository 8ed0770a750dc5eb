"""The unmodified spotipy makes, fills, orders, follows and pictures playlists."""

import base64
import io
import time
from datetime import datetime
from typing import Any

import httpx
import msgspec
import pytest
import spotipy
from PIL import Image
from tests.clients.webapi.place import Known
from tests.gateway.home import NOTHING, Home
from tests.gateway.webapi.conftest import Client

from philomel.gateway.webapi.fields import only
from philomel.kernel.errors import InvalidArgument

# Old names of methods are what existing programs call.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def uris(*ids: str) -> list[str]:
    return [f"spotify:track:{id_}" for id_ in ids]


def milliseconds(instant: str) -> float:
    """Of an instant to the second, since the Unix epoch."""
    return datetime.fromisoformat(instant).timestamp() * 1000


@pytest.fixture
def known(home: Home) -> Known:
    return Known.at(home)


@pytest.fixture
def bob(home: Home, client: Client) -> spotipy.Spotify:
    return client(home.token("bob"))


def names(found: Any) -> list[str]:
    return [entry["track"]["name"] for entry in found["items"]]


def test_a_playlist_lives(home: Home, spotify: spotipy.Spotify, known: Known) -> None:
    made = spotify.user_playlist_create(home.alice, "Road", description="Drive", public=False)
    assert (made["name"], made["description"], made["public"]) == ("Road", "Drive", False)
    assert made["owner"]["id"] == home.alice
    assert made["owner"]["display_name"]
    assert made["tracks"]["total"] == made["items"]["total"] == 0
    before = made["snapshot_id"]
    added = spotify.playlist_add_items(made["id"], uris(known.airbag, known.karma))
    assert added["snapshot_id"] != before
    spotify.playlist_add_items(made["id"], uris(known.paranoid), position=1)
    found = spotify.playlist(made["id"])
    assert names(found["tracks"]) == ["Airbag", "Paranoid Android", "Karma Police"]
    assert found["tracks"]["items"] == found["items"]["items"]
    entry = found["tracks"]["items"][0]
    assert entry["item"]["id"] == entry["track"]["id"] == known.airbag
    assert entry["added_by"]["id"] == home.alice
    assert home.began <= milliseconds(entry["added_at"]) + 1_000
    assert found["href"] == f"{home.url}/v1/playlists/{made['id']}"
    # All its tracks are on one album.
    assert [image["width"] for image in found["images"]] == [1200, 640, 300, 64]
    spotify.playlist_change_details(made["id"], name="Rail", public=True, description="Ride")
    listed = spotify.current_user_playlists()
    assert listed["total"] == 1
    mine = listed["items"][0]
    assert (mine["name"], mine["public"], mine["tracks"]["total"]) == ("Rail", True, 3)
    theirs = spotify.user_playlists(home.alice)["items"]
    assert [each["id"] for each in theirs] == [made["id"]]
    spotify.current_user_unfollow_playlist(made["id"])
    with pytest.raises(spotipy.SpotifyException) as refused:
        spotify.playlist(made["id"])
    assert refused.value.http_status == 404
    assert spotify.current_user_playlists()["total"] == 0


def test_its_tracks_are_moved_and_removed(spotify: spotipy.Spotify, known: Known) -> None:
    id_ = spotify.current_user_playlist_create("Mix")["id"]
    spotify.playlist_add_items(id_, uris(known.airbag, known.paranoid, known.karma, known.airbag))
    old = spotify.playlist(id_)["snapshot_id"]
    spotify.playlist_reorder_items(id_, range_start=3, insert_before=0, range_length=1)
    assert names(spotify.playlist_items(id_))[0:2] == ["Airbag", "Airbag"]
    # Positions of the snapshot before the move.
    spotify.playlist_remove_specific_occurrences_of_items(
        id_, [{"uri": f"spotify:track:{known.airbag}", "positions": [3]}], snapshot_id=old
    )
    assert names(spotify.playlist_items(id_)) == ["Airbag", "Paranoid Android", "Karma Police"]
    page = spotify.playlist_items(id_, limit=2)
    assert names(spotify.next(page)) == ["Karma Police"]
    spotify.playlist_remove_all_occurrences_of_items(id_, uris(known.airbag, known.karma))
    assert names(spotify.playlist_tracks(id_)) == ["Paranoid Android"]
    spotify.playlist_replace_items(id_, uris(known.joga))
    assert names(spotify.playlist_items(id_)) == ["Jóga"]
    with pytest.raises(spotipy.SpotifyException, match="snapshot"):
        spotify.playlist_reorder_items(id_, 0, 0, snapshot_id="AAAA")


def test_fields_choose_what_is_answered(spotify: spotipy.Spotify, known: Known) -> None:
    id_ = spotify.current_user_playlist_create("Mix")["id"]
    spotify.playlist_add_items(id_, uris(known.airbag))
    found = spotify.playlist(id_, fields="name,tracks.items(track(name,album(!images,name,id)))")
    assert list(found) == ["name", "tracks"]
    (entry,) = found["tracks"]["items"]
    assert set(entry["track"]) == {"album", "name"}
    assert entry["track"]["album"]["album_type"] == "album"
    assert not {"images", "name", "id"} & set(entry["track"]["album"])
    total = spotify.playlist_items(id_, fields="total")
    assert total == {"total": 1}


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        ("", {"a": 1, "b": [{"c": 2, "d": 3}]}),
        ("b.c", {"b": [{"c": 2}]}),
        ("b(d),a", {"a": 1, "b": [{"d": 3}]}),
        ("b(!d)", {"b": [{"c": 2}]}),
        ("!a", {"b": [{"c": 2, "d": 3}]}),
        ("b.c,b.d", {"b": [{"c": 2, "d": 3}]}),
        ("nothing", {}),
        ("a(x)", {"a": 1}),
    ],
)
def test_a_selection(fields: str, left: object) -> None:
    assert only({"a": 1, "b": [{"c": 2, "d": 3}]}, {"fields": fields}) == left


@pytest.mark.parametrize("fields", ["(", "a(", "a)", "a,,b", "a.", "é", "(" * 50, "a(" * 50])
def test_what_is_no_selection(fields: str) -> None:
    with pytest.raises(InvalidArgument):
        only({}, {"fields": fields})


def test_others_follow(
    home: Home, spotify: spotipy.Spotify, bob: spotipy.Spotify, known: Known
) -> None:
    id_ = spotify.current_user_playlist_create("Mix", public=True)["id"]
    bob.current_user_follow_playlist(id_)
    assert [each["id"] for each in bob.current_user_playlists()["items"]] == [id_]
    assert spotify.playlist(id_)["followers"]["total"] == 1
    path = f"{home.url}/v1/playlists/{id_}/followers/contains"
    headers = home.headers("alice")
    asked = home.http.get(path, params={"ids": f"{home.bob},{home.alice}"}, headers=headers)
    assert asked.json() == [True, False]
    with pytest.raises(spotipy.SpotifyException) as refused:
        bob.playlist_add_items(id_, uris(known.airbag))
    assert refused.value.http_status == 403
    with pytest.raises(spotipy.SpotifyException) as refused:
        bob.user_playlist_create(home.alice, "Not mine")
    assert refused.value.http_status == 403
    bob.current_user_unfollow_playlist(id_)
    assert bob.current_user_playlists()["total"] == 0
    secret = spotify.current_user_playlist_create("Secret", public=False)["id"]
    with pytest.raises(spotipy.SpotifyException) as refused:
        bob.playlist(secret)
    assert refused.value.http_status == 404


def test_what_a_listener_cannot_see_is_a_gap(
    home: Home, spotify: spotipy.Spotify, bob: spotipy.Spotify, known: Known
) -> None:
    hidden = home.track("Hidden Song")
    id_ = spotify.current_user_playlist_create("Mix", public=True)["id"]
    spotify.playlist_add_items(id_, uris(hidden, known.airbag))
    gap, seen = bob.playlist_items(id_)["items"]
    assert seen["track"]["name"] == "Airbag"
    assert (gap["track"]["name"], gap["track"]["artists"]) == ("", [])
    assert gap["track"]["restrictions"] == {"reason": "market"}
    assert "Hidden Song" not in str(gap)


def test_a_picture_is_put(home: Home, spotify: spotipy.Spotify) -> None:
    id_ = spotify.current_user_playlist_create("Mix")["id"]
    assert spotify.playlist_cover_image(id_) == []
    data = io.BytesIO()
    Image.new("RGB", (320, 320), "teal").save(data, "JPEG")
    spotify.playlist_upload_cover_image(id_, base64.b64encode(data.getvalue()))
    assert len(spotify.playlist_cover_image(id_)) == 3
    for bad in (b"!!!", base64.b64encode(b"no picture"), b""):
        with pytest.raises(spotipy.SpotifyException) as refused:
            spotify.playlist_upload_cover_image(id_, bad)
        assert refused.value.http_status == 400


def test_nonsense_is_refused_in_words(home: Home, spotify: spotipy.Spotify, known: Known) -> None:
    id_ = spotify.current_user_playlist_create("Mix")["id"]
    headers = home.headers("alice")
    items = f"/v1/playlists/{id_}/tracks"
    for method, path, body in (
        ("POST", items, {}),
        ("POST", items, {"uris": "spotify:track:x"}),
        ("POST", items, {"uris": ["spotify:album:" + known.airbag]}),
        ("POST", items, {"uris": uris(*[known.airbag] * 101)}),
        ("POST", items, {"uris": uris(known.airbag), "position": -1}),
        ("POST", items, {"uris": uris(known.airbag), "position": 2**70}),
        ("POST", items, {"uris": uris(NOTHING)}),
        ("PUT", items, {}),
        ("PUT", items, {"range_start": 5, "insert_before": 0}),
        ("PUT", items, {"range_start": True, "insert_before": 0}),
        ("DELETE", items, {"tracks": [{"uri": 1}]}),
        ("DELETE", items, {"tracks": [{"uri": uris(known.airbag)[0], "positions": [7]}]}),
        ("DELETE", items, {"positions": ["x"]}),
        ("GET", items + "?limit=101", None),
        ("GET", items + "?fields=(", None),
        ("PUT", f"/v1/playlists/{id_}", {"name": 5}),
        ("PUT", f"/v1/playlists/{id_}", {"collaborative": True, "public": True}),
        ("POST", "/v1/me/playlists", {"name": ""}),
        ("POST", "/v1/me/playlists", {"name": "x" * 201}),
        ("GET", "/v1/playlists/x", None),
    ):
        response = home.http.request(method, home.url + path, json=body, headers=headers)
        assert response.status_code == httpx.codes.BAD_REQUEST, (method, path, body, response.text)
        assert set(response.json()["error"]) == {"status", "message"}


def test_our_own_door_has_folders_files_and_rules(
    home: Home, spotify: spotipy.Spotify, known: Known
) -> None:
    base = home.url + "/api/philomel/v1"
    headers = home.headers("alice")

    def ask(method: str, path: str, **body: object) -> Any:
        found = home.http.request(
            method, base + path, headers=headers, json=body or None, timeout=30
        )
        assert found.status_code in {200, 204}, found.text
        json = found.headers.get("content-type", "").startswith("application/json")
        return found.json() if json and found.content else found.text

    folder = ask("POST", "/folders", name="Trips")
    made = ask("POST", "/playlists", name="Road", folder_id=folder["id"])
    spotify.playlist_add_items(made["id"], uris(known.airbag, known.joga))
    assert [each["name"] for each in ask("GET", "/folders")["items"]] == ["Trips"]
    assert ask("GET", "/playlists")["items"][0]["folder_id"] == folder["id"]
    for kind in ("m3u8", "xspf", "jspf"):
        text = ask("GET", f"/playlists/{made['id']}/export?format={kind}")
        text = text if isinstance(text, str) else msgspec.json.encode(text).decode()
        assert "Airbag" in text
        found = ask("POST", "/playlists/import", content=text, dry_run=True)
        assert (found["name"], found["total"], found["missing"]) == ("Road", 2, 0)
    text += " "
    brought = ask("POST", "/playlists/import", content=text, name="Again", source="file:a")
    assert names(spotify.playlist_items(brought["playlist"]["id"])) == ["Airbag", "Jóga"]
    again = ask("POST", "/playlists/import", content=text, source="file:a")
    assert again["known"]
    assert again["playlist"]["id"] == brought["playlist"]["id"]
    lost = ask("POST", "/playlists/import", content="#EXTINF:9,Who - What\nx.mp3\n")
    assert lost["not_found"][0]["title"] == "What"
    waiting = spotify.playlist_items(lost["playlist"]["id"])["items"][0]
    assert (waiting["is_local"], waiting["track"]["name"]) == (True, "What")
    wants = ask("GET", "/wants")
    assert wants["total"] == 1
    ask("POST", "/wants/drop", ids=[wants["items"][0]["id"]])
    assert spotify.playlist_items(lost["playlist"]["id"])["total"] == 0


def test_public_playlists_are_featured_and_found_by_genre(
    home: Home, client: Client, known: Known
) -> None:
    alice, bob = client(home.token("alice")), client(home.token("bob"))
    mine = alice.user_playlist_create(home.alice, "Loud rock")["id"]
    alice.user_playlist_create(home.alice, "Mine alone, rock", public=False)
    other = bob.user_playlist_create(home.bob, "Quiet")["id"]
    bob.current_user_follow_playlist(mine)
    found = alice.featured_playlists()["playlists"]
    assert [each["id"] for each in found["items"]] == [mine, other]
    assert found["items"][0]["owner"]["display_name"] == "Alice"
    named = bob.category_playlists(known.rock)["playlists"]
    assert ([each["id"] for each in named["items"]], named["total"]) == ([mine], 1)
    with pytest.raises(spotipy.SpotifyException, match="404"):
        bob.category_playlists(NOTHING)


def test_likes_have_the_dates_that_a_program_gives(
    home: Home, spotify: spotipy.Spotify, known: Known
) -> None:
    headers = home.headers("alice")

    def put(body: object, query: str = "") -> int:
        address = f"{home.url}/v1/me/tracks{query}"
        return home.http.put(address, json=body, headers=headers).status_code

    dated = [
        {"id": known.airbag, "added_at": "2010-05-01T10:00:00Z"},
        {"id": known.karma, "added_at": "2012-05-01T12:00:00+02:00"},
        {"id": known.joga, "added_at": "2999-01-01T00:00:00Z"},
    ]
    # Ids beside the dated ones count nothing.
    assert put({"timestamped_ids": dated, "ids": [known.paranoid]}, f"?ids={known.paranoid}") == 200
    items = spotify.current_user_saved_tracks()["items"]
    # Nobody liked anything in the future.
    assert home.began <= milliseconds(items[0]["added_at"]) + 1_000 <= time.time() * 1000 + 1_000
    assert [(item["track"]["id"], item["added_at"]) for item in items] == [
        (known.joga, items[0]["added_at"]),
        (known.karma, "2012-05-01T10:00:00Z"),
        (known.airbag, "2010-05-01T10:00:00Z"),
    ]
    for wrong in (
        [],
        "x",
        [1],
        [{"id": known.airbag}],
        [{"id": known.airbag, "added_at": "yesterday"}],
        [{"id": "x", "added_at": "2010-05-01T10:00:00Z"}],
        [{"added_at": "2010-05-01T10:00:00Z"}],
        [{"id": known.airbag, "added_at": 5}],
    ):
        assert put({"timestamped_ids": wrong}) == 400
