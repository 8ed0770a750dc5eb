"""App passwords and API keys: what players prove themselves by."""

import hashlib
import time

import pytest
from sqlalchemy import Connection, TextClause, text
from tests.services.accounts.house import ELSEWHERE, HOME, PASSWORD, House, person

from philomel.kernel.caller import ALL_SCOPES, ANONYMOUS, OPERATOR, Caller, CallerKind, acting
from philomel.kernel.errors import InvalidArgument, PermissionDenied, Unauthenticated
from philomel.services.accounts.contract import (
    AppPasswordNotFound,
    Authenticate,
    Authenticated,
    AuthenticatePlayer,
    BadCredentials,
    BadName,
    CreateAppPassword,
    ListAppPasswords,
    NewAppPassword,
    RemoveUser,
    RenewSecrets,
    RevokeAppPassword,
    Role,
    TooManyTries,
    User,
    UserNotFound,
)


async def _app_password(house: House, user: User, label: str = "Phone") -> NewAppPassword:
    with acting(person(user)):
        return await house.accounts.create_app_password(CreateAppPassword(user.id, label))


def _token(password: str, salt: str = "c19b2d") -> AuthenticatePlayer:
    token = hashlib.md5((password + salt).encode()).hexdigest()
    return AuthenticatePlayer(HOME, name="ada", token=token, salt=salt)


def _ways(made: NewAppPassword) -> list[AuthenticatePlayer]:
    bare = made.password.replace("-", "")
    return [
        AuthenticatePlayer(HOME, name="ADA", password=made.password),
        AuthenticatePlayer(HOME, name="Ada", password=bare),
        _token(made.password),
        _token(bare),
        AuthenticatePlayer(HOME, api_key=made.api_key),
    ]


async def test_every_way_of_proving_names_the_person_and_the_password(house: House) -> None:
    user = await house.user()
    await _app_password(house, user, "Other")
    made = await _app_password(house, user)
    caller = Caller(
        kind=CallerKind.USER,
        user_id=user.id,
        name="Ada",
        scopes=ALL_SCOPES,
        client_id=made.id,
    )
    for way in _ways(made):
        assert await house.accounts.authenticate_player(way) == Authenticated(caller, user)


async def test_revoked_at_once(house: House) -> None:
    user = await house.user()
    made, other = await _app_password(house, user), await _app_password(house, user, "Desk")
    for way in _ways(made):
        await house.accounts.authenticate_player(way)
    with acting(person(user)):
        await house.accounts.revoke_app_password(RevokeAppPassword(user.id, made.id))
        with pytest.raises(AppPasswordNotFound):
            await house.accounts.revoke_app_password(RevokeAppPassword(user.id, made.id))
    for way in _ways(made):
        with pytest.raises(BadCredentials):
            await house.accounts.authenticate_player(way)
    for way in _ways(other):
        await house.accounts.authenticate_player(way)


async def test_a_removed_person_opens_nothing(house: House) -> None:
    user = await house.user()
    made = await _app_password(house, user)
    for way in _ways(made):
        await house.accounts.authenticate_player(way)
    with acting(OPERATOR):
        await house.accounts.remove_user(RemoveUser(user.id))
    for way in _ways(made):
        with pytest.raises(BadCredentials):
            await house.accounts.authenticate_player(way)


@pytest.mark.parametrize("name", ["%", "a%", "_da", "", "Eve", "ada\x00", "a" * 2000])
async def test_a_name_is_never_a_pattern(house: House, name: str) -> None:
    made = await _app_password(house, await house.user())
    with pytest.raises(BadCredentials):
        await house.accounts.authenticate_player(
            AuthenticatePlayer(HOME, name=name, password=made.password)
        )


