"""Every command with its arguments. The names are fixed: scripts rely on them."""

import argparse
from collections.abc import Callable
from typing import Any

from philomel import __version__
from philomel.app.roles import ROLES

_HERE = "philomel.app.cli"
_FINDINGS = (
    "unreadable", "undecodable", "silent", "wrong_duration", "missing_file", "contradictory_tags",
    "missing_tags", "incomplete_album", "duplicate", "clipped", "broken_cover", "no_cover",
    "tiny_cover", "odd_tags",
)  # fmt: skip
# The contract has them too; a test compares. Importing it would slow every command down.
_EPILOG = """exit status:
  0  done
  1  it was tried and failed
  2  the command line, a setting or a value is wrong
  3  what the command names does not exist
  4  not possible in this state: it exists already, it is running, it may not be done
  5  a port, a folder, a server or an engine cannot be had

Every command works while a server runs on the same data folder and while none does."""

_Add = Callable[..., argparse.ArgumentParser]


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
    add = _adder(commands)
    _add_serve(add)
    _add_library(add)
    _add_scan(add)
    _add_merges(add)
    _add_playlists(add)
    _add_users(add)
    _add_programs(add)
    _add_enrichment(add)
    _add_health(add)
    _add_upkeep(add)
    _add_keeping(add)
    _add_import(add)
    _add_audit(add)
    return parser


def _adder(commands: Any) -> _Add:
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


def _group(add: _Add, name: str, meaning: str) -> _Add:
    parser = add(name, "", meaning)
    return _adder(parser.add_subparsers(dest="action", metavar="ACTION", required=True))


def _add_serve(add: _Add) -> None:
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


def _add_library(add: _Add) -> None:
    library = _group(add, "library", "the folders that are served")
    new = library("add", "libraries:add", "add a folder as a library")
    new.add_argument(
        "path", metavar="PATH", help="a folder with audio files, or s3://bucket/prefix"
    )
    new.add_argument("--name", help="how it is called (default: the folder's name)")
    new.add_argument(
        "--kind", choices=("music", "audiobooks"), default="music", help="what it holds"
    )
    library("list", "libraries:show", "list the libraries")
    moved = library("relocate", "libraries:relocate", "the same files now lie elsewhere")
    moved.add_argument("name", metavar="NAME", help="its name")
    moved.add_argument("path", metavar="PATH", help="where they lie")
    _add_access(library)
    gone = library("remove", "libraries:remove", "hide a library and keep its history")
    gone.add_argument("name", metavar="NAME", help="its name")
    gone.add_argument("--purge", action="store_true", help="forget its files and their history")


def _add_health(add: _Add) -> None:
    health = add(
        "health", "music.health:health", "say what is wrong with the libraries, and the remedy"
    )
    health.add_argument("--all", action="store_true", help="list every finding")
    health.add_argument("--kind", choices=_FINDINGS, help="list the findings of one kind")
    health.add_argument("--text", default="", help="only where this stands in the name or path")


def _add_enrichment(add: _Add) -> None:
    group = _group(add, "enrichment", "pictures, biographies and lyrics from open services")
    group("status", "music.enrichment:show", "say whether they are asked, and how far that is")
    group(
        "on",
        "music.enrichment:switch",
        "ask them; they learn the names of artists, albums and songs",
    )
    group("off", "music.enrichment:switch", "ask them no longer; what was found stays")


def _add_access(library: _Add) -> None:
    shown = library("show", "libraries:access", "say who may see a library")
    closed = library("restrict", "libraries:restrict", "let only people with a grant see it")
    opened = library("open", "libraries:unrestrict", "let everybody see it")
    granted = library("grant", "libraries:grant", "let people see it while it is restricted")
    revoked = library("revoke", "libraries:revoke", "take that back")
    for each in (shown, closed, opened, granted, revoked):
        each.add_argument("name", metavar="NAME", help="its name")
    closed.add_argument(
        "--user", metavar="USER", nargs="+", action="extend", default=[], help="who sees it"
    )
    for each in (granted, revoked):
        each.add_argument("user", metavar="USER", nargs="+", help="who")


