"""Which services and doors run in a process of which role."""

from collections.abc import Mapping
from dataclasses import dataclass

SERVICES = (
    "accounts", "catalog", "enrichment", "inspection", "media", "playlists", "plays", "search",
)  # fmt: skip
"""Every service; each is wired by `philomel.services.<name>.module`."""

DOORS = ("site", "oauth", "webapi", "subsonic", "api", "media", "share")
"""Every public protocol; each is `philomel.gateway.<name>`."""


@dataclass(frozen=True)
class Role:
    """Attributes:
    meaning: for people.
    services: that run in this process; what they need besides is asked over rpc.
    doors: that this process opens to the public.
    keeps_log: whether the local event log is in this process, for others as well.
    """

    name: str
    meaning: str
    services: tuple[str, ...]
    doors: tuple[str, ...]
    keeps_log: bool = False


ROLES: Mapping[str, Role] = {
    role.name: role
    for role in (
        Role("all", "everything", SERVICES, DOORS, keeps_log=True),
        Role("gateway", "the public doors", (), DOORS),
        Role("media", "the media service and the bytes", ("media",), ("media",)),
        Role(
            "core",
            "accounts, catalogue and what belongs to it, search, playlists, plays, and the log",
            ("accounts", "catalog", "enrichment", "inspection", "playlists", "plays", "search"),
            (),
            keeps_log=True,
        ),
    )
}
