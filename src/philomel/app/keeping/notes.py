"""What is remembered of the latest backup, for `doctor` and metrics."""

import json
from contextlib import suppress
from pathlib import Path

from philomel.app.keeping.place import Place, write_durably


def last(place: Place) -> tuple[int, Path] | None:
    """When the latest backup was made (milliseconds since the Unix epoch), and where it is."""
    try:
        found = json.loads(_path(place).read_bytes())
        return int(found["made_at"]), Path(found["folder"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def note(place: Place, made_at: int, folder: Path) -> None:
    """Remember a backup that is whole."""
    path = _path(place)
    with suppress(OSError):  # the backup is good all the same
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_durably(path, json.dumps({"made_at": made_at, "folder": str(folder)}).encode())


def _path(place: Place) -> Path:
    return place.folder / "backups" / "last.json"
