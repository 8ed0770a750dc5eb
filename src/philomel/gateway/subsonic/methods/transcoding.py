"""Which form of a song suits a player, and that form (extension `transcoding`), and HLS."""

from collections.abc import Mapping

from philomel.gateway.subsonic.call import Call, Given, Redirect, Signed
from philomel.gateway.subsonic.errors import GENERIC, Failure, not_found
from philomel.gateway.subsonic.items import Item
from philomel.gateway.subsonic.methods.media import asset_of
from philomel.gateway.subsonic.profiles import Source, decide, read_client, read_params
from philomel.services.catalog.contract import Track
from philomel.services.media.contract import (
    GetAssets,
    GetPlayback,
    Playback,
    SignStream,
    StreamFormat,
)

Body = Mapping[str, object]
_MAX_OFFSET = 7 * 24 * 3600


async def get_transcode_decision(call: Call) -> Body:
    track = await _media(call)
    try:
        client = read_client(call.posted)
    except ValueError:
        raise Failure(GENERIC, "post what the player can play as JSON (ClientInfo)") from None
    source = await _source(call, track)
    decision = decide(source, client)
    offer = decision.offer
    answer: dict[str, object] = {
        "canDirectPlay": decision.direct,
        "canTranscode": offer is not None,
        "transcodeReason": decision.reasons,
        "errorReason": "",
        "sourceStream": _details("http", source.container, source.codec, source),
    }
    if offer is not None:
        made = Source(offer.container, offer.format.value, source.channels, offer.bitrate * 1000)
        details = _details(offer.protocol, made.container, made.codec, made)
        answer |= {"transcodeParams": offer.params, "transcodeStream": details}
    elif not decision.direct:
        answer["errorReason"] = "none of the player's transcoding profiles can be made here"
    return {"transcodeDecision": answer}


async def get_transcode_stream(call: Call) -> Given:
    track = await _media(call)
    offer = read_params(call.parameters.need("transcodeParams"))
    if offer is None:
        raise Failure(GENERIC, "transcodeParams are not as getTranscodeDecision gave them")
    offset = call.parameters.whole("offset", 0, high=_MAX_OFFSET)
    if offer.protocol == "hls":
        playback = await call.services.media.get_playback(GetPlayback(asset_of(track)))
        return Redirect(_rung(playback, offer.format.value, offer.bitrate))
    wanted = SignStream(
        asset_of(track), format=offer.format, bitrate=offer.bitrate, offset_ms=offset * 1000
    )
    return Signed((await call.services.media.sign_stream(wanted)).path)


async def hls(call: Call) -> Given:
    """The playlist of all rungs, or of the one that fits the only bit rate that is asked for."""
    track = await call.track(call.parameters.id())
    limit = call.parameters.whole("bitRate", 0)
    playback = await call.services.media.get_playback(GetPlayback(asset_of(track)))
    if limit and len(call.parameters.all("bitRate")) == 1:
        return Redirect(_rung(playback, StreamFormat.AAC.value, limit))
    return Redirect(playback.hls)


async def _media(call: Call) -> Track:
    """The song that `mediaId` names.

    Raises:
        Failure: there is none, or it is to be something else than a song.
    """
    id_ = call.parameters.id("mediaId")
    if call.parameters.need("mediaType") != "song":
        raise not_found("the episode")
    return await call.track(id_)


async def _source(call: Call, track: Track) -> Source:
    """The file that would be played as it is."""
    assets = (await call.services.media.get_assets(GetAssets((asset_of(track),)))).items
    if not assets:
        raise not_found("the file of this song")
    return Source(
        container=assets[0].container,
        codec=assets[0].codec,
        channels=track.channels or 0,
        bitrate=track.bitrate or 0,
        sample_rate=track.sample_rate or 0,
        bit_depth=track.bit_depth or 0,
    )


def _details(protocol: str, container: str, codec: str, source: Source) -> Item:
    """A StreamDetails; what is not known is 0."""
    return {
        "protocol": protocol,
        "container": container,
        "codec": codec,
        "audioChannels": source.channels,
        "audioBitrate": source.bitrate,
        "audioProfile": "",
        "audioSamplerate": source.sample_rate,
        "audioBitdepth": source.bit_depth,
    }


def _rung(playback: Playback, codec: str, bitrate: int) -> str:
    """The playlist of the best rung of a codec within a bit rate, or of its lowest one."""
    rungs = [file for file in playback.files if file.adaptive and file.codec == codec]
    if not rungs:
        raise not_found("a rendition of this song")
    rungs = sorted(rungs, key=lambda rung: rung.bitrate)
    fitting = [rung for rung in rungs if rung.bitrate <= bitrate] or rungs[:1]
    return playback.hls.replace("/master.m3u8?", f"/{fitting[-1].name}/index.m3u8?")
