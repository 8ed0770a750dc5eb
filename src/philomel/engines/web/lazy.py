"""A web adapter that is made when something is fetched for the first time.

Most servers never fetch anything, and the HTTP client with its certificates costs memory and
a tenth of a start.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager

from philomel.engines.web import Fetched, Sending, Web


class LazyWeb:
    def __init__(self, make: Callable[[], Web]) -> None:
        self._make = make
        self._made: Web | None = None

    async def get(
        self,
        url: str,
        *,
        limit: int,
        seconds: float = 20.0,
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        return await self._web().get(url, limit=limit, seconds=seconds, headers=headers)

    async def post_form(
        self,
        url: str,
        form: Mapping[str, str],
        *,
        limit: int,
        seconds: float = 20.0,
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        web = self._web()
        return await web.post_form(url, form, limit=limit, seconds=seconds, headers=headers)

    def _web(self) -> Web:
        if self._made is None:
            self._made = self._make()
        return self._made

    def stream(self, url: str, *, silence: float = 30.0) -> AbstractAsyncContextManager[Sending]:
        if self._made is None:
            self._made = self._make()
        return self._made.stream(url, silence=silence)

    async def close(self) -> None:
        if self._made is not None:
            await self._made.close()
