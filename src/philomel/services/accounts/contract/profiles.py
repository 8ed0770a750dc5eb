"""What people of this server know of each other."""

from typing import Protocol

from msgspec import Struct


class Profile(Struct, frozen=True):
    id: str
    name: str


class GetProfiles(Struct, frozen=True):
    """Attributes:
    ids: at most 500.
    """

    ids: tuple[str, ...]


class Profiles(Struct, frozen=True):
    """Attributes:
    items: in the order asked, each once; nobody stands for an id that is not known.
    """

    items: tuple[Profile, ...]


class ProfileCalls(Protocol):
    """What people see of each other."""

    async def get_profiles(self, request: GetProfiles, /) -> Profiles:
        """The names of people by id. Whoever is signed in."""
        ...
