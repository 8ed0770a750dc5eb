"""How every door sends media bytes: out of this process, or through the media role's listener."""

import asyncio
from collections.abc import Mapping
from typing import Protocol, cast

from litestar.types import HTTPScope, Receive, Scope, Send

from philomel.engines.blobs import Blobs
from philomel.engines.web import Web
from philomel.gateway.delivery.handover import Handover
from philomel.gateway.delivery.headers import PREFLIGHT
from philomel.gateway.delivery.local import LocalBytes
from philomel.gateway.delivery.proxy import ProxyBytes
from philomel.gateway.delivery.radio import Radio
from philomel.gateway.delivery.slots import Slots
from philomel.gateway.public import Public
from philomel.kernel.caller import ANONYMOUS, acting, current
from philomel.services.media.contract import Media, OpenSigned, Settings, Store

_CHECK_SECONDS = 10.0


class Sender(Protocol):
    """Sends what is behind a signed address; need not notice that the listener leaves."""

    async def send(self, signed: str, scope: HTTPScope, send: Send) -> None: ...

    async def close(self) -> None: ...


class MediaBytes:
    """Answers requests with the bytes of signed addresses, for every door alike.

    Args:
        public: says whether the bytes are in another process.
        stores: this process's own; not read otherwise.
        web: to pass radio stations on; without it there are none.
    """

    def __init__(
        self,
        public: Public,
        media: Media,
        stores: Mapping[Store, Blobs],
        settings: Settings,
        web: Web | None = None,
    ) -> None:
        total = settings.max_transcodes
        self._sender: Sender
        self._slots: Slots | None = None
        self._radio = None if web is None else Radio(web)
        if public.media_address is not None and not stores:
            self._sender = ProxyBytes(public)
        else:
            handover = Handover(public, settings.accel_redirect)
            self._slots = Slots(total, max(1, (total + 1) // 2))
            self._sender = LocalBytes(media, stores, self._slots, handover, self._radio)
        self._media = media

    async def send(self, signed: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a GET or HEAD with what is behind `signed`, ranges and conditions included.

        A listener that leaves ends whatever makes the bytes, at once.

        Args:
            signed: path and query, as the media service signed them.
            scope: of the listener's request, whose method and headers count.
            receive: tells when the listener leaves.
            send: takes the answer.

        Raises:
            BadSignature, AssetNotFound, TooManyStreams, Unavailable: nothing was answered
                yet, so the door can say it in its own form. Once an answer has begun, an
                error can only break it off.
        """
        try:
            async with asyncio.timeout(None) as staying:
                watching = asyncio.create_task(_watch(receive, staying))
                try:
                    await self._sender.send(signed, cast("HTTPScope", scope), send)
                finally:
                    watching.cancel()
        except TimeoutError:
            if not staying.expired():
                raise

    async def check(self, signed: str) -> None:
        """See whether `signed` is good now, without sending what is behind it.

        Raises: as `send` does.
        """
        path, _, query = signed.partition("?")
        with acting(ANONYMOUS, timeout=_CHECK_SECONDS, trace_id=current().trace_id):
            await self._media.open_signed(OpenSigned(path, query))

    def numbers(self) -> Mapping[str, float]:
        """For metrics."""
        if self._slots is None:
            return {}
        return {
            "philomel_radio_listeners": 0 if self._radio is None else self._radio.active,
            "philomel_transcodes_active": self._slots.active,
            "philomel_transcodes_waiting": self._slots.waiting,
            "philomel_transcodes_refused_total": self._slots.refused,
        }

    async def preflight(self, send: Send) -> None:
        """Answer a browser that asks what it may ask for (CORS)."""
        await send({"type": "http.response.start", "status": 204, "headers": PREFLIGHT})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def close(self) -> None:
        """Let go of connections to the media role."""
        await self._sender.close()


async def _watch(receive: Receive, staying: asyncio.Timeout) -> None:
    """Stop what is being sent as soon as the listener is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
    staying.reschedule(asyncio.get_running_loop().time())
