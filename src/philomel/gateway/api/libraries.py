"""Libraries, and who may see them. `{library}` in a path is an id or a name."""

from msgspec import Struct

from philomel.gateway.api.operation import Access, Call, Nothing, Route
from philomel.services.accounts.contract import FindUser, ListUsers
from philomel.services.catalog.contract import (
    AddLibrary,
    ChangeLibrary,
    ChangeLibraryAccess,
    GetLibraryAccess,
    Library,
    LibraryAccess,
    LibraryKind,
    ListLibraries,
    RelocateLibrary,
    RemoveLibrary,
)


class LibraryView(Struct, frozen=True, omit_defaults=False):
    """Attributes:
    path: for administrators only; what is no UTF-8 in it shows as U+FFFD.
    added_at: milliseconds since the Unix epoch.
    file_count: present files.
    missing_count: files that were there before.
    error_count: files that could not be read.
    error: why it could not be read at the last scan.
    restricted: only people with a grant see it.
    writable: administrators may put files into it and mend its tags.
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
    restricted: bool = False
    writable: bool = False


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
        restricted=library.restricted,
        writable=library.writable,
    )


class NewLibrary(Struct, frozen=True):
    """Attributes:
    path: an absolute path on the server, or s3://bucket/prefix.
    name: the folder's name if left out.
    writable: administrators may put files into it and mend its tags.
    """

    path: str
    name: str | None = None
    kind: LibraryKind = LibraryKind.MUSIC
    writable: bool = False


class LibraryChange(Struct, frozen=True):
    """Attributes:
    writable: whether administrators may put files into it and mend its tags.
    """

    library: str
    writable: bool


class Relocation(Struct, frozen=True):
    library: str
    path: str


class Removal(Struct, frozen=True):
    """Attributes:
    purge: forget its files and what only they held; otherwise it is only hidden.
    """

    library: str
    purge: bool = False


class OneLibrary(Struct, frozen=True):
    library: str


class AccessChange(Struct, frozen=True):
    """Attributes:
    restricted: whether only people with a grant see it; left as it is if left out.
    grant, revoke: names of people.
    """

    library: str
    restricted: bool | None = None
    grant: tuple[str, ...] = ()
    revoke: tuple[str, ...] = ()


class Person(Struct, frozen=True):
    id: str
    name: str


class AccessView(Struct, frozen=True):
    """Attributes:
    people: who has a grant; it matters while the library is restricted.
    """

    library: LibraryView
    people: tuple[Person, ...]


async def add_library(call: Call, asked: NewLibrary) -> LibraryView:
    """Add a folder as a library; a scan reads it."""
    request = AddLibrary(
        path=asked.path.encode(), name=asked.name, kind=asked.kind, writable=asked.writable
    )
    return view(await call.services.catalog.add_library(request))


async def change_library(call: Call, asked: LibraryChange) -> LibraryView:
    """Say whether a library may be written to."""
    request = ChangeLibrary(asked.library, asked.writable)
    return view(await call.services.catalog.change_library(request))


async def relocate_library(call: Call, asked: Relocation) -> LibraryView:
    """Say that the same files lie elsewhere now."""
    request = RelocateLibrary(name=asked.library, path=asked.path.encode())
    return view(await call.services.catalog.relocate_library(request))


async def remove_library(call: Call, asked: Removal) -> None:
    """Hide a library, or forget it."""
    request = RemoveLibrary(name=asked.library, purge=asked.purge)
    await call.services.catalog.remove_library(request)


async def get_library_access(call: Call, asked: OneLibrary) -> AccessView:
    """Who may see a library."""
    access = await call.services.catalog.get_library_access(GetLibraryAccess(asked.library))
    return await _access_view(call, access)


async def change_library_access(call: Call, asked: AccessChange) -> AccessView:
    """Say who may see a library."""
    accounts = call.services.accounts
    grant = [(await accounts.find_user(FindUser(name=name))).id for name in asked.grant]
    revoke = [(await accounts.find_user(FindUser(name=name))).id for name in asked.revoke]
    request = ChangeLibraryAccess(asked.library, asked.restricted, tuple(grant), tuple(revoke))
    return await _access_view(call, await call.services.catalog.change_library_access(request))


async def _access_view(call: Call, access: LibraryAccess) -> AccessView:
    users = await call.services.accounts.list_users(ListUsers())
    granted = set(access.user_ids)
    people = tuple(Person(user.id, user.name) for user in users.items if user.id in granted)
    return AccessView(view(access.library), people)


ROUTES = (
    Route("GET", "/libraries", list_libraries, Nothing, LibraryViews),
    Route("POST", "/libraries", add_library, NewLibrary, LibraryView, Access.ADMIN),
    Route(
        "PATCH", "/libraries/{library}", change_library, LibraryChange, LibraryView, Access.ADMIN
    ),
    Route("DELETE", "/libraries/{library}", remove_library, Removal, None, Access.ADMIN),
    Route(
        "PUT", "/libraries/{library}/path", relocate_library, Relocation, LibraryView, Access.ADMIN
    ),
    Route(
        "GET", "/libraries/{library}/access", get_library_access, OneLibrary, AccessView,
        Access.ADMIN,
    ),
    Route(
        "PUT", "/libraries/{library}/access", change_library_access, AccessChange, AccessView,
        Access.ADMIN,
    ),
)  # fmt: skip
