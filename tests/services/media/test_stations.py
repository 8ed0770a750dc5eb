"""Radio stations: who changes them, and what their addresses open."""

import pytest
from tests.services.media.conftest import House

from philomel.kernel.caller import ANONYMOUS, OPERATOR, SERVICE, Caller, CallerKind, acting
from philomel.kernel.errors import PermissionDenied, Unauthenticated
from philomel.services.media.contract import (
    AddStation,
    BadSignature,
    BadStation,
    ChangeStation,
    ListStations,
    OpenSigned,
    RemoveStation,
    StationNotFound,
    Store,
)

ZOE = Caller(CallerKind.USER, "zoe".rjust(22, "0"), "zoe", scopes=("*",))
ADMIN = Caller(CallerKind.USER, "admin".rjust(22, "0"), "admin", admin=True, scopes=("*",))
URL = "http://radio.example:8000/live?x=1"


def asked(path: str) -> OpenSigned:
    return OpenSigned(*path.split("?", 1))


async def test_administrators_change_stations_and_everybody_hears_them(house: House) -> None:
    media = house.media
    with acting(ADMIN):
        made = await media.add_station(AddStation(" Nightingales ", URL))
        await media.add_station(
            AddStation("Blackbirds", "https://b.example/a.m3u", "https://b.example")
        )
    with acting(ZOE):
        listed = (await media.list_stations(ListStations())).items
        assert [station.name for station in listed] == ["Blackbirds", "Nightingales"]
        path = listed[1].path
        for call in (
            media.add_station(AddStation("Mine", URL)),
            media.change_station(ChangeStation(made.id, name="Mine")),
            media.remove_station(RemoveStation(made.id)),
        ):
            with pytest.raises(PermissionDenied):
                await call
    with acting(ANONYMOUS):
        with pytest.raises(Unauthenticated):
            await media.list_stations(ListStations())
        opened = await media.open_signed(asked(path))
        assert (opened.store, opened.key) == (Store.STATION, URL.encode())
        other = listed[0].id
        for forged in (path[:-1], path.replace(made.id, other), path.replace("&s=", "&x=1&s=")):
            with pytest.raises(BadSignature):
                await media.open_signed(asked(forged))
    with acting(OPERATOR):
        changed = await media.change_station(
            ChangeStation(made.id, stream_url="http://new.example/")
        )
        assert (changed.name, changed.stream_url) == ("Nightingales", "http://new.example/")
        assert (await media.open_signed(asked(path))).key == b"http://new.example/"
        await media.remove_station(RemoveStation(made.id))
        with pytest.raises(StationNotFound):
            await media.open_signed(asked(path))
        with pytest.raises(StationNotFound):
            await media.change_station(ChangeStation(made.id, name="x"))
    with acting(SERVICE):
        assert len((await media.list_stations(ListStations())).items) == 1


NONSENSE = [
    ("", URL),
    ("  ", URL),
    ("x" * 201, URL),
    ("a\nb", URL),
    ("x", ""),
    ("x", "ftp://radio.example/"),
    ("x", "file:///etc/passwd"),
    ("x", "http://"),
    ("x", "http://user:secret@radio.example/"),
    ("x", "http://radio.example/ a"),
    ("x", "http://[::1"),
    ("x", "http://radio.example/" + "a" * 2_000),
]


async def test_nonsense_is_no_station(house: House) -> None:
    with acting(ADMIN):
        for name, url in NONSENSE:
            with pytest.raises(BadStation):
                await house.media.add_station(AddStation(name, url))
            if url not in {URL, ""}:
                with pytest.raises(BadStation):
                    await house.media.add_station(AddStation("x", URL, url))
