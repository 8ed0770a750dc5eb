"""Registers assets, and signs and reads the addresses that play them."""

from collections.abc import Callable

from philomel.engines.keys import Keys
from philomel.kernel.caller import Caller, CallerKind, current
from philomel.kernel.clock import Clock
from philomel.kernel.errors import Unauthenticated
from philomel.services.media.contract import (
    AnalysisState,
    Asset,
    AssetFactsPage,
    AssetNotFound,
    Assets,
    BadSignature,
    Gapless,
    GetAnalysisState,
    GetAssets,
    GetPlayback,
    ListAssets,
    Loudness,
    Opened,
    OpenSigned,
    Playback,
    RegisterAssets,
    RemoveAssets,
    SetLibraryRoots,
    Settings,
    SignCovers,
    SignedUrl,
    SignedUrls,
    SignStream,
    Store,
    StreamFormat,
)
from philomel.services.media.rules import addresses, formats
from philomel.services.media.rules.addresses import (
    CoverAddress,
    LadderAddress,
    StationAddress,
    StreamAddress,
)
from philomel.services.media.service.playback import Ladder
from philomel.services.media.service.recordings import (
    MAX_IDS,
    RecordingService,
    check_count,
    check_limit,
    seen_by,
)
from philomel.services.media.service.stations import PURPOSE, StationService
from philomel.services.media.store import MediaStore, Place, SoundStore
from philomel.services.media.store.sql import AssetRow
from philomel.services.media.store.stations import SqlStations
from philomel.services.media.store.tables import State


class MediaService(RecordingService, StationService):
    """Args:
    sounds: of the same database as `store`.
    registered: called after new work for the analysis was written.
    ladder: knows the renditions.
    """

    def __init__(
        self,
        store: MediaStore,
        sounds: SoundStore,
        keys: Keys,
        clock: Clock,
        settings: Settings,
        registered: Callable[[], None] = lambda: None,
        ladder: Ladder | None = None,
        *,
        stations: SqlStations,
    ) -> None:
        RecordingService.__init__(self, sounds)
        StationService.__init__(self, stations, keys, clock)
        self._store = store
        self._keys = keys
        self._clock = clock
        self._settings = settings
        self._registered = registered
        self._ladder = ladder or Ladder()

    async def set_library_roots(self, request: SetLibraryRoots, /) -> None:
        current().caller.require_service()
        await self._store.set_roots(request.items)
        self._registered()

    async def register_assets(self, request: RegisterAssets, /) -> None:
        current().caller.require_service()
        check_count(len(request.items))
        await self._store.register(request.items, self._clock.now())
        self._registered()

    async def remove_assets(self, request: RemoveAssets, /) -> None:
        current().caller.require_service()
        check_count(len(request.ids))
        await self._store.remove(request.ids)

    async def list_assets(self, request: ListAssets, /) -> AssetFactsPage:
        current().caller.require_service()
        check_limit(request.limit, MAX_IDS)
        return AssetFactsPage(tuple(await self._store.list(request.after, request.limit)))

    async def get_assets(self, request: GetAssets, /) -> Assets:
        current().caller.require_known()
        check_count(len(request.ids))
        user_id = seen_by(current().caller)
        rows = {row.id: row for row in await self._store.find(request.ids, user_id)}
        found = (rows.get(asset_id) for asset_id in dict.fromkeys(request.ids))
        return Assets(tuple(_asset(row) for row in found if row is not None))

    async def get_analysis_state(self, request: GetAnalysisState, /) -> AnalysisState:
        current().caller.require_admin()
        counts = await self._store.count()
        outdated = await self._store.count_outdated()
        failed = counts.get(State.FAILED, 0) + counts.get(State.NOT_THERE, 0)
        return AnalysisState(
            done=counts.get(State.DONE, 0),
            waiting=counts.get(State.WAITING, 0),
            failed=failed,
            outdated=outdated,
        )

    async def sign_stream(self, request: SignStream, /) -> SignedUrl:
        user_id = _listener(current().caller)
        place = await self._place(request.asset_id, user_id)
        name = "" if request.download is None else formats.clean_download_name(request.download)
        expires_s = addresses.stream_expiry(
            self._clock.now(), place.duration_ms, self._settings.url_lifetime_s
        )
        if request.format is StreamFormat.ORIGINAL:
            formats.check_original(request.bitrate, request.offset_ms)
            suffix, bitrate = formats.suffix(place.container, place.codec), 0
        else:
            suffix = formats.transcode_suffix(request.format)
            bitrate = formats.check_transcode(
                request.format, request.bitrate, request.offset_ms, place.duration_ms
            )
        address = StreamAddress(
            asset_id=request.asset_id,
            suffix=suffix,
            expires_s=expires_s,
            user_id=user_id,
            format=request.format,
            bitrate=bitrate,
            offset_ms=request.offset_ms,
            download=name,
        )
        return self._sign(address)

    async def get_playback(self, request: GetPlayback, /) -> Playback:
        user_id = _listener(current().caller)
        place = await self._place(request.asset_id, user_id)
        expires_s = addresses.stream_expiry(
            self._clock.now(), place.duration_ms, self._settings.url_lifetime_s
        )
        original = StreamAddress(
            request.asset_id, formats.suffix(place.container, place.codec), expires_s, user_id
        )
        address = self._ladder.address(request.asset_id, place, expires_s, user_id)
        return self._ladder.playback(
            place, address, self._signature(address), self._sign(original).path
        )

    async def sign_covers(self, request: SignCovers, /) -> SignedUrls:
        current().caller.require_known()
        check_count(len(request.keys))
        expires_s = addresses.cover_expiry(self._clock.now())
        covers = (addresses.cover_address(key, expires_s) for key in request.keys)
        return SignedUrls(tuple(self._sign(cover) for cover in covers))

    async def open_signed(self, request: OpenSigned, /) -> Opened:
        signed = addresses.parse(request.path, request.query)
        if not self._keys.verify(PURPOSE, signed.text.encode(), signed.signature):
            raise BadSignature("this address was not signed")
        if signed.address.expires_s * 1000 <= self._clock.now():
            raise BadSignature("this address has expired")
        if isinstance(signed.address, CoverAddress):
            return Opened(Store.COVERS, signed.address.key, "image/jpeg", immutable=True)
        address = signed.address
        if isinstance(address, StationAddress):
            return await self._station_opened(address)
        place = await self._place(address.asset_id, address.user_id)
        if isinstance(address, LadderAddress):
            return self._ladder.opened(address, signed.signature, place)
        return _opened(address, place, self._kept_rung(address, place))

    async def _station_opened(self, address: StationAddress) -> Opened:
        station = await self._find(address.station_id)
        if address.user_id and await self._store.has_left(address.user_id):
            raise BadSignature("this address was made for somebody who left")
        return Opened(Store.STATION, station.stream_url.encode(), "audio/mpeg")

    def _kept_rung(self, address: StreamAddress, place: Place) -> bytes | None:
        file = formats.rung_file(address.format, address.bitrate)
        if address.offset_ms or file is None:
            return None
        return self._ladder.kept(address.asset_id, place, file, address.user_id)

    async def _place(self, asset_id: str, user_id: str) -> Place:
        """Where an asset is, for who may hear it now: a right may end while an address lives."""
        place = await self._store.place(asset_id, user_id)
        if place is None:
            raise AssetNotFound("there is no such audio file")
        return place

    def _sign(self, address: StreamAddress | CoverAddress) -> SignedUrl:
        path = f"{addresses.text_of(address)}&s={self._signature(address)}"
        return SignedUrl(path, address.expires_s * 1000)

    def _signature(self, address: StreamAddress | CoverAddress | LadderAddress) -> str:
        return self._keys.sign(PURPOSE, addresses.text_of(address).encode())


