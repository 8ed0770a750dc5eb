"""`philomel library`: the folders that are served."""

import argparse
import os
from typing import Any

from philomel.app.cli.output import Output, plain, table
from philomel.app.cli.session import operator
from philomel.app.process.reach import Services
from philomel.app.refusal import Exit
from philomel.services.catalog.contract import (
    AddLibrary,
    Catalog,
    Library,
    LibraryKind,
    ListLibraries,
    RelocateLibrary,
    RemoveLibrary,
)


def absolute(path: str) -> bytes:
    """A path as the catalogue wants it; links are left as they are."""
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
    }


@operator(Catalog)
async def add(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    request = AddLibrary(
        path=absolute(parsed.path), name=parsed.name, kind=LibraryKind(parsed.kind)
    )
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
            "hidden" if library.hidden else "shown",
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
async def remove(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    request = RemoveLibrary(name=parsed.name, purge=parsed.purge)
    await services.service(Catalog).remove_library(request)
    done = "purged" if parsed.purge else "hidden; its history is kept"
    out.result(
        {"removed": parsed.name, "purged": parsed.purge}, [f"{plain(parsed.name)} is {done}"]
    )
    return Exit.OK
