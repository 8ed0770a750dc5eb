"""Judges of what a listener has nothing of: a player, shows, episodes, audiobooks."""

from tests.clients.recording import Check
from tests.clients.webapi.place import NOTHING, At, Judge, Way, judges, refused

COMMANDS = (
    "PUT /v1/me/player",
    "PUT /v1/me/player/pause",
    "PUT /v1/me/player/play",
    "PUT /v1/me/player/repeat",
    "PUT /v1/me/player/seek",
    "PUT /v1/me/player/shuffle",
    "PUT /v1/me/player/volume",
    "POST /v1/me/player/next",
    "POST /v1/me/player/previous",
    "POST /v1/me/player/queue",
)


@judges(*COMMANDS)
def command(at: At, ask: Way, check: Check) -> None:
    check.equal(refused(ask, ask.kind), 404)


@judges("GET /v1/me/player", "GET /v1/me/player/currently-playing")
def playback(at: At, ask: Way, check: Check) -> None:
    check.equal(ask(), None)


@judges("GET /v1/me/player/devices")
def devices(at: At, ask: Way, check: Check) -> None:
    check.equal(ask(), {"devices": []})


@judges("GET /v1/me/player/queue")
def queue(at: At, ask: Way, check: Check) -> None:
    check.equal(ask(), {"currently_playing": None, "queue": []})


@judges(
    "GET /v1/shows/{id}",
    "GET /v1/shows/{id}/episodes",
    "GET /v1/episodes/{id}",
    "GET /v1/audiobooks/{id}",
    "GET /v1/audiobooks/{id}/chapters",
    "GET /v1/chapters/{id}",
)
def one(at: At, ask: Way, check: Check) -> None:
    check.equal(refused(lambda: ask(id=NOTHING)), 404)


def _several(kind: str) -> Judge:
    def judge(at: At, ask: Way, check: Check) -> None:
        check.equal(ask(ids=[NOTHING]), {kind: [None]})

    return judge


for _kind in ("shows", "episodes", "audiobooks", "chapters"):
    judges(f"GET /v1/{_kind}")(_several(_kind))


@judges("GET /v1/me/shows", "GET /v1/me/episodes", "GET /v1/me/audiobooks")
def saved(at: At, ask: Way, check: Check) -> None:
    page = ask(limit=5, offset=0)
    check.equal((page["items"], page["total"], page["limit"]), ([], 0, 5))


@judges(
    *(f"{method} /v1/me/{kind}" for kind in ("shows", "episodes", "audiobooks")
      for method in ("PUT", "DELETE"))
)  # fmt: skip
def kept(at: At, ask: Way, check: Check) -> None:
    check.equal(ask(ids=[NOTHING]), None)


@judges(*(f"GET /v1/me/{kind}/contains" for kind in ("shows", "episodes", "audiobooks")))
def contains(at: At, ask: Way, check: Check) -> None:
    check.equal(ask(ids=[NOTHING]), [False])
