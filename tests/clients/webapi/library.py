"""Judges of who is asking, what they keep, whom they follow, and what they play."""

from collections.abc import Callable
from typing import Any

from tests.clients.recording import Check
from tests.clients.webapi.music import same_album, same_artist, same_track
from tests.clients.webapi.place import (
    NOTHING,
    At,
    Judge,
    Way,
    ids,
    judges,
    refused,
)

KINDS = {"track": ("song", "id", "karma"), "album": ("album", "albumId", "ok")}
"""What a Subsonic player calls each kind, its parameter of `star`, and one of the kind."""
KINDS["artist"] = ("artist", "artistId", "radiohead")


@judges("GET /v1/me")
def profile(at: At, ask: Way, check: Check) -> None:
    there = at.rest("getUser", username="alice")["user"]
    found = ask()
    check.equal((found["id"], found["uri"]), (at.known.alice, f"spotify:user:{at.known.alice}"))
    check.equal(found["display_name"], there["username"])
    # An administrator, who hears everything; nobody wrote down an address.
    check.equal(found["explicit_content"], {"filter_enabled": False, "filter_locked": False})
    check.equal((found["email"], found["followers"]["total"]), (None, 0))


@judges("GET /v1/users/{id}")
def person(at: At, ask: Way, check: Check) -> None:
    there = at.rest("getUser", username="bob")["user"]
    found = ask(id=at.known.bob)
    check.equal((found["id"], found["display_name"]), (at.known.bob, there["username"]))
    check.equal(found["followers"]["total"], 0)
    check.equal(refused(lambda: ask(id=NOTHING)), 404)


def _starred_at(at: At, kind: str, id_: str) -> str:
    """To the second, in UTC."""
    (item,) = (each for each in at.rest("getStarred2")["starred2"][kind] if each["id"] == id_)
    text: str = item["starred"]
    return text[:19] + "Z"


@judges("GET /v1/me/tracks")
def saved_tracks(at: At, ask: Way, check: Check) -> None:
    at.rest("star", ("id", at.known.airbag), ("id", at.known.karma))
    there = at.starred("song")
    page = ask(limit=1, offset=1)
    (item,) = page["items"]
    check.equal((item["track"]["id"], page["total"]), (there[1], 2))
    check.equal(item["added_at"], _starred_at(at, "song", item["track"]["id"]))
    same_track(at, check, item["track"])
    at.rest("unstar", ("id", at.known.airbag), ("id", at.known.karma))
    check.equal(ask(limit=1, offset=0)["items"], [])


@judges("GET /v1/me/albums")
def saved_albums(at: At, ask: Way, check: Check) -> None:
    at.rest("star", albumId=at.known.kid_a)
    page = ask(limit=5, offset=0)
    (item,) = page["items"]
    check.equal((item["album"]["id"], page["total"]), (at.known.kid_a, 1))
    check.equal(item["added_at"], _starred_at(at, "album", at.known.kid_a))
    same_album(at, check, item["album"])
    at.rest("unstar", albumId=at.known.kid_a)
    check.equal(ask(limit=5, offset=0)["total"], 0)


@judges("GET /v1/me/following")
def followed(at: At, ask: Way, check: Check) -> None:
    at.rest("star", ("artistId", at.known.bjork), ("artistId", at.known.radiohead))
    page = ask(type="artist", limit=1)["artists"]
    check.equal((ids(page["items"]), page["total"]), (at.starred("artist")[:1], 2))
    check.that(page["next"] and page["cursors"]["after"], page)
    same_artist(at, check, page["items"][0])
    at.rest("unstar", ("artistId", at.known.bjork), ("artistId", at.known.radiohead))
    check.equal(ask(type="artist", limit=1)["artists"]["items"], [])


def _kept(kind: str) -> Judge:
    def judge(at: At, ask: Way, check: Check) -> None:
        name, _, one = KINDS[kind]
        id_ = getattr(at.known, one)
        check.equal(ask(ids=[id_, NOTHING]), None)
        check.equal(at.starred(name), [id_])

    return judge


def _left(kind: str) -> Judge:
    def judge(at: At, ask: Way, check: Check) -> None:
        name, parameter, one = KINDS[kind]
        id_ = getattr(at.known, one)
        at.rest("star", (parameter, id_))
        check.equal(ask(ids=[id_, NOTHING]), None)
        check.equal(at.starred(name), [])

    return judge


def _contained(kind: str) -> Judge:
    def judge(at: At, ask: Way, check: Check) -> None:
        _, parameter, one = KINDS[kind]
        id_ = getattr(at.known, one)
        check.equal(ask(ids=[id_, NOTHING]), [False, False])
        at.rest("star", (parameter, id_))
        check.equal(ask(ids=[id_, NOTHING]), [True, False])

    return judge


for _kind in ("track", "album"):
    judges(f"PUT /v1/me/{_kind}s")(_kept(_kind))
    judges(f"DELETE /v1/me/{_kind}s")(_left(_kind))
    judges(f"GET /v1/me/{_kind}s/contains")(_contained(_kind))


