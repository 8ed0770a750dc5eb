"""Backups that administrators ask for from a page."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.journeys.processes import Process

from philomel.app.keeping.desk import Desk
from philomel.app.settings import load
from philomel.gateway.backups import Backups
from philomel.kernel.caller import ANONYMOUS, OPERATOR, Caller, CallerKind, acting
from philomel.kernel.clock import FixedClock
from philomel.kernel.errors import (
    Conflict,
    FailedPrecondition,
    NotFound,
    PermissionDenied,
    Unauthenticated,
)

ANNA = Caller(kind=CallerKind.USER, user_id="anna", name="anna", admin=True, scopes=("*",))
BOB = Caller(kind=CallerKind.USER, user_id="bob", name="bob", scopes=("*",))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    process = Process(tmp_path_factory.mktemp("desk") / "data")
    process.done("user", "add", "anna", "--admin", "--password-stdin", given="a nightingale sang")
    return process.data


def desk_of(data: Path, environment: Mapping[str, str]) -> Desk:
    return Desk(load({"data": str(data)}, dict(environment)), FixedClock(20_000 * 86_400_000))


async def until_done(desk: Desk) -> Backups:
    while (now := await desk.state()).doing:
        await asyncio.sleep(0.02)
    return now


async def test_one_is_made_and_found_whole(data: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    desk = desk_of(data, {"PHILOMEL_BACKUP_FOLDER": str(kept), "PHILOMEL_BACKUP_AT": ""})
    with acting(ANNA, timeout=None):
        empty = await desk.state()
        assert (empty.items, empty.at, empty.doing, empty.folder) == ((), "", "", str(kept))
        begun = await desk.make()
        assert begun.doing == "making"
        with pytest.raises(Conflict):
            await desk.make()
        done = await until_done(desk)
        (made,) = done.items
        assert made.size > 0
        assert made.has_keys
        assert made.checked_at == 20_000 * 86_400_000
        assert (done.failure, done.expected) == ("", made.size)
        (act,) = (data / "acts").glob("*.json")
        assert "asked for by anna" in act.read_text()

        spoilt = next((kept / made.name).rglob("*.db*"), None) or next((kept / made.name).iterdir())
        spoilt.write_bytes(b"spoilt")
        await desk.check(made.name)
        assert (await until_done(desk)).failure
        for name in ("../data", "philomel-20200101T000000Z"):
            with pytest.raises(NotFound):
                await desk.check(name)


async def test_what_cannot_be_made_is_said(data: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    desk = desk_of(data, {"PHILOMEL_BACKUP_FOLDER": str(tmp_path / "file" / "in")})
    with acting(OPERATOR, timeout=None):
        await desk.make()
        assert "cannot be" in (await until_done(desk)).failure


async def test_only_administrators_and_only_where_the_data_is(data: Path) -> None:
    desk = desk_of(data, {})
    for caller, error in ((BOB, PermissionDenied), (ANONYMOUS, Unauthenticated)):
        with acting(caller):
            for call in (desk.state(), desk.make(), desk.check("x")):
                with pytest.raises((error, PermissionDenied)):
                    await call
    elsewhere = desk_of(data, {"PHILOMEL_ROLE": "media"})
    with acting(ANNA), pytest.raises(FailedPrecondition):
        await elsewhere.state()
