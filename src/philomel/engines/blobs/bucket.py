"""Libraries in S3: a bucket, or a part of one, that is only read.

`s3://bucket/prefix` is their root. Bytes for listeners come from ranged reads; decoders get
a copy from the spool.
"""

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from msgspec import Struct

from philomel.engines.blobs import Annex, Away, Blob, Entry, Folder, Folders
from philomel.engines.blobs.lane import PATIENCE, Lane, alive
from philomel.engines.blobs.paths import check_key
from philomel.engines.blobs.s3 import S3Blobs, S3Settings
from philomel.engines.blobs.spool import Spool
from philomel.kernel.errors import FailedPrecondition, InvalidArgument, NotFound, Unavailable

T = TypeVar("T")

_ROOT = re.compile(rb"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[^/\0]+)*)")


class Account(Struct, frozen=True):
    """How buckets are reached; see `S3Settings`."""

    access_key: str
    secret_key: str
    endpoint: str | None = None
    region: str = "us-east-1"

    def __repr__(self) -> str:
        return f"Account(endpoint={self.endpoint!r})"


class BucketFolder:
    """A read-only store in S3."""

    def __init__(self, root: bytes, blobs: S3Blobs, lane: Lane, spool: Spool) -> None:
        self._root = root
        self._blobs = blobs
        self._lane = lane
        self._spool = spool

    async def open(self, key: bytes) -> Blob:
        try:
            return await self._blobs.open(key)
        except Unavailable as error:
            raise Away(error.message) from error

    async def open_file(self, key: bytes) -> Blob:
        return await self._spool.whole(self._root + b"\0" + key, await self.open(key))

    async def sample(self, key: bytes, head: int, tail: int) -> tuple[int, tuple[int, int]]:
        """A descriptor of the blob's beginning and end; see `Spool.sample`."""
        return await self._spool.sample(await self.open(key), head, tail)

    async def get(self, key: bytes) -> bytes:
        return await self._blobs.get(key)

    async def put(self, key: bytes, data: bytes) -> None:
        raise FailedPrecondition("this store is read-only")

    async def delete(self, key: bytes) -> None:
        raise FailedPrecondition("this store is read-only")

    def walk(
        self, below: bytes = b"", on_error: Callable[[bytes, OSError], None] | None = None
    ) -> Iterator[Entry]:
        del on_error  # a bucket is listed, or it is away
        last = b""
        try:
            if below and (entry := self._blobs.head(below)) is not None:
                yield entry
                return
            for entry in self._blobs.walk(below):
                alive()
                if entry.key <= last:
                    raise Away("the bucket does not list its keys in their order")
                last = entry.key
                if _is_key(entry.key):
                    yield entry
        except Unavailable as error:
            raise Away(error.message) from error

    async def look(self, work: Callable[[], T], /) -> T:
        return await self._lane.run(work)

    async def check(self) -> None:
        await self._lane.run(lambda: next(iter(self.walk()), None))

    def annex(self) -> Annex:
        raise FailedPrecondition("buckets are only read")

    async def place(self) -> bytes:
        return self._root + b"/"

    async def close(self) -> None:
        await self._blobs.close()


class BucketFolders:
    """Opens buckets.

    Args:
        spool: where copies for decoders are kept.
    """

    def __init__(self, account: Account, spool: Spool, patience: float = PATIENCE) -> None:
        self._account = account
        self._spool = spool
        self._patience = patience
        self._known: dict[bytes, BucketFolder] = {}

    def open(self, root: bytes) -> BucketFolder:
        if root not in self._known:
            found = _ROOT.fullmatch(root)
            if found is None:
                raise InvalidArgument("a bucket is named s3://bucket/prefix")
            try:
                prefix = found[2].decode().strip("/")
            except UnicodeDecodeError:
                raise InvalidArgument("names in a bucket are UTF-8") from None
            account = self._account
            settings = S3Settings(
                found[1].decode(), account.access_key, account.secret_key,
                account.endpoint, account.region, prefix,
            )  # fmt: skip
            self._known[root] = BucketFolder(
                root, S3Blobs(settings), Lane(self._patience), self._spool
            )
        return self._known[root]

    async def close(self) -> None:
        for folder in self._known.values():
            await folder.close()
        await self._spool.close()


class AnyFolders:
    """Opens what a root names: a folder of this machine, or a bucket."""

    def __init__(self, disk: Folders, buckets: Folders) -> None:
        self._disk = disk
        self._buckets = buckets

    def open(self, root: bytes) -> Folder:
        return (self._buckets if root.startswith(b"s3://") else self._disk).open(root)


def _is_key(key: bytes) -> bool:
    try:
        check_key(key)
    except NotFound:
        return False
    return True
