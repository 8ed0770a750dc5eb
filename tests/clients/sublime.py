"""Calls sublime-music's adapter on a server of ours, one line of JSON for each.

Started with the folder of its packages, the server, a user and an app password. Its windows, and
the threads that serve them, are left out: what asks the server and reads the answers is as
it is.

In: [method, {name: value}] on standard input. Out: what it made of the answer.
"""

import dataclasses
import json
import sys
import tempfile
import types
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

PACKAGES, URL, USER, PASSWORD = sys.argv[1:]
sys.path.insert(0, PACKAGES)


def _stand_in(name: str, **members: object) -> None:
    module = types.ModuleType(name)
    module.__dict__.update(members)
    sys.modules[name] = module


class _Nothing:
    """A window, or what fills one."""

    def __init__(self, *_: object, **__: object) -> None: ...


def _require_version(*_: object) -> None: ...


_stand_in("gi", require_version=_require_version)
_stand_in("gi.repository", Gtk=types.SimpleNamespace(Box=_Nothing))
_stand_in(
    "sublime_music.adapters.configure_server_form",
    ConfigParamDescriptor=_Nothing,
    ConfigureServerForm=_Nothing,
)
_stand_in(
    "sublime_music.adapters.manager",
    AdapterManager=_Nothing,
    DownloadProgress=_Nothing,
    Result=_Nothing,
    SearchResult=_Nothing,
)

from sublime_music.adapters import AlbumSearchQuery, ConfigurationStore  # noqa: E402
from sublime_music.adapters.subsonic import SubsonicAdapter  # noqa: E402


def shown(value: Any) -> Any:
    """What it understood, with the names of its own fields."""
    if dataclasses.is_dataclass(value):
        return {
            field.name: shown(getattr(value, field.name, None))
            for field in dataclasses.fields(value)
            if not field.name.startswith("_")
        }
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, list | tuple):
        return [shown(each) for each in value]
    if isinstance(value, set):
        return sorted(value)
    return value


def main() -> None:
    settings = ConfigurationStore(
        server_address=URL, username=USER, verify_cert=True, salt_auth=True
    )
    settings.set_secret("password", PASSWORD)
    with tempfile.TemporaryDirectory() as folder:
        adapter = SubsonicAdapter(settings, Path(folder))
        for line in sys.stdin:
            method, given = json.loads(line)
            found = called(adapter, method, given)
            sys.stdout.write(json.dumps(found) + "\n")
            sys.stdout.flush()


def called(adapter: Any, method: str, given: dict[str, Any]) -> Any:
    if method == "get_albums":
        kind: Enum = AlbumSearchQuery.Type[given.pop("type")]
        query = AlbumSearchQuery(kind, **given)
        return shown(adapter.get_albums(query))
    if method == "save_play_queue":
        given["position"] = timedelta(seconds=given["position"])
    if method == "scrobble_song":
        given["song"] = adapter.get_song_details(given["song"])
    found = getattr(adapter, method)(**given)
    if method == "search":
        kinds = ("_albums", "_artists", "_songs")
        return {kind[1:]: shown(list(getattr(found, kind).values())) for kind in kinds}
    return shown(found)


if __name__ == "__main__":
    main()
