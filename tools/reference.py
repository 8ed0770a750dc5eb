"""Writes docs/reference/ from the code; `--check` fails when a page is out of date."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from philomel import __version__
from philomel.app.cli.parser import make_parser
from philomel.app.refusal import Exit
from philomel.app.settings.table import Setting, every_setting
from philomel.gateway import api
from philomel.gateway.api.description import describe
from philomel.gateway.subsonic import methods as subsonic
from philomel.gateway.subsonic.methods.system import EXTENSIONS
from philomel.gateway.webapi.operation import State
from philomel.gateway.webapi.table import OPERATIONS

FOLDER = Path(__file__).parent.parent / "docs" / "reference"
RESULTS = FOLDER / "compatibility"
"""Written by the runs of clients in the tests: see tests/clients/recording.py."""
_COUNT = "assertions"

_WHERE_SETTINGS_COME_FROM = """\
A flag of `philomel serve` wins over the environment, the environment over the TOML file
(`philomel.toml` in the data folder, or `--config FILE`), the file over the default. A name that
is not here is refused. `philomel config` prints what is in force and where it comes from.

In TOML, the part before the dot is the section. In the environment, a list is written `one,two`
or as JSON: `["one", "two"]`.""".splitlines()

_HOW_COMMANDS_WORK = """\
Every command works while a server runs on the same data folder (it then talks to that server over
a socket in the folder) and while none does; only a second `serve` refuses.

Every command takes `--data DIR` (the data folder; default `$XDG_DATA_HOME/philomel`), `--config
FILE` (a TOML file with [settings](settings.md)) and `--json`: one JSON object on standard output,
also when the command fails: `{"error": {"code", "message", "status"}}`.
""".splitlines()

_HOW_SUBSONIC_ANSWERS = f"""\
The methods below `/rest`, Subsonic 1.16.1, each with and without `.view`, by `GET`, `HEAD` and
`POST` (`formPost`), as XML, JSON (`f=json`) or JSONP (`f=jsonp` with `callback`). How to connect:
[Connect a player](../guide/players.md).

Extensions: {
    ", ".join(f"`{name}` {', '.join(map(str, versions))}" for name, versions in EXTENSIONS.items())
}.

XML and JSON are two forms of the same: a member of an object is an attribute, or an element if it
is an object or a list, and `value` is an element's text. Every field that OpenSubsonic adds is in
every object of its type, with an empty value where there is nothing to say. Only what has no empty
value is left out then: an instant (`starred`, `played`), a rating, a number, a picture. What no
type here has: `averageRating`, `bookmarkPosition`, `disambiguation`, `validUntil`, the `coverArt`
of stations.

