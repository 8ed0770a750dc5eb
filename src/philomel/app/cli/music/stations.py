"""`philomel station`: internet radio, played through this server."""

import argparse
from typing import Any

from philomel.app.cli.output import Output, plain, table
from philomel.app.cli.session import operator
from philomel.app.process.reach import Services
from philomel.app.refusal import Exit
from philomel.services.media.contract import (
    AddStation,
    ChangeStation,
    ListStations,
    Media,
    RemoveStation,
    Station,
)


@operator(Media)
async def show(_: argparse.Namespace, services: Services, out: Output) -> Exit:
    found = (await services.service(Media).list_stations(ListStations())).items
    rows = [(each.id, each.name, each.stream_url or "") for each in found]
    out.result(
        {"stations": [_shown(each) for each in found]},
        table(("ID", "NAME", "SENDS FROM"), rows) if rows else ["no stations"],
    )
    return Exit.OK


@operator(Media)
async def add(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    request = AddStation(parsed.name, parsed.url, parsed.home_page or "")
    made = await services.service(Media).add_station(request)
    out.result({"station": _shown(made)}, [f"added {plain(made.name)} ({made.id})"])
    return Exit.OK


@operator(Media)
async def change(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    request = ChangeStation(
        parsed.id, name=parsed.name, stream_url=parsed.url, home_page_url=parsed.home_page
    )
    changed = await services.service(Media).change_station(request)
    out.result({"station": _shown(changed)}, [f"changed {plain(changed.name)}"])
    return Exit.OK


@operator(Media)
async def remove(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    await services.service(Media).remove_station(RemoveStation(parsed.id))
    out.result({"removed": parsed.id}, [f"removed {plain(parsed.id)}"])
    return Exit.OK


def _shown(station: Station) -> dict[str, Any]:
    return {
        "id": station.id,
        "name": station.name,
        "stream_url": station.stream_url,
        "home_page_url": station.home_page_url,
        "added_at": station.added_at,
    }