def _people(at: At, check: Check, ask: Callable[[], Any], *, follows: bool) -> None:
    """A person is followed, or no more."""
    if not follows:
        at.web("PUT", "/me/following", type="user", ids=at.known.bob)
    check.equal(ask(), None)
    check.equal(at.web("GET", f"/users/{at.known.bob}")["followers"]["total"], int(follows))
    at.web("DELETE", "/me/following", type="user", ids=at.known.bob)


@judges("PUT /v1/me/following")
def follow(at: At, ask: Way, check: Check) -> None:
    if ask.kind == "user":
        _people(at, check, lambda: ask(ids=[at.known.bob]), follows=True)
    else:
        _kept("artist")(at, ask, check)


@judges("DELETE /v1/me/following")
def unfollow(at: At, ask: Way, check: Check) -> None:
    if ask.kind == "user":
        _people(at, check, lambda: ask(ids=[at.known.bob]), follows=False)
    else:
        _left("artist")(at, ask, check)


@judges("GET /v1/me/following/contains")
def follows(at: At, ask: Way, check: Check) -> None:
    if ask.kind == "artist":
        _contained("artist")(at, ask, check)
        return
    check.equal(ask(ids=[at.known.bob, NOTHING]), [False, False])
    at.web("PUT", "/me/following", type="user", ids=at.known.bob)
    check.equal(ask(ids=[at.known.bob, NOTHING]), [True, False])
    at.web("DELETE", "/me/following", type="user", ids=at.known.bob)


@judges("PUT /v1/me/library")
def keep_uris(at: At, ask: Way, check: Check) -> None:
    if ask.kind in KINDS:
        _kept(ask.kind)(at, ask, check)
    elif ask.kind == "user":
        _people(at, check, lambda: ask(ids=[at.known.bob]), follows=True)
    elif ask.kind == "playlist":
        id_ = at.playlist("Bob's", who="bob")
        check.equal(ask(ids=[id_]), None)
        check.equal(ids(at.rest("getPlaylists")["playlists"]["playlist"]), [id_])
    else:
        _nothing_kept(at, ask, check)


@judges("DELETE /v1/me/library")
def leave_uris(at: At, ask: Way, check: Check) -> None:
    if ask.kind in KINDS:
        _left(ask.kind)(at, ask, check)
    elif ask.kind == "user":
        _people(at, check, lambda: ask(ids=[at.known.bob]), follows=False)
    else:
        _nothing_kept(at, ask, check)


def _nothing_kept(at: At, ask: Way, check: Check) -> None:
    """There are no shows and episodes here, so none is kept."""
    check.equal(ask(ids=[NOTHING]), None)
    check.equal(at.starred("song") + at.starred("album"), [])


@judges("GET /v1/me/library/contains")
def contains_uris(at: At, ask: Way, check: Check) -> None:
    if ask.kind in KINDS:
        _contained(ask.kind)(at, ask, check)
    elif ask.kind == "user":
        follows(at, ask, check)
    elif ask.kind == "all":
        at.rest("star", id=at.known.karma)
        asked = [f"spotify:track:{at.known.karma}", f"spotify:artist:{at.known.bjork}"]
        check.equal(ask(uris=asked), [True, False])
    else:
        check.equal(ask(ids=[NOTHING]), [False])


@judges("GET /v1/me/top/tracks")
def top_tracks(at: At, ask: Way, check: Check) -> None:
    """The last four weeks have another favourite than the last six months."""
    _listen(at)
    check.equal(
        _ranges(ask), [[at.known.bachelorette], [at.known.airbag, at.known.bachelorette], 3]
    )
    same_track(at, check, ask(time_range="short_term", limit=5)["items"][0])


@judges("GET /v1/me/top/artists")
def top_artists(at: At, ask: Way, check: Check) -> None:
    _listen(at)
    check.equal(_ranges(ask), [[at.known.bjork], [at.known.radiohead, at.known.bjork], 2])
    same_artist(at, check, ask(time_range="short_term", limit=5)["items"][0])


def _listen(at: At) -> None:
    """The same plays for whoever asks, as nobody takes them back."""
    known = at.known
    for id_, days_ago in (
        (known.airbag, 50), (known.airbag, 40), (known.bachelorette, 1), (known.karma, 200)
    ):  # fmt: skip
        at.play(id_, days_ago)


def _ranges(ask: Way) -> list[object]:
    terms = ("short_term", "medium_term", "long_term")
    short, medium, long = (ids(ask(time_range=term, limit=5)["items"]) for term in terms)
    return [short, medium, len(long)]


@judges("GET /v1/me/player/recently-played")
def recently_played(at: At, ask: Way, check: Check) -> None:
    _listen(at)
    known = at.known
    page = ask(limit=2)
    check.equal(ids(item["track"] for item in page["items"]), [known.bachelorette, known.airbag])
    same_track(at, check, page["items"][0]["track"])
    older = ask(limit=2, before=page["cursors"]["before"])
    check.equal(ids(item["track"] for item in older["items"]), [known.airbag, known.karma])
    newer = ask(limit=2, after=older["cursors"]["after"])
    check.equal(newer["items"], page["items"])
