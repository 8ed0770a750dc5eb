"""Files on their way into a library, bit by bit."""

from philomel.gateway.api.operation import Access, Call, Route
from philomel.services.catalog.contract import (
    BeginUpload,
    CancelUpload,
    FinishUpload,
    GetUpload,
    SendUpload,
    Upload,
)


async def begin_upload(call: Call, asked: BeginUpload) -> Upload:
    """Begin to put a file into a library; the same file goes on where it stopped."""
    return await call.services.catalog.begin_upload(asked)


async def send_upload(call: Call, asked: SendUpload) -> Upload:
    """The next bytes of a file, at most 1 MiB at a time."""
    return await call.services.catalog.send_upload(asked)


async def finish_upload(call: Call, asked: FinishUpload) -> Upload:
    """Check the file, put it into the library and have it scanned."""
    return await call.services.catalog.finish_upload(asked)


async def get_upload(call: Call, asked: GetUpload) -> Upload:
    """How far a file is, and what it became."""
    return await call.services.catalog.get_upload(asked)


async def cancel_upload(call: Call, asked: CancelUpload) -> None:
    """Forget what came of a file."""
    await call.services.catalog.cancel_upload(asked)


ROUTES = (
    Route("POST", "/libraries/{library}/uploads", begin_upload, BeginUpload, Upload, Access.ADMIN),
    Route("GET", "/uploads/{id}", get_upload, GetUpload, Upload, Access.ADMIN),
    Route(
        "PUT", "/uploads/{id}", send_upload, SendUpload, Upload, Access.ADMIN,
        takes="application/octet-stream",
    ),
    Route("POST", "/uploads/{id}/finish", finish_upload, FinishUpload, Upload, Access.ADMIN),
    Route("DELETE", "/uploads/{id}", cancel_upload, CancelUpload, None, Access.ADMIN),
)  # fmt: skip
