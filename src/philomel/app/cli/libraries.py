"""`philomel library`: the folders that are served."""

import argparse
import os
from collections.abc import Sequence
from typing import Any

from philomel.app.cli.output import Output, plain, table
from philomel.app.cli.session import operator
from philomel.app.process.reach import Services
from philomel.app.refusal import Exit
from philomel.services.accounts.contract import Accounts, FindUser, ListUsers
from philomel.services.catalog.contract import (
    AddLibrary,
    Catalog,
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


def absolute(path: str) -> bytes:
    """A path as the catalogue wants it; links are left as they are, and so are URLs of buckets."""
    if path.startswith("s3://"):
        return path.encode()
    return os.fsencode(os.path.abspath(os.path.expanduser(path)))  # noqa: PTH100, PTH111  # names need not be UTF-8


def shown(library: Library) -> dict[str, Any]:
    return {
        "id": library.id,
        "name": library.name,
        "kind": library.kind.value,
        "path": os.fsdecode(library.path),
        "files": library.file_count,
        "missing": library.missing_count,
        "errors": library.error_count,
        "hidden": library.hidden,
        "sampler": library.sampler,
        "error": library.error,
        "restricted": library.restricted,
        "writable": library.writable,
    }


@operator(Catalog)
async def add(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    request = AddLibrary(
        path=absolute(parsed.path), name=parsed.name, kind=LibraryKind(parsed.kind),
        writable=parsed.writable,
    )  # fmt: skip
    library = await services.service(Catalog).add_library(request)
    out.result(
        {"library": shown(library)},
        [f"added {plain(library.name)}; `philomel scan` reads it"],
    )
    return Exit.OK


@operator(Catalog)
async def show(_: argparse.Namespace, services: Services, out: Output) -> Exit:
    found = await services.service(Catalog).list_libraries(ListLibraries(hidden=True))
    rows = [
        (
            library.name,
            library.kind.value,
            str(library.file_count),
            str(library.missing_count),
            str(library.error_count),
            _state(library),
            os.fsdecode(library.path),
        )
        for library in found.items
    ]
    lines = [
        *table(("NAME", "KIND", "FILES", "MISSING", "ERRORS", "STATE", "PATH"), rows),
        *(f"{plain(each.name)}: {plain(each.error)}" for each in found.items if each.error),
    ]
    out.result(
        {"libraries": [shown(library) for library in found.items]},
        lines if rows else ["no libraries yet; `philomel library add PATH` adds one"],
    )
    return Exit.OK


def _state(library: Library) -> str:
    if library.hidden:
        return "hidden"
    state = "restricted" if library.restricted else "shown"
    return f"{state}, writable" if library.writable else state


@operator(Catalog)
async def relocate(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    request = RelocateLibrary(name=parsed.name, path=absolute(parsed.path))
    library = await services.service(Catalog).relocate_library(request)
    out.result(
        {"library": shown(library)},
        [f"{plain(library.name)} is at {plain(os.fsdecode(library.path))} now"],
    )
    return Exit.OK


@operator(Catalog)
async def change(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    request = ChangeLibrary(parsed.name, parsed.writable)
    library = await services.service(Catalog).change_library(request)
    can = "may be written to now" if library.writable else "is only read now"
    out.result({"library": shown(library)}, [f"{plain(library.name)} {can}"])
    return Exit.OK


@operator(Catalog)
async def remove(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    request = RemoveLibrary(name=parsed.name, purge=parsed.purge)
    await services.service(Catalog).remove_library(request)
    done = "purged" if parsed.purge else "hidden; its history is kept"
    out.result(
        {"removed": parsed.name, "purged": parsed.purge}, [f"{plain(parsed.name)} is {done}"]
    )
    return Exit.OK


@operator(Catalog, Accounts)
async def access(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    found = await services.service(Catalog).get_library_access(GetLibraryAccess(parsed.name))
    return await _say_access(found, services, out)


@operator(Catalog, Accounts)
async def restrict(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    return await _change(parsed, services, out, restricted=True, grant=parsed.user)


@operator(Catalog, Accounts)
async def unrestrict(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    return await _change(parsed, services, out, restricted=False)


@operator(Catalog, Accounts)
async def grant(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    return await _change(parsed, services, out, grant=parsed.user)


@operator(Catalog, Accounts)
async def revoke(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    return await _change(parsed, services, out, revoke=parsed.user)


async def _change(
    parsed: argparse.Namespace,
    services: Services,
    out: Output,
    *,
    restricted: bool | None = None,
    grant: Sequence[str] = (),
    revoke: Sequence[str] = (),
) -> Exit:
    request = ChangeLibraryAccess(
        parsed.name, restricted, await _ids(services, grant), await _ids(services, revoke)
    )
    changed = await services.service(Catalog).change_library_access(request)
    return await _say_access(changed, services, out)


async def _ids(services: Services, names: Sequence[str]) -> tuple[str, ...]:
    accounts = services.service(Accounts)
    return tuple([(await accounts.find_user(FindUser(name=name))).id for name in names])


async def _say_access(access: LibraryAccess, services: Services, out: Output) -> Exit:
    users = await services.service(Accounts).list_users(ListUsers())
    names = [user.name for user in users.items if user.id in set(access.user_ids)]
    library = plain(access.library.name)
    people = ", ".join(map(plain, names)) or "nobody"
    if access.library.restricted:
        line = f"{library} is restricted; those who see it: {people}"
    else:
        line = f"{library} is open to everybody"
        if names:
            line += f"; when it is restricted, these see it: {people}"
    out.result({"library": shown(access.library), "people": names}, [line])
    return Exit.OK