def _opened(address: StreamAddress, place: Place, kept: bytes | None) -> Opened:
    key = place.key
    download = address.download or None
    if address.format is StreamFormat.ORIGINAL:
        mime = formats.content_type(place.container, place.codec)
        return Opened(Store.LIBRARY, key, mime, download=download, duration_ms=place.duration_ms)
    return Opened(
        Store.TRANSCODE,
        formats.transcode_key(address.bitrate, address.format, address.offset_ms, key),
        formats.transcode_content_type(address.format),
        download=download,
        duration_ms=max(0, place.duration_ms - address.offset_ms),
        kept=kept,
    )


def _asset(row: AssetRow) -> Asset:
    measured = row.loudness is not None and row.true_peak is not None
    return Asset(
        id=row.id,
        size=row.size,
        container=row.container,
        codec=row.codec,
        duration_ms=row.duration_ms,
        content_type=formats.content_type(row.container, row.codec),
        suffix=formats.suffix(row.container, row.codec),
        stream_hash=row.stream_hash,
        loudness=Loudness(row.loudness, row.true_peak) if measured else None,
        error=row.error if row.state in {State.FAILED, State.NOT_THERE} else None,
        silent=row.stream_hash is not None and formats.is_silent(row.true_peak),
        clipped=(row.clipped or 0) >= formats.CLIPPED,
        header_duration_ms=row.header_ms,
        gapless=_gapless(row),
        fingerprinted=row.fingerprinted,
    )


def _gapless(row: AssetRow) -> Gapless | None:
    if row.sample_rate is None:
        return None
    return Gapless(row.sample_rate, row.samples, row.delay, row.padding)


def _listener(caller: Caller) -> str:
    """Who an address is made for; Philomel itself has no name in it."""
    caller.require_known()
    if caller.user_id is None and caller.kind not in {CallerKind.SERVICE, CallerKind.OPERATOR}:
        raise Unauthenticated("sign in first")
    return caller.user_id or ""
