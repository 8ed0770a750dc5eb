"""XSPF: https://xspf.org/spec. Document types, and so all entities of one's own, are refused."""

from collections.abc import Sequence
from urllib.parse import quote
from xml.parsers import expat
from xml.sax.saxutils import escape

from philomel.services.playlists.contract import BadFile, Want
from philomel.services.playlists.rules.files.jspf import place
from philomel.services.playlists.rules.files.reading import MOST, Listed, identifiers, kept, named

_DEEPEST, _LONGEST = 16, 4_000
_FIELDS = {"title", "creator", "album", "duration", "trackNum", "location", "identifier"}


class _Reader:
    def __init__(self) -> None:
        self.name = ""
        self.wants: list[Want] = []
        self._path: list[str] = []
        self._text: list[str] = []
        self._track: dict[str, list[str]] = {}

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        self._path.append(local)
        self._text = []
        if len(self._path) > _DEEPEST:
            raise BadFile("this XML is too deep for a playlist")
        if len(self._path) == 1 and local != "playlist":
            raise BadFile("this XML is no playlist")
        if self._path == ["playlist", "trackList", "track"]:
            self._track = {}

    def text(self, data: str) -> None:
        if sum(map(len, self._text)) < _LONGEST and len(self._text) < _LONGEST:
            self._text.append(data)

    def end(self, _name: str) -> None:
        path, text = self._path, "".join(self._text).strip()[:_LONGEST]
        self._text = []
        if path == ["playlist", "title"]:
            self.name = text
        elif path[:-1] == ["playlist", "trackList", "track"] and path[-1] in _FIELDS:
            self._track.setdefault(path[-1], []).append(text)
        elif path == ["playlist", "trackList", "track"]:
            self._finish()
        path.pop()

    def _finish(self) -> None:
        def first(name: str) -> str:
            return next(iter(self._track.get(name, ())), "")

        places = [place(each) for each in self._track.get("location", ())]
        want = Want(
            title=first("title"),
            artist=first("creator"),
            album=first("album"),
            duration_ms=_number(first("duration")),
            track_number=_number(first("trackNum")),
            path=next(filter(None, places), ""),
        )
        ids = [*self._track.get("identifier", ()), *self._track.get("location", ())]
        found = kept(named(want, ids))
        if found is not None and len(self.wants) <= MOST:
            self.wants.append(found)


def read(content: bytes) -> Listed:
    """Raises: BadFile."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.buffer_text = True
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise BadFile("this is no well-formed XML") from None
    return Listed(reader.name, tuple(reader.wants))


def write(name: str, wants: Sequence[Want]) -> bytes:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<playlist version="1" xmlns="http://xspf.org/ns/0/">',
        f" <title>{_safe(name)}</title>",
        " <trackList>",
    ]
    for want in wants:
        lines.append("  <track>")
        lines += [
            f"   <{tag}>{_safe(value)}</{tag}>"
            for tag, value in (
                ("location", quote(want.path)),
                *(("identifier", each) for each in identifiers(want)),
                ("title", want.title),
                ("creator", want.artist),
                ("album", want.album),
                ("trackNum", str(want.track_number or "")),
                ("duration", str(want.duration_ms or "")),
            )
            if value
        ]
        lines.append("  </track>")
    lines += [" </trackList>", "</playlist>", ""]
    return "\n".join(lines).encode("utf-8", "replace")


def _safe(text: str) -> str:
    """Without what XML 1.0 has no way to say."""
    return escape("".join(c for c in text if c >= " " and c not in "\ufffe\uffff"))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else 0


def _refuse(*_: object) -> None:
    raise BadFile("a playlist needs no document type, and none is read")
