"""Accounts, as far as a player may touch them.

An app password must not become more than it is. So a player, whoever holds it, makes no
administrators, touches none, and changes nobody's own password: with the account password
comes all that an app password does not open. Listeners are an administrator's to manage.
"""

from collections.abc import Mapping, Sequence

from philomel.gateway.subsonic.call import Call, Given, Picture, folder_number
from philomel.gateway.subsonic.credentials import clear_password
from philomel.gateway.subsonic.errors import GENERIC, NOT_ALLOWED, Failure, not_found
from philomel.gateway.subsonic.items import Item
from philomel.gateway.subsonic.pictures import avatar
from philomel.services.accounts.contract import (
    CreateUser,
    FindUser,
    ListUsers,
    RemoveUser,
    Role,
    SetPassword,
    User,
)
from philomel.services.catalog.contract import (
    ChangeLibraryAccess,
    GetLibraryAccess,
    Library,
)

Body = Mapping[str, object]
_MAX_NAME = 64
_ON_THE_SITE = "on the server's own pages or its command line"


async def get_user(call: Call) -> Body:
    name = call.parameters.need("username")
    if name.casefold() == call.user_name.casefold():
        libraries = await call.libraries()
        return {"user": _user(call.user_name, libraries, admin=call.caller.admin)}
    if not call.caller.admin:
        raise Failure(NOT_ALLOWED, "only an administrator sees other users")
    user = await _find(call, name)
    return {"user": (await _users(call, [user]))[0]}


async def get_users(call: Call) -> Body:
    """Every account, for administrators; their own for others."""
    if not call.caller.admin:
        libraries = await call.libraries()
        return {"users": {"user": [_user(call.user_name, libraries, admin=False)]}}
    listed = await call.services.accounts.list_users(ListUsers())
    return {"users": {"user": await _users(call, listed.items)}}


async def create_user(call: Call) -> Body:
    parameters = call.parameters
    name = parameters.need("username")
    password = clear_password(parameters.need("password"))
    _refuse_admin(call)
    libraries = await _libraries_asked(call)
    made = await call.services.accounts.create_user(CreateUser(name, password, Role.LISTENER))
    await _grant(call, made.id, libraries)
    return {}


async def update_user(call: Call) -> Body:
    """A listener's password and libraries; the other roles are everybody's or nobody's."""
    parameters = call.parameters
    user = await _listener(call)
    _refuse_admin(call)
    libraries = await _libraries_asked(call)
    password = parameters.get("password")
    if password:
        request = SetPassword(user.id, clear_password(password))
        await call.services.accounts.set_password(request)
    await _grant(call, user.id, libraries)
    return {}


async def delete_user(call: Call) -> Body:
    user = await _listener(call)
    await call.services.accounts.remove_user(RemoveUser(user.id))
    return {}


async def change_password(call: Call) -> Body:
    password = clear_password(call.parameters.need("password"))
    user = await _listener(call)
    await call.services.accounts.set_password(SetPassword(user.id, password))
    return {}


async def get_avatar(call: Call) -> Given:
    """Drawn from the name, whoever has it: that says nothing of who has an account."""
    name = call.parameters.need("username")
    if not 0 < len(name) <= _MAX_NAME:
        raise not_found("the user")
    return Picture(avatar(name))


async def _listener(call: Call) -> User:
    """Whom the call is about.

    Raises:
        Failure: the caller does not administer, or may not touch that account from a player.
    """
    name = call.parameters.need("username")
    if name.casefold() == call.user_name.casefold():
        raise Failure(NOT_ALLOWED, f"change your own account {_ON_THE_SITE}")
    if not call.caller.admin:
        raise Failure(NOT_ALLOWED, "only an administrator changes other users")
    user = await _find(call, name)
    if user.role is Role.ADMIN:
        raise Failure(NOT_ALLOWED, f"administrators are changed {_ON_THE_SITE}")
    return user


def _refuse_admin(call: Call) -> None:
    if not call.caller.admin:
        raise Failure(NOT_ALLOWED, "only an administrator changes other users")
    if call.parameters.flag("adminRole", default=False):
        raise Failure(NOT_ALLOWED, f"administrators are made {_ON_THE_SITE}")


async def _find(call: Call, name: str) -> User:
    if len(name) > _MAX_NAME:
        raise not_found("the user")
    return await call.services.accounts.find_user(FindUser(name))


async def _users(call: Call, users: Sequence[User]) -> list[Item]:
    """With the music folders that each of them sees."""
    libraries = await call.libraries()
    closed: dict[str, frozenset[str]] = {}
    for library in libraries:
        if library.restricted:
            access = await call.services.catalog.get_library_access(GetLibraryAccess(library.id))
            closed[library.id] = frozenset(access.user_ids)
    return [
        _user(
            user.name,
            [one for one in libraries if one.id not in closed or user.id in closed[one.id]],
            admin=user.role is Role.ADMIN,
        )
        for user in users
    ]


async def _libraries_asked(call: Call) -> Sequence[Library] | None:
    """The music folders that somebody is to see; None if nothing is said of them."""
    given = call.parameters.all("musicFolderId")
    if not given:
        return None
    known = {str(folder_number(library.id)): library for library in await call.libraries()}
    missing = [number for number in given if number not in known]
    if missing:
        raise not_found("the music folder")
    chosen = [known[number] for number in dict.fromkeys(given)]
    left_out = [one for one in known.values() if one not in chosen and not one.restricted]
    if left_out:
        # To close it for one person is to close it for everybody without a grant.
        name = left_out[0].name
        raise Failure(GENERIC, f'everybody sees the folder "{name}"; restrict it {_ON_THE_SITE}')
    return chosen


async def _grant(call: Call, user_id: str, libraries: Sequence[Library] | None) -> None:
    if libraries is None:
        return
    chosen = {library.id for library in libraries}
    for library in await call.libraries():
        if not library.restricted:
            continue
        change = (
            ChangeLibraryAccess(library.id, grant=(user_id,))
            if library.id in chosen
            else ChangeLibraryAccess(library.id, revoke=(user_id,))
        )
        await call.services.catalog.change_library_access(change)


def _user(name: str, libraries: Sequence[Library], *, admin: bool) -> Item:
    """Roles that nobody or everybody has here are said to be so."""
    return {
        "username": name,
        "scrobblingEnabled": True,
        "adminRole": admin,
        "settingsRole": False,
        "downloadRole": True,
        "uploadRole": False,
        "playlistRole": True,
        "coverArtRole": False,
        "commentRole": True,
        "podcastRole": False,
        "streamRole": True,
        "jukeboxRole": False,
        "shareRole": True,
        "videoConversionRole": False,
        "folder": [folder_number(library.id) for library in libraries],
    }