async def test_the_account_password_opens_no_player(house: House) -> None:
    user = await house.user()
    await _app_password(house, user)
    for way in (
        AuthenticatePlayer(HOME, name="Ada", password=PASSWORD),
        _token(PASSWORD),
        AuthenticatePlayer(HOME, api_key=PASSWORD),
        AuthenticatePlayer(HOME, api_key=(await house.sign_in()).token),
    ):
        with pytest.raises(BadCredentials):
            await house.accounts.authenticate_player(way)


async def test_wrong_proofs(house: House) -> None:
    user = await house.user()
    made = await _app_password(house, user)
    with acting(person(await house.user("Eve"))) as context:
        assert context.caller.user_id is not None
        eve = await house.accounts.create_app_password(
            CreateAppPassword(context.caller.user_id, "Eve's")
        )
    for way in (
        AuthenticatePlayer(HOME, name="Ada", password=eve.password),
        AuthenticatePlayer(HOME, name="Ada", password=""),
        AuthenticatePlayer(HOME, name="Ada", token="", salt="abcdef"),
        AuthenticatePlayer(HOME, name="Ada", token="é" * 32, salt="abcdef"),
        AuthenticatePlayer(HOME, name="Ada", token=hashlib.md5(made.password.encode()).hexdigest()),
        AuthenticatePlayer(HOME, api_key=made.api_key[:-1] + "~"),
        AuthenticatePlayer(HOME, api_key=eve.api_key[:30] + made.api_key[30:]),
        AuthenticatePlayer(HOME, api_key=""),
        AuthenticatePlayer(HOME, api_key="\ud800" * 70),
        AuthenticatePlayer(HOME, name="Ada", password="\ud800"),
    ):
        # Half a character does not even get over the wire.
        with pytest.raises((BadCredentials, InvalidArgument)):
            await house.accounts.authenticate_player(way)


async def test_exactly_one_way_of_proving(house: House) -> None:
    made = await _app_password(house, await house.user())
    for way in (
        AuthenticatePlayer(HOME, name="Ada"),
        AuthenticatePlayer(HOME, name="Ada", api_key=made.api_key),
        AuthenticatePlayer(HOME, name="Ada", password=made.password, token="x", salt="y"),
        AuthenticatePlayer(HOME, password=made.password),
    ):
        with pytest.raises(InvalidArgument):
            await house.accounts.authenticate_player(way)


async def test_a_thousand_tries_are_held_up_and_good_ones_are_not(house: House) -> None:
    made = await _app_password(house, await house.user())
    waits: list[float | None] = []
    for number in range(1000):
        try:
            await house.accounts.authenticate_player(
                AuthenticatePlayer(ELSEWHERE, name="Ada", password=f"guess {number}")
            )
        except TooManyTries as error:
            waits.append(error.retry_after)
        except BadCredentials:
            pass
    assert len(waits) == 950
    assert None not in waits
    good = AuthenticatePlayer(ELSEWHERE, name="Ada", password=made.password)
    await house.accounts.authenticate_player(good)
    await house.sign_in(address=ELSEWHERE)


async def test_people_manage_their_own_only(house: House) -> None:
    ada, eve = await house.user(), await house.user("Eve")
    admin = await house.user("Root", Role.ADMIN)
    made = await _app_password(house, ada)
    strangers = (
        person(eve),
        Caller(kind=CallerKind.USER, user_id=ada.id, scopes=ALL_SCOPES, client_id=made.id),
        Caller(kind=CallerKind.USER, user_id=ada.id, scopes=("user-library-read",)),
    )
    for caller in (*strangers, ANONYMOUS):
        with acting(caller):
            for call in (
                house.accounts.create_app_password(CreateAppPassword(ada.id, "Mine")),
                house.accounts.list_app_passwords(ListAppPasswords(ada.id)),
                house.accounts.revoke_app_password(RevokeAppPassword(ada.id, made.id)),
            ):
                with pytest.raises((PermissionDenied, Unauthenticated)):
                    await call
    with acting(person(eve)), pytest.raises(AppPasswordNotFound):
        await house.accounts.revoke_app_password(RevokeAppPassword(eve.id, made.id))
    for allowed in (person(ada), person(admin), OPERATOR):
        with acting(allowed):
            listed = await house.accounts.list_app_passwords(ListAppPasswords(ada.id))
            assert [item.id for item in listed.items] == [made.id]


