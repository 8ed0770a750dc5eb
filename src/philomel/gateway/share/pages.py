"""The page of a share: what messengers and other sites read of it, and what its script shows.

It is the web player's own page for strangers. Where no script runs, or the player was not built,
there is a list with the browser's own controls.
"""

from urllib.parse import quote

import msgspec

from philomel.gateway.public import at
from philomel.gateway.share.views import ShareView, TrackView
from philomel.gateway.site import player
from philomel.gateway.site.layout import ASSETS, card, document, hero
from philomel.gateway.site.markup import Markup, join, tag

NAMELESS = "Shared music"
WORDS = {
    "unknown": ("Nothing here", "Nothing is shared at this address."),
    "ended": ("This share has ended", "It was open for a while only, and that is over."),
    "withdrawn": ("Not shared any more", "Whoever shared this has taken it back."),
    "busy": ("One moment", "The server has too much to do. Try again in a while."),
}
"""What a page says that shows nothing: its state, a title and a sentence."""

_HEAD, _ROOT = '<meta name="share" />', '<div id="root"></div>'
_SIZES = {"track": 152}
_HEIGHT, _WIDTH = 380, 640


def shared(view: ShareView, base: str, *, embedded: bool) -> str:
    """
    Args:
        base: the server's address, without a slash at the end.
        embedded: for a frame in somebody else's page.
    """
    title = view.title or NAMELESS
    template = player.share_page()
    if template is None:
        return document(title, hero(title, view.by), _plain(view))
    told = msgspec.json.encode(view).decode()
    form = "embed" if embedded else "page"
    root = tag("div", id="root", data_share=told, data_form=form)
    without = tag("noscript", tag("h1", title), _plain(view))
    return _filled(template, title, _cards(view, base), join((root, without)))


def nothing(state: str, *, embedded: bool) -> str:
    """
    Args:
        state: one of `WORDS`.
    """
    title, words = WORDS[state]
    template = player.share_page()
    if template is None:
        return document(title, hero(title, words))
    form = "embed" if embedded else "page"
    root = tag("div", id="root", data_state=state, data_form=form)
    without = tag("noscript", tag("h1", title), tag("p", words))
    return _filled(template, title, Markup(""), join((root, without)))


def frame(view: ShareView, width: int | None = None, height: int | None = None) -> Markup:
    """What somebody puts into a page of their own."""
    most, tall = size_of(view)
    return tag(
        "iframe",
        src=f"{view.address}/embed",
        width=str(min(width or most, most)),
        height=str(min(height or tall, tall)),
        title=view.title or NAMELESS,
        allow="autoplay; encrypted-media",
        loading="lazy",
        frameborder="0",
    )


def size_of(view: ShareView) -> tuple[int, int]:
    """Of a frame that shows it well: width and height in pixels."""
    return _WIDTH, _SIZES.get(view.kind, _HEIGHT)


def summary(view: ShareView) -> str:
    """In a line, for those who only see the link."""
    count = len(view.tracks)
    facts = [view.by, view.year]
    if view.kind != "track":
        facts.append(f"{count} song" if count == 1 else f"{count} songs")
    facts.append(_length(view.duration_ms))
    line = " · ".join(fact for fact in facts if fact)
    return f"{view.note} ({line})" if view.note else line


def _cards(view: ShareView, base: str) -> Markup:
    """Open Graph, Twitter's cards, and where oEmbed is answered."""
    title, told = view.title or NAMELESS, summary(view)
    width, height = size_of(view)
    kinds = {"track": "music.song", "album": "music.album"}
    origin = base.removesuffix(at(""))
    named: list[tuple[str, str]] = [
        ("og:site_name", "Philomel"),
        ("og:type", kinds.get(view.kind, "music.playlist")),
        ("og:title", title),
        ("og:description", told),
        ("og:url", view.address),
    ]
    if view.cover:
        named += [("og:image", origin + view.cover), ("og:image:alt", title)]
    if view.kind == "track" and view.tracks:
        (track,) = view.tracks
        sound = f"{view.address}/tracks/{track.id}/mp3"
        named += [
            ("music:duration", str(round(track.duration_ms / 1000))),
            ("og:audio", sound),
            ("og:audio:type", "audio/mpeg"),
        ]
    elif view.kind != "album":
        named.append(("music:song_count", str(len(view.tracks))))
    if view.kind == "album" and view.year:
        named.append(("music:release_date", view.year))
    shown = [("twitter:title", title), ("twitter:description", told)]
    # Twitter shows players over HTTPS alone.
    secure = view.address.startswith("https://")
    shown.insert(0, ("twitter:card", "player" if secure else "summary"))
    if secure:
        shown.append(("twitter:player", f"{view.address}/embed"))
        shown += [("twitter:player:width", str(width)), ("twitter:player:height", str(height))]
    if view.cover:
        shown.append(("twitter:image", origin + view.cover))
    return join(
        (
            tag("meta", name="description", content=told),
            [tag("meta", property=name, content=words) for name, words in named],
            [tag("meta", name=name, content=words) for name, words in shown],
            tag(
                "link",
                rel="alternate",
                type="application/json+oembed",
                href=f"{base}/oembed?url={quote(view.address, safe='')}",
                title=title,
            ),
            tag("link", rel="canonical", href=view.address),
        )
    )


def _filled(template: str, title: str, head: Markup, body: Markup) -> str:
    text = template.replace(_HEAD, str(head), 1).replace(_ROOT, str(body), 1)
    return text.replace("<title>Philomel</title>", str(tag("title", f"{title} · Philomel")), 1)


def _plain(view: ShareView) -> Markup:
    """For browsers without scripts."""
    if not view.tracks:
        return card(tag("p", "Nothing of this is here any more."))
    mark = tag("img", src=view.cover or at(f"{ASSETS}/nightingale.svg"), alt="", width="300")
    return card(
        tag("p", view.note) if view.note else None,
        mark,
        tag("ol", [_row(track, view.above) for track in view.tracks]),
    )


def _row(track: TrackView, above: str) -> Markup:
    place = f"{above}/tracks/{track.id}"
    return tag(
        "li",
        tag("p", tag("strong", track.title), tag("br"), track.artists),
        tag(
            "audio",
            # Not every browser plays every file; all of them play MP3.
            tag("source", src=f"{place}/files/original"),
            tag("source", src=f"{place}/mp3", type="audio/mpeg"),
            controls=True,
            preload="none",
        ),
    )


def _length(ms: int) -> str:
    minutes, seconds = divmod(round(ms / 1000), 60)
    if minutes < 60:
        return f"{minutes}:{seconds:02}"
    return f"{minutes // 60} h {minutes % 60} min"
