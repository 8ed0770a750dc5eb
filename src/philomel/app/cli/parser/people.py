"""Commands about people, and what lets them and their programs in."""

from philomel.app.cli.parser.adding import Add, add_password, group


def add_people(add: Add) -> None:
    _add_users(add)
    _add_programs(add)


def _add_users(add: Add) -> None:
    user = group(add, "user", "the people who may listen")
    new = user("add", "people:add", "make an account")
    new.add_argument("name", metavar="NAME", help="its name")
    new.add_argument("--admin", action="store_true", help="they may administer this server")
    add_password(new)
    password = user("password", "people:password", "change somebody's password")
    password.add_argument("name", metavar="NAME", help="its name")
    add_password(password)
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


def _add_invitations(add: Add) -> None:
    parts = group(add, "invitation", "links by which people join")
    made = parts("add", "membership:invite", "print a link that makes one account")
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
    parts("list", "membership:list_invitations", "list invitations, the latest first")
    gone = parts("remove", "membership:uninvite", "take an invitation back")
    gone.add_argument("id", metavar="ID", help="as `list` shows it")


def _add_programs(add: Add) -> None:
    app = group(add, "app", "programs that people may let in (OAuth clients)")
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
    secret = group(add, "app-password", "passwords for players")
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