def _add_scan(add: _Add) -> None:
    scan = add("scan", "scanning:scan", "find what is new, changed or gone in the libraries")
    scan.add_argument("--full", action="store_true", help="read every file again")
    scan.add_argument("--path", metavar="DIR", help="only this folder or file of a library")
    scan.add_argument("--wait", choices=("analysis",), help="return when analysis is done too")
    scan.add_argument("--cancel", action="store_true", help="stop the scan that is running")


def _add_merges(add: _Add) -> None:
    group = _group(add, "merges", "ids that turned out to be one")
    shown = group("list", "music.merges:show", "list what was merged and why, latest first")
    shown.add_argument("--limit", type=int, default=100, help="how many (default: 100)")
    shown.add_argument("--id", metavar="ID", help="only those of this track, album or artist")
    made = group("merge", "music.merges:merge", "say that a missing track is another one")
    made.add_argument("missing", metavar="MISSING", help="the missing track; its id stays")
    made.add_argument("heir", metavar="TRACK", help="the track that it is")
    undone = group("undo", "music.merges:undo", "make two of one again")
    undone.add_argument("id", metavar="ID", help="as `list` shows it")
    parted = group("split", "music.merges:split", "give a track's present file an id of its own")
    parted.add_argument("track", metavar="TRACK", help="its id")


def _add_playlists(add: _Add) -> None:
    group = _group(add, "playlist", "playlists as files")
    brought = group("import", "music.playlists:bring", "make playlists of M3U8, XSPF or JSPF files")
    brought.add_argument("files", metavar="FILE", nargs="+", help="the files")
    brought.add_argument("--user", metavar="NAME", required=True, help="whose they will be")
    brought.add_argument("--public", action="store_true", help="everybody here may see them")
    brought.add_argument("--dry-run", action="store_true", help="only say what would be found")
    given = group("export", "music.playlists:give", "write a playlist to standard output")
    given.add_argument("id", metavar="ID", help="the playlist")
    given.add_argument("--user", metavar="NAME", required=True, help="as whom it is seen")
    given.add_argument(
        "--format", choices=("m3u8", "xspf", "jspf"), default="m3u8", help="default: m3u8"
    )


def _add_users(add: _Add) -> None:
    user = _group(add, "user", "the people who may listen")
    new = user("add", "people:add", "make an account")
    new.add_argument("name", metavar="NAME", help="its name")
    new.add_argument("--admin", action="store_true", help="they may administer this server")
    _add_password(new)
    password = user("password", "people:password", "change somebody's password")
    password.add_argument("name", metavar="NAME", help="its name")
    _add_password(password)
    user("list", "people:show", "list the accounts")
    gone = user("remove", "people:remove", "remove an account and its credentials")
    gone.add_argument("name", metavar="NAME", help="its name")
    change = user("change", "membership:change", "change somebody's role, or what they may")
    change.add_argument("name", metavar="NAME", help="its name")
    change.add_argument("--display-name", metavar="NAME", help="what others see; '' for none")
    change.add_argument("--role", choices=("listener", "admin"), help="what they may do")
    for flag, words in (
        ("--disabled", "whether nothing of theirs opens anything"),
        ("--explicit", "whether they see music that is marked as explicit"),
        ("--explicit-locked", "whether only administrators change that"),
    ):
        change.add_argument(flag, choices=("yes", "no"), help=words)
    for name, words in (
        ("reset-link", "print a link by which somebody sets a new password"),
        ("reset-factors", "remove somebody's second factors"),
        ("sign-out", "end somebody's sessions"),
    ):
        command = user(name, f"membership:{name.replace('-', '_')}", words)
        command.add_argument("name", metavar="NAME", help="its name")
    _add_invitations(add)
    add("setup-link", "people:setup_link", "print a new link for setting up the administrator")


def _add_invitations(add: _Add) -> None:
    group = _group(add, "invitation", "links by which people join")
    made = group("add", "membership:invite", "print a link that makes one account")
    made.add_argument("--admin", action="store_true", help="they will administer this server")
    made.add_argument(
        "--library",
        metavar="LIBRARY",
        nargs="+",
        action="extend",
        default=[],
        help="restricted libraries that they will see, by name or id",
    )
    made.add_argument("--days", type=int, default=7, help="until it expires (default: 7)")
    made.add_argument("--note", metavar="TEXT", default="", help="for whom it is")
    group("list", "membership:list_invitations", "list invitations, the latest first")
    gone = group("remove", "membership:uninvite", "take an invitation back")
    gone.add_argument("id", metavar="ID", help="as `list` shows it")


