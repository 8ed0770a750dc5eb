"""When all libraries are scanned again."""

from collections.abc import Iterable

_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_NIGHT = 3 * _HOUR


def next_rescan(rescan: str, last: int, jitter: float) -> int | None:
    """When the next scan of all libraries is due, in milliseconds; None: never.

    Args:
        rescan: as in the settings.
        last: when the last one began.
        jitter: between 0 and 1, so that not every server begins at the same moment.
    """
    if rescan == "off":
        return None
    if ":" not in rescan and rescan != "daily":
        length = int(rescan[:-1]) * (_HOUR if rescan[-1] == "h" else _MINUTE)
        return last + length + int(jitter * length / 20)
    if rescan == "daily":
        begins = _NIGHT + int(jitter * 2 * _HOUR)
    else:
        hours, _, minutes = rescan.partition(":")
        begins = int(hours) * _HOUR + int(minutes) * _MINUTE + int(jitter * 5 * _MINUTE)
    due = last - last % _DAY + begins
    return due if due > last else due + _DAY


def common_folder(paths: Iterable[bytes], root: bytes) -> bytes:
    """The folder at or below `root` that holds all of these changed files and folders."""
    common: list[bytes] | None = None
    for path in paths:
        parts = path.rpartition(b"/")[0][len(root) :].split(b"/")[1:]
        if common is None:
            common = parts
        same = 0
        for ours, theirs in zip(common, parts, strict=False):
            if ours != theirs:
                break
            same += 1
        common = common[:same]
    return b"/".join((root, *(common or ())))


def matters(path: bytes) -> bool:
    """Whether a change of this file may change the catalogue: not while it is being fetched."""
    name = path.rpartition(b"/")[2].lower()
    return (
        not name.startswith(b".") and b"/.philomel/" not in path and not name.endswith(_UNFINISHED)
    )


_UNFINISHED = (
    b".part",
    b".partial",
    b".tmp",
    b".temp",
    b".crdownload",
    b".download",
    b".!qb",
    b"~",
)
