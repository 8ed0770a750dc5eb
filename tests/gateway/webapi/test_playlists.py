"""The unmodified spotipy makes, fills, orders, follows and pictures playlists."""

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import spotipy
from PIL import Image
from tests.clients.webapi.place import keeping
from tests.gateway.running import House
from tests.gateway.shelf import ALICE, BOB, CLOSED, id_of
from tests.gateway.webapi.conftest import Client

from philomel.gateway.webapi.fields import only
from philomel.kernel.errors import InvalidArgument

# Old names of methods are what existing programs call.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

AIRBAG, PARANOID, KARMA, JOGA = (
    id_of(f"track {name}") for name in ("Airbag", "Paranoid Android", "Karma Police", "Jóga")
)


def uris(*ids: str) -> list[str]:
    return [f"spotify:track:{id_}" for id_ in ids]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with keeping(tmp_path) as running:
        yield running


@pytest.fixture
def bob(house: House, client: Client) -> spotipy.Spotify:
    return client(house.people.token(BOB))


def names(found: Any) -> list[str]:
    return [entry["track"]["name"] for entry in found["items"]]


def test_a_playlist_lives(house: House, spotify: spotipy.Spotify) -> None:
    made = spotify.user_playlist_create(ALICE, "Road", description="Drive", public=False)
    assert (made["name"], made["description"], made["public"]) == ("Road", "Drive", False)
    assert made["owner"]["id"] == ALICE
    assert made["owner"]["display_name"]
    assert made["tracks"]["total"] == made["items"]["total"] == 0
    before = made["snapshot_id"]
    added = spotify.playlist_add_items(made["id"], uris(AIRBAG, KARMA))
    assert added["snapshot_id"] != before
    spotify.playlist_add_items(made["id"], uris(PARANOID), position=1)
    found = spotify.playlist(made["id"])
    assert names(found["tracks"]) == ["Airbag", "Paranoid Android", "Karma Police"]
    assert found["tracks"]["items"] == found["items"]["items"]
    entry = found["tracks"]["items"][0]
    assert entry["item"]["id"] == entry["track"]["id"] == AIRBAG
    assert entry["added_by"]["id"] == ALICE
    assert entry["added_at"].startswith("2023-11-14T")
    assert found["href"] == f"{house.url}/v1/playlists/{made['id']}"
    assert [image["width"] for image in found["images"]] == [640, 300, 64]
    spotify.playlist_change_details(made["id"], name="Rail", public=True, description="Ride")
    listed = spotify.current_user_playlists()
    assert listed["total"] == 1
    mine = listed["items"][0]
    assert (mine["name"], mine["public"], mine["tracks"]["total"]) == ("Rail", True, 3)
    theirs = spotify.user_playlists(ALICE)["items"]
    assert [each["id"] for each in theirs] == [made["id"]]
    spotify.current_user_unfollow_playlist(made["id"])
    with pytest.raises(spotipy.SpotifyException) as refused:
        spotify.playlist(made["id"])
    assert refused.value.http_status == 404
    assert spotify.current_user_playlists()["total"] == 0


def test_its_tracks_are_moved_and_removed(spotify: spotipy.Spotify) -> None:
    id_ = spotify.current_user_playlist_create("Mix")["id"]
    spotify.playlist_add_items(id_, uris(AIRBAG, PARANOID, KARMA, AIRBAG))
    old = spotify.playlist(id_)["snapshot_id"]
    spotify.playlist_reorder_items(id_, range_start=3, insert_before=0, range_length=1)
    assert names(spotify.playlist_items(id_))[0:2] == ["Airbag", "Airbag"]
    # Positions of the snapshot before the move.
    spotify.playlist_remove_specific_occurrences_of_items(
        id_, [{"uri": f"spotify:track:{AIRBAG}", "positions": [3]}], snapshot_id=old
    )
    assert names(spotify.playlist_items(id_)) == ["Airbag", "Paranoid Android", "Karma Police"]
    page = spotify.playlist_items(id_, limit=2)
    assert names(spotify.next(page)) == ["Karma Police"]
    spotify.playlist_remove_all_occurrences_of_items(id_, uris(AIRBAG, KARMA))
    assert names(spotify.playlist_tracks(id_)) == ["Paranoid Android"]
    spotify.playlist_replace_items(id_, uris(JOGA))
    assert names(spotify.playlist_items(id_)) == ["Jóga"]
    with pytest.raises(spotipy.SpotifyException, match="snapshot"):
        spotify.playlist_reorder_items(id_, 0, 0, snapshot_id="AAAA")


