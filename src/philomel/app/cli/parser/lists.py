"""Commands about playlists, and about what comes from another server."""

from philomel.app.cli.parser.adding import Add, add_password, group
from philomel.app.cli.parser.sharing import add_shares, add_stations


def add_lists(add: Add) -> None:
    _add_playlists(add)
    add_shares(add)
    add_stations(add)
    _add_import(add)


def _add_playlists(add: Add) -> None:
    parts = group(add, "playlist", "playlists as files")
    brought = parts(
        "import", "music.playlists:bring", "make playlists of M3U8, XSPF, JSPF or .nsp files"
    )
    brought.add_argument("files", metavar="FILE", nargs="+", help="the files")
    brought.add_argument("--user", metavar="NAME", required=True, help="whose they will be")
    brought.add_argument("--public", action="store_true", help="everybody here may see them")
    brought.add_argument("--dry-run", action="store_true", help="only say what would be found")
    given = parts("export", "music.playlists:give", "write a playlist to standard output")
    given.add_argument("id", metavar="ID", help="the playlist")
    given.add_argument("--user", metavar="NAME", required=True, help="as whom it is seen")
    given.add_argument(
        "--format", choices=("m3u8", "xspf", "jspf"), default="m3u8", help="default: m3u8"
    )


def _add_import(add: Add) -> None:
    parts = group(add, "import", "what people kept on another server becomes theirs here")
    theirs = parts(
        "navidrome",
        "music.importing:navidrome",
        "everybody's likes, ratings, plays, playlists, bookmarks and queues from Navidrome",
    )
    theirs.add_argument("file", metavar="FILE", help="its database, navidrome.db; it is only read")
    asked = parts(
        "subsonic", "music.importing:subsonic", "one person's, from any server with Subsonic's API"
    )
    asked.add_argument("url", metavar="URL", help="the server's address")
    asked.add_argument("--user", metavar="NAME", required=True, help="their user name there")
    secret = asked.add_mutually_exclusive_group()
    add_password(secret)
    secret.add_argument("--password-file", metavar="FILE", help="read the password from a file")
    asked.add_argument(
        "--api-key", action="store_true", help="what is read is an API key, not a password"
    )
    lists = parts("m3u", "music.importing:m3u", "playlists from files (M3U, XSPF, JSPF, .nsp)")
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
