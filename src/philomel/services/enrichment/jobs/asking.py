"""Asks other people's servers politely: one question after the other, and not too often."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

from philomel.engines.web import AddressRefused, Fetched, TooLarge, Web
from philomel.kernel.errors import Unavailable

JSON_LIMIT = 8 << 20
PICTURE_LIMIT = 24 << 20
_BUSY = frozenset({408, 429, 500, 502, 503, 504})


class Later(Exception):
    """They cannot answer now.

    Attributes:
        seconds: when they want to be asked again, if they said so.
    """

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.seconds = seconds


class Asker:
    """Args:
    per_second: questions to one server at most.
    """

    def __init__(self, web: Web, per_second: float) -> None:
        self._web = web
        self._gap = 1.0 / max(per_second, 0.001)
        self._free_at: dict[str, float] = {}

    async def json(self, url: str) -> bytes | None:
        """An answer's body; None if they know of no such thing.

        Raises: Later.
        """
        answer = await self._ask(url, JSON_LIMIT, {"Accept": "application/json"})
        return answer.body if answer is not None else None

    async def picture(self, url: str) -> bytes | None:
        """The bytes of what calls itself a picture; None if there is none.

        Raises: Later.
        """
        answer = await self._ask(url, PICTURE_LIMIT, {"Accept": "image/*"})
        if answer is None or not answer.content_type.startswith("image/"):
            return None
        return answer.body

    async def _ask(self, url: str, limit: int, headers: Mapping[str, str]) -> Fetched | None:
        await self._turn(urlsplit(url).netloc)
        try:
            answer = await self._web.get(url, limit=limit, headers=headers)
        except (AddressRefused, TooLarge):
            return None
        except Unavailable as error:
            raise Later(error.message) from error
        if answer.status in _BUSY:
            host = urlsplit(url).hostname
            raise Later(f"{host} answers {answer.status}", answer.retry_after)
        return answer if answer.status == 200 else None

    async def _turn(self, host: str) -> None:
        now = asyncio.get_running_loop().time()
        at = max(now, self._free_at.get(host, now))
        self._free_at[host] = at + self._gap
        await asyncio.sleep(at - now)
