"""What takes how long, and inside of what: the spans of a trace.

    with span("write", database="catalog"):
        ...

Every floor has something to time, and a process sends all of it to one place, so that place is
the process's own and not injected (ADR 8). Without a recorder a span costs two attribute reads.
"""

import secrets
import time
from contextlib import AbstractContextManager, nullcontext
from enum import IntEnum
from types import TracebackType
from typing import Protocol

import msgspec
from msgspec import Struct

from philomel.kernel.caller import Context, current, entering

Value = str | int | float | bool


class Kind(IntEnum):
    """As OTLP numbers them."""

    INTERNAL = 1
    SERVER = 2
    CLIENT = 3
    PRODUCER = 4
    CONSUMER = 5


class Span(Struct):
    """Attributes:
    started_ns, ended_ns: since the Unix epoch.
    error: what went wrong in words without secrets, such as an error's code; "" if nothing did.
    """

    name: str
    kind: Kind
    trace_id: str
    span_id: str
    parent_id: str
    started_ns: int
    ended_ns: int = 0
    attributes: dict[str, Value] = {}
    error: str = ""


class Recorder(Protocol):
    """Takes the spans of a process. From any thread."""

    def wants(self, trace_id: str) -> bool:
        """Whether a trace is among those that are kept; every process must say the same."""
        ...

    def take(self, span: Span) -> None: ...


class _Process:
    """What is one for the whole process."""

    recorder: Recorder | None = None


def record_with(recorder: Recorder | None) -> None:
    """Send the spans of this process to `recorder` from now on."""
    _Process.recorder = recorder


def span(
    name: str, kind: Kind = Kind.INTERNAL, *, root: bool = False, **attributes: Value
) -> AbstractContextManager[Span | None]:
    """Time what is inside the block. None where it is not kept.

    Args:
        root: begins a trace of its own; for work that nobody waits for.
    """
    recorder = _Process.recorder
    return _NOTHING if recorder is None else _Recording(recorder, name, kind, root, attributes)


def begin(name: str, kind: Kind, context: Context) -> tuple[Span | None, Context]:
    """A span of work that goes on in steps, and the context of its steps. See `end`."""
    recorder = _Process.recorder
    if recorder is None:
        return None, context
    if not context.trace_id:
        context = msgspec.structs.replace(context, trace_id=secrets.token_hex(16))
    if not recorder.wants(context.trace_id):
        return None, context
    made = Span(
        name=name,
        kind=kind,
        trace_id=context.trace_id,
        span_id=secrets.token_hex(8),
        parent_id=context.span_id,
        started_ns=time.time_ns(),
        attributes={},
    )
    return made, msgspec.structs.replace(context, span_id=made.span_id)


def end(made: Span | None) -> None:
    recorder = _Process.recorder
    if made is not None and recorder is not None:
        made.ended_ns = time.time_ns()
        recorder.take(made)


class _Recording:
    def __init__(
        self,
        recorder: Recorder,
        name: str,
        kind: Kind,
        root: bool,  # never seen outside
        attributes: dict[str, Value],
    ) -> None:
        self._recorder = recorder
        self._name = name
        self._kind = kind
        self._root = root
        self._attributes = attributes
        self._span: Span | None = None

    def __enter__(self) -> Span | None:
        context = current()
        if self._root:
            trace_id = secrets.token_hex(16)
            context = msgspec.structs.replace(context, trace_id=trace_id, span_id="")
        self._span, context = begin(self._name, self._kind, context)
        if self._span is not None:
            self._span.attributes.update(self._attributes)
        self._entered = entering(context)
        self._entered.__enter__()
        return self._span

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._entered.__exit__(kind, error, trace)
        if self._span is not None:
            if isinstance(error, Exception) and not self._span.error:
                self._span.error = str(getattr(error, "code", "")) or type(error).__name__
            end(self._span)


_NOTHING = nullcontext()
