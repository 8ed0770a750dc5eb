"""Which form of a song suits a player."""

import json
from typing import Any

import pytest
from tests.gateway.running import House
from tests.gateway.shelf import id_of

from philomel.gateway.subsonic.profiles import Client, Source, decide, read_client
from philomel.services.media.contract import StreamFormat

TRACK = id_of("track Airbag")
FLAC = Source("flac", "flac", channels=2, bitrate=900_000, sample_rate=96_000, bit_depth=24)
MP3 = Source("mp3", "mp3", channels=2, bitrate=128_000, sample_rate=44_100)
OPUS = {"container": "ogg", "audioCodec": "opus", "protocol": "http", "maxAudioChannels": 2}
AAC = {"container": "mp4", "audioCodec": "aac", "protocol": "hls"}


def client(*direct: str, **more: object) -> Client:
    """Plays files whose container and codec are named so."""
    profiles = [
        {"containers": [name], "audioCodecs": [name], "protocols": ["http"]} for name in direct
    ]
    told = {"name": "x", "platform": "y", "directPlayProfiles": profiles, **more}
    return read_client(json.dumps(told).encode())


def limited(codec: str, name: str, comparison: str, *values: str) -> list[dict[str, object]]:
    limit = {"name": name, "comparison": comparison, "values": values, "required": True}
    return [{"type": "AudioCodec", "name": codec, "limitations": [limit]}]


def test_a_file_that_fits_is_played_as_it_is() -> None:
    for fitting in (
        client("flac"),
        client("flac", maxAudioBitrate=1_000_000),
        client("flac", maxAudioBitrate=1_000),
        client("flac", codecProfiles=limited("mp3", "audioBitrate", "LessThanEqual", "1")),
        client(
            "flac", codecProfiles=limited("flac", "audioSamplerate", "Equals", "48000", "96000")
        ),
        client(directPlayProfiles=[{"containers": [], "audioCodecs": [], "protocols": []}]),
    ):
        assert decide(FLAC, fitting).direct
    opus = Source("ogg", "opus")
    named = [{"containers": ["opus"], "audioCodecs": ["libopus"], "protocols": ["http"]}]
    assert decide(opus, client(directPlayProfiles=named)).direct


@pytest.mark.parametrize(
    ("unfitting", "reason"),
    [
        (client(), "no direct play profile"),
        (client("mp3"), "container not supported"),
        (client("flac", maxAudioBitrate=320_000), "audio bitrate not supported"),
        (
            client("flac", codecProfiles=limited("flac", "audioBitdepth", "LessThanEqual", "16")),
            "audio bitdepth not supported",
        ),
        (
            client("flac", codecProfiles=limited("flac", "audioSamplerate", "NotEquals", "96000")),
            "audio samplerate not supported",
        ),
    ],
)
def test_what_does_not_fit_is_said(unfitting: Client, reason: str) -> None:
    decision = decide(FLAC, unfitting)
    assert not decision.direct
    assert reason in decision.reasons
    assert decision.offer is None


def test_the_first_profile_that_can_be_made_is_offered() -> None:
    wishes = [{"container": "mka", "audioCodec": "ac3", "protocol": "http"}, OPUS, AAC]
    offer = decide(FLAC, client(transcodingProfiles=wishes)).offer
    assert offer is not None
    assert (offer.format, offer.bitrate, offer.params) == (StreamFormat.OPUS, 128, "http-opus-128")
    for limit in (96_000, 96):
        less = client(transcodingProfiles=wishes, maxTranscodingAudioBitrate=limit)
        offer = decide(FLAC, less).offer
        assert offer is not None
        assert offer.bitrate == 96
    offer = decide(MP3, client(transcodingProfiles=[AAC], maxAudioBitrate=320_000)).offer
    assert offer is not None
    assert (offer.params, offer.bitrate) == ("hls-aac-128", 128)
    mono = [{**OPUS, "maxAudioChannels": 1}]
    assert decide(FLAC, client(transcodingProfiles=mono)).offer is None


def test_a_decision_leads_to_its_stream(house: House) -> None:
    who = {"u": "bob", "p": "app-bob", "f": "json", "mediaId": TRACK, "mediaType": "song"}
    told = {"name": "x", "platform": "y", "transcodingProfiles": [OPUS]}
    reply = house.http.post(f"{house.url}/rest/getTranscodeDecision", params=who, json=told)
    decision: dict[str, Any] = reply.json()["subsonic-response"]["transcodeDecision"]
    assert (decision["canDirectPlay"], decision["canTranscode"]) == (False, True)
    assert decision["sourceStream"]["codec"] == "flac"
    assert decision["transcodeStream"]["audioBitrate"] == 128_000
    params = {**who, "transcodeParams": decision["transcodeParams"], "offset": "9"}
    stream = house.http.get(f"{house.url}/rest/getTranscodeStream", params=params)
    assert stream.text.startswith("/media/stream/")
    assert "/opus-128-9000?" in stream.text


@pytest.mark.parametrize("body", ["", "{", "[]", '{"directPlayProfiles": 1}', "[" * 10_000])
def test_nonsense_is_refused(house: House, body: str) -> None:
    who = {"u": "bob", "p": "app-bob", "f": "json", "mediaId": TRACK, "mediaType": "song"}
    reply = house.http.post(f"{house.url}/rest/getTranscodeDecision", params=who, content=body)
    assert reply.status_code == 200
    assert reply.json()["subsonic-response"]["error"]["code"] == 0


def test_hls_leads_to_the_ladder(house: House) -> None:
    who = {"u": "bob", "p": "app-bob", "id": TRACK}
    reply = house.http.get(f"{house.url}/rest/hls.m3u8", params=who)
    assert reply.status_code == 302
    assert "/master.m3u8?" in reply.headers["location"]
    one = house.http.get(f"{house.url}/rest/hls.m3u8", params={**who, "bitRate": "170"})
    assert "/aac-160/index.m3u8?" in one.headers["location"]
    several = house.http.get(
        f"{house.url}/rest/hls.m3u8?bitRate=96", params={**who, "bitRate": "9"}
    )
    assert several.status_code == 302
