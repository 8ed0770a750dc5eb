"""The ladder of one asset: its addresses, its playlists, and where their bytes are."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final

from philomel.engines.audio import Packager
from philomel.kernel.errors import PhilomelError
from philomel.services.media.contract import (
    AssetNotFound,
    Opened,
    Playback,
    PlaybackFile,
    Store,
)
from philomel.services.media.rules import addresses, formats, ladder
from philomel.services.media.rules.addresses import LadderAddress
from philomel.services.media.rules.ladder import Rung
from philomel.services.media.store import Place

_PLAYLIST: Final = "application/vnd.apple.mpegurl"
_PART: Final = "audio/mp4"
_GONE: Final = -1
"""A size that no file has: what the address was made for is not there to be read again."""

_MASTERS: Final = {"master.m3u8": None, "aac.m3u8": "aac", "opus.m3u8": "opus"}


class Ladder:
    """Args:
    packager: makes the renditions; it is told when somebody is about to play something.
    """

    def __init__(self, packager: Packager | None = None) -> None:
        self._packager = packager
        self._version = "" if packager is None else packager.version
        self._warming: asyncio.Task[None] | None = None

    def address(self, asset_id: str, place: Place, expires_s: int, user_id: str) -> LadderAddress:
        """What every address of an asset's ladder has in common."""
        samples = place.samples if place.stream_hash is not None else 0
        return LadderAddress(
            content=self._contents(asset_id, place, place.duration_ms, samples)[0],
            asset_id=asset_id,
            duration_ms=place.duration_ms,
            samples=samples,
            expires_s=expires_s,
            user_id=user_id,
        )

    def playback(
        self, place: Place, address: LadderAddress, signature: str, original: str
    ) -> Playback:
        """Everything a player needs.

        Args:
            original: the signed address of the bytes as they are.
        """
        self._soon()
        above = f"/media/hls/{address.content}"
        query = f"{addresses.ladder_query(address)}&s={signature}"
        lossless = place.codec in ladder.LOSSLESS
        first = PlaybackFile(
            name="original",
            path=original,
            content_type=formats.content_type(place.container, place.codec),
            codec=place.codec,
            bitrate=round(place.bitrate / 1000),
            lossless=lossless,
        )
        return Playback(
            asset_id=address.asset_id,
            duration_ms=place.duration_ms,
            expires_at=address.expires_s * 1000,
            hls=f"{above}/master.m3u8?{query}",
            hls_aac=f"{above}/aac.m3u8?{query}",
            hls_opus=f"{above}/opus.m3u8?{query}",
            files=(
                first,
                *(
                    PlaybackFile(
                        name=rung.name,
                        path=f"{above}/{rung.file}?{query}",
                        content_type=rung.content_type,
                        codec=rung.codec,
                        bitrate=ladder.shown_bitrate(rung, place.bitrate),
                        lossless=rung.codec == "flac",
                        adaptive=rung.adaptive,
                    )
                    for rung in ladder.rungs(place.codec, place.bitrate)
                ),
            ),
        )

    def opened(self, address: LadderAddress, signature: str, place: Place) -> Opened:
        """What is behind a verified address.

        Raises:
            AssetNotFound: this asset has no such rung.
        """
        query = f"{addresses.ladder_query(address)}&s={signature}"
        rungs = ladder.rungs(place.codec, place.bitrate)
        if address.name in _MASTERS and not address.part:
            self._soon()
            codec = _MASTERS[address.name]
            among = [
                rung
                for rung in rungs
                if rung.adaptive and (codec is None or rung.codec in {codec, "flac"})
            ]
            return _text(ladder.master(among, place.bitrate, query))
        if not address.part:
            rung = _find(rungs, address.name)
            return self._part(address, rung, "whole", rung.content_type, place)
        rung = _find(rungs, f"{address.name}.mp4")
        if address.part == "index.m3u8":
            return _text(ladder.playlist(address.duration_ms, query))
        return self._part(address, rung, address.part.partition(".")[0], _PART, place)

    def kept(self, asset_id: str, place: Place, file: str, listener: str) -> bytes | None:
        """The key of a rung's file, which is not made for it; None if there is no such rung."""
        rung = ladder.EVERY.get(file)
        if rung is None:
            return None
        samples = place.samples if place.stream_hash is not None else 0
        content = self._contents(asset_id, place, place.duration_ms, samples)[0]
        there = (place.size, place.modified_ns, place.key)
        return ladder.recipe(content, rung, "kept", place.duration_ms, samples, there, listener)

    def _soon(self) -> None:
        """Somebody will want a rendition in a moment."""
        if self._packager is not None and (self._warming is None or self._warming.done()):
            self._warming = asyncio.create_task(_warm(self._packager))

    def _part(
        self, address: LadderAddress, rung: Rung, part: str, content_type: str, place: Place
    ) -> Opened:
        contents = self._contents(address.asset_id, place, address.duration_ms, address.samples)
        # What was made of the file as it was plays on; only it cannot be made again.
        size = place.size if address.content in contents else _GONE
        there = (size, place.modified_ns, place.key)

        def key(which: str) -> bytes:
            duration_ms, samples = address.duration_ms, address.samples
            content, listener = address.content, address.user_id
            return ladder.recipe(content, rung, which, duration_ms, samples, there, listener)

        if part != "whole":
            return Opened(Store.RENDITIONS, key(part), content_type, immutable=True)
        return Opened(
            Store.RENDITIONS,
            key(part),
            content_type,
            immutable=True,
            duration_ms=address.duration_ms,
            kept=None if size == _GONE else key("kept"),
        )

    def _contents(
        self, asset_id: str, place: Place, duration_ms: int, samples: int
    ) -> tuple[str, ...]:
        """What the file's content may be called, the best name first.

        Before it was analysed it has another one than after: who plays it then plays on.
        """
        version = self._version
        known = ladder.known_content(asset_id, place.size, place.modified_ns, duration_ms, version)
        if place.stream_hash is None:
            return (known,)
        return (
            ladder.analysed_content(
                place.stream_hash, place.container, place.codec, duration_ms, samples, version
            ),
            known,
        )


def _find(rungs: Sequence[Rung], file: str) -> Rung:
    rung = ladder.EVERY.get(file)
    if rung is None or rung not in rungs:
        raise AssetNotFound("this track has no such rendition")
    return rung


def _text(playlist: str) -> Opened:
    return Opened(Store.RENDITIONS, b"", _PLAYLIST, body=playlist.encode())


async def _warm(packager: Packager) -> None:
    with contextlib.suppress(PhilomelError):
        await packager.warm()
