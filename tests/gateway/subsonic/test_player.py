"""An unmodified player library browses, searches, stars and plays."""

from collections.abc import Awaitable

import pytest
from aiohttp import ClientResponse
from libopensonic import AsyncConnection, errors
from tests.gateway.running import House
from tests.gateway.shelf import ALICE, id_of
from tests.gateway.subsonic.conftest import Connect

from philomel.gateway.subsonic.methods.system import EXTENSIONS
from philomel.services.catalog.contract import LyricAgent, LyricLine, Lyrics, LyricSet, LyricWord

OK = id_of("album OK Computer")
PARANOID = id_of("track Paranoid Android")
RADIOHEAD = id_of("artist Radiohead")


async def text(answer: Awaitable[ClientResponse]) -> str:
    return await (await answer).text()


async def test_signs_in_every_way(connect: Connect) -> None:
    assert await connect(username="alice", password="app-alice").ping()
    assert await connect(username="ALICE", password="app-alice", legacy_auth=True).ping()
    assert await connect(username="alice", password="app-alice", use_get=True).ping()
    assert await connect(username="alice", password="app-alice", use_views=False).ping()
    by_key = connect(api_key="key-of-alice")
    assert await by_key.ping()
    assert (await by_key.token_info()).username == "Alice"
    wrong = connect(username="alice", password="account password")
    with pytest.raises(errors.CredentialError, match="app password"):
        await wrong.get_license()


async def test_says_what_it_can_do(player: AsyncConnection) -> None:
    names = {extension.name for extension in (await player.get_open_subsonic_extensions())}
    assert names == set(EXTENSIONS)
    assert (await player.get_license())["license"]["valid"]


async def test_browses(player: AsyncConnection) -> None:
    artists = await player.get_artists()
    names = {artist.name for index in artists.index for artist in index.artist}
    assert names == {"Radiohead", "Björk", "Tom & <Jerry>", "Secret Band"}
    assert [index.name for index in artists.index] == ["B", "R", "S", "T"]
    artist = await player.get_artist(RADIOHEAD)
    assert [album.name for album in artist.album] == ["My Iron Lung", "OK Computer", "Kid A"]
    album = await player.get_album(OK)
    assert [song.title for song in album.song] == ["Airbag", "Paranoid Android", "Karma Police"]
    assert (album.song_count, album.year, album.artist_id) == (3, 1997, RADIOHEAD)
    song = await player.get_song(PARANOID)
    assert (song.album, song.artist, song.suffix) == ("OK Computer", "Radiohead", "flac")
    assert (song.bit_rate, song.duration, song.track) == (900, 200, 2)
    genres = {genre.value: genre.song_count for genre in (await player.get_genres())}
    assert genres == {"Rock": 6, "Electronic": 2, "R&B/Soul": 1, "Hidden": 1}


async def test_browses_by_folders(player: AsyncConnection) -> None:
    indexes = await player.get_indexes()
    names = {artist.name for index in indexes.index for artist in index.artist}
    assert "Radiohead" in names
    directory = await player.get_music_directory(RADIOHEAD)
    assert {child.title for child in directory.child} == {"My Iron Lung", "OK Computer", "Kid A"}
    assert all(child.is_dir for child in directory.child)
    directory = await player.get_music_directory(OK)
    assert directory.parent == RADIOHEAD
    assert next(child.title for child in directory.child) == "Airbag"


async def test_lists_albums_in_every_order(player: AsyncConnection) -> None:
    async def names(kind: str, **more: object) -> list[str]:
        return [album.name for album in (await player.get_album_list2(kind, **more))]

    everything = {
        "OK Computer",
        "Kid A",
        "My Iron Lung",
        "Homogenic",
        'Quotes "Inside"',
        "Hidden Record",
    }
    for kind in ("random", "newest", "alphabeticalByName", "alphabeticalByArtist"):
        assert set(await names(kind)) == everything
    assert await names("alphabeticalByName") == sorted(everything)
    assert await names("alphabeticalByName", size=2, offset=1) == sorted(everything)[1:3]
    assert (await names("newest"))[0] == "Hidden Record"
    assert (await names("byYear", from_year=1990, to_year=1999))[0] == "My Iron Lung"
    assert await names("byYear", from_year=2010, to_year=2000) == ['Quotes "Inside"', "Kid A"]
    assert await names("byGenre", genre="Electronic") == ["Homogenic"]
    for kind in ("starred", "highest", "frequent", "recent"):
        assert await names(kind) == []
    await player.star(album_ids=[OK])
    await player.set_rating(id_of("album Kid A"), 5)
    await player.scrobble(PARANOID)
    for kind in ("starred", "frequent", "recent"):
        assert await names(kind) == ["OK Computer"]
    assert await names("highest") == ["Kid A"]
    listed = await player.get_album_list("alphabeticalByName")
    assert {album.name for album in listed} == everything


async def test_searches(player: AsyncConnection) -> None:
    found = await player.search3("radiohead")
    assert [artist.name for artist in found.artist] == ["Radiohead"]
    assert len(found.song) == 6
    found = await player.search3("paranoid")
    assert not found.artist
    assert [song.id for song in found.song] == [PARANOID]
    seen = set()
    for offset in range(0, 12, 5):
        page = await player.search3(
            '""', artist_count=0, album_count=0, song_count=5, song_offset=offset
        )
        seen |= {song.id for song in page.song or []}
    assert len(seen) == 10
    older = await player.search2("karma")
    assert [song.title for song in older.song] == ["Karma Police"]


