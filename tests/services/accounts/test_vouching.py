"""Tokens of a provider, and those that only look like them."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from philomel.services.accounts.contract import ProviderFailed, Role, Settings
from philomel.services.accounts.rules.claims import check_id_token, name_of, role_of
from philomel.services.accounts.service.providers.signed import UnknownKey, read

NOW = 1_700_000_000
GOOD = {"iss": "https://a", "aud": "me", "exp": NOW + 60, "iat": NOW, "nonce": "n", "sub": "s"}
RSA = rsa.generate_private_key(65537, 2048)
CURVE = ec.generate_private_key(ec.SECP256R1())
EDWARDS = ed25519.Ed25519PrivateKey.generate()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _number(number: int) -> str:
    return _text(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _rsa_key(**more: Any) -> dict[str, Any]:
    numbers = RSA.public_key().public_numbers()
    return {"kty": "RSA", "kid": "r", "n": _number(numbers.n), "e": _number(numbers.e), **more}


def _keys() -> list[dict[str, Any]]:
    point = CURVE.public_key().public_numbers()
    raw = EDWARDS.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return [
        _rsa_key(),
        {"kty": "EC", "kid": "e", "crv": "P-256", "x": _number(point.x), "y": _number(point.y)},
        {"kty": "OKP", "kid": "d", "crv": "Ed25519", "x": _text(raw)},
    ]


def _signed(header: dict[str, Any], signature: Any = None) -> str:
    head = f"{_text(json.dumps(header).encode())}.{_text(json.dumps(GOOD).encode())}"
    data = head.encode()
    match header.get("alg"):
        case "RS256":
            made = RSA.sign(data, padding.PKCS1v15(), hashes.SHA256())
        case "PS256":
            pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
            made = RSA.sign(data, pss, hashes.SHA256())
        case "ES256":
            r, s = utils.decode_dss_signature(CURVE.sign(data, ec.ECDSA(hashes.SHA256())))
            made = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        case "EdDSA":
            made = EDWARDS.sign(data)
        case "HS256":
            pem = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            mac = hmac.HMAC(pem, hashes.SHA256())
            mac.update(data)
            made = mac.finalize()
        case _:
            made = b""
    return f"{head}.{_text(made if signature is None else signature)}"


@pytest.mark.parametrize(
    ("alg", "kid"), [("RS256", "r"), ("PS256", "r"), ("ES256", "e"), ("EdDSA", "d")]
)
def test_what_the_provider_signed_is_read(alg: str, kid: str) -> None:
    assert read(_signed({"alg": alg, "kid": kid}), _keys()) == GOOD
    assert read(_signed({"alg": alg}), _keys()) == GOOD


@pytest.mark.parametrize(
    "token",
    [
        _signed({"alg": "none"}),
        _signed({"alg": "None", "kid": "r"}),
        _signed({"alg": "HS256", "kid": "r"}),
        _signed({"kid": "r"}),
        _signed({"alg": ["RS256"], "kid": "r"}),
        _signed({"alg": "RS256", "kid": "r", "crit": ["exp"]}),
        _signed({"alg": "RS256", "kid": "r"}, b""),
        _signed({"alg": "RS256", "kid": "r"}, b"x" * 256),
        _signed({"alg": "ES256", "kid": "e"}, b"\0" * 64),
        _signed({"alg": "RS256", "kid": "e"}),
        _signed(
            {"alg": "RS256", "kid": "other", "jku": "https://evil", "jwk": _rsa_key(kid="other")}
        ),
        _signed({"alg": "RS256", "kid": "r"}).rsplit(".", 1)[0],
        _signed({"alg": "RS256", "kid": "r"}) + ".x",
        "a.b.c",
        "",
        "[" * 70_000,
    ],
)
def test_what_only_looks_signed_is_refused(token: str) -> None:
    with pytest.raises(ProviderFailed):
        read(token, _keys())


def test_keys_for_other_ends_do_not_sign() -> None:
    token = _signed({"alg": "RS256", "kid": "r"})
    for key in (_rsa_key(use="enc"), _rsa_key(alg="PS256"), {"kty": "RSA", "kid": "x"}):
        with pytest.raises(UnknownKey):
            read(token, [key])


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://b"},
        {"iss": None},
        {"aud": "you"},
        {"aud": ["me", "you"]},
        {"aud": ["me", "you"], "azp": "you"},
        {"aud": None},
        {"exp": NOW - 61},
        {"exp": None},
        {"exp": True},
        {"exp": 10**400},
        {"iat": -(10**400)},
        {"iat": NOW - 601},
        {"iat": NOW + 61},
        {"nbf": NOW + 61},
        {"nbf": "soon"},
        {"nonce": "m"},
        {"nonce": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "s" * 256},
    ],
)
def test_a_token_for_somebody_else_or_another_time_is_refused(change: dict[str, Any]) -> None:
    claims = {name: value for name, value in {**GOOD, **change}.items() if value is not None}
    asked: dict[str, Any] = {"issuer": "https://a", "client_id": "me", "nonce": "n", "now_s": NOW}
    assert check_id_token(GOOD, **asked) == "s"
    with pytest.raises(ProviderFailed):
        check_id_token(claims, **asked)


def test_roles_and_names_are_read_from_claims() -> None:
    settings = Settings(
        oidc_role_claim="realm.roles", oidc_admin_values=("boss",), oidc_user_values=("in",)
    )
    assert role_of({"realm": {"roles": ["boss"]}}, settings) is Role.ADMIN
    assert role_of({"realm": {"roles": "in"}}, settings) is Role.LISTENER
    assert role_of({}, Settings()) is None
    wrong: list[dict[str, Any]] = [{}, {"realm": []}, {"realm": {"roles": [["boss"]]}}]
    for claims in [*wrong, {"realm": {"roles": ["x"]}}]:
        with pytest.raises(ProviderFailed):
            role_of(claims, settings)
    assert name_of({"email": "a/b@example.org"}, settings) == "a-b"
    with pytest.raises(ProviderFailed):
        name_of({"email": 7, "name": " "}, settings)
