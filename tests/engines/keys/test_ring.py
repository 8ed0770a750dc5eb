import json
import multiprocessing
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from philomel.engines.keys.ring import KeyRing, _hkdf
from philomel.kernel.clock import FixedClock, SystemClock
from philomel.kernel.errors import FailedPrecondition

CLOCK = FixedClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "ring.json"


@pytest.fixture
def ring(path: Path) -> KeyRing:
    return KeyRing.open(path, CLOCK)


def test_the_derivation_is_hkdf() -> None:
    # RFC 5869, A.3: without salt and info, the first 32 of 42 bytes.
    secret = bytes.fromhex("0b" * 22)
    expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
    assert _hkdf(secret, b"").hex() == expected


def test_it_is_made_once_and_for_its_owner_only(path: Path, ring: KeyRing) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    signature = ring.sign("media.url", b"data")
    assert KeyRing.open(path, CLOCK).verify("media.url", b"data", signature)
    assert [one.name for one in path.parent.iterdir()] == ["ring.json"]


def _open(path: Path) -> tuple[str, ...]:
    return KeyRing.open(path, SystemClock()).key_ids


def test_two_first_starts_agree(path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert len(set(pool.map(_open, [path] * 8))) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_ring_that_others_can_read_is_refused(path: Path, ring: KeyRing, mode: int) -> None:
    path.chmod(mode)
    with pytest.raises(FailedPrecondition, match="chmod 600"):
        KeyRing.open(path, CLOCK)


def test_purposes_are_separate(ring: KeyRing) -> None:
    signature = ring.sign("media.url", b"data")
    assert not ring.verify("media.cover", b"data", signature)
    assert not ring.verify("media.url", b"date", signature)
    sealed = ring.encrypt("accounts.app_password", b"secret", b"user")
    assert ring.decrypt("accounts.app_password", sealed, b"user") == b"secret"
    for purpose, context in (("accounts.session", b"user"), ("accounts.app_password", b"other")):
        with pytest.raises(ValueError, match="changed"):
            ring.decrypt(purpose, sealed, context)


def test_equal_texts_are_not_seen_to_be_equal(ring: KeyRing) -> None:
    assert ring.encrypt("p", b"same") != ring.encrypt("p", b"same")


@pytest.mark.parametrize("signature", ["", ".", "x.y", "é.ü", "a" * 10_000, "{id}.", "{id}.é"])
def test_nonsense_is_no_signature(ring: KeyRing, signature: str) -> None:
    assert not ring.verify("p", b"data", signature.replace("{id}", ring.key_ids[0]))


def test_a_signature_has_one_spelling(ring: KeyRing) -> None:
    signature = ring.sign("p", b"data")
    twin = signature[:-1] + chr(ord(signature[-1]) + 1)
    assert not ring.verify("p", b"data", twin)
    assert not ring.verify("p", b"data", signature + "=")


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.binary(max_size=100))
def test_nonsense_does_not_decrypt(data: bytes) -> None:
    text = {"version": 1, "keys": [{"id": "abcdef", "made_at": 1, "secret": "A" * 43 + "="}]}
    ring = KeyRing.parse(json.dumps(text), CLOCK)
    for nonsense in (data, b"\x01abcdef" + data):
        with pytest.raises(ValueError, match="encrypted"):
            ring.decrypt("p", nonsense)


def test_rotation_overlaps(path: Path, ring: KeyRing) -> None:
    other = KeyRing.open(path, CLOCK)
    old = ring.key_ids[0]
    signature, sealed = ring.sign("p", b"data"), ring.encrypt("p", b"data")
    new = ring.rotate()
    assert ring.key_ids == (old, new)
    assert ring.verify("p", b"data", signature)
    assert ring.decrypt("p", sealed) == b"data"
    fresh = ring.sign("p", b"data")
    assert fresh.startswith(new + ".")
    # Another process learns of the new key when it meets it.
    assert other.verify("p", b"data", fresh)
    assert other.decrypt("p", ring.encrypt("p", b"more")) == b"more"
    ring.drop(old)
    assert not ring.verify("p", b"data", signature)
    with pytest.raises(ValueError, match="not in the ring"):
        ring.decrypt("p", sealed)
    with pytest.raises(FailedPrecondition):
        ring.drop(new)


def test_an_old_key_ends_after_the_overlap(path: Path) -> None:
    clock = FixedClock()
    ring = KeyRing.open(path, clock)
    signature, sealed = ring.sign("p", b"data"), ring.encrypt("p", b"data")
    assert ring.current(signature)
    assert ring.current(sealed)
    new = ring.rotate(overlap_ms=1000)
    assert not ring.current(signature)
    assert not ring.current(sealed)
    assert ring.current(ring.encrypt("p", b"data"))
    clock.advance(999)
    assert ring.verify("p", b"data", signature)
    assert ring.decrypt("p", sealed) == b"data"
    clock.advance(1)
    assert not ring.verify("p", b"data", signature)
    # What it encrypted can still be encrypted anew, until the next rotation removes it.
    assert ring.decrypt("p", sealed) == b"data"
    newest = ring.rotate(overlap_ms=1000)
    with pytest.raises(ValueError, match="not in the ring"):
        ring.decrypt("p", sealed)
    assert [key.id for key in KeyRing.open(path, clock).keys] == [new, newest]
    # In a hurry, those that were to go on for a while end at once as well.
    signature = ring.sign("p", b"data")
    ring.rotate(overlap_ms=0)
    assert not ring.verify("p", b"data", signature)
    assert {key.ends_at for key in ring.keys} == {clock.now(), None}


def test_a_key_that_begins_later_verifies_at_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("philomel.engines.keys.ring._LOOK_SECONDS", 0.0)
    clock = FixedClock()
    ring, other = KeyRing.open(path, clock), KeyRing.open(path, clock)
    old = ring.newest
    new = ring.rotate(overlap_ms=1000, delay_ms=500)
    assert (ring.newest, other.newest) == (old, old)
    with pytest.raises(FailedPrecondition):
        ring.drop(old)
    early = FixedClock(clock.now() + 500)
    ahead = KeyRing.open(path, early)
    assert other.verify("p", b"data", ahead.sign("p", b"data"))
    clock.advance(500)
    assert (ring.newest, other.newest) == (new, new)
    clock.advance(1000)
    assert not other.verify("p", b"data", f"{old}.")


def test_a_running_process_takes_the_new_key(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring, other = KeyRing.open(path, CLOCK), KeyRing.open(path, CLOCK)
    new = ring.rotate()
    assert other.newest != new  # it does not look at every signature
    monkeypatch.setattr("philomel.engines.keys.ring._LOOK_SECONDS", 0.0)
    assert other.sign("p", b"data").startswith(new + ".")


def test_a_ring_from_a_setting(path: Path, ring: KeyRing) -> None:
    same = KeyRing.parse(path.read_text(), CLOCK)
    assert same.verify("p", b"data", ring.sign("p", b"data"))
    with pytest.raises(FailedPrecondition):
        same.rotate()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "{}",
        '{"version":1,"keys":[]}',
        '{"version":2,"keys":[{"id":"abcdef","made_at":1,"secret":"' + "A" * 43 + '="}]}',
        '{"version":1,"keys":[{"id":"abcdef","made_at":1,"secret":"AAAA"}]}',
        '{"version":1,"keys":[{"id":"abc.ef","made_at":1,"secret":"' + "A" * 43 + '="}]}',
    ],
)
def test_what_is_no_ring_is_refused(path: Path, text: str) -> None:
    with pytest.raises(FailedPrecondition):
        KeyRing.parse(text, CLOCK)
    path.parent.mkdir()
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(FailedPrecondition):
        KeyRing.open(path, CLOCK)


def test_a_damaged_ring_is_never_replaced(path: Path, ring: KeyRing) -> None:
    path.write_text("")
    with pytest.raises(FailedPrecondition):
        KeyRing.open(path, CLOCK)
    assert path.read_text() == ""


def test_secrets_are_not_shown(ring: KeyRing) -> None:
    assert "secret" not in repr(ring._keys)
