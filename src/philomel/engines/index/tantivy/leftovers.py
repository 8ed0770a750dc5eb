"""Files of the index that no commit knows, left by a process that was killed or a full disk.

Tantivy numbers the changes after a commit anew from there. So a writer that goes on after a kill
gives a list of deletions the name that one before it gave already, and refuses to write it for
as long as that lies there.
"""

import json
import logging
from contextlib import suppress
from pathlib import Path
from typing import Final

_SEGMENT: Final = 32
"""Characters of a segment's id at the beginning of its files' names."""

_log = logging.getLogger(__name__)


def sweep(folder: Path) -> int:
    """Remove them; how many there were. Only while nobody writes to the index.

    Raises:
        ValueError, KeyError, OSError: the index is damaged.
    """
    committed = json.loads((folder / "meta.json").read_text())["segments"]
    known = {one["segment_id"].replace("-", ""): one["deletes"] for one in committed}
    gone = 0
    for path in folder.iterdir():
        segment, _, rest = path.name.partition(".")
        if len(segment) != _SEGMENT or not rest:
            continue
        deletes = known.get(segment)
        living = segment in known and not rest.endswith(".temp")
        if living and rest.endswith(".del"):
            living = deletes is not None and rest == f"{deletes['opstamp']}.del"
        if not living:
            with suppress(FileNotFoundError):
                path.unlink()
            gone += 1
    if gone:
        _log.info("%d files of the search index were left over", gone)
    return gone
