"""Carries blobs from one store to another, or to a backup's folder."""

import asyncio
import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from philomel.app.keeping.manifest import BLOBS, File, digest
from philomel.app.keeping.place import MADE_AGAIN
from philomel.app.refusal import Refusal
from philomel.engines.blobs import Blobs, Entry
from philomel.kernel.errors import NotFound, Unavailable

_AT_ONCE = 8


async def kept(blobs: Blobs) -> Sequence[Entry]:
    """What a store holds that cannot be made again."""
    found = await asyncio.to_thread(lambda: list(blobs.walk()))
    return [entry for entry in found if not entry.key.startswith(MADE_AGAIN)]


async def save(
    blobs: Blobs,
    entries: Sequence[Entry],
    folder: Path,
    before: Path | None,
    known: Mapping[str, File],
) -> list[File]:
    """Write blobs below `folder`/blobs; a blob that is gone by now is left out.

    Args:
        before: an earlier backup on the same disk; what is unchanged since is linked, not
            written again.
        known: that one's files, by path.
    """
    made: set[Path] = set()

    async def one(entry: Entry) -> File | None:
        path = f"{BLOBS}/{_plain(entry.key)}"
        target = folder / path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        same = unchanged(entry, known)
        if same is not None and before is not None:
            linked: bool = await asyncio.to_thread(_link, before / path, target, same.sha256)
            if linked:
                return same
        try:
            data = await blobs.get(entry.key)
        except NotFound:
            return None
        await asyncio.to_thread(target.write_bytes, data)
        summed = hashlib.sha256(data).hexdigest()
        return File(path, len(data), summed, entry.modified_ns)

    files: list[File] = []
    for start in range(0, len(entries), _AT_ONCE):
        written = await asyncio.gather(*map(one, entries[start : start + _AT_ONCE]))
        files += [file for file in written if file is not None]
    return files


def unchanged(entry: Entry, known: Mapping[str, File]) -> File | None:
    """The file of an earlier backup, if a blob is still as it was then."""
    same = known.get(f"{BLOBS}/{_plain(entry.key)}")
    if same is None or (same.size, same.modified_ns) != (entry.size, entry.modified_ns):
        return None
    return same


async def load(folder: Path, files: Sequence[File], blobs: Blobs) -> None:
    """Put the blobs of a backup into a store."""

    async def one(file: File) -> None:
        data = await asyncio.to_thread((folder / file.path).read_bytes)
        await blobs.put(file.path.removeprefix(BLOBS + "/").encode(), data)

    mine = [file for file in files if file.path.startswith(BLOBS + "/")]
    for start in range(0, len(mine), _AT_ONCE):
        await asyncio.gather(*map(one, mine[start : start + _AT_ONCE]))


async def carry(source: Blobs, target: Blobs) -> int:
    """Bring over what the target lacks, and read it back; how many blobs there are.

    Raises:
        Unavailable: a blob did not arrive as it was.
    """
    there = {entry.key: entry.size for entry in await kept(target)}
    wanted = await kept(source)
    missing = [each for each in wanted if there.get(each.key) != each.size]

    async def one(entry: Entry) -> None:
        try:
            data = await source.get(entry.key)
        except NotFound:
            return
        await target.put(entry.key, data)
        if await target.get(entry.key) != data:
            raise Unavailable(f"the blob {_plain(entry.key)} did not arrive as it was")

    for start in range(0, len(missing), _AT_ONCE):
        await asyncio.gather(*map(one, missing[start : start + _AT_ONCE]))
    return len(wanted)


def _plain(key: bytes) -> str:
    try:
        return key.decode("ascii")
    except UnicodeDecodeError:
        raise Refusal(f"the blob {key!r} has a name that no backup can hold") from None


def _link(earlier: Path, target: Path, sha256: str) -> bool:
    """Share the bytes of an earlier backup; False if they are not what they were, or cannot be.

    Read anew: the links of many backups are one copy, and what rotted there must not stay the
    only one while the store still has what is good.
    """
    try:
        if digest(earlier) != sha256:
            return False
        os.link(earlier, target)
    except OSError:
        return False
    return True