| | |
|---|---|
| full | does what the protocol says |
| empty | an honest answer about something that this server never has |
| later | answers HTTP 200, `failed`, code 0, "not available on this server yet" |
| never | answers HTTP 200, `failed`, code 50 |
""".splitlines()
_WHAT_STANDS_THERE = """\
All operations of the [description of the Spotify Web API](https://github.com/sonallux/spotify-web-api),
deprecated ones too, below `/v1`. [Programs](../guide/programs.md#the-web-api-in-detail) says what
is particular here. Where a scope stands, a token without one of them gets 403.
""".splitlines()
_STATES = {
    State.FULL: "everything that is described.",
    State.EMPTY: "what a listener gets who has nothing of that kind: an empty page, null, 404.",
    State.LATER: "the same, until the feature it is about exists.",
}
_WHAT_WAS_RECORDED = """\
What unmodified clients asked of this server and what came of it, as their last recorded run wrote
it. A number says how many things about the content of the answers were asserted in it: what is
read was written through another door (starred by a Subsonic player, read by a program of the Web
API), what is written is read there. Where every answer was a refusal, its HTTP status stands before
the number. That the client really asked is taken from the server's side. `make test` repeats the
runs, and fails when one comes to another result than the one that stands here; `make
compatibility` records them anew.
""".splitlines()

_EVERYWHERE = {"--data", "--config", "--json"}


def settings_page() -> str:
    """Every setting, from the table that also parses them."""
    lines = [
        "# Settings",
        "",
        *_WHERE_SETTINGS_COME_FROM,
    ]
    section = None
    for setting in sorted(every_setting(), key=lambda each: each.section != ""):
        if setting.section != section:
            section = setting.section
            lines += ["", f"## {section or 'General'}", ""]
            lines += ["| name | environment | default | meaning |", "|---|---|---|---|"]
        lines.append(_row(setting))
    return "\n".join([*lines, ""])


def _row(setting: Setting) -> str:
    meaning = setting.meaning + (" Flag of `serve`." if setting.flag else "")
    meaning += " Secret." if setting.secret else ""
    cells = (f"`{setting.name}`", f"`{setting.variable}`", _default(setting), meaning)
    return "| " + " | ".join(cell.replace("|", "\\|").strip() for cell in cells) + " |"


def _default(setting: Setting) -> str:
    match setting.default:
        case None | "" | ():
            return ""
        case tuple():
            return ", ".join(f"`{value}`" for value in setting.default)
        case bool():
            return f"`{str(setting.default).lower()}`"
        case _:
            return f"`{setting.default}`"


def cli_page() -> str:
    """Every command, from the parser itself."""
    lines = [
        "# Command line",
        "",
        *_HOW_COMMANDS_WORK,
        "",
        "| exit status | meaning |",
        "|---|---|",
        *(f"| {status.value} | {meaning} |" for status, meaning in _statuses()),
    ]
    for name, parser in _commands(make_parser()):
        lines += ["", f"## {name}", "", parser.description or ""]
        rows = [f"| {left} | {right} |" for left, right in _arguments(parser)]
        lines += ["", "| argument | meaning |", "|---|---|", *rows] if rows else []
    return "\n".join([*lines, ""])


def _statuses() -> Iterator[tuple[Exit, str]]:
    meanings = {
        Exit.OK: "done",
        Exit.FAILED: "it was tried and failed",
        Exit.USAGE: "the command line, a setting or a value is wrong",
        Exit.NOT_FOUND: "what the command names does not exist",
        Exit.REFUSED: "not possible in this state: it exists already, it is running, "
        "it was cancelled, it may not be done",
        Exit.UNAVAILABLE: "a port, a folder, a server or an engine cannot be had",
        Exit.INTERRUPTED: "ended by the keyboard",
    }
    for status in Exit:
        yield status, meanings[status]


def _commands(
    parser: argparse.ArgumentParser, name: str = "philomel"
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    groups = [
        action
        for action in parser._actions  # noqa: SLF001  # argparse has no other way to ask
        if isinstance(action, argparse._SubParsersAction)  # noqa: SLF001  # as above
    ]
    if not groups:
        yield name, parser
    for group in groups:
        for word, child in group.choices.items():
            yield from _commands(child, f"{name} {word}")


def _arguments(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    for action in parser._actions:  # noqa: SLF001  # argparse has no other way to ask
        if _EVERYWHERE & {*action.option_strings}:
            continue
        if action.help == argparse.SUPPRESS or isinstance(action, argparse._HelpAction):  # noqa: SLF001
            continue
        value = action.metavar if isinstance(action.metavar, str) else ""
        if action.choices is not None and not value:
            value = "{" + ",".join(map(str, action.choices)) + "}"
        elif not value and action.nargs != 0:
            value = action.dest.upper()
        option = action.option_strings[0] if action.option_strings else ""
        yield f"`{f'{option} {value}'.strip()}`", (action.help or "").replace("|", "\\|")


def extension_api() -> str:
    """The OpenAPI description of the extension door."""
    described = describe(api.PREFIX, api.TOPICS, __version__)
    return json.dumps(described, indent=1, ensure_ascii=False) + "\n"


def subsonic_page() -> str:
    """Every method of OpenSubsonic, from the table that also answers them."""
    lines = ["# OpenSubsonic", "", *_HOW_SUBSONIC_ANSWERS]
    for group in subsonic.Group:
        lines += ["", f"## {group.value}", "", "| method | | |", "|---|---|---|"]
        lines += [
            f"| `{method.name}` | {method.status.value} | {method.note} |"
            for method in subsonic.ALL
            if method.group is group
        ]
    return "\n".join([*lines, ""])


def web_api_page() -> str:
    """Every operation of the Web API, from the table that also routes them."""
    operations = sorted(OPERATIONS, key=lambda each: each.path)
    lines = ["# Web API", "", *_WHAT_STANDS_THERE, ""]
    for state in State:
        count = sum(each.state is state for each in operations)
        lines.append(f"- **{state.value}** ({count}): {_STATES[state]}")
    lines += ["", "| operation | | scope | |", "|---|---|---|---|"]
    for each in operations:
        scopes = " or ".join(f"`{scope}`" for scope in each.scopes)
        lines.append(
            f"| `{each.method} {each.path}` | {each.state.value} | {scopes} | {each.more} |"
        )
    return "\n".join([*lines, ""])


def compatibility_page() -> str:
    """What clients came to, from the results that their runs left."""
    runs = [json.loads(path.read_text("utf-8")) for path in sorted(RESULTS.glob("*.json"))]
    web_api = [(f"{each.method} /v1{each.path}", each.state.value) for each in OPERATIONS]
    rest = [(f"/rest/{each.name}", each.status.value) for each in subsonic.ALL]
    lines = ["# Compatibility", "", *_WHAT_WAS_RECORDED, ""]
    lines += ["| client | version | endpoints | calls | assertions |", "|---|---|---|---|---|"]
    for run in runs:
        results = run["endpoints"].values()
        calls, assertions = (sum(each[name] for each in results) for name in ("calls", _COUNT))
        lines.append(
            f"| {run['client']} | {run['version']} | {len(results)} | {calls} | {assertions} |"
        )
    web_api.sort(key=lambda row: row[0].partition(" ")[2])
    lines += _compared("Web API", "webapi.md", web_api, runs)
    lines += _compared("OpenSubsonic", "opensubsonic.md", rest, runs)
    return "\n".join([*lines, ""])


def _compared(
    title: str, page: str, rows: list[tuple[str, str]], runs: list[Mapping[str, Any]]
) -> Iterator[str]:
    """A table of endpoints and the clients that ask any of them."""
    names = {name for name, _ in rows}
    here = [run for run in runs if names & {*run["endpoints"], *run["unable"]}]
    if not here:
        return
    asked = {name for run in here for name in run["endpoints"]} & names
    yield from ("", f"## {title}", "")
    yield f"{len(asked)} of {len(rows)} endpoints; the second column is explained [there]({page})."
    yield from ("", f"| | | {' | '.join(run['client'] for run in here)} |")
    yield "|---" * (2 + len(here)) + "|"
    for name, state in rows:
        cells = " | ".join(_cell(run, name) for run in here)
        yield f"| `{name}` | {state} | {cells} |"
    unable = [(run["client"], each) for run in here for each in run["unable"].items()]
    if unable:
        yield from ("", "\\- : the client has a method that cannot work with any server:", "")
    yield from (f"- {client}, `{name}`: {why}." for client, (name, why) in unable if name in names)


def _cell(run: Mapping[str, Any], name: str) -> str:
    result = run["endpoints"].get(name)
    if result is None:
        return "\\-" if name in run["unable"] else ""
    refused = all(status >= 400 for status in result["statuses"])
    statuses = ", ".join(map(str, result["statuses"]))
    return f"{statuses}: {result[_COUNT]}" if refused else f"{result[_COUNT]}"


PAGES = {
    "settings.md": settings_page,
    "cli.md": cli_page,
    "openapi.json": extension_api,
    "opensubsonic.md": subsonic_page,
    "webapi.md": web_api_page,
    "compatibility.md": compatibility_page,
}


def main() -> int:
    check = "--check" in sys.argv[1:]
    stale = []
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        path, text = FOLDER / name, make()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if check:
            stale.append(name)
        else:
            path.write_text(text, encoding="utf-8")
    if stale:
        print(f"out of date: {', '.join(stale)}; python tools/reference.py writes them anew")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
