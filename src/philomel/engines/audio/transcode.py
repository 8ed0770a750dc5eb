"""Renditions as blobs: what a key names is encoded while it is read.

A key is "codec:kbit/s:offset_ms:gain_db", a NUL byte, the root, a NUL byte and the path.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import NoReturn

from philomel.engines.audio import Codec, Encoder, Encoding
from philomel.engines.blobs import Blob, Entry, Folders
from philomel.engines.blobs.rooted import RootedBlobs
from philomel.kernel.errors import FailedPrecondition, NotFound

LOOK = 10.0
"""Seconds without a byte after which the source's store is asked whether it is there."""

_LOUDEST_DB = 60.0


class TranscodeBlobs:
    """A read-only store of renditions of the files in some folders."""

    def __init__(self, folders: Folders, encoder: Encoder) -> None:
        self._originals = RootedBlobs(folders)
        self._encoder = encoder

    async def open(self, key: bytes) -> Blob:
        recipe, _, original = key.partition(b"\0")
        encoding = parse(recipe)
        source = await self._originals.open_file(original)
        descriptor = source.fileno()
        if descriptor is None:
            await source.close()
            raise FailedPrecondition("only files on a disk can be transcoded")

        async def stream() -> AsyncIterator[bytes]:
            chunks = self._encoder.stream(descriptor, encoding)
            try:
                while True:
                    coming = anext(chunks, None)
                    chunk = await self._originals.awaited(original, coming, LOOK)
                    if chunk is None:
                        return
                    yield chunk
            finally:
                close = getattr(chunks, "aclose", None)
                if close is not None:
                    await close()

        return _Rendition(source, encoding, stream)

    async def get(self, key: bytes) -> bytes:
        blob = await self.open(key)
        try:
            return b"".join([chunk async for chunk in blob.stream()])
        finally:
            await blob.close()

    async def put(self, key: bytes, data: bytes) -> None:
        _refuse(key, data)

    async def delete(self, key: bytes) -> None:
        _refuse(key)

    def walk(
        self, below: bytes = b"", on_error: Callable[[bytes, OSError], None] | None = None
    ) -> Iterator[Entry]:
        """None: there are as many renditions as people ask for."""
        del below, on_error
        return iter(())

    async def close(self) -> None:
        await self._originals.close()


class _Rendition:
    def __init__(
        self, source: Blob, encoding: Encoding, stream: Callable[[], AsyncIterator[bytes]]
    ) -> None:
        self._source = source
        self._encoding = encoding
        self._stream = stream

    @property
    def size(self) -> int | None:
        return None

    @property
    def etag(self) -> str:
        one = self._encoding
        recipe = f"{one.codec}-{one.bitrate}-{one.offset_ms}-{one.gain_db:g}"
        return f"{self._source.etag}-{recipe}"

    @property
    def modified_ns(self) -> int:
        return self._source.modified_ns

    def fileno(self) -> int | None:
        return None

    def stream(self, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        if start or stop is not None:
            raise FailedPrecondition("a rendition is made from its start; ask for an offset")
        return self._stream()

    async def close(self) -> None:
        await self._source.close()


def parse(recipe: bytes) -> Encoding:
    """What a key asks for.

    Raises:
        NotFound: no such rendition can exist.
    """
    try:
        codec, bitrate, offset_ms, gain_db = recipe.decode("ascii").split(":")
        encoding = Encoding(Codec(codec), int(bitrate), int(offset_ms), float(gain_db))
    except ValueError:
        raise NotFound("there is no such rendition") from None
    sane = 32 <= encoding.bitrate <= 320 and encoding.offset_ms >= 0
    # "not within" also holds for what is not a number
    if not sane or not abs(encoding.gain_db) <= _LOUDEST_DB:
        raise NotFound("there is no such rendition")
    return encoding


def _refuse(*_: bytes) -> NoReturn:
    raise FailedPrecondition("this store is read-only")
