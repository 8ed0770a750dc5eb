"""`philomel import`: what people kept elsewhere becomes theirs here."""

import argparse
import asyncio
import getpass
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from philomel import __version__
from philomel.app.cli.music.drawing import Drawing
from philomel.app.cli.output import Output, plain, table
from philomel.app.cli.session import operator
from philomel.app.importing.bringing import Bringer, Plan
from philomel.app.importing.found import Found
from philomel.app.importing.report import PersonReport, Report
from philomel.app.process.reach import Services
from philomel.app.refusal import Exit, Refusal
from philomel.app.settings import Settings
from philomel.services.accounts.contract import Accounts, RecordAction
from philomel.services.playlists.contract import Playlists

VARIABLE = "SUBSONIC_PASSWORD"
_MOST_SECRET = 4_096
_SHOWN = 20
_HEADER = ("WHO", "WHAT", "THERE", "FOUND", "WAITING", "KNOWN", "FOUND BY")


def navidrome(parsed: argparse.Namespace, settings: Settings, out: Output) -> Exit:
    from philomel.app.importing.navidrome import read

    names = _names(parsed.user_map)
    return _bring(parsed, settings, out, read(Path(parsed.file)), names)


def subsonic(parsed: argparse.Namespace, settings: Settings, out: Output) -> Exit:
    from philomel.app.importing.subsonic import address

    names = _names(parsed.user_map)
    address(parsed.url)
    secret = _secret(parsed)
    drawing = Drawing(as_json=out.as_json)
    try:
        found = asyncio.run(_ask(parsed, secret, drawing))
    finally:
        drawing.end()
    return _bring(parsed, settings, out, found, names)


def m3u(parsed: argparse.Namespace, settings: Settings, out: Output) -> Exit:
    from philomel.app.importing.m3u import read

    return _bring(parsed, settings, out, read(Path(parsed.folder), parsed.user), {})


def _bring(
    parsed: argparse.Namespace, settings: Settings, out: Output, found: Found, names: dict[str, str]
) -> Exit:
    parsed.found, parsed.names, parsed.data_folder = found, names, settings.data
    return _hand_over(parsed, settings, out)


@operator(Accounts, Playlists, timeout=None)
async def _hand_over(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    drawing = Drawing(as_json=out.as_json)
    bringer = Bringer(
        services.service(Accounts),
        services.service(Playlists),
        Plan(parsed.names, parsed.dry_run),
        drawing.brought,
    )
    try:
        report = await bringer.bring(parsed.found)
    finally:
        drawing.end()
    if not report.dry_run:
        act = RecordAction(f"import.{parsed.action}", details=_said(report))
        await services.service(Accounts).record_action(act)
    path = _report_path(parsed, report)
    report.save(path)
    address = next(iter(services.urls), "")
    links = {
        person.here: f"{address}/reset?token={person.link}"
        for person in report.people
        if person.link
    }
    out.result(
        report.summary() | {"report": str(path), "links": links}, _lines(report, path, links)
    )
    return Exit.OK


def _said(report: Report) -> str:
    """How much was brought, for the audit log: never whose."""
    people = [person for person in report.people if person.state != "refused"]
    marks = sum(each.total for person in people for each in person.marks.values())
    playlists = sum(len(person.playlists) for person in people)
    return f"{len(people):,} people, {marks:,} marks, {playlists:,} playlists"


async def _ask(parsed: argparse.Namespace, secret: str, drawing: Drawing) -> Found:
    from philomel.app.importing.subsonic import Server, read
    from philomel.engines.web.guarded import GuardedWeb
    from philomel.kernel.errors import PhilomelError

    parts = urlsplit(parsed.url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    # The operator named this server: it may stand in the house, and nothing else may.
    web = GuardedWeb(f"Philomel/{__version__}", (f"{parts.hostname}:{port}",))
    try:
        server = Server(web, parsed.url, parsed.user, secret, is_key=parsed.api_key)
        return await read(server, parsed.url, parsed.user, drawing.read)
    except PhilomelError as error:
        raise Refusal(error.message, Exit.UNAVAILABLE, error.code) from None
    finally:
        await web.close()


def _secret(parsed: argparse.Namespace) -> str:
    """The password, from wherever others cannot read it.

    Raises:
        Refusal: there is none.
    """
    if parsed.password_file is not None:
        try:
            with Path(parsed.password_file).open("rb") as file:
                text = file.read(_MOST_SECRET + 1).decode("utf-8", "replace")
        except OSError as error:
            raise Refusal(f"{parsed.password_file}: {error.strerror}", Exit.USAGE) from None
    elif parsed.password_stdin:
        text = sys.stdin.buffer.read(_MOST_SECRET + 1).decode("utf-8", "replace")
    elif os.environ.get(VARIABLE):
        text = os.environ[VARIABLE]
    elif sys.stdin.isatty():
        text = getpass.getpass(f"Password of {plain(parsed.user)}: ")
    else:
        raise Refusal(
            f"give the password with --password-stdin, --password-file or {VARIABLE}", Exit.USAGE
        )
    secret = text.removesuffix("\n").removesuffix("\r")
    if not secret or len(secret) > _MOST_SECRET:
        raise Refusal("the password is empty or too long", Exit.USAGE)
    return secret


def _names(maps: list[str]) -> dict[str, str]:
    found = {}
    for each in maps:
        there, _, here = each.partition("=")
        if not (there and here):
            raise Refusal(f"--user-map {each!r} is not like THERE=HERE", Exit.USAGE)
        found[there] = here
    return found


def _report_path(parsed: argparse.Namespace, report: Report) -> Path:
    if parsed.report is not None:
        return Path(parsed.report)
    when = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
    folder: Path = parsed.data_folder
    return folder / "imports" / f"{report.source.partition(':')[0]}-{when}.json"


def _lines(report: Report, path: Path, links: dict[str, str]) -> list[str]:
    rows = report.rows()
    lines = [*table(_HEADER, rows)] if rows else ["there is nothing to bring"]
    for person in report.people:
        lines += _about(person, dry_run=report.dry_run)
    lines += [f"note: {plain(note)}" for note in report.notes[:_SHOWN]]
    if links:
        lines.append("These links let the new people choose a password, once, within 24 hours:")
        lines += [f"  {plain(name)}: {link}" for name, link in links.items()]
    lines.append(f"The whole report, with what was not found, is in {path}")
    if report.dry_run:
        lines.append("Nothing was changed: this was a dry run.")
    return lines


def _about(person: PersonReport, *, dry_run: bool) -> list[str]:
    name = plain(person.here)
    if person.state == "refused":
        return [f"{name} is left out: {plain(person.note)}"]
    lines = []
    if person.state == "made":
        lines.append(f"{name} {'would get' if dry_run else 'has'} a new account")
    lines += [
        f"{name}: playlist {plain(each.name)}: {each.state}"
        + (f" ({plain(each.note)})" if each.note else "")
        for each in person.playlists
        if each.note or each.state in {"refused", "changed here"}
    ]
    return lines[:_SHOWN]
