"""`philomel playlist`: playlists from files, and as files."""

import argparse
from pathlib import Path

from msgspec import to_builtins

from philomel.app.cli.output import Output, plain
from philomel.app.cli.session import operator
from philomel.app.process.reach import Services
from philomel.app.refusal import Exit, Refusal
from philomel.kernel.caller import ALL_SCOPES, Caller, CallerKind, acting
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
    playlists, person = services.service(Playlists), await _person(services, parsed.user)
    found: list[PlaylistImported] = []
    lines: list[str] = []
    for name in parsed.files:
        path = Path(name)
        asked = ImportPlaylist(
            _read(path),
            path.stem,
            public=parsed.public,
            source=f"file:{path.name}"[:200],
            dry_run=parsed.dry_run,
        )
        with acting(person, timeout=None):
            done = await playlists.import_playlist(asked)
        found.append(done)
        lines += _lines(path.name, done)
    out.result({"playlists": to_builtins(found)}, lines)
    return Exit.OK


@operator(Playlists, Accounts, timeout=None)
async def give(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    playlists, person = services.service(Playlists), await _person(services, parsed.user)
    asked = ExportPlaylist(parsed.id, PlaylistFormat(parsed.format))
    with acting(person, timeout=None):
        parts = [part.content async for part in playlists.export_playlist(asked)]
    text = b"".join(parts).decode()
    out.result({"content": text}, text.rstrip("\n").split("\n"))
    return Exit.OK


async def _person(services: Services, name: str) -> Caller:
    """Whoever it is done for, with what they may see and do."""
    user = await services.service(Accounts).find_user(FindUser(name))
    return Caller(CallerKind.USER, user.id, user.name, scopes=ALL_SCOPES)


def _read(path: Path) -> bytes:
    """Raises:
    Refusal: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST + 1)
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise Refusal(f"{path.name}: {reason}", Exit.USAGE, "playlist_file") from None


def _lines(file: str, done: PlaylistImported) -> list[str]:
    there = f"{done.total - done.missing:,} of {done.total:,} tracks found"
    if done.known:
        return [f"{plain(file)}: imported before, left as it is"]
    lines = [f"{plain(file)}: {plain(done.name)}: {there}"]
    lines += [f"  not found: {plain(_said(want))}" for want in done.not_found]
    if done.missing > len(done.not_found):
        lines.append(f"  and {done.missing - len(done.not_found):,} more")
    return lines


def _said(want: Want) -> str:
    named = " - ".join(part for part in (want.artist, want.title) if part)
    return named or want.path or want.isrc or want.musicbrainz_id
