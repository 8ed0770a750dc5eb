"""Accounts behind the site and OAuth doors, under a real uvicorn."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from tests.services.accounts.house import House, build_house

from philomel.engines.cache.memory import MemoryCache
from philomel.engines.sql import Database
from philomel.engines.web import Web
from philomel.gateway import api, oauth, site
from philomel.gateway.authentication import Authenticator
from philomel.gateway.http import Door, create_app
from philomel.gateway.metrics import Metrics
from philomel.gateway.public import Public
from philomel.kernel.clock import FixedClock
from philomel.services.accounts.contract import Settings
from philomel.services.inspection.contract import Inspection


@dataclass
class Served:
    """Attributes:
    url: of the server, without a slash at the end.
    """

    house: House
    url: str
    browsers: list[httpx.AsyncClient] = field(default_factory=list)

    def browser(self, **headers: str) -> httpx.AsyncClient:
        """A client with cookies of its own that follows no redirect by itself."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        browser = httpx.AsyncClient(
            base_url=self.url, headers={"accept": "text/html", **given}, trust_env=False
        )
        self.browsers.append(browser)
        return browser


def _own(house: House, authenticator: Authenticator, public: Public) -> api.Deps:
    """Accounts by the extension API; the other services are not there."""
    others: Any = None
    return api.Deps(
        authenticator=authenticator,
        accounts=house.accounts,
        catalog=others,
        enrichment=others,
        inspection=others,
        media=others,
        playlists=others,
        plays=others,
        search=others,
        public=public,
    )


@asynccontextmanager
async def serving(
    database: Database,
    folder: Path,
    public: Public | None = None,
    inspection: Inspection | None = None,
    *,
    settings: Settings | None = None,
    web: Web | None = None,
    clock: FixedClock | None = None,
    listener: socket.socket | None = None,
) -> AsyncIterator[Served]:
    house = build_house(database, folder, settings, web, clock)
    known = public or Public()
    authenticator = Authenticator(house.accounts, MemoryCache(house.clock), house.clock, known)
    doors = [
        Door(
            "site",
            site.PREFIXES,
            site.routes(
                site.Deps(house.accounts, authenticator, known, house.clock, inspection=inspection)
            ),
            site.error_response,
        ),
        Door(
            "oauth",
            oauth.PREFIXES,
            oauth.routes(oauth.Deps(house.accounts, authenticator, known)),
            oauth.error_response,
        ),
        Door(
            "api", api.PREFIXES, api.routes(_own(house, authenticator, known)), api.error_response
        ),
    ]
    # The protocol is named: without it asyncio leaves Nagle's algorithm on, 40 ms a request.
    if listener is None:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        create_app(doors, Metrics(), known),
        log_level="critical",
        lifespan="off",
        proxy_headers=False,
        ws="none",
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.005)
    served = Served(house, f"http://127.0.0.1:{listener.getsockname()[1]}")
    try:
        yield served
    finally:
        for browser in served.browsers:
            await browser.aclose()
        server.should_exit = True
        await task
        listener.close()