def test_fields_choose_what_is_answered(spotify: spotipy.Spotify) -> None:
    id_ = spotify.current_user_playlist_create("Mix")["id"]
    spotify.playlist_add_items(id_, uris(AIRBAG))
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


def test_others_follow(house: House, spotify: spotipy.Spotify, bob: spotipy.Spotify) -> None:
    id_ = spotify.current_user_playlist_create("Mix", public=True)["id"]
    bob.current_user_follow_playlist(id_)
    assert [each["id"] for each in bob.current_user_playlists()["items"]] == [id_]
    assert spotify.playlist(id_)["followers"]["total"] == 1
    path = f"{house.url}/v1/playlists/{id_}/followers/contains"
    headers = {"Authorization": f"Bearer {house.people.token(ALICE)}"}
    asked = house.http.get(path, params={"ids": f"{BOB},{ALICE}"}, headers=headers)
    assert asked.json() == [True, False]
    with pytest.raises(spotipy.SpotifyException) as refused:
        bob.playlist_add_items(id_, uris(AIRBAG))
    assert refused.value.http_status == 403
    with pytest.raises(spotipy.SpotifyException) as refused:
        bob.user_playlist_create(ALICE, "Not mine")
    assert refused.value.http_status == 403
    bob.current_user_unfollow_playlist(id_)
    assert bob.current_user_playlists()["total"] == 0
    secret = spotify.current_user_playlist_create("Secret", public=False)["id"]
    with pytest.raises(spotipy.SpotifyException) as refused:
        bob.playlist(secret)
    assert refused.value.http_status == 404


def test_what_a_listener_cannot_see_is_a_gap(
    house: House, spotify: spotipy.Spotify, bob: spotipy.Spotify
) -> None:
    hidden = next(each for each in house.shelf.tracks.values() if each.library_id == CLOSED)
    id_ = spotify.current_user_playlist_create("Mix", public=True)["id"]
    spotify.playlist_add_items(id_, uris(hidden.id, AIRBAG))
    gap, seen = bob.playlist_items(id_)["items"]
    assert seen["track"]["name"] == "Airbag"
    assert (gap["track"]["name"], gap["track"]["artists"]) == ("", [])
    assert gap["track"]["restrictions"] == {"reason": "market"}
    assert hidden.title not in str(gap)


def test_a_picture_is_put(house: House, spotify: spotipy.Spotify) -> None:
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


def test_nonsense_is_refused_in_words(house: House, spotify: spotipy.Spotify) -> None:
    id_ = spotify.current_user_playlist_create("Mix")["id"]
    headers = {"Authorization": f"Bearer {house.people.token(ALICE)}"}
    items = f"/v1/playlists/{id_}/tracks"
    for method, path, body in (
        ("POST", items, {}),
        ("POST", items, {"uris": "spotify:track:x"}),
        ("POST", items, {"uris": ["spotify:album:" + AIRBAG]}),
        ("POST", items, {"uris": uris(*[AIRBAG] * 101)}),
        ("POST", items, {"uris": uris(AIRBAG), "position": -1}),
        ("POST", items, {"uris": uris(AIRBAG), "position": 2**70}),
        ("POST", items, {"uris": uris(id_of("nothing"))}),
        ("PUT", items, {}),
        ("PUT", items, {"range_start": 5, "insert_before": 0}),
        ("PUT", items, {"range_start": True, "insert_before": 0}),
        ("DELETE", items, {"tracks": [{"uri": 1}]}),
        ("DELETE", items, {"tracks": [{"uri": uris(AIRBAG)[0], "positions": [7]}]}),
        ("DELETE", items, {"positions": ["x"]}),
        ("GET", items + "?limit=101", None),
        ("GET", items + "?fields=(", None),
        ("PUT", f"/v1/playlists/{id_}", {"name": 5}),
        ("PUT", f"/v1/playlists/{id_}", {"collaborative": True, "public": True}),
        ("POST", "/v1/me/playlists", {"name": ""}),
        ("POST", "/v1/me/playlists", {"name": "x" * 201}),
        ("GET", "/v1/playlists/x", None),
    ):
        response = house.http.request(method, house.url + path, json=body, headers=headers)
        assert response.status_code == httpx.codes.BAD_REQUEST, (method, path, body, response.text)
        assert set(response.json()["error"]) == {"status", "message"}


