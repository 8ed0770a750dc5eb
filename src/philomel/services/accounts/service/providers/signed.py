"""Signed tokens of a provider (RFC 7515, 7517, 7518): verified with its own published keys only.

The algorithm is one of those that need a private key, so neither "none" nor a published key
taken for a shared secret can pass; keys that the token itself names or brings are not read.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from philomel.services.accounts.contract import ProviderFailed

_MAX_TOKEN = 64 * 1024
_HASHES = {"256": "SHA256", "384": "SHA384", "512": "SHA512"}
_CURVES = {"ES256": ("P-256", 32), "ES384": ("P-384", 48), "ES512": ("P-521", 66)}
ALGORITHMS = frozenset(
    [f"{kind}{size}" for kind in ("RS", "PS", "ES") for size in _HASHES] + ["EdDSA"]
)
_SMALLEST_RSA = 2048

Key = Mapping[str, Any]


class UnknownKey(ProviderFailed):
    """None of the keys fits: the provider may have new ones."""

    code = "accounts.unknown_key"


def read(token: str, keys: Sequence[Key]) -> dict[str, Any]:
    """The claims of a token that one of `keys` signed.

    Raises:
        UnknownKey: the key that it names is not among them.
        ProviderFailed: it is malformed, or the signature does not fit.
    """
    parts = token.split(".")
    if len(token) > _MAX_TOKEN or len(parts) != 3:
        raise ProviderFailed("the provider's answer is no signed token")
    header = _object(parts[0])
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS or "crit" in header:
        raise ProviderFailed("the provider signs in a way that is not taken here")
    named = header.get("kid")
    fitting = [
        key for key in keys if (named is None or key.get("kid") == named) and _fits(key, algorithm)
    ]
    if not fitting:
        raise UnknownKey("the provider's key is not known")
    signed, signature = f"{parts[0]}.{parts[1]}".encode("ascii", "replace"), _bytes(parts[2])
    if not any(_is_good(key, algorithm, signed, signature) for key in fitting[:10]):
        raise ProviderFailed("the provider's signature does not fit")
    return _object(parts[1])


def _fits(key: Key, algorithm: str) -> bool:
    if key.get("use", "sig") != "sig" or key.get("alg", algorithm) != algorithm:
        return False
    match algorithm[:2]:
        case "RS" | "PS":
            return key.get("kty") == "RSA"
        case "ES":
            return key.get("kty") == "EC" and key.get("crv") == _CURVES[algorithm][0]
    return key.get("kty") == "OKP" and key.get("crv") == "Ed25519"


def _is_good(key: Key, algorithm: str, signed: bytes, signature: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        _verify(key, algorithm, signed, signature)
    except (InvalidSignature, ValueError, TypeError, KeyError):
        return False
    return True


def _verify(key: Key, algorithm: str, signed: bytes, signature: bytes) -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

    if algorithm == "EdDSA":
        ed25519.Ed25519PublicKey.from_public_bytes(_bytes(key["x"])).verify(signature, signed)
        return
    hash_ = getattr(hashes, _HASHES[algorithm[2:]])()
    if algorithm.startswith("ES"):
        curves = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
        crv, size = _CURVES[algorithm]
        if len(signature) != 2 * size:
            raise ValueError("a signature of another length")
        public = ec.EllipticCurvePublicNumbers(
            _number(key["x"]), _number(key["y"]), curves[crv]
        ).public_key()
        encoded = utils.encode_dss_signature(
            int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
        )
        public.verify(encoded, signed, ec.ECDSA(hash_))
        return
    rsa_key = rsa.RSAPublicNumbers(_number(key["e"]), _number(key["n"])).public_key()
    if rsa_key.key_size < _SMALLEST_RSA:
        raise ValueError("the key is too small")
    if algorithm.startswith("RS"):
        rsa_key.verify(signature, signed, padding.PKCS1v15(), hash_)
        return
    pss = padding.PSS(mgf=padding.MGF1(hash_), salt_length=hash_.digest_size)
    rsa_key.verify(signature, signed, pss, hash_)


def _object(part: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(_bytes(part), type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise ProviderFailed("the provider's answer is no signed token") from None


def _bytes(text: object) -> bytes:
    if not isinstance(text, str):
        raise TypeError("no text")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ProviderFailed("the provider's answer is no signed token") from None


def _number(text: object) -> int:
    return int.from_bytes(_bytes(text), "big")
