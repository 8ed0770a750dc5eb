"""The caller across the wire, signed by the process that authenticated it.

The signature covers the method, the request's bytes, the caller, the trace and an expiry,
so it is worth nothing for another call, and nothing a minute later. Whoever holds the key
is Philomel; a call without a good signature is refused, whatever it claims.
"""

import hashlib
from collections.abc import Iterable
from typing import Protocol

from philomel.kernel.caller import Caller, Context
from philomel.kernel.clock import Clock
from philomel.kernel.errors import InvalidArgument, Unauthenticated
from philomel.rpc.codec import from_bytes, to_bytes

LIFETIME_MS = 60_000
_TRACE_DIGITS = 32
"""Of a trace id; what follows is the id of the caller's span."""

CALLER, EXPIRES, TRACE, SIGNATURE = (
    "philomel-caller-bin",
    "philomel-expires",
    "philomel-trace",
    "philomel-signature",
)

Metadata = tuple[tuple[str, str | bytes], ...]


class Signer(Protocol):
    def sign(self, data: bytes) -> str:
        """A signature in ASCII that only holders of the key can make."""
        ...


class Verifier(Protocol):
    def verify(self, data: bytes, signature: str) -> bool:
        """Whether a holder of the key signed `data`."""
        ...


def sign_call(
    path: str, request: bytes, context: Context, signer: Signer, clock: Clock
) -> Metadata:
    caller = to_bytes(context.caller)
    expires = str(clock.now() + LIFETIME_MS)
    # A trace that is no header value is not worth a call; the other side makes a new one.
    fit = (
        len(context.trace_id) <= _TRACE_DIGITS
        and context.trace_id.isascii()
        and context.trace_id.isalnum()
    )
    trace = context.trace_id + context.span_id if fit else ""
    signature = signer.sign(_signed(path, request, caller, expires, trace))
    return (
        (CALLER, caller),
        (EXPIRES, expires),
        (TRACE, trace),
        (SIGNATURE, signature),
    )


def check_call(
    path: str,
    request: bytes,
    metadata: Iterable[tuple[str, str | bytes]],
    verifier: Verifier,
    clock: Clock,
) -> Context:
    """The signed context of a call, without its deadline.

    Raises:
        Unauthenticated: not signed by a holder of the key, for another call, or too old.
    """
    given = dict(metadata)
    caller = given.get(CALLER)
    expires, trace, signature = (given.get(key) for key in (EXPIRES, TRACE, SIGNATURE))
    if not (
        isinstance(caller, bytes)
        and isinstance(expires, str)
        and isinstance(trace, str)
        and isinstance(signature, str)
        and verifier.verify(_signed(path, request, caller, expires, trace), signature)
    ):
        raise Unauthenticated("the call is not signed by a part of this server")
    # Only signed digits get here, so they are what `sign_call` wrote.
    if not clock.now() <= int(expires) <= clock.now() + 2 * LIFETIME_MS:
        raise Unauthenticated("the signature of the call has expired; compare the clocks")
    try:
        return Context(
            caller=from_bytes(Caller, caller),
            trace_id=trace[:_TRACE_DIGITS],
            span_id=trace[_TRACE_DIGITS:],
        )
    except InvalidArgument:
        raise Unauthenticated("the caller cannot be read") from None


def _signed(path: str, request: bytes, caller: bytes, expires: str, trace: str) -> bytes:
    digest = hashlib.sha256(request).digest()
    parts = (path.encode(), digest, caller, expires.encode(), trace.encode())
    # Lengths in front, so that no two calls have the same text.
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