def test_our_own_door_has_folders_files_and_rules(house: House, spotify: spotipy.Spotify) -> None:
    base = house.url + "/api/philomel/v1"
    headers = {"Authorization": f"Bearer {house.people.token(ALICE)}"}

    def ask(method: str, path: str, **body: object) -> Any:
        found = house.http.request(
            method, base + path, headers=headers, json=body or None, timeout=30
        )
        assert found.status_code in {200, 204}, found.text
        json = found.headers.get("content-type", "").startswith("application/json")
        return found.json() if json and found.content else found.text

    folder = ask("POST", "/folders", name="Trips")
    made = ask("POST", "/playlists", name="Road", folder_id=folder["id"])
    spotify.playlist_add_items(made["id"], uris(AIRBAG, JOGA))
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


def test_public_playlists_are_featured_and_found_by_genre(house: House, client: Client) -> None:
    alice, bob = client(house.people.token(ALICE)), client(house.people.token(BOB))
    mine = alice.user_playlist_create(ALICE, "Loud rock")["id"]
    alice.user_playlist_create(ALICE, "Mine alone, rock", public=False)
    other = bob.user_playlist_create(BOB, "Quiet")["id"]
    bob.current_user_follow_playlist(mine)
    found = alice.featured_playlists()["playlists"]
    assert [each["id"] for each in found["items"]] == [mine, other]
    assert found["items"][0]["owner"]["display_name"] == "Alice"
    rock = id_of("genre Rock")
    named = bob.category_playlists(rock)["playlists"]
    assert ([each["id"] for each in named["items"]], named["total"]) == ([mine], 1)
    with pytest.raises(spotipy.SpotifyException, match="404"):
        bob.category_playlists(id_of("nothing"))


def test_likes_have_the_dates_that_a_program_gives(house: House, spotify: spotipy.Spotify) -> None:
    headers = {"Authorization": f"Bearer {house.people.token(ALICE)}"}

    def put(body: object, query: str = "") -> int:
        address = f"{house.url}/v1/me/tracks{query}"
        return house.http.put(address, json=body, headers=headers).status_code

    dated = [
        {"id": AIRBAG, "added_at": "2010-05-01T10:00:00Z"},
        {"id": KARMA, "added_at": "2012-05-01T12:00:00+02:00"},
        {"id": JOGA, "added_at": "2999-01-01T00:00:00Z"},
    ]
    # Ids beside the dated ones count nothing.
    assert put({"timestamped_ids": dated, "ids": [PARANOID]}, f"?ids={PARANOID}") == 200
    items = spotify.current_user_saved_tracks()["items"]
    assert [(item["track"]["id"], item["added_at"]) for item in items] == [
        (JOGA, "2023-11-14T22:15:00Z"),
        (KARMA, "2012-05-01T10:00:00Z"),
        (AIRBAG, "2010-05-01T10:00:00Z"),
    ]
    for wrong in (
        [],
        "x",
        [1],
        [{"id": AIRBAG}],
        [{"id": AIRBAG, "added_at": "yesterday"}],
        [{"id": "x", "added_at": "2010-05-01T10:00:00Z"}],
        [{"added_at": "2010-05-01T10:00:00Z"}],
        [{"id": AIRBAG, "added_at": 5}],
    ):
        assert put({"timestamped_ids": wrong}) == 400
