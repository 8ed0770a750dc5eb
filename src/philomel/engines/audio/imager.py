"""Takes covers out of files and renders them, in workers."""

import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct, ValidationError, msgpack

from philomel.engines.workers import Limits, TaskFailed, Workers

_HERE: Final = "philomel.engines.audio.decoding"
_COLOUR: Final = re.compile(rb"#[0-9a-f]{6}")
_MAX_PICTURE: Final = 32 << 20
_EMBEDDED_LIMITS: Final = Limits(memory=320 << 20, cpu=20, wall=60.0, sealed=True, nice=5)
_RENDER_LIMITS: Final = Limits(memory=640 << 20, cpu=20, wall=60.0, sealed=True, nice=5)


class _Render(Struct, frozen=True, array_like=True):
    # `decoding.pictures.Render` without importing Pillow here.
    picture: bytes
    edges: tuple[int, ...]


class _Mosaic(Struct, frozen=True, array_like=True):
    # `decoding.pictures.Mosaic`, likewise.
    pictures: tuple[bytes, ...]
    edges: tuple[int, ...]


class WorkerImager:
    """An Imager over Workers."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    async def embedded(self, descriptor: int) -> bytes | None:
        """See the port."""
        found = await self._workers.run(
            f"{_HERE}.embedded:embedded", b"", (descriptor,), _EMBEDDED_LIMITS
        )
        return found or None

    async def render(self, picture: bytes, edges: Sequence[int]) -> Sequence[bytes]:
        """See the port."""
        if len(picture) > _MAX_PICTURE:
            raise TaskFailed("The picture is larger than 32 MiB.")
        return await self._pictures("render", msgpack.encode(_Render(picture, tuple(edges))))

    async def mosaic(self, pictures: Sequence[bytes], edges: Sequence[int]) -> Sequence[bytes]:
        """See the port."""
        if sum(map(len, pictures)) > _MAX_PICTURE:
            raise TaskFailed("The pictures are larger than 32 MiB.")
        argument = msgpack.encode(_Mosaic(tuple(pictures), tuple(edges)))
        return await self._pictures("mosaic", argument)

    async def _pictures(self, task: str, argument: bytes) -> Sequence[bytes]:
        found = await self._workers.run(f"{_HERE}.pictures:{task}", argument, (), _RENDER_LIMITS)
        try:
            return msgpack.decode(found, type=list[bytes])
        except ValidationError:
            raise TaskFailed("The worker answered with something else than pictures.") from None

    async def colour(self, picture: bytes) -> str:
        """See the port."""
        if len(picture) > _MAX_PICTURE:
            raise TaskFailed("The picture is larger than 32 MiB.")
        argument = msgpack.encode(_Render(picture, ()))
        found = await self._workers.run(f"{_HERE}.pictures:colour", argument, (), _RENDER_LIMITS)
        if not _COLOUR.fullmatch(found):
            raise TaskFailed("The worker answered with something else than a colour.")
        return found.decode()
