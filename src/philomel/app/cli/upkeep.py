"""`philomel reindex`, `migrate`, `doctor` and `config`."""

import argparse
import asyncio

from philomel.app.cli.output import Output, plain, table
from philomel.app.cli.session import operator
from philomel.app.process import journal
from philomel.app.process.folder import DataFolder
from philomel.app.process.reach import Services
from philomel.app.refusal import Exit, Refusal
from philomel.app.settings import Settings
from philomel.services.search.contract import Rebuild, SearchEngine


@operator(SearchEngine, timeout=None)
async def reindex(_: argparse.Namespace, services: Services, out: Output) -> Exit:
    rebuilt = await services.service(SearchEngine).rebuild(Rebuild())
    out.result(
        {"documents": rebuilt.documents},
        [f"the index is made anew: {rebuilt.documents:,} entries"],
    )
    return Exit.OK


def migrate(_: argparse.Namespace, settings: Settings, out: Output) -> Exit:
    journal.begin("info", settings.text("log_format"))
    folder = DataFolder(settings.data)
    folder.prepare()
    with folder:
        if folder.lock("migrate"):
            versions = asyncio.run(_prepare(settings))
        elif folder.holder().what == "serve":
            # A server brings its databases up to date before it answers.
            out.result({"databases": {}, "running": True}, ["a server runs: all is up to date"])
            return Exit.OK
        else:
            raise Refusal("another command is working; try again when it is done", Exit.REFUSED)
    out.result(
        {"databases": versions, "running": False},
        [f"{name}: version {version}" for name, version in versions.items()],
    )
    return Exit.OK


async def _prepare(settings: Settings) -> dict[str, int]:
    from philomel.app.assembly import open_assembly, wiring

    assembly = await open_assembly(settings)
    schemas = [wiring(name).schema for name in settings.role.services]
    try:
        for schema in schemas:
            if schema is not None:
                await assembly.database(schema)
    finally:
        await assembly.stop()
    return {schema.name: schema.version for schema in schemas if schema is not None}


def doctor(_: argparse.Namespace, settings: Settings, out: Output) -> Exit:
    from philomel.app.doctor import Verdict, examine

    journal.begin("error", settings.text("log_format"))
    findings = asyncio.run(examine(settings))
    content = [
        {
            "check": each.check,
            "verdict": each.verdict.value,
            "message": each.message,
            "remedy": each.remedy,
        }
        for each in findings
    ]
    lines = [
        f"{each.verdict.value:4}  {each.check}: {plain(each.message)}"
        + (f"\n      {plain(each.remedy)}" if each.remedy else "")
        for each in findings
    ]
    good = all(each.verdict is not Verdict.FAIL for each in findings)
    out.result({"ok": good, "checks": content}, lines)
    return Exit.OK if good else Exit.FAILED


def config(_: argparse.Namespace, settings: Settings, out: Output) -> Exit:
    content = {
        each.setting.name: {
            "value": each.shown(),
            "source": each.source,
            "meaning": each.setting.meaning,
            "environment": each.setting.variable,
        }
        for each in settings
    }
    rows = [
        (each.setting.name, _text(each.shown()), each.source, each.setting.meaning)
        for each in settings
    ]
    out.result({"settings": content}, table(("SETTING", "VALUE", "SOURCE", "MEANING"), rows))
    return Exit.OK


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "-"
    if isinstance(value, bool):
        return str(value).lower()
    return "-" if value in {None, ""} else str(value)
