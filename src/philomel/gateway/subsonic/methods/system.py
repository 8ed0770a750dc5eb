"""The server itself: is it there, who am I, what can it do, is it scanning?"""

from collections.abc import Mapping

from philomel.gateway.subsonic.call import Call
from philomel.kernel.caller import SERVICE, acting
from philomel.kernel.errors import NotFound
from philomel.services.catalog.contract import (
    GetCounts,
    ScanPhase,
    ScanRunning,
    StartScan,
    WatchScan,
)

Body = Mapping[str, object]

EXTENSIONS: Mapping[str, tuple[int, ...]] = {
    "apiKeyAuthentication": (1,),
    "formPost": (1,),
    "indexBasedQueue": (1,),
    "playbackReport": (1,),
    "songLyrics": (1, 2),
    "topSongsByArtistId": (1,),
    "transcodeOffset": (1,),
    "transcoding": (1,),
}
_ENDED = {ScanPhase.DONE, ScanPhase.CANCELLED, ScanPhase.FAILED}


async def ping(_call: Call) -> Body:
    return {}


async def get_license(_call: Call) -> Body:
    return {"license": {"valid": True}}


async def get_extensions(_call: Call) -> Body:
    found = [{"name": name, "versions": versions} for name, versions in EXTENSIONS.items()]
    return {"openSubsonicExtensions": found}


async def token_info(call: Call) -> Body:
    return {"tokenInfo": {"username": call.user_name}}


async def get_scan_status(call: Call) -> Body:
    counts = await call.services.catalog.get_counts(GetCounts())
    # Whether a scan runs is for every listener's player to know; the rest of it is not.
    with acting(SERVICE):
        scanning = await _is_scanning(call)
    return {"scanStatus": {"scanning": scanning, "count": counts.tracks}}


async def _is_scanning(call: Call) -> bool:
    states = call.services.catalog.watch_scan(WatchScan())
    try:
        async for state in states:
            return state.phase not in _ENDED
    except NotFound:
        pass  # nothing was ever scanned
    finally:
        close = getattr(states, "aclose", None)
        if close is not None:
            await close()
    return False


async def start_scan(call: Call) -> Body:
    full = call.parameters.flag("fullScan", default=False)
    try:
        phase = (await call.services.catalog.start_scan(StartScan(full=full))).phase
    except ScanRunning:
        phase = ScanPhase.READING  # what was asked for goes on already
    counts = await call.services.catalog.get_counts(GetCounts())
    return {"scanStatus": {"scanning": phase not in _ENDED, "count": counts.tracks}}
