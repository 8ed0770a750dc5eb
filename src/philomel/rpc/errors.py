"""Kernel errors across the wire: the kind is the gRPC status, the rest travels in trailers."""

from collections.abc import Iterable
from typing import Any

from philomel.kernel.errors import (
    BY_GRPC_STATUS,
    DeadlineExceeded,
    Internal,
    PhilomelError,
    Unavailable,
)
from philomel.rpc.transport import grpc

CODE, MESSAGE, RETRY_AFTER = "philomel-code", "philomel-message-bin", "philomel-retry-after"

# HTTP/2 peers refuse trailers of more than 8 KiB in all, and then nothing would be told.
_LONGEST_MESSAGE = 4_000

Trailers = tuple[tuple[str, str | bytes], ...]


def trailers_of(error: PhilomelError) -> Trailers:
    # Text metadata is ASCII only; a message may hold any name.
    trailers: Trailers = (
        (CODE, error.code),
        (MESSAGE, error.message.encode(errors="replace")[:_LONGEST_MESSAGE]),
    )
    if error.retry_after is not None:
        trailers += ((RETRY_AFTER, repr(error.retry_after)),)
    return trailers


def status_of(error: PhilomelError) -> Any:
    return getattr(grpc.StatusCode, error.grpc_status)


def classes_of(contract_module: Any) -> dict[str, type[PhilomelError]]:
    """The errors that a contract knows, by their codes: they are raised as themselves."""
    return {
        cls.code: cls
        for cls in vars(contract_module).values()
        if isinstance(cls, type) and issubclass(cls, PhilomelError)
    }


def restore(error: Any, known: dict[str, type[PhilomelError]]) -> PhilomelError:
    """The error that a gRPC error stands for."""
    trailers = _texts(error.trailing_metadata() or ())
    kind = BY_GRPC_STATUS.get(error.code().name)
    code = trailers.get(CODE)
    if code is None or kind is None:
        return _of_transport(error.code())
    message = trailers.get(MESSAGE, "")
    cls = known.get(code, kind)
    return (cls if issubclass(cls, kind) else kind)(
        message, code=code, retry_after=_seconds(trailers.get(RETRY_AFTER))
    )


def _texts(metadata: Iterable[tuple[str, str | bytes]]) -> dict[str, str]:
    return {
        key: value.decode(errors="replace") if isinstance(value, bytes) else value
        for key, value in metadata
    }


def _seconds(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def _of_transport(status: Any) -> PhilomelError:
    """What gRPC itself says, without a word from Philomel's side."""
    match status:
        case grpc.StatusCode.DEADLINE_EXCEEDED:
            return DeadlineExceeded("the call took too long")
        case grpc.StatusCode.UNAVAILABLE | grpc.StatusCode.CANCELLED:
            return Unavailable("another part of the server is away", retry_after=1.0)
        case _:
            return Internal("another part of the server does not understand this one")
