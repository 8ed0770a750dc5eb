"""Opens the public doors of a role."""

import importlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from philomel import __version__
from philomel.app.assembly import Assembly, service_of
from philomel.app.engines import STORES
from philomel.app.injection import fill
from philomel.app.keeping.desk import Desk
from philomel.app.refusal import Exit, Refusal
from philomel.gateway import health
from philomel.gateway.admission import Admission, Limits
from philomel.gateway.backups import BackupDesk
from philomel.gateway.forwarding import Dialect
from philomel.gateway.health import Check
from philomel.gateway.http import Application, Door, create_app, plain_error
from philomel.gateway.metrics import Metrics
from philomel.gateway.public import Public
from philomel.kernel.clock import SystemClock


class Doors:
    """Fills each door's needs and makes one application of all."""

    def __init__(self, assembly: Assembly, metrics: Metrics, checks: dict[str, Check]) -> None:
        self._assembly = assembly
        self._metrics = metrics
        self._checks = checks
        self._made: dict[Any, object] = {}
        settings = assembly.settings
        self._backups = Desk(settings, SystemClock())
        self._public = Public(
            version=__version__,
            base_url=settings.text("base_url").rstrip("/") or None,
            trusted_proxies=settings.texts("trusted_proxies"),
            dialect=Dialect(settings.text("proxy_headers")),
            media_address=settings.text("peers.media_http").rstrip("/") or None,
            user_header=settings.text("proxy_user_header"),
            calls_per_minute=settings.number("web_api.calls_per_minute"),
        )

    async def open(self, names: Sequence[str]) -> Application:
        """The application of the doors `names`, and of the one that tells how this process is."""
        doors = [await self._open(name) for name in names]
        deps = health.Deps(
            public=self._public,
            metrics=self._metrics,
            checks=self._checks,
            metrics_token=self._assembly.settings.text("metrics_token") or None,
        )
        own = Door(
            "health", health.PREFIXES, health.routes(deps), plain_error, is_free=lambda _: True
        )
        _check_prefix(self._public, [*doors, own])
        settings = self._assembly.settings
        admission = Admission(
            Limits(
                at_once=settings.number("requests.at_once"),
                wait_ms=settings.number("requests.wait_ms"),
            )
        )
        return create_app([*doors, own], self._metrics, self._public, admission)

    async def _open(self, name: str) -> Door:
        module = importlib.import_module(f"philomel.gateway.{name}")
        deps = await fill(module.Deps, self._provide)
        return Door(
            name=name,
            prefixes=tuple(module.PREFIXES),
            handlers=tuple(module.routes(deps)),
            error_response=getattr(module, "error_response", plain_error),
            route_of=getattr(module, "route_of", None),
            is_free=getattr(module, "is_free", None),
        )

    async def _provide(self, need: Any) -> object:
        if need is Public:
            return self._public
        if need is BackupDesk:
            return self._backups
        if need == STORES and "media" not in self._assembly.settings.role.services:
            return {}  # the bytes are elsewhere, see Public.media_address
        if isinstance(need, type) and issubclass(need, msgspec.Struct):
            return self._assembly.settings.of(service_of(need), need)
        if isinstance(need, type) and need.__module__.startswith("philomel.gateway."):
            # What several doors share, such as the authenticator, is made once.
            if need not in self._made:
                made: Any = await fill(need, self._provide)
                self._made[need] = made
                if hasattr(made, "numbers"):
                    self._metrics.numbers.append(made.numbers)
                if hasattr(made, "close"):
                    self._assembly.engines.keep(need.__name__, made, made.close)
            return self._made[need]
        return await self._assembly.provide(need)


def _check_prefix(public: Public, doors: Sequence[Door]) -> None:
    """See that a path below the address people use cannot be taken for one of a door.

    Raises:
        Refusal: whether a proxy has taken the path off could not be told.
    """
    first = urlsplit(public.base_url or "").path.split("/")[1:2]
    own = {path.split("/")[1] for door in doors for path in _paths(door)}
    if first and first[0] in own - {""}:
        raise Refusal(
            f"the setting base_url cannot have a path that begins with /{first[0]}: Philomel "
            "answers there itself; take another one, such as /music",
            Exit.USAGE,
        )


def _paths(door: Door) -> Sequence[str]:
    handlers = (path for handler in door.handlers for path in getattr(handler, "paths", ()))
    return [*door.prefixes, *handlers]
