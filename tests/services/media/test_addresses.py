"""Signed addresses: only what was signed works, for as long as it was signed for."""

import os
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.media.conftest import LISTENER, OTHER, House

from philomel.kernel.caller import ANONYMOUS, SERVICE, Caller, CallerKind, acting
from philomel.kernel.errors import InvalidArgument, PermissionDenied, Unauthenticated
from philomel.kernel.ids import new_id
from philomel.services.media.contract import (
    AssetNotFound,
    BadSignature,
    BadStream,
    GetAnalysisState,
    Opened,
    OpenSigned,
    RegisterAssets,
    RemoveAssets,
    SignCovers,
    SignedUrl,
    SignStream,
    Store,
    StreamFormat,
)
from philomel.services.media.rules import addresses, formats

HOUR = 3600_000
COVER = "0123456789abcdefghijkl"
COVER_KEY = f"covers/01/{COVER}-300.jpg"


async def open_url(house: House, url: str) -> Opened:
    path, _, query = url.partition("?")
    with acting(ANONYMOUS):
        return await house.media.open_signed(OpenSigned(path, query))


async def sign(house: House, request: SignStream, caller: Caller = LISTENER) -> SignedUrl:
    with acting(caller):
        return await house.media.sign_stream(request)


async def test_an_original(house: House) -> None:
    source = house.source("Ä/ö.flac", b"sound")
    await house.add(source)
    url = await sign(house, SignStream(source.asset_id))
    assert url.path.startswith(f"/media/stream/{source.asset_id}.flac?")
    opened = await open_url(house, url.path)
    place = os.fsencode(house.root) + b"\0" + source.path
    assert opened == Opened(Store.LIBRARY, place, "audio/flac", duration_ms=180_000)


async def test_a_transcode(house: House) -> None:
    source = house.source("a", b"sound")
    await house.add(source)
    request = SignStream(source.asset_id, StreamFormat.OPUS, 96, 30_000, "a: song/..\n.opus")
    opened = await open_url(house, (await sign(house, request)).path)
    place = os.fsencode(house.root) + b"\0a"
    assert opened == Opened(
        Store.TRANSCODE,
        b"opus:96:30000:0.0\0" + place,
        "audio/ogg",
        download="a_ song_...opus",
        duration_ms=150_000,
    )


async def test_it_outlives_a_paused_track_and_then_ends(house: House) -> None:
    source = house.source("a", b"sound")
    await house.add(source)
    url = await sign(house, SignStream(source.asset_id))
    assert url.expires_at % HOUR == 0
    assert url.expires_at - house.clock.now() >= 24 * HOUR + 180_000
    house.clock.advance(url.expires_at - house.clock.now() - 1)
    await open_url(house, url.path)
    house.clock.advance(1)
    with pytest.raises(BadSignature, match="expired"):
        await open_url(house, url.path)


async def test_any_change_is_refused(house: House) -> None:
    first, second = house.source("a", b"one"), house.source("b", b"two")
    await house.add(first, second)
    request = SignStream(first.asset_id, StreamFormat.MP3, 128, 1000, "name")
    path = (await sign(house, request)).path
    await open_url(house, path)
    url, _, query = path.partition("?")
    changes = [
        path.replace(first.asset_id, second.asset_id),
        path.replace(".mp3", ".ogg"),
        path.replace(".mp3", ""),
        path.replace("f=mp3", "f=opus"),
        path.replace("f=mp3&", ""),
        path.replace("b=128", "b=129"),
        path.replace("b=128", "b=0128"),
        path.replace("o=1000", "o=2000"),
        path.replace("d=name", "d=other"),
        path.replace(LISTENER.user_id or "-", OTHER.user_id or "-"),
        re.sub(r"e=(\d+)", lambda found: f"e={int(found[1]) + 3600}", path),
        path + "&x=1",
        path + "&o=1000",
        path + "&",
        path + "&s=",
        path[:-1],
        url,
        url + "?" + "&".join(reversed(query.split("&")[1:])),
        path.replace("/media/stream/", "/media/stream//"),
        path.replace("/media/stream/", "/media/cover/"),
        path.replace("/media/stream/", "/media/stream/../stream/"),
        path.replace("/media", "/%6dedia"),
    ]
    for changed in changes:
        assert changed != path
        with pytest.raises(BadSignature):
            await open_url(house, changed)


async def test_the_order_of_the_parameters_does_not_matter(house: House) -> None:
    source = house.source("a", b"one")
    await house.add(source)
    path, _, query = (await sign(house, SignStream(source.asset_id))).path.partition("?")
    turned = "&".join(reversed(query.split("&")))
    assert (await open_url(house, f"{path}?{turned}")).store is Store.LIBRARY


async def test_another_servers_signature_is_refused(house: House) -> None:
    source = house.source("a", b"one")
    await house.add(source)
    path = (await sign(house, SignStream(source.asset_id))).path
    signature = path.partition("&s=")[2]
    other_purpose = house.keys.sign("rpc.caller", path.partition("&s=")[0].encode())
    for forged in (other_purpose, "x." + signature.partition(".")[2], signature + "A"):
        with pytest.raises(BadSignature):
            await open_url(house, path.replace(signature, forged))


