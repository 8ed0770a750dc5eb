"""One operation of this door: what it takes, what it answers, and who may call it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from msgspec import Struct

from philomel.gateway.backups import BackupDesk
from philomel.kernel.caller import Caller
from philomel.services.accounts.contract import Accounts
from philomel.services.catalog.contract import Catalog
from philomel.services.enrichment.contract import Enrichment
from philomel.services.inspection.contract import Inspection
from philomel.services.media.contract import Media
from philomel.services.playlists.contract import Playlists
from philomel.services.plays.contract import Plays
from philomel.services.search.contract import SearchEngine

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Asked = TypeVar("Asked", bound=Struct)


class Access(Enum):
    """Who may call an operation. The services check again."""

    ANYONE = "anyone"
    LISTENER = "listener"
    """Whoever is signed in, and programs that act for them or for themselves."""
    ADMIN = "admin"


class Nothing(Struct, frozen=True):
    """A request without parameters."""


@dataclass(frozen=True)
class Services:
    """The contracts behind this door."""

    accounts: Accounts
    catalog: Catalog
    enrichment: Enrichment
    inspection: Inspection
    media: Media
    playlists: Playlists
    plays: Plays
    search: SearchEngine
    backups: BackupDesk | None = None


@dataclass(frozen=True)
class Call:
    """Attributes:
    base: the server's address as the client sees it.
    version: of this server.
    last_event_id: of a stream that the client saw before, or "".
    address: the client's network address.
    device: the client's own words about itself.
    vouched: who a trusted proxy says has signed in with it; None if that is not said.
    """

    services: Services
    caller: Caller
    base: str
    version: str
    last_event_id: str = ""
    address: str = ""
    device: str = ""
    vouched: str | None = None

    @property
    def origin(self) -> str:
        """The origin of this server's own pages, as the client sees them."""
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True)
class Download:
    """An answer that is no JSON.

    Attributes:
        name: suggested name of the file.
    """

    chunks: AsyncIterator[bytes]
    content_type: str
    name: str | None = None


class Event(Struct, frozen=True):
    """One message of a stream.

    Attributes:
        data: sent as JSON.
        name: what kind of message it is.
        id: what the client says it saw last, when it comes again.
    """

    data: Any
    name: str = "message"
    id: str = ""


@dataclass(frozen=True)
class Route:
    """An operation.

    Attributes:
        path: below the door's prefix; parts in braces are fields of `asks`.
        work: its first docstring line is the operation's summary.
        asks: from the path, and from the query (GET, DELETE) or the JSON body.
        answers: the body; None answers 204 without one. With `streams` it is the data of
            each event.
        streams: the answer is server-sent events.
        content_type: of an answer that is a Download.
        takes: type of the body. What is no JSON is the field `data`, and the others are asked
            in the query.
        most: requests a minute from one network; None for as many as there are.
    """

    method: Method
    path: str
    work: Callable[[Call, Any], Awaitable[object]] | Callable[[Call, Any], AsyncIterator[Event]]
    asks: type[Struct] = Nothing
    answers: Any = None
    access: Access = Access.LISTENER
    streams: bool = False
    content_type: str = "application/json"
    most: int | None = None
    takes: str = "application/json"


Routes = Sequence[Route]
