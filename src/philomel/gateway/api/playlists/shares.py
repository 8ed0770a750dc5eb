"""Shares: addresses that let anybody listen to a few chosen things."""

from msgspec import Struct

from philomel.gateway.api.operation import Call, Route
from philomel.services.playlists.contract import (
    ChangeShare,
    CreateShare,
    DeleteShare,
    ListShares,
    Share,
    SharedEntry,
)


class ShareView(Struct, frozen=True, omit_defaults=False):
    """Attributes:
    url: whoever has it may listen.
    created_at, expires_at, visited_at: milliseconds since the Unix epoch; null for never.
    downloads: whether its page offers the files to keep.
    named: whether its page says who shares.
    """

    id: str
    url: str
    entries: tuple[SharedEntry, ...]
    description: str
    created_at: int
    expires_at: int | None
    visited_at: int | None
    visits: int
    downloads: bool
    named: bool


class ShareViews(Struct, frozen=True):
    items: tuple[ShareView, ...]
    total: int


async def list_shares(call: Call, asked: ListShares) -> ShareViews:
    """The caller's shares, latest first."""
    page = await call.services.playlists.list_shares(asked)
    return ShareViews(tuple(_view(call, share) for share in page.items), page.total)


async def create_share(call: Call, asked: CreateShare) -> ShareView:
    """Share tracks, albums and playlists by an address that needs no account."""
    return _view(call, await call.services.playlists.create_share(asked))


async def change_share(call: Call, asked: ChangeShare) -> ShareView:
    """Change what a share says, offers, and how long it lasts."""
    return _view(call, await call.services.playlists.change_share(asked))


async def delete_share(call: Call, asked: DeleteShare) -> None:
    """Share something no longer."""
    await call.services.playlists.delete_share(asked)


def _view(call: Call, share: Share) -> ShareView:
    return ShareView(
        id=share.id,
        url=f"{call.base}/share/{share.token}",
        entries=share.entries,
        description=share.description,
        created_at=share.created_at,
        expires_at=share.expires_at,
        visited_at=share.visited_at,
        visits=share.visits,
        downloads=share.downloads,
        named=share.named,
    )


ROUTES = (
    Route("GET", "/shares", list_shares, ListShares, ShareViews),
    Route("POST", "/shares", create_share, CreateShare, ShareView),
    Route("PATCH", "/shares/{share_id}", change_share, ChangeShare, ShareView),
    Route("DELETE", "/shares/{share_id}", delete_share, DeleteShare),
)
