"""What players may do with accounts: never more than their app password opens."""

from tests.gateway.running import House
from tests.gateway.subsonic.conftest import Ask

ALICE = {"u": "alice", "p": "app-alice"}
GOOD = {"password": "a long enough one"}


def names(house: House) -> set[str]:
    return {user.name for user in house.people.users.values()}


def test_an_administrator_manages_listeners(house: House, ask: Ask) -> None:
    assert ask("createUser", **ALICE, username="eve", email="e@x", **GOOD)["status"] == "ok"
    assert names(house) == {"Alice", "bob", "eve"}
    listed = ask("getUsers", **ALICE)["users"]["user"]
    assert {user["username"]: user["adminRole"] for user in listed} == {
        "Alice": True, "bob": False, "eve": False,
    }  # fmt: skip
    for secret in ("another one of them", "enc:" + b"another one of them".hex()):
        assert ask("changePassword", **ALICE, username="EVE", password=secret)["status"] == "ok"
        assert house.people.passwords["eve"] == "another one of them"
    assert ask("updateUser", **ALICE, username="eve", **GOOD)["status"] == "ok"
    assert house.people.passwords["eve"] == GOOD["password"]
    assert ask("deleteUser", **ALICE, username="eve")["status"] == "ok"
    assert names(house) == {"Alice", "bob"}


def test_an_app_password_makes_and_touches_no_administrator(house: House, ask: Ask) -> None:
    """Whoever steals one from a player must not get the account, nor another such account."""
    ask("createUser", **ALICE, username="root", **GOOD)
    house.people.promote("root")
    for method, parameters in (
        ("createUser", {"username": "eve", "adminRole": "true", "email": "e@x", **GOOD}),
        ("updateUser", {"username": "bob", "adminRole": "true", **GOOD}),
        ("updateUser", {"username": "root", **GOOD}),
        ("deleteUser", {"username": "root"}),
        ("changePassword", {"username": "root", "password": "taken over now"}),
        ("changePassword", {"username": "alice", "password": "taken over now"}),
        ("updateUser", {"username": "Alice", "password": "taken over now"}),
        ("deleteUser", {"username": "alice"}),
    ):
        assert (method, ask(method, **ALICE, **parameters)["error"]["code"]) == (method, 50)
    assert names(house) == {"Alice", "bob", "root"}
    assert "taken over now" not in house.people.passwords.values()


def test_listeners_see_themselves_alone(ask: Ask) -> None:
    (only,) = ask("getUsers")["users"]["user"]
    assert only == ask("getUser", username="BOB")["user"]
    assert (only["username"], only["adminRole"], len(only["folder"])) == ("bob", False, 1)


def test_everybody_has_a_picture(house: House) -> None:
    def picture(name: str) -> bytes:
        reply = house.http.get(f"{house.url}/rest/getAvatar?u=bob&p=app-bob&username={name}")
        assert reply.headers["content-type"] == "image/png"
        return reply.content

    assert picture("alice") == picture("ALICE") != picture("bob")
    assert picture("nobody").startswith(b"\x89PNG")
