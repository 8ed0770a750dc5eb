"""Blobs in S3 or whatever speaks like it.

Keys are text there: a key that is no UTF-8 cannot exist.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from philomel.engines.blobs import Blob, Draft, Entry
from philomel.engines.blobs.drafts import SpooledDraft
from philomel.engines.blobs.paths import check_key
from philomel.kernel.errors import NotFound, PhilomelError, Unavailable

if TYPE_CHECKING:
    from obstore import GetOptions, ObjectMeta
    from obstore.store import S3Store

T = TypeVar("T")

_CODE = re.compile(r"<Code>(\w{1,100})</Code>")
_REFUSALS = {
    "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "XAdminUserNotFound",
}  # fmt: skip

_CHUNK = 256 << 10
_MAX_KEY = 1024
_PAGE = 1000
_SILENCE = 30.0
"""Seconds without a byte after which the store does not answer."""
_CHANGED = "the blob changed while it was read"


class S3Settings(Struct, frozen=True):
    """Attributes:
    endpoint: "https://host[:port]"; Amazon's own if left out.
    prefix: all keys begin with it; "" or "folder/folder".
    """

    bucket: str
    access_key: str
    secret_key: str
    endpoint: str | None = None
    region: str = "us-east-1"
    prefix: str = ""

    def __repr__(self) -> str:
        return f"S3Settings(bucket={self.bucket!r}, endpoint={self.endpoint!r})"


class S3Blob:
    """An object as it was when it was opened."""

    def __init__(self, store: "S3Store", key: str, meta: "ObjectMeta") -> None:
        entry = _entry(meta)
        self._store = store
        self._key = key
        self._size = entry.size
        self._modified_ns = entry.modified_ns
        self._tagged = bool(meta["e_tag"])
        self._tag = meta["e_tag"] or f'"{entry.modified_ns:x}-{entry.size:x}"'

    @property
    def size(self) -> int:
        return self._size

    @property
    def etag(self) -> str:
        return self._tag.strip('"')

    @property
    def modified_ns(self) -> int:
        return self._modified_ns

    def fileno(self) -> None:
        return None

    async def stream(self, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        end = self._size if stop is None else min(stop, self._size)
        if start >= end:
            return
        try:
            got = await self._store.get_async(self._key, options=self._wanted(start, end))
            self._check(got.meta)
            chunks = aiter(got.stream(min_chunk_size=_CHUNK))
            while chunk := await _within(_SILENCE, anext(chunks, b"")):
                yield bytes(chunk)
        except Exception as error:
            if isinstance(error, PhilomelError) or not _is_driver_error(error):
                raise
            raise _translate(error) from error

    def _wanted(self, start: int, end: int) -> "GetOptions":
        if self._tagged:
            return {"range": (start, end), "if_match": self._tag}
        return {"range": (start, end)}

    def _check(self, meta: "ObjectMeta") -> None:
        """Servers that give no tags cannot be asked for this very object."""
        found = (meta["size"], _entry(meta).modified_ns)
        if not self._tagged and found != (self._size, self._modified_ns):
            raise Unavailable(_CHANGED)

    async def close(self) -> None:
        pass


class S3Blobs:
    """One bucket, or a part of it."""

    def __init__(self, settings: S3Settings) -> None:
        self._settings = settings
        self._store: S3Store | None = None

    async def open(self, key: bytes) -> Blob:
        name = _name(key)
        store = self._connect()
        try:
            meta = await _within(_SILENCE, store.head_async(name))
        except Exception as error:
            raise _translate(error) from error
        return S3Blob(store, name, meta)

    async def get(self, key: bytes) -> bytes:
        name = _name(key)
        try:
            got = await self._connect().get_async(name)
            return bytes(await got.bytes_async())
        except Exception as error:
            raise _translate(error) from error

    async def put(self, key: bytes, data: bytes) -> None:
        name = _name(key)
        try:
            await self._connect().put_async(name, data)
        except Exception as error:
            raise _translate(error) from error

    async def draft(self, key: bytes) -> Draft:
        name = _name(key)

        async def upload(chunks: AsyncIterator[bytes]) -> None:
            try:
                await self._connect().put_async(name, chunks)
            except Exception as error:
                raise _translate(error) from error

        return SpooledDraft(upload, lambda _: Unavailable("the disk cannot be written"))

    async def delete(self, key: bytes) -> None:
        name = _name(key)
        try:
            await self._connect().delete_async(name)
        except Exception as error:
            translated = _translate(error)
            if not isinstance(translated, NotFound):
                raise translated from error

    def walk(
        self, below: bytes = b"", on_error: Callable[[bytes, OSError], None] | None = None
    ) -> Iterator[Entry]:
        below = below.rstrip(b"/")
        prefix = _name(below) if below else None
        try:
            for page in self._connect().list(prefix, chunk_size=_PAGE):
                for meta in page:
                    yield _entry(meta)
        except Exception as error:
            if not _is_driver_error(error):
                raise
            raise _translate(error) from error

    def head(self, key: bytes) -> Entry | None:
        """The object of a key, if there is one. Blocks."""
        try:
            return _entry(self._connect().head(_name(key)))
        except Exception as error:
            translated = _translate(error)
            if isinstance(translated, NotFound):
                return None
            raise translated from error

    async def close(self) -> None:
        self._store = None

    def _connect(self) -> "S3Store":
        if self._store is None:
            # Imported here: only who configures S3 pays for its client.
            from obstore.store import S3Store

            settings = self._settings
            self._store = S3Store(
                settings.bucket,
                prefix=settings.prefix.strip("/") or None,
                access_key_id=settings.access_key,
                secret_access_key=settings.secret_key,
                region=settings.region,
                endpoint=settings.endpoint or f"https://s3.{settings.region}.amazonaws.com",
                virtual_hosted_style_request=False,
                client_options={
                    "allow_http": (settings.endpoint or "").startswith("http://"),
                    "connect_timeout": "3s",
                    "timeout": "3600s",  # a paused listener holds its answer open
                },
                retry_config={"max_retries": 2},
            )
        return self._store


def _entry(meta: "ObjectMeta") -> Entry:
    """An object as an entry: its tag stands for what a file system knows beyond the second.

    So an object that changes within a second has another time, and one that was renamed
    (copied, and deleted where it was) is the same file elsewhere.
    """
    seconds = int(meta["last_modified"].timestamp())
    tag = meta["e_tag"] or ""
    mark = int.from_bytes(hashlib.sha256(tag.encode()).digest()[:8]) >> 1 if tag else 0
    modified_ns = seconds * 1_000_000_000 + mark % 1_000_000_000
    return Entry(meta["path"].encode(), meta["size"], modified_ns, mark)


async def _within(seconds: float, work: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError:
        raise Unavailable("the blob store does not answer") from None


def _name(key: bytes) -> str:
    check_key(key)
    if len(key) > _MAX_KEY:
        raise NotFound("there is no such blob")
    try:
        return key.decode()
    except UnicodeDecodeError:
        raise NotFound("there is no such blob") from None


def _is_driver_error(error: Exception) -> bool:
    from obstore.exceptions import BaseError

    return isinstance(error, BaseError | OSError)


def _translate(error: Exception) -> PhilomelError:
    from obstore.exceptions import (
        InvalidPathError,
        NotFoundError,
        PermissionDeniedError,
        PreconditionError,
        UnauthenticatedError,
    )

    if isinstance(error, PhilomelError):
        return error
    if isinstance(error, PreconditionError):
        return Unavailable(_CHANGED)
    found = _CODE.search(str(error))
    code = "" if found is None else found[1]
    # Neither says anything about a blob: it is the store that is away.
    if code == "NoSuchBucket":
        return Unavailable("the bucket is not there")
    if code in _REFUSALS or isinstance(error, PermissionDeniedError | UnauthenticatedError):
        return Unavailable(
            "the S3 server refuses the key: look at s3.access_key and s3.secret_key, and at what "
            "the key may do in the bucket"
        )
    if isinstance(error, NotFoundError | InvalidPathError | FileNotFoundError):
        return NotFound("there is no such blob")
    return Unavailable("the blob store does not answer")
