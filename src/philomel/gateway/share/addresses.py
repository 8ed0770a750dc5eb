"""The addresses below `/share`, read."""

import re

from msgspec import Struct

from philomel.kernel.errors import NotFound

_ID = r"([0-9A-Za-z]{22})"
_FORMS = re.compile(
    rf"/share/([^/]{{1,300}})(?:/(embed|cover)|/tracks/{_ID}"
    r"/(playback|cover|mp3|download|files/[A-Za-z0-9._\-]{1,40}(?:/[A-Za-z0-9._]{1,20})?))?",
    re.ASCII,
)


class Asked(Struct, frozen=True):
    """Attributes:
    track_id: "" for what is not about one track.
    what: "page", "embed", "cover", "playback", "mp3", "download" or "files".
    name: of one of the files.
    """

    token: str
    what: str = "page"
    track_id: str = ""
    name: str = ""


def read(path: str) -> Asked:
    """
    Raises:
        NotFound: nothing ever lies there.
    """
    found = _FORMS.fullmatch(path)
    if found is None:
        raise NotFound("nothing is shared at this address")
    token, whole, track_id, part = found.groups()
    what, _, name = (whole or part or "page").partition("/")
    return Asked(token, what, track_id or "", name)


def route_of(path: str) -> str:
    """How it is counted and logged: the token stays out of both."""
    try:
        asked = read(path)
    except NotFound:
        return "/share/{token}"
    if not asked.track_id:
        return "/share/{token}" if asked.what == "page" else f"/share/{{token}}/{asked.what}"
    return f"/share/{{token}}/tracks/{{track}}/{asked.what}"


def is_bytes(path: str) -> bool:
    """Sound and pictures."""
    parts = path.split("/")
    return parts[3:4] == ["cover"] or (
        parts[3:4] == ["tracks"] and parts[5:6] not in ([], ["playback"])
    )
