"""Commands about libraries and the music in them."""

from argparse import BooleanOptionalAction

from philomel.app.cli.parser.adding import Add, group

FINDINGS = (
    "unreadable", "undecodable", "silent", "wrong_duration", "missing_file", "contradictory_tags",
    "missing_tags", "incomplete_album", "duplicate", "clipped", "broken_cover", "no_cover",
    "tiny_cover", "odd_tags",
)  # fmt: skip
# The contract has them too; a test compares. Importing it would slow every command down.


def add_music(add: Add) -> None:
    _add_library(add)
    _add_scan(add)
    _add_merges(add)
    _add_enrichment(add)
    _add_health(add)


def _add_library(add: Add) -> None:
    library = group(add, "library", "the folders that are served")
    new = library("add", "libraries:add", "add a folder as a library")
    new.add_argument(
        "path", metavar="PATH", help="a folder with audio files, or s3://bucket/prefix"
    )
    new.add_argument("--name", help="how it is called (default: the folder's name)")
    new.add_argument(
        "--kind", choices=("music", "audiobooks"), default="music", help="what it holds"
    )
    new.add_argument(
        "--writable", action="store_true", help="let administrators upload files and mend tags"
    )
    library("list", "libraries:show", "list the libraries")
    moved = library("relocate", "libraries:relocate", "the same files now lie elsewhere")
    moved.add_argument("name", metavar="NAME", help="its name")
    moved.add_argument("path", metavar="PATH", help="where they lie")
    changed = library("set", "libraries:change", "say whether it may be written to")
    changed.add_argument("name", metavar="NAME", help="its name")
    changed.add_argument(
        "--writable", action=BooleanOptionalAction, required=True,
        help="whether administrators may upload files and mend tags",
    )  # fmt: skip
    _add_access(library)
    gone = library("remove", "libraries:remove", "hide a library and keep its history")
    gone.add_argument("name", metavar="NAME", help="its name")
    gone.add_argument("--purge", action="store_true", help="forget its files and their history")


def _add_access(library: Add) -> None:
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


def _add_scan(add: Add) -> None:
    scan = add("scan", "scanning:scan", "find what is new, changed or gone in the libraries")
    scan.add_argument("--full", action="store_true", help="read every file again")
    scan.add_argument("--path", metavar="DIR", help="only this folder or file of a library")
    scan.add_argument("--wait", choices=("analysis",), help="return when analysis is done too")
    scan.add_argument("--cancel", action="store_true", help="stop the scan that is running")


def _add_merges(add: Add) -> None:
    parts = group(add, "merges", "ids that turned out to be one")
    shown = parts("list", "music.merges:show", "list what was merged and why, latest first")
    shown.add_argument("--limit", type=int, default=100, help="how many (default: 100)")
    shown.add_argument("--id", metavar="ID", help="only those of this track, album or artist")
    made = parts("merge", "music.merges:merge", "say that a missing track is another one")
    made.add_argument("missing", metavar="MISSING", help="the missing track; its id stays")
    made.add_argument("heir", metavar="TRACK", help="the track that it is")
    undone = parts("undo", "music.merges:undo", "make two of one again")
    undone.add_argument("id", metavar="ID", help="as `list` shows it")
    parted = parts("split", "music.merges:split", "give a track's present file an id of its own")
    parted.add_argument("track", metavar="TRACK", help="its id")


def _add_enrichment(add: Add) -> None:
    parts = group(add, "enrichment", "pictures, biographies and lyrics from open services")
    parts("status", "music.enrichment:show", "say whether they are asked, and how far that is")
    parts(
        "on",
        "music.enrichment:switch",
        "ask them; they learn the names of artists, albums and songs",
    )
    parts("off", "music.enrichment:switch", "ask them no longer; what was found stays")


def _add_health(add: Add) -> None:
    health = add(
        "health", "music.health:health", "say what is wrong with the libraries, and the remedy"
    )
    health.add_argument("--all", action="store_true", help="list every finding")
    health.add_argument("--kind", choices=FINDINGS, help="list the findings of one kind")
    health.add_argument("--text", default="", help="only where this stands in the name or path")