def _add_password(parser: argparse._ActionsContainer) -> None:
    parser.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )


def _add_programs(add: _Add) -> None:
    app = _group(add, "app", "programs that people may let in (OAuth clients)")
    new = app("add", "programs:add_app", "register a program; prints its client id and secret")
    new.add_argument("name", metavar="NAME", help="its name")
    new.add_argument(
        "--redirect-uri",
        metavar="URI",
        nargs="+",
        action="extend",
        default=[],
        help="where people are sent back to, compared exactly",
    )
    new.add_argument("--public", action="store_true", help="it cannot keep a secret (PKCE only)")
    secret = _group(add, "app-password", "passwords for players")
    made = secret("add", "programs:add_password", "make an app password; it is shown once")
    made.add_argument("user", metavar="USER", help="whose")
    made.add_argument("label", metavar="LABEL", help="where it will be used")
    shown = secret("list", "programs:list_passwords", "list somebody's app passwords")
    shown.add_argument("user", metavar="USER", help="whose")
    gone = secret("revoke", "programs:revoke_password", "make an app password stop working")
    gone.add_argument("user", metavar="USER", help="whose")
    gone.add_argument("id", metavar="ID", help="as `list` shows it")
    token = add("token", "programs:token", "mint an access token, for scripts")
    token.add_argument("user", metavar="USER", help="whose")
    token.add_argument(
        "--scope",
        metavar="SCOPE",
        nargs="+",
        action="extend",
        default=[],
        help="what it may do (default: everything but to administer)",
    )
    token.add_argument(
        "--admin", action="store_true", help="it may do everything that its administrator may"
    )


def _add_import(add: _Add) -> None:
    group = _group(add, "import", "what people kept on another server becomes theirs here")
    theirs = group(
        "navidrome",
        "music.importing:navidrome",
        "everybody's likes, ratings, plays, playlists, bookmarks and queues from Navidrome",
    )
    theirs.add_argument("file", metavar="FILE", help="its database, navidrome.db; it is only read")
    asked = group(
        "subsonic", "music.importing:subsonic", "one person's, from any server with Subsonic's API"
    )
    asked.add_argument("url", metavar="URL", help="the server's address")
    asked.add_argument("--user", metavar="NAME", required=True, help="their user name there")
    secret = asked.add_mutually_exclusive_group()
    _add_password(secret)
    secret.add_argument("--password-file", metavar="FILE", help="read the password from a file")
    asked.add_argument(
        "--api-key", action="store_true", help="what is read is an API key, not a password"
    )
    lists = group("m3u", "music.importing:m3u", "playlists from files (*.m3u, *.m3u8)")
    lists.add_argument("folder", metavar="DIR", help="a folder with playlists, or one file")
    lists.add_argument("--user", metavar="NAME", required=True, help="whose they will be here")
    for each in (theirs, asked, lists):
        each.add_argument(
            "--dry-run", action="store_true", help="say what would be found; change nothing"
        )
        each.add_argument("--report", metavar="FILE", help="where to write what was not found")
    for each in (theirs, asked):
        each.add_argument(
            "--user-map",
            metavar="THERE=HERE",
            action="append",
            default=[],
            help="somebody who is called otherwise here; may be given again",
        )


def _add_audit(add: _Add) -> None:
    audit = _group(add, "audit", "what administrators did")
    shown = audit("list", "people:show_audit", "list it, the latest first")
    shown.add_argument(
        "--limit", type=int, default=50, metavar="COUNT", help="at most so many (default: 50)"
    )
    shown.add_argument("--before", type=int, metavar="NUMBER", help="only older ones than this")
    audit("verify", "people:verify_audit", "see whether an entry was changed, removed or moved")


def _add_upkeep(add: _Add) -> None:
    add("reindex", "upkeep:reindex", "make the search index anew from the catalogue")
    add("migrate", "upkeep:migrate", "bring the databases up to date")
    add("doctor", "upkeep:doctor", "look for what is wrong, and say what helps")
    add("config", "upkeep:config", "print every setting with its value, source and meaning")


def _add_keeping(add: _Add) -> None:
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
    keys = _group(add, "keys", "the key ring, which signs tokens and addresses")
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
