"""Passkeys that lie: an authenticator of our own says whatever it is told to."""

import base64
import hashlib
import json
from dataclasses import dataclass, field, replace

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from tests.services.accounts.house import HOME, PASSWORD, House

from philomel.kernel.caller import ANONYMOUS, acting
from philomel.services.accounts.contract import (
    AddPasskey,
    BadCredentials,
    BadPasskey,
    BeginPasskey,
    BeginPasskeySignIn,
    CompleteSignIn,
    PasskeyChallenge,
    Prove,
    Session,
    SignIn,
    SignInWithPasskey,
)

ORIGIN = "https://music.example.org"
PRESENT, VERIFIED, ATTESTED = 1, 4, 64


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass(frozen=True)
class Authenticator:
    """Attributes:
    site, origin: what it says it was asked by.
    flags: whether it saw and knew a person.
    kind: what the browser says it did; as it should if left out.
    challenge: what it signs instead of what it was given.
    """

    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    credential: bytes = b"c" * 32
    site: str = "music.example.org"
    origin: str = ORIGIN
    flags: int = PRESENT | VERIFIED
    kind: str = ""
    challenge: str = ""
    count: int = 1

    def made(self, asked: PasskeyChallenge) -> str:
        point = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"),
                  -3: point.y.to_bytes(32, "big")}  # fmt: skip
        attested = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential
        data = self._data(self.flags | ATTESTED) + attested + cbor2.dumps(public)
        statement = {"fmt": "none", "attStmt": {}, "authData": data}
        return self._answer(
            clientDataJSON=text(self._client("webauthn.create", asked)),
            attestationObject=text(cbor2.dumps(statement)),
        )

    def signed(self, asked: PasskeyChallenge) -> str:
        client, data = self._client("webauthn.get", asked), self._data(self.flags)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=text(client), authenticatorData=text(data), signature=text(signature)
        )

    def _client(self, kind: str, asked: PasskeyChallenge) -> bytes:
        challenge = self.challenge or json.loads(asked.options)["challenge"]
        said = {"type": self.kind or kind, "challenge": challenge, "origin": self.origin}
        return json.dumps(said).encode()

    def _data(self, flags: int) -> bytes:
        return (
            hashlib.sha256(self.site.encode()).digest()
            + bytes([flags])
            + self.count.to_bytes(4, "big")
        )

    def _answer(self, **response: str) -> str:
        id_ = text(self.credential)
        whole = {"id": id_, "rawId": id_, "type": "public-key", "response": response}
        return json.dumps({**whole, "clientExtensionResults": {}})


LIES = [
    {"origin": "https://evil.example"},
    {"origin": "https://music.example.org.evil.example"},
    {"origin": "http://music.example.org"},
    {"origin": "https://music.example.org:444"},
    {"site": "evil.example"},
    {"site": "example.org"},
    {"challenge": text(b"x" * 32)},
    {"challenge": "AA"},
    {"flags": PRESENT},
    {"flags": VERIFIED},
    {"kind": "webauthn.other"},
]


async def challenged(house: House, pending: str = "") -> PasskeyChallenge:
    with acting(ANONYMOUS):
        return await house.accounts.begin_passkey_sign_in(BeginPasskeySignIn(ORIGIN, pending))


async def enter(house: House, asked: PasskeyChallenge, answer: str) -> Session:
    with acting(ANONYMOUS):
        return await house.accounts.sign_in_with_passkey(
            SignInWithPasskey(asked.pending, answer, ORIGIN, HOME)
        )


async def add(house: House, session: Session, maker: Authenticator) -> None:
    with acting(await house.caller(session)):
        asked = await house.accounts.begin_passkey(BeginPasskey(ORIGIN))
        await house.accounts.add_passkey(AddPasskey(asked.pending, "x", maker.made(asked), ORIGIN))


async def test_only_what_this_site_asked_for_is_kept(house: House) -> None:
    await house.user()
    session, good = await house.sign_in(), Authenticator()
    for lie in LIES:
        with pytest.raises(BadPasskey):
            await add(house, session, replace(good, **lie))  # type: ignore[arg-type]  # any lie
    await add(house, session, good)
    with pytest.raises(BadPasskey):
        await add(house, session, good)  # it is here already
    with acting(await house.caller(session)):
        asked = await house.accounts.begin_passkey(BeginPasskey(ORIGIN))
    # Begun by one, ended by another: nobody's.
    await house.user("Bob")
    other = replace(good, credential=b"d" * 32).made(asked)
    with acting(await house.caller(await house.sign_in("Bob"))), pytest.raises(BadPasskey):
        await house.accounts.add_passkey(AddPasskey(asked.pending, "x", other, ORIGIN))


async def test_only_what_this_site_asked_for_opens(house: House) -> None:
    user = await house.user()
    good = Authenticator()
    await add(house, await house.sign_in(), good)
    for number, lie in enumerate([*LIES, {"key": Authenticator().key}, {"credential": b"z" * 32}]):
        house.clock.advance(16 * 60_000)  # beyond the longest wait
        asked = await challenged(house)
        with pytest.raises(BadPasskey):
            await enter(house, asked, replace(good, count=2 + number, **lie).signed(asked))  # type: ignore[arg-type]  # any lie
        # A challenge is worth one answer, good or not.
        with pytest.raises(BadCredentials):
            await enter(house, asked, replace(good, count=50).signed(asked))
    asked, elsewhere = await challenged(house), await challenged(house)
    answer = replace(good, count=60).signed(asked)
    with pytest.raises(BadPasskey):
        await enter(house, elsewhere, answer)
    assert (await enter(house, asked, answer)).user.id == user.id
    for again in (asked, await challenged(house)):
        with pytest.raises((BadCredentials, BadPasskey)):
            await enter(house, again, answer)
    # A counter that goes back is a copy's.
    asked = await challenged(house)
    with pytest.raises(BadPasskey):
        await enter(house, asked, replace(good, count=60).signed(asked))
    late = await challenged(house)
    house.clock.advance(6 * 60_000)
    with pytest.raises(BadCredentials):
        await enter(house, late, replace(good, count=70).signed(late))


async def test_the_passkey_of_another_is_no_second_factor(house: House) -> None:
    await house.user()
    await house.user("Bob")
    hers, his = Authenticator(), Authenticator(credential=b"b" * 32)
    session = await house.sign_in()
    await add(house, session, hers)
    await add(house, await house.sign_in("Bob"), his)
    with acting(ANONYMOUS):
        step = await house.accounts.sign_in(SignIn("Ada", PASSWORD, HOME))
    assert (step.token, bool(step.pending)) == ("", True)
    asked = await challenged(house, step.pending)
    with acting(ANONYMOUS):
        for answer in (his.signed(asked), replace(hers, challenge="AAAA").signed(asked), "{}"):
            with pytest.raises(BadPasskey):
                await house.accounts.complete_sign_in(
                    CompleteSignIn(step.pending, HOME, passkey=answer, origin=ORIGIN)
                )
    # Nor does it prove that it is still her.
    with acting(await house.caller(session)):
        asked = await house.accounts.begin_passkey_sign_in(BeginPasskeySignIn(ORIGIN))
        with pytest.raises(BadPasskey):
            await house.accounts.prove(
                Prove(pending=asked.pending, passkey=replace(his, count=9).signed(asked),
                      origin=ORIGIN)
            )  # fmt: skip