async def test_a_listener_cannot_use_what_was_made_for_another(house: House) -> None:
    source = house.source("a", b"one")
    await house.add(source)
    mine = (await sign(house, SignStream(source.asset_id))).path
    theirs = (await sign(house, SignStream(source.asset_id), OTHER)).path
    assert mine != theirs
    swapped = mine.partition("&s=")[0] + "&s=" + theirs.partition("&s=")[2]
    with pytest.raises(BadSignature):
        await open_url(house, swapped)


async def test_what_cannot_be_streamed(house: House) -> None:
    source = house.source("a", b"one")
    await house.add(source)
    asset_id = source.asset_id
    bad = [
        SignStream(asset_id, bitrate=128),
        SignStream(asset_id, offset_ms=5),
        SignStream(asset_id, StreamFormat.MP3, 31),
        SignStream(asset_id, StreamFormat.MP3, 321),
        SignStream(asset_id, StreamFormat.MP3, -1),
        SignStream(asset_id, StreamFormat.MP3, offset_ms=-1),
        SignStream(asset_id, StreamFormat.MP3, offset_ms=180_000),
    ]
    for request in bad:
        with pytest.raises(BadStream):
            await sign(house, request)
    for unknown in (new_id(), "", "../../etc/passwd", "x" * 10_000):
        with pytest.raises(AssetNotFound):
            await sign(house, SignStream(unknown))


async def test_a_forgotten_asset_or_library_is_not_found(house: House) -> None:
    source = house.source("a", b"one")
    await house.add(source)
    url = await sign(house, SignStream(source.asset_id))
    with acting(SERVICE):
        await house.media.remove_assets(RemoveAssets((source.asset_id,)))
    with pytest.raises(AssetNotFound):
        await open_url(house, url.path)


async def test_covers_have_the_same_address_for_all_for_a_day(house: House) -> None:
    with acting(LISTENER):
        first = await house.media.sign_covers(SignCovers((COVER_KEY, COVER_KEY)))
    start = house.clock.now()
    house.clock.advance(first.items[0].expires_at - start - 24 * HOUR)
    with acting(OTHER):
        second = await house.media.sign_covers(SignCovers((COVER_KEY,)))
    assert first.items[0] == first.items[1] == second.items[0]
    assert first.items[0].path.startswith(f"/media/cover/{COVER}-300.jpg?e=")
    opened = await open_url(house, first.items[0].path)
    assert opened == Opened(Store.COVERS, COVER_KEY.encode(), "image/jpeg", immutable=True)
    with pytest.raises(BadSignature):
        await open_url(house, first.items[0].path.replace("-300", "-640"))
    house.clock.advance(24 * HOUR)
    with pytest.raises(BadSignature):
        await open_url(house, first.items[0].path)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "keys/ring.json",
        "covers/../keys",
        f"covers/01/../{COVER}-300.jpg",
        f"covers/02/{COVER}-300.jpg",
        f"covers/01/{COVER}-0300.jpg",
        f"covers/01/{COVER}-300.jpg\n",
        f"covers/01/{COVER}-300.png",
    ],
)
async def test_only_covers_are_signed(local_house: House, key: str) -> None:
    with acting(LISTENER), pytest.raises(BadStream):
        await local_house.media.sign_covers(SignCovers((key,)))


async def test_who_may_ask(local_house: House) -> None:
    media = local_house.media
    source = local_house.source("a", b"one")
    app = Caller(kind=CallerKind.APP, name="app", scopes=("*",))
    for stranger in (ANONYMOUS, app):
        with pytest.raises(Unauthenticated):
            await sign(local_house, SignStream(source.asset_id), stranger)
    with acting(ANONYMOUS), pytest.raises(Unauthenticated):
        await media.sign_covers(SignCovers((COVER_KEY,)))
    with acting(LISTENER):
        for work in (
            media.register_assets(RegisterAssets((source,))),
            media.remove_assets(RemoveAssets((source.asset_id,))),
            media.get_analysis_state(GetAnalysisState()),
        ):
            with pytest.raises(PermissionDenied):
                await work
    many = tuple(new_id() for _ in range(501))
    with acting(SERVICE), pytest.raises(InvalidArgument):
        await media.remove_assets(RemoveAssets(many))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(path=st.text(max_size=60), query=st.text(max_size=80))
def test_nonsense_is_refused_and_nothing_else(path: str, query: str) -> None:
    for one in (path, "/media/stream/" + COVER + path, f"/media/cover/{COVER}-1.jpg" + path):
        try:
            signed = addresses.parse(one, query)
        except BadSignature:
            continue
        assert addresses.parse(*signed.text.partition("?")[::2]).address == signed.address


@settings(max_examples=200, deadline=None, derandomize=True)
@given(name=st.text(max_size=400))
def test_download_names_are_harmless_and_survive_the_way(name: str) -> None:
    clean = formats.clean_download_name(name)
    assert not set(clean) & set('/\\:"\r\n\0')
    assert clean.strip(". ")
    assert len(clean) <= formats.MAX_DOWNLOAD_NAME
    address = addresses.StreamAddress(COVER, "mp3", 1, download=clean)
    text = addresses.text_of(address)
    assert text.isascii()
    assert addresses.parse(*text.partition("?")[::2]).address == address
