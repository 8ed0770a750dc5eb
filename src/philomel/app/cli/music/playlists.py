"""`philomel playlist`: playlists from files, and as files."""

import argparse
from pathlib import Path

from msgspec import to_builtins

from philomel.app.cli.output import Output, complain, plain
from philomel.app.cli.session import operator
from philomel.app.process.reach import Services
from philomel.app.refusal import Exit
from philomel.kernel.caller import ALL_SCOPES, Caller, CallerKind, acting
from philomel.kernel.errors import InvalidArgument
from philomel.services.accounts.contract import Accounts, FindUser
from philomel.services.playlists.contract import (
    ExportPlaylist,
    ImportPlaylist,
    PlaylistFormat,
    PlaylistImported,
    Playlists,
    Want,
)

_LARGEST = 2 << 20


@operator(Playlists, Accounts, timeout=None)
async def bring(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    playlists, person = services.service(Playlists), await as_person(services, parsed.user)
    found: list[PlaylistImported] = []
    lines: list[str] = []
    refused: dict[str, str] = {}
    for name in parsed.files:
        path = Path(name)
        content = _read(path, refused)
        if content is None:
            continue
        asked = ImportPlaylist(
            content,
            otherwise=path.stem,
            public=parsed.public,
            source=f"file:{path.name}"[:200],
            dry_run=parsed.dry_run,
        )
        try:
            with acting(person, timeout=None):
                done = await playlists.import_playlist(asked)
        except InvalidArgument as error:
            refused[name] = error.message
            continue
        found.append(done)
        lines += _lines(path.name, done)
    out.result({"playlists": to_builtins(found), "refused": refused}, lines)
    for name, reason in refused.items():
        complain(f"{plain(name)}: {reason}")
    return Exit.USAGE if refused else Exit.OK


@operator(Playlists, Accounts, timeout=None)
async def give(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    playlists, person = services.service(Playlists), await as_person(services, parsed.user)
    asked = ExportPlaylist(parsed.id, PlaylistFormat(parsed.format))
    with acting(person, timeout=None):
        parts = [part.content async for part in playlists.export_playlist(asked)]
    text = b"".join(parts).decode()
    out.result({"content": text}, text.rstrip("\n").split("\n"))
    return Exit.OK


async def as_person(services: Services, name: str) -> Caller:
    """Whoever it is done for, with what they may see and do."""
    user = await services.service(Accounts).find_user(FindUser(name))
    return Caller(CallerKind.USER, user.id, user.name, scopes=ALL_SCOPES)


def _read(path: Path, refused: dict[str, str]) -> bytes | None:
    """The file, or why it cannot be read is added to `refused`."""
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST + 1)
    except OSError as error:
        refused[str(path)] = error.strerror or "it cannot be read"
        return None


def _lines(file: str, done: PlaylistImported) -> list[str]:
    there = f"{done.total - done.missing:,} of {done.total:,} tracks found"
    if done.known:
        return [f"{plain(file)}: imported before, left as it is"]
    if done.rules:
        now = f"a smart playlist, of {done.total:,} tracks at the moment"
        return [f"{plain(file)}: {plain(done.name)}: {now}"]
    lines = [f"{plain(file)}: {plain(done.name)}: {there}"]
    lines += [f"  not found: {plain(_said(want))}" for want in done.not_found]
    if done.missing > len(done.not_found):
        lines.append(f"  and {done.missing - len(done.not_found):,} more")
    return lines


def _said(want: Want) -> str:
    named = " - ".join(part for part in (want.artist, want.title) if part)
    return named or want.path or want.isrc or want.musicbrainz_id