async def test_stars_and_rates(player: AsyncConnection) -> None:
    await player.star(sids=[PARANOID], album_ids=[OK], artist_ids=[RADIOHEAD])
    starred = await player.get_starred2()
    assert [song.id for song in starred.song] == [PARANOID]
    assert [album.id for album in starred.album] == [OK]
    assert [artist.id for artist in starred.artist] == [RADIOHEAD]
    assert (await player.get_song(PARANOID)).starred
    assert (await player.get_album(OK)).starred
    assert [song.id for song in (await player.get_starred()).song] == [PARANOID]
    await player.set_rating(PARANOID, 4)
    assert (await player.get_song(PARANOID)).user_rating == 4
    await player.set_rating(PARANOID, 0)
    assert (await player.get_song(PARANOID)).user_rating is None
    await player.unstar(sids=[PARANOID], album_ids=[OK], artist_ids=[RADIOHEAD])
    assert not (await player.get_starred2()).song
    # Older players star albums and artists as folders.
    await player.star(sids=[OK, RADIOHEAD])
    assert [album.id for album in (await player.get_starred2()).album] == [OK]


async def test_plays_are_counted(player: AsyncConnection) -> None:
    await player.scrobble(PARANOID, listen_time=1_650_000_000)
    await player.scrobble(PARANOID)
    song = await player.get_song(PARANOID)
    assert song.play_count == 2
    assert song.played
    await player.scrobble(PARANOID, submission=False)
    assert (await player.get_song(PARANOID)).play_count == 2
    (entry,) = await player.get_now_playing()
    assert (entry.id, entry.username, entry.player_name) == (PARANOID, "Alice", "py-opensonic")


async def test_random_and_genre_songs(player: AsyncConnection) -> None:
    assert len(await player.get_random_songs(size=4)) == 4
    assert {song.title for song in (await player.get_songs_by_genre("Electronic"))} == {
        "Jóga",
        "Bachelorette",
    }


async def test_streams_and_downloads(player: AsyncConnection) -> None:
    asset = id_of("asset Paranoid Android")
    original = f"/media/stream/{asset}/original-None-0?sig={ALICE}"
    assert await text(player.stream(PARANOID)) == original
    smaller = await text(player.stream(PARANOID, max_bit_rate=128))
    assert "/opus-128-0?" in smaller
    assert "/mp3-None-0?" in await text(player.stream(PARANOID, tformat="mp3"))
    assert await text(player.stream(PARANOID, tformat="raw", max_bit_rate=64)) == original
    later = await text(player.stream(PARANOID, time_offset=30, tformat="ogg"))
    assert "/vorbis-None-30000?" in later
    assert await text(player.download(PARANOID)) == original


async def test_pictures(player: AsyncConnection) -> None:
    cover = id_of("cover OK Computer")
    art = (await player.get_song(PARANOID)).cover_art
    key = f"/media/cover/covers/{cover[:2]}/{cover}"
    assert await text(player.get_cover_art(art)) == f"{key}-640.jpg?sig=day"
    assert await text(player.get_cover_art(art, size=65)) == f"{key}-300.jpg?sig=day"
    assert await text(player.get_cover_art(OK, size=1)) == f"{key}-64.jpg?sig=day"
    plain = await player.get_cover_art(f"ar-{RADIOHEAD}")
    assert (await plain.read()).startswith(b"\x89PNG")


async def test_lyrics(house: House, player: AsyncConnection) -> None:
    timed = (
        LyricLine("Please could you", 1500),
        LyricLine("stop the noise", 4000, 5000, agent="v1", words=(
            LyricWord(4000, "stop ", 4300), LyricWord(4300, "the "), LyricWord(4600, "n\xf6ise"),
        )),
        LyricLine("(noise)", 4600, words=(LyricWord(4600, "(noise)"),), background=True),
    )  # fmt: skip
    agents = (LyricAgent("v1", "Thom"),)
    words = LyricSet("eng", synced=True, worded=True, source="file", lines=timed, agents=agents)
    plain_lines = (LyricLine("One"), LyricLine("Two"))
    plain_set = LyricSet("eng", synced=False, worded=False, source="tag", lines=plain_lines)
    house.shelf.lyrics[PARANOID] = Lyrics("", synced=True, sets=(words,))
    house.shelf.lyrics[id_of("track Airbag")] = Lyrics("One\nTwo", synced=False, sets=(plain_set,))
    (synced,) = await player.get_lyrics_by_song_id(PARANOID)
    assert synced.synced
    assert [(line.start, line.value) for line in synced.line] == [
        (1500, "Please could you"),
        (4000, "stop the noise"),
    ]
    (plain,) = await player.get_lyrics_by_song_id(id_of("track Airbag"))
    assert (plain.synced, plain.lang, len(plain.line)) == (False, "eng", 2)
    assert not (await player.get_lyrics_by_song_id(id_of("track Karma Police")))
    assert (await player.get_lyrics("Radiohead", "Airbag")).value == "One\nTwo"


async def test_users_and_scans(house: House, player: AsyncConnection) -> None:
    assert (await player.get_user("alice")).admin_role
    assert not (await player.get_user("bob")).admin_role
    assert not (await player.get_scan_status()).scanning
    assert (await player.start_scan()).scanning
    assert house.shelf.scans == 1
    assert (await player.get_scan_status()).count == 10
