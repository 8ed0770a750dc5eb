"""Whether what was found is what was asked for."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from philomel.services.enrichment.contract import Link
from philomel.services.enrichment.rules.answers import Entity, Group, Relation

SURE = 90
"""A search's score from which its result is looked at; 100 is the best."""
MAX_BIOGRAPHY = 10_000
MAX_LYRICS = 100_000
MAX_LINKS = 30
_ENTITY = re.compile(r"Q[1-9][0-9]{0,11}")
_MBID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def loose(name: str) -> str:
    """A name without case, accents, spaces and punctuation."""
    text = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in text if c.isalnum()) or text


def is_mbid(text: str) -> bool:
    return _MBID.fullmatch(text) is not None


def choose_group(title: str, artist: str, found: Iterable[Group]) -> Group | None:
    """The release group of that title by that artist; None if it is not sure."""
    for group in found:
        names = {loose(credit.name) for credit in group.artist_credit}
        names |= {loose(credit.artist.name) for credit in group.artist_credit}
        if group.score >= SURE and loose(group.title) == loose(title) and loose(artist) in names:
            return group
    return None


def choose_artist(name: str, groups: Iterable[Group]) -> str | None:
    """Whose albums these are, by most of them; names alone are shared too often."""
    votes = Counter(
        credit.artist.id
        for group in groups
        for credit in group.artist_credit
        if loose(name) in {loose(credit.name), loose(credit.artist.name)}
    )
    best = votes.most_common(2)
    if not best or (len(best) > 1 and best[0][1] == best[1][1]):
        return None
    return best[0][0]


def wikidata_of(relations: Iterable[Relation]) -> str | None:
    """The artist's number in Wikidata."""
    for relation in relations:
        if relation.type == "wikidata" and relation.url is not None:
            number = urlsplit(relation.url.resource).path.rpartition("/")[2]
            if _ENTITY.fullmatch(number):
                return number
    return None


def links_of(relations: Iterable[Relation]) -> tuple[Link, ...]:
    """Where else the artist is, without what is over and what is no web page."""
    links = [
        Link(kind=relation.type[:50], url=relation.url.resource)
        for relation in relations
        if relation.url is not None and not relation.ended and is_page(relation.url.resource)
    ]
    return tuple(links[:MAX_LINKS])


def is_page(url: str) -> bool:
    """Whether a link may be shown: people will press it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and len(url) <= 1_000


def picture_of(entity: Entity) -> str | None:
    """The name of the picture's file on Wikimedia Commons (property P18)."""
    claims = [claim for claim in entity.claims.get("P18", ()) if claim.rank != "deprecated"]
    for claim in sorted(claims, key=lambda claim: claim.rank != "preferred"):
        value = claim.mainsnak.datavalue.value if claim.mainsnak.datavalue else None
        if isinstance(value, str) and 0 < len(value) <= 300:
            return value
    return None


def article_of(entity: Entity, languages: Iterable[str]) -> tuple[str, str] | None:
    """The language and title of the Wikipedia article, in the first language that has one."""
    for language in languages:
        article = entity.sitelinks.get(f"{language}wiki")
        if article is not None and article.title:
            return language, article.title
    return None


def plain(text: str, most: int) -> str:
    """Text without control characters, cut after `most` characters."""
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C")
    return kept.strip()[:most]


def quoted(text: str) -> str:
    """A phrase of MusicBrainz' search language, whatever stands in the text."""
    return '"' + text[:200].replace("\\", "\\\\").replace('"', '\\"') + '"'
