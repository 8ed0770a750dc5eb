"""Callers for the suites of services."""

from philomel.kernel.caller import Caller, CallerKind


def id_of(name: str) -> str:
    """An id that can be read: a name, filled up to 22."""
    return name.rjust(22, "0")


def listener(name: str, *scopes: str, admin: bool = False) -> Caller:
    return Caller(
        kind=CallerKind.USER,
        user_id=id_of(name),
        name=name,
        admin=admin,
        scopes=scopes or ("*",),
    )


ZOE, ADAM = listener("zoe"), listener("adam")
ADMIN = listener("admin", admin=True)
PROGRAM = Caller(kind=CallerKind.APP, client_id="c", scopes=("*",))
