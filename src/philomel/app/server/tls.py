"""HTTPS without a proxy: the certificate and its key, and their renewal."""

import logging
import os
import ssl
from collections.abc import Sequence

from philomel.app.refusal import Exit, Refusal
from philomel.app.settings import Settings

_log = logging.getLogger(__name__)


class Certificate:
    """A certificate with its key, in files that somebody renews from time to time.

    Attributes:
        context: for the listener; TLS 1.2 and newer.

    Raises:
        Refusal: the files cannot be used; on making it only.
    """

    def __init__(self, chain: str, key: str) -> None:
        self._files = chain, key
        self.context = self._read()

    def renew(self) -> None:
        """Read the files anew, for connections from now on. The old ones stay if they are bad."""
        try:
            # Into a context of its own first: half a renewal would leave the server with none.
            self._read()
            self.context.load_cert_chain(*self._files, password=_no_passphrase)
        except (Refusal, OSError) as error:
            _log.error("the certificate was not renewed: %s", error)
        else:
            _log.info("the certificate was read anew")

    def _read(self) -> ssl.SSLContext:
        for path in self._files:
            _check_readable(path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(*self._files, password=_no_passphrase)
        except _PassphraseError:
            raise Refusal(
                f"{self._files[1]} is protected by a passphrase, and nobody is there to type it; "
                "store the key without one, readable for this user alone",
                Exit.UNAVAILABLE,
            ) from None
        except (OSError, ValueError) as error:
            raise Refusal(_reason(error, *self._files), Exit.UNAVAILABLE) from None
        return context


def open_certificate(settings: Settings) -> Certificate | None:
    """The certificate that the settings name, if they name one.

    Raises:
        Refusal: it cannot be used.
    """
    chain, key = (os.path.expanduser(settings.text(name)) for name in ("tls_cert", "tls_key"))  # noqa: PTH111  # texts
    return Certificate(chain, key) if chain else None


def secured(urls: Sequence[str], certificate: Certificate | None) -> Sequence[str]:
    """The server's own addresses with the scheme it speaks."""
    if certificate is None:
        return urls
    return [url.replace("http://", "https://", 1) for url in urls]


class _PassphraseError(Exception):
    """The key cannot be read without somebody at the keyboard."""


def _no_passphrase() -> str:
    raise _PassphraseError


def _check_readable(path: str) -> None:
    try:
        with open(path, "rb"):  # noqa: PTH123  # as OpenSSL opens it
            pass
    except OSError as error:
        raise Refusal(
            f"{path} cannot be read: {error.strerror}; see tls_cert and tls_key",
            Exit.UNAVAILABLE,
        ) from None


def _reason(error: Exception, chain: str, key: str) -> str:
    told = getattr(error, "reason", None) or ""
    if told == "KEY_VALUES_MISMATCH":
        return f"{key} is not the key of the certificate in {chain}"
    return f"{chain} and {key} are no certificate and key in PEM form"
