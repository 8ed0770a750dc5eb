"""How a command and a group of commands come to the parser."""

import argparse
from collections.abc import Callable
from typing import Any

_HERE = "philomel.app.cli"

Add = Callable[..., argparse.ArgumentParser]


def adder(commands: Any) -> Add:
    def add(name: str, handler: str, meaning: str, **more: Any) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = commands.add_parser(
            name,
            help=meaning,
            description=meaning[:1].upper() + meaning[1:] + ".",
            allow_abbrev=False,
            **more,
        )
        if handler:
            parser.set_defaults(handler=f"{_HERE}.{handler}")
            parser.add_argument(
                "--data", metavar="DIR", help="the data folder (default: $XDG_DATA_HOME/philomel)"
            )
            parser.add_argument("--config", metavar="FILE", help="a TOML file with settings")
            parser.add_argument(
                "--json", action="store_true", help="print one JSON object on standard output"
            )
        return parser

    return add


def group(add: Add, name: str, meaning: str) -> Add:
    parser = add(name, "", meaning)
    return adder(parser.add_subparsers(dest="action", metavar="ACTION", required=True))


def add_password(parser: argparse._ActionsContainer) -> None:
    parser.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )
