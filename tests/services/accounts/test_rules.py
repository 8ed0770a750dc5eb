"""Decisions of accounts, in tables."""

import base64
import hashlib

import pytest

from philomel.services.accounts.contract import BadName, BadRedirect, InvalidGrant, WeakPassword
from philomel.services.accounts.rules import people, programs, tries
from philomel.services.accounts.rules.tries import Counter, Tries


@pytest.mark.parametrize("name", ["a", "Ada Lovelace", "Zoë", "%", "a%b_", "鶯", "x" * 64])
def test_good_names(name: str) -> None:
    assert people.check_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "x" * 65, " a", "a ", "a/b", "a\\b", "a\nb", "a\x00b", "a\u202eb", "a\u200bb", "\ud800"],
)
def test_bad_names(name: str) -> None:
    with pytest.raises(BadName):
        people.check_name(name)


@pytest.mark.parametrize(
    ("one", "other"), [("Ada", "aDA"), ("Zo\u00eb", "zoe\u0308"), ("STRASSE", "straße")]
)
def test_names_that_are_the_same(one: str, other: str) -> None:
    assert people.name_key(one) == people.name_key(other)


def test_names_that_are_not_the_same() -> None:
    assert len({people.name_key(name) for name in ("a", "á", "%", "_", "a%")}) == 5


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short12",
        "password",
        "Password1",
        "PASSWORD123!",
        "12345678",
        "87654321",
        "1234567890",
        "abcdefghij",
        "aaaaaaaaaaaa",
        "ada lovelace",
        "Iloveyou!!",
        "x" * 1025,
    ],
)
def test_weak_passwords(password: str) -> None:
    with pytest.raises(WeakPassword):
        people.check_password(password, "Ada Lovelace")


@pytest.mark.parametrize(
    "password", ["bxkqmzwp", "correct horse", "🎵🎶🎼🎹🎻🥁🎺🎷", "x1yz" * 256]
)
def test_good_passwords(password: str) -> None:
    people.check_password(password, "Ada")


@pytest.mark.parametrize(
    "uri",
    [
        "https://example.org/callback",
        "https://example.org:8443/a?b=c",
        "http://127.0.0.1:8080/callback",
        "http://127.0.0.1/callback",
        "http://[::1]/",
        "org.example.player:/callback",
        "myplayer://signed-in",
    ],
)
def test_good_redirects(uri: str) -> None:
    assert programs.check_redirect(uri) == uri


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/callback",
        "http://example.org/",
        "http://localhost:8080/",
        "https://localhost/",
        "http://localhost./",
        "http://app.localhost/",
        "https://example.org/#fragment",
        "https://user@example.org/",
        "https://example.org@evil.example/",
        "https://*.example.org/",
        "https://example.org\\@evil.example/",
        "https://exa mple.org/",
        "https://example.org/\r\nSet-Cookie: a=b",
        "https://",
        "https://%65xample.org/",
        "https://example.org;script-src/",
        "https://example.org,evil.example/",
        "https://example.org:99999/",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "x:/a",
        "https://exämple.org/",
    ],
)
def test_bad_redirects(uri: str) -> None:
    with pytest.raises(BadRedirect):
        programs.check_redirect(uri)


REGISTERED = (
    "https://example.org/callback",
    "http://127.0.0.1/callback",
    "http://127.0.0.1:9000/fixed",
    "http://[::1]/six",
    "myplayer://signed-in",
)


@pytest.mark.parametrize("uri", [*REGISTERED, "http://127.0.0.1:51234/callback"])
def test_redirects_that_match(uri: str) -> None:
    assert programs.match_redirect(uri, REGISTERED)


def test_any_port_of_the_ipv6_loopback_matches() -> None:
    assert programs.match_redirect("http://[::1]:51234/six", REGISTERED)


@pytest.mark.parametrize(
    "uri",
    [
        "https://example.org/callback/",
        "https://example.org/callback/../evil",
        "https://example.org/callback?x=1",
        "https://example.org/callbackevil",
        "https://example.org:444/callback",
        "https://example.org/Callback",
        "https://EXAMPLE.org/callback",
        "http://example.org/callback",
        "https://example.org.evil.example/callback",
        "https://example.org@evil.example/callback",
        "https://example.org%40evil.example/callback",
        "https://evil.example/https://example.org/callback",
        "http://127.0.0.1:9001/fixed",
        "http://127.0.0.1:80@evil.example/callback",
        "http://evil@127.0.0.1:80/callback",
        "http://127.0.0.1.evil.example:80/callback",
        "http://localhost:51234/callback",
        "http://127.0.0.2:51234/callback",
        "http://127.0.0.1:051234/callback",
        "http://127.0.0.1:51234/callback#x",
        "myplayer://signed-in/",
        "",
    ],
)
def test_redirects_that_do_not_match(uri: str) -> None:
    assert not programs.match_redirect(uri, REGISTERED)


def test_a_verifier_fits_its_challenge_only() -> None:
    verifier = "v" * 64
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert programs.check_challenge(challenge, public=True) == challenge
    programs.check_verifier(challenge, verifier)
    programs.check_verifier(None, None)
    for wrong in (None, "", "w" * 64, challenge, "v" * 42, "v" * 129, "ü" * 64):
        with pytest.raises(InvalidGrant):
            programs.check_verifier(challenge, wrong)
    with pytest.raises(InvalidGrant):
        programs.check_verifier(None, verifier)


@pytest.mark.parametrize("challenge", [None, "", "plain-verifier", "x" * 44, "x" * 42 + "="])
def test_public_programs_need_an_s256_challenge(challenge: str | None) -> None:
    with pytest.raises(programs.NeedsChallenge):
        programs.check_challenge(challenge, public=True)


def test_scopes_are_known_and_sorted() -> None:
    assert programs.check_scopes(("streaming", "app-remote-control", "streaming")) == (
        "app-remote-control",
        "streaming",
    )
    for unknown in ("*", "admin", "user-library-read ", ""):
        with pytest.raises(programs.BadScope):
            programs.check_scopes((unknown,))


def test_waits_double_up_to_a_quarter_of_an_hour() -> None:
    waits = [tries.wait_of(Counter.PAIR, failures) for failures in range(1000)]
    assert waits[:5] == [0] * 5
    assert waits[5:9] == [1000, 2000, 4000, 8000]
    assert max(waits) == waits[-1] == 15 * 60 * 1000


def test_a_wait_runs_from_the_last_failure() -> None:
    assert tries.left(Counter.PAIR, None, 0) == 0
    assert tries.left(Counter.PAIR, Tries(failures=7, failed_at=1000), 1500) == 3500
    assert tries.left(Counter.PAIR, Tries(failures=7, failed_at=1000), 10_000) == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("no address", "no address"),
    ],
)
def test_networks(address: str, network: str) -> None:
    assert tries.network_of(address) == network
