"""Every command with its arguments. The names are fixed: scripts rely on them."""

import argparse

from philomel import __version__
from philomel.app.cli.parser.adding import adder
from philomel.app.cli.parser.lists import add_lists
from philomel.app.cli.parser.music import add_music
from philomel.app.cli.parser.people import add_people
from philomel.app.cli.parser.upkeep import add_serve, add_upkeep

_EPILOG = """exit status:
  0  done
  1  it was tried and failed
  2  the command line, a setting or a value is wrong
  3  what the command names does not exist
  4  not possible in this state: it exists already, it is running, it may not be done
  5  a port, a folder, a server or an engine cannot be had

Every command works while a server runs on the same data folder and while none does."""


def make_parser() -> argparse.ArgumentParser:
    """The whole command line. `handler` names the function of a command: "module:function"."""
    parser = argparse.ArgumentParser(
        prog="philomel",
        description="A folder of music becomes a service you can listen to.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"philomel {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    add = adder(commands)
    add_serve(add)
    add_music(add)
    add_people(add)
    add_lists(add)
    add_upkeep(add)
    return parser
