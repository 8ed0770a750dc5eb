"""`philomel share`: what somebody lets strangers listen to."""

import argparse
from collections.abc import Sequence
from typing import Any

from philomel.app.cli.music.playlists import as_person
from philomel.app.cli.output import Output, plain, table
from philomel.app.cli.people import date
from philomel.app.cli.session import operator
from philomel.app.process.reach import Services
from philomel.app.refusal import Exit, Refusal
from philomel.kernel.caller import acting
from philomel.services.accounts.contract import Accounts
from philomel.services.catalog.contract import Catalog, GetAlbums, GetTracks
from philomel.services.playlists.contract import (
    CreateShare,
    DeleteShare,
    ListShares,
    Playlists,
    Share,
    SharedEntry,
    SharedKind,
)

_PAGE = 200
_DAY_MS = 86_400_000


@operator(Playlists, Accounts)
async def show(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    found: list[Share] = []
    with acting(await as_person(services, parsed.user)):
        while True:
            asked = ListShares(_PAGE, len(found))
            page = await services.service(Playlists).list_shares(asked)
            found += page.items
            if not page.items or len(found) >= page.total:
                break
    rows = [
        (
            each.id,
            each.description or ", ".join(entry.kind.value for entry in each.entries[:3]),
            "never" if each.expires_at is None else date(each.expires_at),
            str(each.visits),
        )
        for each in found
    ]
    out.result(
        {"shares": [_shown(each, services.urls) for each in found]},
        table(("ID", "WHAT", "ENDS", "VISITS"), rows) if rows else ["no shares"],
    )
    return Exit.OK


@operator(Playlists, Accounts, Catalog)
async def add(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    if parsed.days is not None and not 1 <= parsed.days <= 36_500:
        raise Refusal("--days is a number from 1 to 36500", Exit.USAGE)
    with acting(await as_person(services, parsed.user)):
        entries = await _entries(services.service(Catalog), parsed.ids)
        request = CreateShare(
            entries,
            parsed.description,
            downloads=parsed.downloads,
            named=parsed.named,
            lasts_ms=None if parsed.days is None else parsed.days * _DAY_MS,
        )
        made = await services.service(Playlists).create_share(request)
    shown = _shown(made, services.urls)
    out.result({"share": shown}, [*shown["links"], f"Its id is {made.id}."])
    return Exit.OK


@operator(Playlists, Accounts)
async def remove(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    with acting(await as_person(services, parsed.user)):
        await services.service(Playlists).delete_share(DeleteShare(parsed.id))
    out.result({"removed": parsed.id}, [f"nobody listens at {plain(parsed.id)} any more"])
    return Exit.OK


async def _entries(catalog: Catalog, ids: Sequence[str]) -> tuple[SharedEntry, ...]:
    """What is no song and no album is taken for a playlist: the service looks whether it is one."""
    wanted = tuple(dict.fromkeys(ids))
    tracks = await catalog.get_tracks(GetTracks(wanted))
    albums = await catalog.get_albums(GetAlbums(wanted))
    kinds = {one.id: SharedKind.ALBUM for one in albums.items}
    kinds |= {one.id: SharedKind.TRACK for one in tracks.items}
    kinds |= {alias.old: SharedKind.TRACK for alias in tracks.aliases}
    return tuple(SharedEntry(kinds.get(id_, SharedKind.PLAYLIST), id_) for id_ in wanted)


def _shown(share: Share, urls: Sequence[str]) -> dict[str, Any]:
    return {
        "id": share.id,
        "links": [f"{url}/share/{share.token}" for url in urls],
        "description": share.description,
        "entries": [{"kind": entry.kind.value, "id": entry.id} for entry in share.entries],
        "expires_at": share.expires_at,
        "visits": share.visits,
        "downloads": share.downloads,
        "named": share.named,
    }