async def test_labels_are_checked_and_users_must_exist(house: House) -> None:
    with acting(OPERATOR):
        with pytest.raises(UserNotFound):
            await house.accounts.create_app_password(CreateAppPassword("0" * 22, "Phone"))
        user = await house.user()
        for label in ("", "   ", "x" * 65, "a\x1b[31mb"):
            with pytest.raises(BadName):
                await house.accounts.create_app_password(CreateAppPassword(user.id, label))


async def test_the_last_use_is_kept_to_five_minutes(house: House) -> None:
    user = await house.user()
    made = await _app_password(house, user)

    async def last_use() -> int | None:
        with acting(person(user)):
            listed = await house.accounts.list_app_passwords(ListAppPasswords(user.id))
        return listed.items[0].last_used_at

    assert await last_use() is None
    first = house.clock.now()
    for way in _ways(made):
        await house.accounts.authenticate_player(way)
        house.clock.advance(10_000)
    assert await last_use() == first
    house.clock.advance(5 * 60 * 1000)
    await house.accounts.authenticate_player(_token(made.password))
    assert await last_use() == house.clock.now()


async def test_the_database_holds_no_secret_that_can_be_read(house: House) -> None:
    user = await house.user()
    made = await _app_password(house, user)
    session = await house.sign_in()
    tables = ("users", "sessions", "app_passwords", "tries", "grants", "tokens", "apps")
    dump = ""
    for table in tables:
        query = text(f"SELECT * FROM {table}")

        def read(connection: Connection, query: TextClause = query) -> str:
            return repr(connection.execute(query).all())

        dump += await house.database.read(read)
    for secret in (PASSWORD, made.password, made.password.replace("-", "")):
        assert secret not in dump
    for token in (made.api_key, session.token):
        assert token not in dump
        assert token[26:] not in dump
    assert HOME not in dump


async def test_after_a_rotation_of_the_keys_everything_still_opens(house: House) -> None:
    """What is used during the overlap goes over to the new key; the rest ends with the old one."""
    user = await house.user()
    made, unused = [await _app_password(house, user) for _ in range(2)]
    session, forgotten = await house.sign_in(), await house.sign_in()
    house.keys.rotate(overlap_ms=60_000)
    house.clock.advance(10_000)
    for way in _ways(made):
        await house.accounts.authenticate_player(way)
    await house.accounts.authenticate(Authenticate(session.token))
    with acting(OPERATOR):
        assert (await house.accounts.renew_secrets(RenewSecrets())).count == 2
        assert (await house.accounts.renew_secrets(RenewSecrets())).count == 0
    house.clock.advance(60_000)
    for way in _ways(made):
        await house.accounts.authenticate_player(way)
    await house.accounts.authenticate(Authenticate(session.token))
    await house.accounts.authenticate_player(_token(unused.password))
    with pytest.raises(BadCredentials):
        await house.accounts.authenticate_player(AuthenticatePlayer(HOME, api_key=unused.api_key))
    with pytest.raises(BadCredentials):
        await house.accounts.authenticate(Authenticate(forgotten.token))


async def test_only_operators_renew_secrets(house: House) -> None:
    user = await house.user()
    with acting(person(user)), pytest.raises(PermissionDenied):
        await house.accounts.renew_secrets(RenewSecrets())


async def test_a_request_costs_little_once_the_person_is_known(house: House) -> None:
    made = await _app_password(house, await house.user())
    way = _token(made.password)
    await house.service.authenticate_player(way)
    started = time.process_time()
    for _ in range(200):
        await house.service.authenticate_player(way)
    assert (time.process_time() - started) / 200 < 0.0003
