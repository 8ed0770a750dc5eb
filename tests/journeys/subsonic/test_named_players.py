"""py-sonic and subsonic-api: every method of theirs that applies, once at least."""

import base64
import json
import shutil
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import libsonic
from tests.clients.recording import Run, client
from tests.journeys.subsonic import named
from tests.journeys.subsonic.lines import Lines
from tests.journeys.subsonic.named import Refused, Stage
from tests.journeys.subsonic.place import Facts, Json, Place, Web

MODULES = Path(".tools/clients").absolute()
RUNNER = Path(__file__).parents[2] / "clients" / "subsonic.mjs"


class PySonic:
    """It takes values in the protocol's order, and raises what is refused."""

    searches = True

    def __init__(self, place: Place) -> None:
        address, _, port = place.shape.url.rpartition(":")
        self.connection = libsonic.Connection(
            address, "anna", place.anna["p"], port=int(port), legacyAuth=False
        )

    def ask(self, method: str, given: Mapping[str, object]) -> Json:
        try:
            found = getattr(self.connection, method)(*given.values())
        except libsonic.errors.SonicError as error:
            code = next(
                c for c, kind in libsonic.errors.ERR_CODE_MAP.items() if kind is type(error)
            )
            raise Refused(code, str(error)) from error
        return found if isinstance(found, dict) else {"status": "ok" if found else "failed"}

    def load(self, method: str, given: Mapping[str, object]) -> bytes:
        try:
            found = getattr(self.connection, method.removesuffix(".m3u8"))(*given.values())
        except libsonic.errors.SonicError as error:
            return repr(error).encode()
        if isinstance(found, dict):
            return json.dumps(found, separators=(",", ":")).encode()
        if isinstance(found, bytes):
            return found
        with found:
            read: bytes = found.read()
        return read


class SubsonicApi:
    """It takes an object with the protocol's names; its calls are posted."""

    searches = False

    def __init__(self, process: Lines) -> None:
        self._process = process

    def ask(self, method: str, given: Mapping[str, object]) -> Json:
        told = self._tell(method, given)
        found: Json = told["value"] if "value" in told else json.loads(_bytes(told))
        found = found.get("subsonic-response", found)
        if found["status"] != "ok":
            raise Refused(found["error"]["code"], found["error"]["message"])
        return found

    def load(self, method: str, given: Mapping[str, object]) -> bytes:
        return _bytes(self._tell(method.removesuffix(".m3u8"), given))

    def _tell(self, method: str, given: Mapping[str, object]) -> Json:
        told: Json = self._process.tell({"method": method, "given": given})
        return told


def _bytes(told: Mapping[str, Any]) -> bytes:
    return base64.b64decode(told["bytes"])


def everything(stage: Stage) -> None:
    named.browse(stage)
    named.list_(stage)
    named.like(stage)
    named.keep(stage)
    named.share(stage)
    named.administer(stage, "carl")
    named.hear(stage)


def test_py_sonic(place: Place, web: Web, facts: Facts, wesnoth: Path) -> None:
    with client("py-sonic", version("py-sonic"), place.journal) as ran:
        everything(Stage(ran, PySonic(place), place, web, facts, wesnoth))


def test_subsonic_api(place: Place, web: Web, facts: Facts, wesnoth: Path) -> None:
    node = shutil.which("node")
    assert node is not None, "node is not installed: run tools/engines.py"
    assert (MODULES / "node_modules").is_dir(), "the clients are not there: run tools/engines.py"
    package = json.loads((MODULES / "node_modules/subsonic-api/package.json").read_text())
    login = ("anna", place.anna["p"])
    command = (node, str(RUNNER), str(MODULES), place.shape.url, *login)
    with (
        Lines(command) as process,
        client("subsonic-api", package["version"], place.journal) as ran,
    ):
        stage = Stage(ran, SubsonicApi(process), place, web, facts, wesnoth)
        everything(stage)
        extended(stage, ran)


def extended(stage: Stage, ran: Run) -> None:
    """What only newer players know."""
    song = stage.facts.song["id"]
    with stage.asked("getOpenSubsonicExtensions") as (check, told):
        names = {one["name"] for one in told["openSubsonicExtensions"]}
        check.that({"formPost", "songLyrics", "transcoding"} <= names, names)
    with stage.asked("getLyricsBySongId", id=song) as (check, told):
        check.equal(told["lyricsList"]["structuredLyrics"], [])
    given = {"mediaId": song, "mediaType": "song", "positionMs": 1_000, "state": "playing"}
    with stage.asked("reportPlayback", **given) as (check, _):
        playing = stage.place.done("getNowPlaying")["nowPlaying"]["entry"]
        check.that(song in {one["id"] for one in playing}, playing)
    stage.refused("getPodcastEpisode", 0, named.NOT_YET, id="x")
