"""What assembly refuses, before anything runs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from philomel.app.assembly import Wiring, build_order, check_peers, open_assembly, wiring
from philomel.app.injection import fill, needs
from philomel.app.refusal import Exit, Refusal
from philomel.app.roles import ROLES, SERVICES
from philomel.app.settings import load
from philomel.engines.sql import Schema
from philomel.kernel.clock import Clock, FixedClock
from philomel.services.accounts.contract import Accounts
from philomel.services.catalog.contract import Catalog
from philomel.services.media.contract import Media


def _wiring(name: str, provides: type, *needed: type) -> Wiring:
    return Wiring(name, provides, needed, None, object, None)


def test_services_come_after_what_they_need() -> None:
    order = build_order(
        (
            _wiring("catalog", Catalog, Media, Accounts),
            _wiring("media", Media, Accounts),
            _wiring("accounts", Accounts),
        )
    )
    assert [each.name for each in order] == ["accounts", "media", "catalog"]


def test_a_circle_is_refused_by_name() -> None:
    with pytest.raises(Refusal) as refused:
        build_order((_wiring("catalog", Catalog, Media), _wiring("media", Media, Catalog)))
    assert "circle" in refused.value.message
    assert "catalog" in refused.value.message
    assert "media" in refused.value.message


def test_a_missing_peer_is_refused_with_the_setting_that_helps(tmp_path: Path) -> None:
    settings = load({"data": str(tmp_path), "role": "core"}, {})
    with pytest.raises(Refusal, match=r"catalog needs the service media.*peers\.media") as refused:
        check_peers((_wiring("catalog", Catalog, Media),), settings)
    assert refused.value.status is Exit.USAGE
    named = load({"data": str(tmp_path), "role": "core"}, {"PHILOMEL_PEERS_MEDIA": "h:1"})
    check_peers((_wiring("catalog", Catalog, Media),), named)


def test_every_service_runs_in_exactly_one_role_of_a_split() -> None:
    split = [name for role in ("gateway", "media", "core") for name in ROLES[role].services]
    assert sorted(split) == sorted(SERVICES) == sorted(ROLES["all"].services)


async def test_a_database_of_a_later_program_is_refused(tmp_path: Path) -> None:
    settings = load({"data": str(tmp_path)}, {})
    schema = wiring("accounts").schema
    assert schema is not None
    assembly = await open_assembly(settings)
    database = await assembly.database(schema)
    await database.write(
        lambda connection: connection.exec_driver_sql(
            "UPDATE schema_version SET version = 99, compatible_from = 98"
        )
    )
    await assembly.stop()
    again = await open_assembly(settings)
    with pytest.raises(Refusal, match="newer Philomel") as refused:
        await again.build([wiring("accounts")])
    assert refused.value.status is Exit.REFUSED
    await again.stop()


async def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "accounts.sqlite").write_bytes(b"this is no database at all" * 100)
    assembly = await open_assembly(load({"data": str(tmp_path)}, {}))
    with pytest.raises(Refusal) as refused:
        await assembly.build([wiring("accounts")])
    assert refused.value.status is Exit.UNAVAILABLE
    await assembly.stop()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DATABASE", "oracle://host", "sqlite or postgresql"),
        ("CACHE", "memcached", "memory or redis"),
        ("BLOBS", "ftp://host", "disk or s3"),
        ("LOG", "elsewhere", "local, host:port"),
    ],
)
async def test_an_engine_nobody_knows_is_refused(
    tmp_path: Path, name: str, value: str, says: str
) -> None:
    settings = load({"data": str(tmp_path)}, {f"PHILOMEL_{name}": value})
    assembly = await open_assembly(settings)
    with pytest.raises(Refusal, match=says) as refused:
        await _open_all(assembly)
    assert refused.value.status is Exit.USAGE
    await assembly.stop()


async def _open_all(assembly: Any) -> None:
    from philomel.engines.blobs import Blobs
    from philomel.engines.cache import Cache
    from philomel.engines.log import Log

    for port in (Cache, Blobs, Log):
        await assembly.engines.get(port)
    schema: Schema | None = wiring("accounts").schema
    assert schema is not None
    await assembly.engines.database(schema)


@dataclass(frozen=True)
class _Deps:
    clock: Clock
    other: Catalog | None


async def test_needs_are_filled_by_type() -> None:
    assert needs(_Deps) == {"clock": Clock, "other": Catalog}
    given: dict[Any, object] = {Clock: FixedClock(), Catalog: object()}

    async def provide(need: Any) -> object:
        return given[need]

    made = await fill(_Deps, provide)
    assert made.clock is given[Clock]
    assert made.other is given[Catalog]
