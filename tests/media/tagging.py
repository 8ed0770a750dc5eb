"""Writes tags by their normalised names into files of every format."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from mutagen import id3, mp4
from mutagen.aiff import AIFF
from mutagen.apev2 import APEBinaryValue, APEv2
from mutagen.flac import FLAC, Picture
from mutagen.mp3 import MP3
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE
from mutagen.wavpack import WavPack

Tags = Mapping[str, str | Sequence[str]]

ID3_FRAMES: Final = {
    "title": "TIT2",
    "artist": "TPE1",
    "album": "TALB",
    "albumartist": "TPE2",
    "composer": "TCOM",
    "genre": "TCON",
    "date": "TDRC",
    "originaldate": "TDOR",
    "isrc": "TSRC",
    "label": "TPUB",
    "bpm": "TBPM",
    "artistsort": "TSOP",
    "albumsort": "TSOA",
    "titlesort": "TSOT",
    "albumartistsort": "TSO2",
    "compilation": "TCMP",
    "discsubtitle": "TSST",
    "language": "TLAN",
    "media": "TMED",
}
ID3_TEXTS: Final = {
    "musicbrainz_albumid": "MusicBrainz Album Id",
    "musicbrainz_artistid": "MusicBrainz Artist Id",
    "musicbrainz_albumartistid": "MusicBrainz Album Artist Id",
    "musicbrainz_releasegroupid": "MusicBrainz Release Group Id",
    "musicbrainz_releasetrackid": "MusicBrainz Release Track Id",
    "releasetype": "MusicBrainz Album Type",
    "artists": "Artists",
    "itunesadvisory": "ITUNESADVISORY",
}
MP4_ATOMS: Final = {
    "title": "\xa9nam",
    "artist": "\xa9ART",
    "album": "\xa9alb",
    "albumartist": "aART",
    "composer": "\xa9wrt",
    "genre": "\xa9gen",
    "date": "\xa9day",
    "lyrics": "\xa9lyr",
    "comment": "\xa9cmt",
    "artistsort": "soar",
    "albumsort": "soal",
    "titlesort": "sonm",
    "albumartistsort": "soaa",
}
MP4_TEXTS: Final = {
    "musicbrainz_trackid": "MusicBrainz Track Id",
    "musicbrainz_albumid": "MusicBrainz Album Id",
    "musicbrainz_artistid": "MusicBrainz Artist Id",
    "musicbrainz_albumartistid": "MusicBrainz Album Artist Id",
    "musicbrainz_releasegroupid": "MusicBrainz Release Group Id",
    "musicbrainz_releasetrackid": "MusicBrainz Release Track Id",
    "releasetype": "MusicBrainz Album Type",
    "artists": "ARTISTS",
    "isrc": "ISRC",
    "label": "LABEL",
    "originaldate": "ORIGINALDATE",
    "media": "MEDIA",
    "discsubtitle": "DISCSUBTITLE",
}
APE_KEYS: Final = {
    "albumartist": "Album Artist",
    "tracknumber": "Track",
    "discnumber": "Disc",
    "date": "Year",
}

_ID3_FILES: Final[Mapping[str, Any]] = {"mp3": MP3, "wav": WAVE, "aiff": AIFF}
_OGG_FILES: Final[Mapping[str, Any]] = {"ogg": OggVorbis, "opus": OggOpus}


def write_tags(path: Path, name: str, tags: Tags, cover: bytes | None = None) -> None:
    """Replace the tags of a file of format `name` (see `templates.FORMATS`)."""
    values = {
        key: [value] if isinstance(value, str) else list(value) for key, value in tags.items()
    }
    match name:
        case "mp3" | "wav" | "aiff":
            _write_id3(_ID3_FILES[name](path), values, cover)
        case "flac":
            _write_flac(FLAC(path), values, cover)
        case "ogg" | "opus":
            _write_ogg(_OGG_FILES[name](path), values, cover)
        case "m4a" | "alac":
            _write_mp4(mp4.MP4(path), values, cover)
        case "wv":
            _write_ape(WavPack(path), values, cover)
        case _:
            raise ValueError(name)


def _write_id3(file: Any, tags: dict[str, list[str]], cover: bytes | None) -> None:
    if file.tags is None:
        file.add_tags()
    frames = file.tags
    frames.clear()
    for key, values in tags.items():
        for frame in _id3_frames(key, values, tags):
            frames.add(frame)
    if cover is not None:
        frames.add(
            id3.APIC(
                encoding=0,
                mime=_mime(cover),
                type=id3.PictureType.COVER_FRONT,
                desc="",
                data=cover,
            )
        )
    file.save()


def _id3_frames(key: str, values: list[str], tags: dict[str, list[str]]) -> list[Any]:
    match key:
        case "tracknumber" | "discnumber":
            total = tags.get(key.replace("number", "total"))
            text = f"{values[0]}/{total[0]}" if total else values[0]
            frame = id3.TRCK if key == "tracknumber" else id3.TPOS
            return [frame(encoding=3, text=[text])]
        case "tracktotal" | "disctotal":
            return []
        case "lyrics":
            return [id3.USLT(encoding=3, lang="eng", desc="", text=values[0])]
        case "comment":
            return [id3.COMM(encoding=3, lang="eng", desc="", text=values)]
        case "musicbrainz_trackid":
            return [id3.UFID(owner="http://musicbrainz.org", data=values[0].encode())]
        case _ if key in ID3_FRAMES:
            return [getattr(id3, ID3_FRAMES[key])(encoding=3, text=values)]
        case _:
            return [id3.TXXX(encoding=3, desc=ID3_TEXTS.get(key, key), text=values)]


def _write_flac(file: Any, tags: dict[str, list[str]], cover: bytes | None) -> None:
    if file.tags is None:
        file.add_tags()
    file.tags.clear()
    file.clear_pictures()
    for key, values in tags.items():
        file[key] = values
    if cover is not None:
        file.add_picture(_picture(cover))
    file.save()


def _write_ogg(file: Any, tags: dict[str, list[str]], cover: bytes | None) -> None:
    file.tags.clear()
    for key, values in tags.items():
        file[key] = values
    if cover is not None:
        file["metadata_block_picture"] = [base64.b64encode(_picture(cover).write()).decode()]
    file.save()


def _write_mp4(file: Any, tags: dict[str, list[str]], cover: bytes | None) -> None:
    if file.tags is None:
        file.add_tags()
    file.tags.clear()
    for key, values in tags.items():
        if key in ("tracknumber", "discnumber"):
            total = tags.get(key.replace("number", "total"), ["0"])
            file["trkn" if key == "tracknumber" else "disk"] = [(int(values[0]), int(total[0]))]
        elif key in ("tracktotal", "disctotal"):
            continue
        elif key == "compilation":
            file["cpil"] = values[0] == "1"
        elif key == "itunesadvisory":
            file["rtng"] = [int(values[0])]
        elif key == "bpm":
            file["tmpo"] = [int(values[0])]
        elif key in MP4_ATOMS:
            file[MP4_ATOMS[key]] = values
        else:
            text = MP4_TEXTS.get(key, key)
            file[f"----:com.apple.iTunes:{text}"] = [value.encode() for value in values]
    if cover is not None:
        png = cover.startswith(b"\x89PNG")
        form = mp4.MP4Cover.FORMAT_PNG if png else mp4.MP4Cover.FORMAT_JPEG
        file["covr"] = [mp4.MP4Cover(cover, form)]
    file.save()


def _write_ape(file: Any, tags: dict[str, list[str]], cover: bytes | None) -> None:
    file.tags = APEv2()
    for key, values in tags.items():
        if key in ("tracktotal", "disctotal"):
            continue
        text: str | list[str] = values
        if key in ("tracknumber", "discnumber"):
            total = tags.get(key.replace("number", "total"))
            text = f"{values[0]}/{total[0]}" if total else values[0]
        file.tags[APE_KEYS.get(key, key)] = text
    if cover is not None:
        file.tags["Cover Art (Front)"] = APEBinaryValue(b"cover.png\0" + cover)
    file.save()


def _picture(cover: bytes) -> Any:
    picture = Picture()
    picture.type, picture.mime, picture.data = 3, _mime(cover), cover
    return picture


def _mime(cover: bytes) -> str:
    return "image/png" if cover.startswith(b"\x89PNG") else "image/jpeg"
