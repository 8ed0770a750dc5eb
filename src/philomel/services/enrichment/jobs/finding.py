"""Finds what is asked for, from server to server."""

from typing import TypeVar
from urllib.parse import quote, urlencode

from philomel.services.catalog.contract import Album, Artist, Track
from philomel.services.enrichment.contract import ArtistInfo, FoundLyrics, Settings
from philomel.services.enrichment.jobs.asking import Asker
from philomel.services.enrichment.rules import choosing
from philomel.services.enrichment.rules.answers import (
    ArtistAnswer,
    Entities,
    Entity,
    Group,
    Groups,
    LyricsAnswer,
    Summary,
    read,
)

T = TypeVar("T")
PICTURE_EDGE = 1200


class Finder:
    def __init__(self, asker: Asker, settings: Settings) -> None:
        self._asker = asker
        self._settings = settings

    async def artist(
        self, artist: Artist, albums: list[Album], *, with_picture: bool
    ) -> tuple[ArtistInfo | None, bytes | None]:
        """What is known of an artist, and a picture.

        Args:
            albums: some of the artist's own; they tell artists of one name apart.
        """
        mbid = artist.musicbrainz_id or await self._mbid(artist, albums)
        if mbid is None or not choosing.is_mbid(mbid):
            return None, None
        base = self._settings.musicbrainz_url
        answer = await self._json(f"{base}/ws/2/artist/{mbid}?inc=url-rels&fmt=json", ArtistAnswer)
        if answer is None:
            return None, None
        number = choosing.wikidata_of(answer.relations)
        entity = await self._entity(number) if number else None
        article, picture = None, None
        languages = dict.fromkeys((self._settings.language, "en"))
        if entity is not None:
            article = choosing.article_of(entity, languages)
            name = choosing.picture_of(entity) if with_picture else None
            picture = await self._commons(name) if name else None
        info = ArtistInfo(
            artist_id=artist.id, musicbrainz_id=mbid, links=choosing.links_of(answer.relations)
        )
        if article is not None:
            info = await self._article(info, *article)
        return info, picture

    async def cover(self, album: Album) -> bytes | None:
        """The front of an album."""
        base = self._settings.cover_art_url
        release = album.musicbrainz_id
        if release and choosing.is_mbid(release):
            front = f"{base}/release/{release}/front-{PICTURE_EDGE}"
            if picture := await self._asker.picture(front):
                return picture
        group = await self._group(album)
        if group is None or not choosing.is_mbid(group.id):
            return None
        return await self._asker.picture(f"{base}/release-group/{group.id}/front-{PICTURE_EDGE}")

    async def lyrics(self, track: Track) -> FoundLyrics | None:
        if not track.credits or not track.duration_ms:
            return None
        asked = {
            "track_name": track.title,
            "artist_name": track.credits[0].artist.name,
            "album_name": track.album.name if track.album else "",
            "duration": str(round(track.duration_ms / 1000)),
        }
        url = f"{self._settings.lrclib_url}/api/get?{urlencode(asked)}"
        answer = await self._json(url, LyricsAnswer)
        if answer is None or answer.instrumental:
            return None
        for text, synced in ((answer.synced_lyrics, True), (answer.plain_lyrics, False)):
            if text and (kept := choosing.plain(text, choosing.MAX_LYRICS)):
                return FoundLyrics(text=kept, synced=synced, source="LRCLIB")
        return None

    async def _mbid(self, artist: Artist, albums: list[Album]) -> str | None:
        groups = [group for album in albums if (group := await self._group(album)) is not None]
        return choosing.choose_artist(artist.name, groups)

    async def _group(self, album: Album) -> Group | None:
        if not album.credits:
            return None
        by = album.credits[0].artist.name
        asked = {
            "query": f"releasegroup:{choosing.quoted(album.name)} AND artist:{choosing.quoted(by)}",
            "fmt": "json",
            "limit": "5",
        }
        url = f"{self._settings.musicbrainz_url}/ws/2/release-group?{urlencode(asked)}"
        found = await self._json(url, Groups)
        return choosing.choose_group(album.name, by, found.release_groups) if found else None

    async def _entity(self, number: str) -> Entity | None:
        url = f"{self._settings.wikidata_url}/wiki/Special:EntityData/{number}.json"
        found = await self._json(url, Entities)
        if found is None:
            return None
        # A merged entity answers under its new number.
        return next(iter(found.entities.values()), None)

    async def _commons(self, name: str) -> bytes | None:
        file = quote(name.replace(" ", "_"), safe="")
        return await self._asker.picture(
            f"{self._settings.commons_url}/wiki/Special:FilePath/{file}?width={PICTURE_EDGE}"
        )

    async def _article(self, info: ArtistInfo, language: str, title: str) -> ArtistInfo:
        base = self._settings.wikipedia_url.replace("{language}", language)
        page = quote(title.replace(" ", "_"), safe="")
        summary = await self._json(f"{base}/api/rest_v1/page/summary/{page}", Summary)
        if summary is None or summary.type == "disambiguation":
            return info
        text = choosing.plain(summary.extract, choosing.MAX_BIOGRAPHY)
        url = summary.content_urls.desktop.page
        if not text or not choosing.is_page(url):
            return info  # without its source it may not be shown
        return ArtistInfo(
            artist_id=info.artist_id,
            musicbrainz_id=info.musicbrainz_id,
            biography=text,
            language=language,
            source="Wikipedia, CC BY-SA 4.0",
            source_url=url,
            links=info.links,
        )

    async def _json(self, url: str, kind: type[T]) -> T | None:
        body = await self._asker.json(url)
        return None if body is None else read(body, kind)
