"""The HTTP/1.1 listener: uvicorn, with limits it does not have itself."""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from philomel.gateway.admission import ARRIVED

_MAX_HEAD = 64 << 10
_HEAD_SECONDS = 20.0
_BODY_SECONDS = 20.0
"""How long a body may come to a standstill."""
_GRACE_SECONDS = 2


def _is_news(record: logging.LogRecord) -> bool:
    """Not what the application has told itself, and with its reason: an answer broke off."""
    return "returned without completing" not in str(record.msg)


class _Protocol(HttpToolsProtocol):
    """Ends connections whose requests are too long in their heads, or too slow to come."""

    _head_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None
    _body_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        self._body_came()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._head_timer is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        # What lies in a body is Litestar's to limit: the timer is gone once headers ended.
        if self._head_timer is not None and self._head_bytes > _MAX_HEAD:
            self._give_up()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._head_timer is None:
            self._expect_head()

    def on_headers_complete(self) -> None:
        self._head_came()
        self._expect_body()
        if self.cycle is None or self.cycle.response_complete:
            # One that is sent while another is answered waits for that one, not for its turn.
            self.scope["extensions"] = {ARRIVED: {"at": self.loop.time(), "among": len(self.tasks)}}
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._expect_body()
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._body_came()
        super().on_message_complete()

    def _expect_body(self) -> None:
        self._body_came()
        self._body_timer = self.loop.call_later(_BODY_SECONDS, self._miss_body)

    def _body_came(self) -> None:
        if self._body_timer is not None:
            self._body_timer.cancel()
            self._body_timer = None

    def _miss_body(self) -> None:
        if self.flow.read_paused:
            self._expect_body()  # it is we who do not read on
        else:
            self._body_came()
            self.transport.close()

    def _expect_head(self) -> None:
        self._head_bytes = 0
        self._head_timer = self.loop.call_later(_HEAD_SECONDS, self._give_up)

    def _head_came(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        self._head_came()
        if not self.transport.is_closing():
            self.transport.write(
                b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
                b"content-length: 0\r\nconnection: close\r\n\r\n"
            )
            self.transport.close()


class Listener(uvicorn.Server):
    """Serves an application until `stop`. Signals are the process's business.

    Args:
        tls: for HTTPS.
    """

    def __init__(self, application: Any, tls: ssl.SSLContext | None = None) -> None:
        logging.getLogger("uvicorn.error").addFilter(_is_news)
        super().__init__(
            uvicorn.Config(
                application,
                http=_Protocol,
                ws="none",
                lifespan="off",
                loop="none",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                ssl_context_factory=None if tls is None else lambda *_: tls,
                timeout_keep_alive=30,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )

    async def run_on(self, listening: socket.socket) -> None:
        await self.serve(sockets=[listening])

    def stop(self) -> None:
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
