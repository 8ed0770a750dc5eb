"""What an operation of this door is; `table` has them all."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from philomel.gateway.webapi.call import Call
from philomel.kernel.caller import Caller
from philomel.kernel.errors import PermissionDenied

Method = Literal["GET", "POST", "PUT", "DELETE"]
Work = Callable[[Call], Awaitable[object]]

_VARIABLE = re.compile(r"\{\w+\}")


class State(StrEnum):
    """How much of an operation there is."""

    FULL = "full"
    EMPTY = "empty"
    """Answers what a listener gets who has nothing of that kind."""
    LATER = "later"
    """As `EMPTY`, until the feature it is about exists."""


@dataclass(frozen=True)
class Operation:
    """One row of the table: routing, scopes and the reference page come from it.

    Attributes:
        path: below /v1, with `{id}` for the one thing it is about.
        scopes: the token needs one of them; none are needed if there are none here.
        status: of a good answer.
        more: what other scopes add, for the reference page.
    """

    method: Method
    path: str
    work: Work
    scopes: tuple[str, ...] = ()
    status: int = 200
    state: State = State.FULL
    more: str = ""

    @property
    def personal(self) -> bool:
        """Whether it is about the calling person, so that there must be one."""
        return self.path == "/me" or self.path.startswith("/me/")

    def check(self, caller: Caller) -> None:
        """Refuse who may not ask for this.

        Raises:
            Unauthenticated: it is about a person, and none is behind the call.
            PermissionDenied: the program was not given a scope of it.
        """
        if self.personal:
            caller.require_user()
        if self.scopes and not any(caller.has_scope(scope) for scope in self.scopes):
            wanted = " or ".join(self.scopes)
            raise PermissionDenied(f"Insufficient client scope: {wanted} is needed")


class Paths:
    """Which methods a path takes."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.by_path: dict[str, dict[str, Operation]] = {}
        for operation in operations:
            self.by_path.setdefault(operation.path, {})[operation.method] = operation
        self._patterns = [(re.compile(_VARIABLE.sub("[^/]+", path)), path) for path in self.by_path]

    def allowed(self, path: str) -> str:
        """The value of an Allow header at `path` (below /v1); empty if nothing is there."""
        path = path.rstrip("/")
        if path in self.by_path:
            return self._methods(path)
        for pattern, template in self._patterns:
            if pattern.fullmatch(path):
                return self._methods(template)
        return ""

    def _methods(self, path: str) -> str:
        methods = self.by_path[path]
        own = [method for method in ("GET", "POST", "PUT", "DELETE") if method in methods]
        return ", ".join([*own, *(["HEAD"] if "GET" in own else []), "OPTIONS"])
