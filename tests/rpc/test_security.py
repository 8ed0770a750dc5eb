"""Who is not Philomel is refused, whatever they claim, and peers may be away."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from tests.rpc.scripted import Script
from tests.rpc.shape import HmacKey
from tests.servers.ports import free_port

from philomel.kernel.caller import OPERATOR, SERVICE, Caller, Context, acting
from philomel.kernel.clock import FixedClock
from philomel.kernel.errors import Internal, InvalidArgument, Unavailable
from philomel.rpc.client import Channel
from philomel.rpc.codec import to_bytes
from philomel.rpc.server import Server
from philomel.rpc.signature import CALLER, EXPIRES, SIGNATURE, TRACE, sign_call
from philomel.services.playlists.contract import ItemKind, ListSaved, Playlists, Rate, Save

SAVE = "/philomel.playlists.v1.Playlists/Save"
REQUEST = to_bytes(Save(ItemKind.TRACK, ()))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def address(clock: FixedClock, script: Script) -> AsyncIterator[str]:
    server = Server(HmacKey(), clock)
    server.add(Playlists, script)
    port = await server.start("127.0.0.1:0")
    yield f"127.0.0.1:{port}"
    await server.stop(grace=0)


async def call(address: str, path: str, data: bytes, metadata: Any) -> Any:
    """What a raw gRPC client does."""
    async with grpc.aio.insecure_channel(address) as channel:
        return await channel.unary_unary(path)(data, metadata=metadata, timeout=10)


async def refused(address: str, path: str, data: bytes, metadata: Any) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call(address, path, data, metadata)
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


def signed(clock: FixedClock, secret: bytes | None = None) -> Any:
    key = HmacKey() if secret is None else HmacKey(secret)
    return sign_call(SAVE, REQUEST, Context(caller=OPERATOR, trace_id="t"), key, clock)


async def test_a_signed_call_is_served(address: str, clock: FixedClock, script: Script) -> None:
    assert await call(address, SAVE, REQUEST, signed(clock)) == b""
    assert script.seen[0].caller == OPERATOR


async def test_a_raw_client_that_claims_to_be_admin_is_refused(
    address: str, clock: FixedClock, script: Script
) -> None:
    admin = to_bytes(OPERATOR)
    expires = str(clock.now() + 1000)
    for metadata in (
        (),
        ((CALLER, admin),),
        ((CALLER, admin), (EXPIRES, expires), (TRACE, "t")),
        ((CALLER, admin), (EXPIRES, expires), (TRACE, "t"), (SIGNATURE, "")),
        ((CALLER, admin), (EXPIRES, "x"), (TRACE, "t"), (SIGNATURE, "0" * 64)),
        signed(clock, b"another key"),
    ):
        await refused(address, SAVE, REQUEST, metadata)
    assert not script.seen


async def test_a_signature_is_good_for_its_call_only(
    address: str, clock: FixedClock, script: Script
) -> None:
    good = dict(signed(clock))
    await refused(address, SAVE.replace("Save", "Unsave"), REQUEST, tuple(good.items()))
    await refused(address, SAVE, to_bytes(Save(ItemKind.ALBUM, ())), tuple(good.items()))
    for key, value in (
        (CALLER, to_bytes(Caller(admin=True))),
        (EXPIRES, str(clock.now() + 61_000)),
        (TRACE, "u"),
    ):
        await refused(address, SAVE, REQUEST, tuple((good | {key: value}).items()))
    assert not script.seen


async def test_a_signature_expires(address: str, clock: FixedClock, script: Script) -> None:
    metadata = signed(clock)
    clock.advance(60_001)
    await refused(address, SAVE, REQUEST, metadata)
    assert not script.seen


async def test_a_request_that_cannot_be_read_is_refused(address: str, clock: FixedClock) -> None:
    metadata = sign_call(SAVE, b"\xff", Context(caller=SERVICE), HmacKey(), clock)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call(address, SAVE, b"\xff", metadata)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_large_requests_are_refused(address: str, clock: FixedClock) -> None:
    channel = Channel(address, HmacKey(), clock)
    with acting(SERVICE), pytest.raises(InvalidArgument):
        await channel.connect(Playlists).rate(Rate(ItemKind.TRACK, "x" * (4 << 20), 1))
    await channel.close()


async def test_a_reply_beyond_all_limits_is_a_defect(address: str, clock: FixedClock) -> None:
    channel = Channel(address, HmacKey(), clock)
    with acting(SERVICE), pytest.raises(Internal):
        await channel.connect(Playlists).list_saved(ListSaved(ItemKind.TRACK, limit=17 << 20))
    await channel.close()


async def test_a_peer_that_is_away_is_said_to_be_and_found_again(
    clock: FixedClock, script: Script
) -> None:
    address = f"127.0.0.1:{free_port()}"
    channel = Channel(address, HmacKey(), clock)
    playlists = channel.connect(Playlists)
    started = time.monotonic()
    with acting(SERVICE, timeout=10), pytest.raises(Unavailable):
        await playlists.save(Save(ItemKind.TRACK, ()))
    assert time.monotonic() - started < 5
    server = Server(HmacKey(), clock)
    server.add(Playlists, script)
    await server.start(address)
    async with asyncio.timeout(20):
        while not script.seen:
            try:
                with acting(SERVICE, timeout=2):
                    await playlists.save(Save(ItemKind.TRACK, ()))
            except Unavailable:
                await asyncio.sleep(0.05)
    await server.stop(grace=0)
    with acting(SERVICE, timeout=5), pytest.raises(Unavailable):
        await playlists.save(Save(ItemKind.TRACK, ()))
    await channel.close()
    with acting(SERVICE, timeout=5), pytest.raises(Unavailable):
        await playlists.save(Save(ItemKind.TRACK, ()))


async def test_stopping_lets_running_calls_end(clock: FixedClock, script: Script) -> None:
    release = asyncio.Event()

    class Slow(Script):
        async def save(self, request: Save, /) -> None:
            self.started.set()
            await release.wait()

    slow = Slow()
    server = Server(HmacKey(), clock)
    server.add(Playlists, slow)
    port = await server.start("127.0.0.1:0")
    channel = Channel(f"127.0.0.1:{port}", HmacKey(), clock)
    with acting(SERVICE):
        running = asyncio.ensure_future(channel.connect(Playlists).save(Save(ItemKind.TRACK, ())))
    await slow.started.wait()
    stopping = asyncio.ensure_future(server.stop(grace=5))
    await asyncio.sleep(0)
    release.set()
    await running
    await stopping
    await channel.close()


async def test_two_servers_cannot_share_an_address(address: str, clock: FixedClock) -> None:
    second = Server(HmacKey(), clock)
    with pytest.raises(Unavailable):
        await second.start(address)
    await second.stop(grace=0)


@pytest.mark.parametrize("name", ["a b", "50%25", "é#?"])
def test_any_socket_path_works(tmp_path: Path, clock: FixedClock, name: str) -> None:
    async def run() -> None:
        folder = tmp_path / name
        folder.mkdir()
        server = Server(HmacKey(), clock)
        script = Script()
        server.add(Playlists, script)
        await server.start(f"unix:{folder}/s")
        channel = Channel(f"unix:{folder}/s", HmacKey(), clock)
        with acting(SERVICE):
            await channel.connect(Playlists).save(Save(ItemKind.TRACK, ()))
        assert script.seen
        assert (folder / "s").is_socket()
        await channel.close()
        await server.stop(grace=0)

    asyncio.run(run())
