"""Judges of playlists: made here, read by a Subsonic player, and the other way round."""

import base64
import io
from typing import Any

from PIL import Image
from tests.clients.recording import Check
from tests.clients.webapi.music import same_track
from tests.clients.webapi.place import (
    NOTHING,
    At,
    Way,
    ids,
    judges,
    refused,
)


def same_playlist(at: At, check: Check, found: Any) -> None:
    there = at.rest("getPlaylist", id=found["id"])["playlist"]
    check.equal(found["name"], there["name"])
    check.equal(found["description"], there.get("comment", ""))
    check.equal(found["public"], there["public"])
    check.equal(found["owner"]["display_name"].casefold(), there["owner"].casefold())
    # Under its old name and its new one.
    check.equal({found[name]["total"] for name in ("tracks", "items")}, {there["songCount"]})


def same_entries(at: At, check: Check, id_: str, entries: Any, start: int = 0) -> None:
    there = at.entries(id_)[start : start + len(entries)]
    check.equal(ids(entry["track"] for entry in entries), there)
    check.equal(ids(entry["item"] for entry in entries), there)
    check.equal({entry["added_by"]["id"] for entry in entries}, {at.known.alice})
    same_track(at, check, entries[0]["track"])


@judges("GET /v1/me/playlists")
def mine(at: At, ask: Way, check: Check) -> None:
    id_ = at.playlist("Road", at.known.airbag, at.known.karma, public=False)
    page = ask(limit=5, offset=0)
    check.equal((ids(page["items"]), page["total"]), ([id_], 1))
    same_playlist(at, check, page["items"][0])


@judges("GET /v1/users/{id}/playlists")
def theirs(at: At, ask: Way, check: Check) -> None:
    at.playlist("Bob's own", who="bob", public=False)
    id_ = at.playlist("Bob's", at.known.karma, who="bob")
    page = ask(id=at.known.bob, limit=5, offset=0)
    check.equal((ids(page["items"]), page["total"]), ([id_], 1))
    same_playlist(at, check, page["items"][0])


@judges("POST /v1/me/playlists", "POST /v1/users/{id}/playlists")
def create(at: At, ask: Way, check: Check) -> None:
    made = ask(id=at.known.alice, name="Road", description="Drive", public=False)
    check.equal((made["name"], made["description"], made["public"]), ("Road", "Drive", False))
    same_playlist(at, check, made)
    (there,) = at.rest("getPlaylists")["playlists"]["playlist"]
    check.equal((there["id"], there["songCount"]), (made["id"], 0))


@judges("GET /v1/playlists/{id}")
def one(at: At, ask: Way, check: Check) -> None:
    id_ = at.playlist("Road", at.known.airbag, at.known.paranoid, at.known.karma)
    found = ask(id=id_)
    same_playlist(at, check, found)
    same_entries(at, check, id_, found["tracks"]["items"])
    check.equal(found["tracks"]["items"], found["items"]["items"])
    check.equal(found["followers"]["total"], 0)
    secret = at.playlist("Bob's own", who="bob", public=False)
    check.equal(refused(lambda: ask(id=secret)), 404)


@judges("PUT /v1/playlists/{id}")
def describe(at: At, ask: Way, check: Check) -> None:
    id_ = at.playlist("Road", at.known.airbag)
    check.equal(ask(id=id_, name="Rail", description="Ride", public=False), None)
    there = at.rest("getPlaylist", id=id_)["playlist"]
    check.equal((there["name"], there["comment"], there["public"]), ("Rail", "Ride", False))
    check.equal(at.entries(id_), [at.known.airbag])


@judges("GET /v1/playlists/{id}/tracks", "GET /v1/playlists/{id}/items")
def entries(at: At, ask: Way, check: Check) -> None:
    id_ = at.playlist("Road", at.known.airbag, at.known.paranoid, at.known.karma)
    page = ask(id=id_, limit=2, offset=1)
    check.equal((len(page["items"]), page["total"], page["next"]), (2, 3, None))
    same_entries(at, check, id_, page["items"], start=1)


@judges("POST /v1/playlists/{id}/tracks", "POST /v1/playlists/{id}/items")
def add(at: At, ask: Way, check: Check) -> None:
    id_ = at.playlist("Road", at.known.airbag)
    if ask.kind == "episodes":
        check.equal(refused(lambda: ask(id=id_, ids=[NOTHING])), 400)
        check.equal(at.entries(id_), [at.known.airbag])
        return
    first = ask(id=id_, ids=[at.known.karma], position=None)
    check.equal(at.entries(id_), [at.known.airbag, at.known.karma])
    second = ask(id=id_, ids=[at.known.paranoid], position=1)
    check.equal(at.entries(id_), [at.known.airbag, at.known.paranoid, at.known.karma])
    if first is not None:  # some clients keep it to themselves
        check.that(first["snapshot_id"] != second["snapshot_id"], second)
    theirs = at.playlist("Bob's", who="bob")
    check.equal(refused(lambda: ask(id=theirs, ids=[at.known.karma], position=None)), 403)
    check.equal(at.rest("getPlaylist", id=theirs)["playlist"]["songCount"], 0)


