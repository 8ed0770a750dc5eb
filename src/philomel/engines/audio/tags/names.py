"""What every format calls a tag, and the one name it has here.

After the mapping tables of MusicBrainz Picard: https://picard-docs.musicbrainz.org/en/appendices/tag_mapping.html
"""

from typing import Final

ID3: Final = {
    "TIT1": "grouping",
    "TIT2": "title",
    "TIT3": "subtitle",
    "TPE1": "artist",
    "TPE2": "albumartist",
    "TPE3": "conductor",
    "TPE4": "remixer",
    "TALB": "album",
    "TCOM": "composer",
    "TEXT": "lyricist",
    "TDRC": "date",
    "TDOR": "originaldate",
    "TDRL": "releasedate",
    "TCMP": "compilation",
    "TSRC": "isrc",
    "TPUB": "label",
    "TBPM": "bpm",
    "TSOP": "artistsort",
    "TSOA": "albumsort",
    "TSOT": "titlesort",
    "TSO2": "albumartistsort",
    "TSOC": "composersort",
    "TSST": "discsubtitle",
    "TLAN": "language",
    "TMED": "media",
    "TKEY": "key",
    "TMOO": "mood",
    "TCOP": "copyright",
    "TENC": "encodedby",
    "GRP1": "grouping",
    "MVNM": "movementname",
}

ID3_PEOPLE: Final = {
    "arranger": "arranger",
    "engineer": "engineer",
    "producer": "producer",
    "mix": "mixer",
    "dj-mix": "djmixer",
}

MP4: Final = {
    "\xa9nam": "title",
    "\xa9ART": "artist",
    "\xa9alb": "album",
    "aART": "albumartist",
    "\xa9wrt": "composer",
    "\xa9gen": "genre",
    "\xa9day": "date",
    "\xa9lyr": "lyrics",
    "\xa9cmt": "comment",
    "\xa9grp": "grouping",
    "\xa9mvn": "movementname",
    "\xa9wrk": "work",
    "\xa9too": "encodedby",
    "cprt": "copyright",
    "soar": "artistsort",
    "soal": "albumsort",
    "sonm": "titlesort",
    "soaa": "albumartistsort",
    "soco": "composersort",
    "tmpo": "bpm",
    "cpil": "compilation",
    "rtng": "itunesadvisory",
}

INFO: Final = {
    b"INAM": "title",
    b"IART": "artist",
    b"IPRD": "album",
    b"ICRD": "date",
    b"IGNR": "genre",
    b"ITRK": "tracknumber",
    b"IPRT": "tracknumber",
    b"ICMT": "comment",
    b"ICOP": "copyright",
    b"IWRI": "lyricist",
    b"IMUS": "composer",
}
"""Chunks of a WAV file's INFO list."""

# Free names, in lower case: what ID3's TXXX, MP4's ----, APEv2 and Vorbis comments hold.
FREE: Final = {
    "album artist": "albumartist",
    "album_artist": "albumartist",
    "albumartist sort order": "albumartistsort",
    "year": "date",
    "track": "tracknumber",
    "tracknum": "tracknumber",
    "totaltracks": "tracktotal",
    "total tracks": "tracktotal",
    "disc": "discnumber",
    "disk": "discnumber",
    "totaldiscs": "disctotal",
    "total discs": "disctotal",
    "organization": "label",
    "publisher": "label",
    "tempo": "bpm",
    "unsyncedlyrics": "lyrics",
    "unsynced lyrics": "lyrics",
    "unsyncedlyric": "lyrics",
    "syncedlyrics": "syncedlyrics",
    "synced lyrics": "syncedlyrics",
    "description": "comment",
    "musicbrainz track id": "musicbrainz_trackid",
    "musicbrainz recording id": "musicbrainz_trackid",
    "musicbrainz release track id": "musicbrainz_releasetrackid",
    "musicbrainz album id": "musicbrainz_albumid",
    "musicbrainz artist id": "musicbrainz_artistid",
    "musicbrainz album artist id": "musicbrainz_albumartistid",
    "musicbrainz release group id": "musicbrainz_releasegroupid",
    "musicbrainz work id": "musicbrainz_workid",
    "musicbrainz disc id": "musicbrainz_discid",
    "musicbrainz album type": "releasetype",
    "musicbrainz_albumtype": "releasetype",
    "musicbrainz album status": "releasestatus",
    "musicbrainz_albumstatus": "releasestatus",
    "musicbrainz album release country": "releasecountry",
    "acoustid id": "acoustid_id",
    "acoustid fingerprint": "acoustid_fingerprint",
    "explicit": "itunesadvisory",
    "original release date": "originaldate",
    "album_sort": "albumsort",
}

PICTURES: Final = frozenset({"metadata_block_picture", "coverart", "coverartmime"})

IGNORED: Final = ("itun", "itunes_cddb", "cover art", "covr", "priv", "waveformatextensible")
"""Beginnings of free names that only one player understands; "itunesadvisory" is kept."""
