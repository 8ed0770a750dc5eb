"""Who may not hear a library gets nothing of it, whatever ids and addresses they hold."""

import os

from tests.services.media.conftest import LISTENER, OTHER, House

from philomel.engines.log import Message, Record
from philomel.kernel.caller import ANONYMOUS, SERVICE, Caller, acting
from philomel.kernel.ids import new_event_id
from philomel.rpc.codec import to_bytes
from philomel.services.accounts.contract import UserRemoved
from philomel.services.media.contract import (
    AssetNotFound,
    GetAssets,
    LibraryRoot,
    OpenSigned,
    SetLibraryRoots,
    SignStream,
    Store,
    StreamFormat,
)
from philomel.services.media.jobs import Departures


async def say(
    house: House, *, hidden: bool = False, restricted: bool = False, to: tuple[Caller, ...] = ()
) -> None:
    users = tuple(person.user_id or "" for person in to)
    root = LibraryRoot(house.library_id, os.fsencode(house.root), hidden, restricted, users)
    with acting(SERVICE):
        await house.media.set_library_roots(SetLibraryRoots((root,)))


async def heard(house: House, asset_id: str, *people: Caller) -> list[bool]:
    """For whom there is such an asset, and an address of it."""
    found = []
    for person in people:
        with acting(person):
            known = bool((await house.media.get_assets(GetAssets((asset_id,)))).items)
            signed = True
            for format_ in (StreamFormat.ORIGINAL, StreamFormat.OPUS):
                try:
                    await house.media.sign_stream(SignStream(asset_id, format_))
                except AssetNotFound:
                    signed = False
        # Philomel itself knows of what nobody may hear.
        assert known == (signed or person is SERVICE)
        found.append(signed)
    return found


async def opens(house: House, address: str) -> bool:
    path, _, query = address.partition("?")
    with acting(ANONYMOUS):
        try:
            opened = await house.media.open_signed(OpenSigned(path, query))
        except AssetNotFound:
            return False
    return opened.store is Store.LIBRARY


async def address(house: House, asset_id: str, person: Caller) -> str:
    with acting(person):
        return (await house.media.sign_stream(SignStream(asset_id))).path


async def test_a_foreign_asset_id_is_worth_nothing(house: House) -> None:
    source = house.source("a", b"sound")
    await house.add(source)
    assert await heard(house, source.asset_id, LISTENER, OTHER, SERVICE) == [True, True, True]
    await say(house, restricted=True, to=(OTHER,))
    assert await heard(house, source.asset_id, LISTENER, OTHER, SERVICE) == [False, True, True]
    await say(house, restricted=True)
    assert await heard(house, source.asset_id, LISTENER, OTHER, SERVICE) == [False, False, True]
    await say(house, hidden=True)
    assert await heard(house, source.asset_id, LISTENER, OTHER, SERVICE) == [False, False, False]


async def test_an_address_ends_with_the_right_to_it(house: House) -> None:
    source = house.source("a", b"sound")
    await house.add(source)
    mine, theirs = [await address(house, source.asset_id, who) for who in (LISTENER, OTHER)]
    ours = await address(house, source.asset_id, SERVICE)

    async def opened() -> list[bool]:
        return [await opens(house, each) for each in (mine, theirs, ours)]

    assert await opened() == [True, True, True]
    await say(house, restricted=True, to=(OTHER,))
    assert await opened() == [False, True, True]
    await say(house, hidden=True)
    assert await opened() == [False, False, False]
    await say(house)
    assert await opened() == [True, True, True]
    departures = Departures(house.store, house.clock)
    event = UserRemoved(user_id=OTHER.user_id or "", at=1)
    record = Record(new_event_id(1), "k", "accounts.UserRemoved", to_bytes(event))
    for _ in range(2):
        await departures.handle(Message("philomel.accounts", 0, 1, 1, record))
    assert await opened() == [True, False, True]
    assert await heard(house, source.asset_id, LISTENER, OTHER) == [True, False]
