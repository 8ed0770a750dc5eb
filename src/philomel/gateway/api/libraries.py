"""Libraries."""

from msgspec import Struct

from philomel.gateway.api.operation import Call, Nothing, Route
from philomel.services.catalog.contract import Library, LibraryKind, ListLibraries


class LibraryView(Struct, frozen=True, omit_defaults=False):
    """Attributes:
    path: for administrators only; what is no UTF-8 in it shows as U+FFFD.
    added_at: milliseconds since the Unix epoch.
    file_count: present files.
    missing_count: files that were there before.
    error_count: files that could not be read.
    error: why it could not be read at the last scan.
    """

    id: str
    name: str
    kind: LibraryKind
    added_at: int
    file_count: int
    missing_count: int
    error_count: int
    path: str | None = None
    error: str | None = None


class LibraryViews(Struct, frozen=True):
    items: tuple[LibraryView, ...]


async def list_libraries(call: Call, _: Nothing) -> LibraryViews:
    """The libraries that the caller may see, by name."""
    found = await call.services.catalog.list_libraries(ListLibraries())
    return LibraryViews(tuple(view(library) for library in found.items))


def view(library: Library) -> LibraryView:
    return LibraryView(
        id=library.id,
        name=library.name,
        kind=library.kind,
        added_at=library.added_at,
        file_count=library.file_count,
        missing_count=library.missing_count,
        error_count=library.error_count,
        path=library.path.decode("utf-8", "replace") or None,
        error=library.error,
    )


ROUTES = (Route("GET", "/libraries", list_libraries, Nothing, LibraryViews),)
