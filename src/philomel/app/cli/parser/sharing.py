"""The commands about stations and shares, with their arguments."""

from philomel.app.cli.parser.adding import Add, group


def add_stations(add_command: Add) -> None:
    add = group(add_command, "station", "internet radio stations that everybody here may hear")
    add("list", "music.stations:show", "list them, with where they send")
    new = add("add", "music.stations:add", "add one")
    new.add_argument("name", metavar="NAME", help="as people see it")
    new.add_argument("url", metavar="URL", help="where it sends, or a playlist of it (M3U, PLS)")
    changed = add("change", "music.stations:change", "change one; what is not named stays")
    changed.add_argument("id", metavar="ID", help="as `list` shows it")
    changed.add_argument("--name", metavar="NAME", help="another name")
    changed.add_argument("--url", metavar="URL", help="another address that it sends from")
    for each in (new, changed):
        each.add_argument("--home-page", metavar="URL", help="where one reads about it")
    gone = add("remove", "music.stations:remove", "remove one")
    gone.add_argument("id", metavar="ID", help="as `list` shows it")


def add_shares(add_command: Add) -> None:
    add = group(add_command, "share", "addresses that let anybody listen to a few chosen things")
    shown = add("list", "music.shares:show", "list somebody's shares")
    new = add("add", "music.shares:add", "share songs, albums or playlists")
    new.add_argument("ids", metavar="ID", nargs="+", help="of a song, album or playlist")
    new.add_argument("--description", metavar="TEXT", default="", help="the page's title")
    new.add_argument(
        "--days", type=int, metavar="COUNT", help="how long it stays (default: for ever)"
    )
    new.add_argument("--downloads", action="store_true", help="offer the files to keep")
    new.add_argument("--named", action="store_true", help="say who shares")
    gone = add("remove", "music.shares:remove", "let nobody listen there any more")
    gone.add_argument("id", metavar="ID", help="as `list` shows it")
    for each in (shown, new, gone):
        each.add_argument("--user", metavar="NAME", required=True, help="whose it is")
