"""What administrators write into libraries that allow it."""

from dataclasses import dataclass

from philomel.engines.audio import Imager, TagReader, TagWriter
from philomel.engines.blobs import Blobs
from philomel.kernel.caller import current
from philomel.services.catalog import contract as it
from philomel.services.catalog.service.writing.mending import Mending
from philomel.services.catalog.service.writing.uploads import Uploads

__all__ = ["Mending", "Pens", "Uploads", "Writing"]


@dataclass(frozen=True)
class Pens:
    """What writing needs.

    Attributes:
        blobs: Philomel's own store, for what brings files back.
        largest: bytes of a file that is taken.
    """

    reader: TagReader
    writer: TagWriter
    imager: Imager
    blobs: Blobs
    largest: int


class Writing:
    """Part of `Catalog`: who may, and who does it."""

    _uploads: Uploads
    _mending: Mending

    async def begin_upload(self, request: it.BeginUpload, /) -> it.Upload:
        current().caller.require_admin()
        return await self._uploads.begin(request)

    async def send_upload(self, request: it.SendUpload, /) -> it.Upload:
        current().caller.require_admin()
        return await self._uploads.send(request)

    async def finish_upload(self, request: it.FinishUpload, /) -> it.Upload:
        current().caller.require_admin()
        return await self._uploads.finish(request.id)

    async def get_upload(self, request: it.GetUpload, /) -> it.Upload:
        current().caller.require_admin()
        return await self._uploads.get(request.id)

    async def cancel_upload(self, request: it.CancelUpload, /) -> None:
        current().caller.require_admin()
        await self._uploads.cancel(request.id)

    async def get_tags(self, request: it.GetTags, /) -> it.TaggedTracks:
        current().caller.require_admin()
        return await self._mending.tags(request)

    async def mend_tags(self, request: it.MendTags, /) -> it.Mend:
        current().caller.require_admin()
        return await self._mending.mend(request)

    async def list_mends(self, request: it.ListMends, /) -> it.Mends:
        current().caller.require_admin()
        return await self._mending.list(request)

    async def undo_mend(self, request: it.UndoMend, /) -> it.Mend:
        current().caller.require_admin()
        return await self._mending.undo(request.id)
