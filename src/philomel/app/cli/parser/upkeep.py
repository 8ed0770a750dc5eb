"""Commands about the installation itself."""

import argparse

from philomel.app.cli.parser.adding import Add, group
from philomel.app.roles import ROLES


def add_upkeep(add: Add) -> None:
    _add_upkeep(add)
    _add_keeping(add)
    _add_audit(add)


def add_serve(add: Add) -> None:
    serve = add("serve", "serving:serve", "run the server until it is told to stop")
    serve.add_argument(
        "--music",
        metavar="DIR",
        action="append",
        default=[],
        help="add this folder as a library, if it is new, and scan it; may be given again",
    )
    serve.add_argument("--host", help="the address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, help="the TCP port (default: 4040)")
    serve.add_argument("--role", choices=tuple(ROLES), help="what runs here (default: all)")
    serve.add_argument(
        "--base-url", metavar="URL", help="the address people use, behind a reverse proxy"
    )
    serve.add_argument(
        "--trusted-proxy",
        metavar="CIDR",
        action="append",
        default=[],
        help="believe what the proxy at this address says of a request; may be given again",
    )
    serve.add_argument("--tls-cert", metavar="FILE", help="speak HTTPS with this certificate")
    serve.add_argument("--tls-key", metavar="FILE", help="the certificate's key")
    serve.add_argument("--sampler", metavar="DIR", help=argparse.SUPPRESS)


def _add_upkeep(add: Add) -> None:
    add("reindex", "upkeep:reindex", "make the search index anew from the catalogue")
    add("migrate", "upkeep:migrate", "bring the databases up to date")
    add("doctor", "upkeep:doctor", "look for what is wrong, and say what helps")
    add("config", "upkeep:config", "print every setting with its value, source and meaning")


def _add_keeping(add: Add) -> None:
    saved = add(
        "backup", "keeping:backup", "write everything that cannot be made again to a folder"
    )
    saved.add_argument("folder", metavar="DIR", help="a new folder for the backup")
    saved.add_argument(
        "--without-keys", action="store_true", help="leave out the key ring, which is a secret"
    )
    back = add("restore", "keeping:restore", "let the installation be what a backup holds")
    back.add_argument("folder", metavar="DIR", help="the backup")
    back.add_argument(
        "--force", action="store_true", help="put aside what is in the data folder already"
    )
    back.add_argument("--check", action="store_true", help="only see whether the backup is whole")
    moved = add("move", "keeping:move", "carry the installation to other engines or another folder")
    moved.add_argument(
        "--to", metavar="FILE", required=True, help="a TOML file with the settings of the new place"
    )
    moved.add_argument(
        "--to-data", metavar="DIR", help="the new data folder (default: the one FILE lies in)"
    )
    moved.add_argument(
        "--stop", action="store_true", help="stop the server that runs, for the last step"
    )
    keys = group(add, "keys", "the key ring, which signs tokens and addresses")
    keys("list", "keyring:show", "list the keys, without their secrets")
    new = keys("rotate", "keyring:rotate", "use a new key; what older ones made ends later")
    new.add_argument(
        "--overlap",
        type=int,
        default=30,
        metavar="DAYS",
        help="how long what older keys signed goes on (default: 30)",
    )
    new.add_argument(
        "--delay",
        type=int,
        default=0,
        metavar="MINUTES",
        help="until the new key is used, for giving the ring to other machines (default: 0)",
    )


def _add_audit(add: Add) -> None:
    audit = group(add, "audit", "what administrators did")
    shown = audit("list", "people:show_audit", "list it, the latest first")
    shown.add_argument(
        "--limit", type=int, default=50, metavar="COUNT", help="at most so many (default: 50)"
    )
    shown.add_argument("--before", type=int, metavar="NUMBER", help="only older ones than this")
    audit("verify", "people:verify_audit", "see whether an entry was changed, removed or moved")