def _changed(check: Check, answer: Any, before: str = "") -> None:
    """The new snapshot, which some clients keep to themselves."""
    if answer is not None:
        check.that(answer["snapshot_id"] not in {"", before}, answer)


@judges("PUT /v1/playlists/{id}/tracks", "PUT /v1/playlists/{id}/items")
def change(at: At, ask: Way, check: Check) -> None:
    id_ = at.playlist("Road", at.known.airbag, at.known.paranoid, at.known.karma)
    if ask.kind == "move":
        snapshot = at.own("GET", f"/playlists/{id_}")["snapshot_id"]
        _changed(check, ask(id=id_, range_start=0, range_length=2, insert_before=3), snapshot)
        check.equal(at.entries(id_), [at.known.karma, at.known.airbag, at.known.paranoid])
    else:
        _changed(check, ask(id=id_, ids=[at.known.joga, at.known.karma]))
        check.equal(at.entries(id_), [at.known.joga, at.known.karma])


@judges("DELETE /v1/playlists/{id}/tracks", "DELETE /v1/playlists/{id}/items")
def remove(at: At, ask: Way, check: Check) -> None:
    id_ = at.playlist("Road", at.known.airbag, at.known.paranoid, at.known.karma, at.known.airbag)
    if ask.kind == "positions":
        snapshot = at.own("GET", f"/playlists/{id_}")["snapshot_id"]
        # Positions of the snapshot before the move.
        at.own("POST", f"/playlists/{id_}/items/move", range_start=3, insert_before=0)
        _changed(
            check, ask(id=id_, ids=[at.known.airbag], positions=[3], snapshot_id=snapshot), snapshot
        )
        check.equal(at.entries(id_), [at.known.airbag, at.known.paranoid, at.known.karma])
    else:
        _changed(check, ask(id=id_, ids=[at.known.airbag, at.known.karma]))
        check.equal(at.entries(id_), [at.known.paranoid])


def _jpeg() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (320, 320), "teal").save(data, "JPEG")
    return data.getvalue()


@judges("GET /v1/playlists/{id}/images")
def images(at: At, ask: Way, check: Check) -> None:
    id_ = at.playlist("Road")
    check.equal(ask(id=id_), [])
    at.own("PUT", f"/playlists/{id_}/cover", jpeg=base64.b64encode(_jpeg()).decode())
    found = ask(id=id_)
    check.equal([image["width"] for image in found], [640, 300, 64])
    address = found[0]["url"].removeprefix(at.home.url)
    check.that(address.startswith("/media/cover/"), address)


@judges("PUT /v1/playlists/{id}/images")
def picture(at: At, ask: Way, check: Check) -> None:
    id_ = at.playlist("Road")
    check.equal(at.own("GET", f"/playlists/{id_}/cover")["items"], [])
    check.equal(ask(id=id_, jpeg=base64.b64encode(_jpeg()).decode()), None)
    check.equal(len(at.own("GET", f"/playlists/{id_}/cover")["items"]), 3)
    check.equal(refused(lambda: ask(id=id_, jpeg=base64.b64encode(b"no").decode())), 400)


@judges("PUT /v1/playlists/{id}/followers")
def follow(at: At, ask: Way, check: Check) -> None:
    id_ = at.playlist("Bob's", who="bob")
    check.equal(ask(id=id_), None)
    check.equal(ids(at.rest("getPlaylists")["playlists"]["playlist"]), [id_])
    check.equal(refused(lambda: ask(id=NOTHING)), 404)


@judges("DELETE /v1/playlists/{id}/followers")
def unfollow(at: At, ask: Way, check: Check) -> None:
    """An owner who leaves removes it."""
    id_ = at.playlist("Road", at.known.airbag)
    check.equal(ask(id=id_), None)
    check.equal(at.rest("getPlaylists")["playlists"].get("playlist", []), [])


@judges("GET /v1/playlists/{id}/followers/contains")
def followers(at: At, ask: Way, check: Check) -> None:
    id_ = at.playlist("Road")
    check.equal(ask(id=id_, ids=[at.known.bob, at.known.alice]), [False, False])
    at.web("PUT", f"/playlists/{id_}/followers", who="bob")
    check.equal(ask(id=id_, ids=[at.known.bob, at.known.alice]), [True, False])
