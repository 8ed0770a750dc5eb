"""The audio port: reading tags, analysing, encoding and drawing covers.

Everything here runs in worker processes, because the input is untrusted.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from msgspec import Struct


class AudioFormat(Struct, frozen=True):
    """What a file holds, read from its headers.

    Attributes:
        container: "mp3", "flac", "ogg", "mp4", "wav", "aiff" or "wavpack".
        codec: "mp3", "flac", "vorbis", "opus", "aac", "alac", "pcm" or "wavpack".
        duration_ms: length in milliseconds.
        bitrate: average, bits per second.
        sample_rate: Hz.
        bit_depth: bits per sample of lossless codecs.
    """

    container: str
    codec: str
    duration_ms: int
    bitrate: int
    sample_rate: int
    channels: int
    bit_depth: int | None = None


class TagValue(Struct, frozen=True):
    """One tag with all its values, whatever the format called it.

    Names are lower-case Vorbis comment names as MusicBrainz Picard writes them: title,
    artist, artists, album, albumartist, composer, genre, tracknumber, tracktotal,
    discnumber, disctotal, discsubtitle, date, originaldate, compilation, itunesadvisory,
    isrc, label, lyrics, musicbrainz_trackid (the recording), musicbrainz_releasetrackid,
    musicbrainz_albumid, musicbrainz_releasegroupid, musicbrainz_artistid,
    musicbrainz_albumartistid, releasetype, replaygain_track_gain, artistsort, titlesort,
    albumsort, albumartistsort, bpm, comment, language, media, barcode, conductor, performer
    ("Name (instrument)"), remixer, lyricist, arranger, producer, engineer, mixer, djmixer,
    writer, director, work, movementname, movement, movementtotal, key, mood, grouping, subtitle,
    catalognumber, releasecountry, copyright, encodedby, encodersettings, ... Lyrics whose
    language is known are "lyrics:deu".
    """

    name: str
    values: tuple[str, ...]


class ChapterMark(Struct, frozen=True, array_like=True):
    """A chapter, in milliseconds from the start."""

    start_ms: int
    end_ms: int
    title: str


class FileTags(Struct, frozen=True):
    """What tag reading found in one file: `error` is set, or `format` is.

    Attributes:
        key: the file's path below its library, as asked.
        tags: sorted by name; values at most 32 kB each (lyrics 256 kB), 1,000 a name.
        picture: whether a cover is embedded.
        warnings: what was cut or mended, for the administrator.
        error: why the file is no playable audio, for the administrator.
    """

    key: bytes
    format: AudioFormat | None = None
    tags: tuple[TagValue, ...] = ()
    picture: bool = False
    warnings: tuple[str, ...] = ()
    error: str | None = None
    chapters: tuple[ChapterMark, ...] = ()


class TagReader(Protocol):
    async def read(self, root: bytes, keys: Sequence[bytes]) -> Sequence[FileTags]:
        """Tags of files below `root`, in the order asked. A bad file never fails the rest.

        `root` is an absolute path; files that resolve to a place outside it are errors.
        """
        ...


Part = bytes | tuple[int, int]
"""Bytes, or where they stand in another file: (from, how many)."""


class Comparison(Struct, frozen=True, array_like=True):
    """Two files that play the same.

    Attributes:
        old, new: hex SHA-256 of each.
        pieces: what the old file is, in order, said by what stands in the new one.
    """

    old: str
    new: str
    pieces: tuple[Part, ...]


class TagWriter(Protocol):
    async def write(
        self, descriptor: int, size: int, tags: Mapping[str, tuple[str, ...]], cover: bytes | None
    ) -> None:
        """Change tags of an open file, which is no use to anyone if that fails.

        Args:
            descriptor: open for reading and writing.
            size: of the file before.
            tags: by the names of `TagValue`; no values take a tag out, what is not named stays.
            cover: a JPEG or PNG as the front cover; b"" takes out every picture.

        Raises:
            TaskFailed: it cannot be done; the message says why.
        """
        ...

    async def compare(self, old: int, new: int) -> Comparison:
        """What brings an old file back from a new one.

        Raises:
            TaskFailed: they do not play the same, packet by packet, or differ too much.
        """
        ...


class GaplessData(Struct, frozen=True):
    """What a player leaves out at both ends to play without a gap, in samples.

    Attributes:
        samples: what is left to be heard.
        delay: what the encoder put before it.
        padding: what the encoder put behind it.
    """

    sample_rate: int
    samples: int
    delay: int
    padding: int


class Analysis(Struct, frozen=True):
    """What only decoding tells.

    Attributes:
        stream_hash: hex SHA-256 over the encoded audio packets; the same after a retag.
        loudness: integrated, LUFS (EBU R128); None for silence or less than 400 ms.
        true_peak: dBTP; None for silence.
        duration_ms: as decoded.
        blocks: the loudness of every 400 ms block above -70 LUFS as a histogram: the tenths
            of LU above -70, how many, and so on; those of an album's files can be added up.
        outline: two bytes a point, at most 1,000 points: the peak and the RMS of that part,
            255 for full scale.
        clipped: how many times the signal stays at full scale for several samples.
        gapless: None if the sample rate changes on the way.
        print: the acoustic fingerprint, 32 bits big-endian for each 171 ms of the first two
            minutes of sound, 0 where there is nothing to go by; empty for silence and for
            what is too short.
        landmarks: the few moments of it that are least likely to change with the encoding,
            28 bits each, for looking the recording up.
    """

    stream_hash: str
    loudness: float | None
    true_peak: float | None
    duration_ms: int
    blocks: tuple[int, ...] = ()
    outline: bytes = b""
    clipped: int = 0
    gapless: GaplessData | None = None
    print: bytes = b""
    landmarks: tuple[int, ...] = ()


class Analyzer(Protocol):
    async def analyze(self, descriptor: int) -> Analysis:
        """Decode the whole file behind a descriptor.

        Raises:
            TaskFailed: it cannot be decoded, or not within the limits.
        """
        ...


class Codec(StrEnum):
    """What can be encoded on the fly."""

    VORBIS = "vorbis"
    OPUS = "opus"
    AAC = "aac"
    MP3 = "mp3"


class Encoding(Struct, frozen=True):
    """An on-the-fly rendition: Ogg for Vorbis and Opus, ADTS for AAC.

    Attributes:
        bitrate: kbit/s, 32 to 320.
        offset_ms: start this far into the track.
        gain_db: applied before encoding.
    """

    codec: Codec
    bitrate: int
    offset_ms: int = 0
    gain_db: float = 0.0


class Encoder(Protocol):
    def stream(self, descriptor: int, encoding: Encoding) -> AsyncIterator[bytes]:
        """The encoded bytes as they are made; closing the iterator stops the worker.

        Raises:
            TaskFailed: it cannot be decoded. The first bytes may be out by then.
        """
        ...


class Order(Struct, frozen=True, array_like=True):
    """A whole rendition to make.

    Attributes:
        codec: "vorbis", "opus", "aac", "mp3" or "flac".
        bitrate: kbit/s; 0 for flac.
        container: "mp4" (in parts), "ogg", "mp3" or "flac".
        starts_ms: where the parts begin on the track's own clock; the first is 0.
        samples: exact length of the decoded source at its own rate; 0 if it is not known.
    """

    codec: str
    bitrate: int
    container: str
    starts_ms: tuple[int, ...] = (0,)
    samples: int = 0


class Piece(Struct, frozen=True, array_like=True):
    """A bit of a rendition, in order; the file is what all of them say.

    Attributes:
        data: appended, or written over what is at `at`.
        parts: (start, stop) of parts that are complete with this piece: the header first.
        ms: how far the rendition has come on the track's clock.
    """

    data: bytes = b""
    at: int | None = None
    parts: tuple[tuple[int, int], ...] = ()
    ms: int = 0


class Packager(Protocol):
    """Makes whole renditions. The same audio always gives the same bytes."""

    @property
    def version(self) -> str:
        """Changes when the bytes it makes may change."""
        ...

    def pieces(self, descriptor: int, order: Order) -> AsyncIterator[Piece]:
        """What is made, as it is made; closing the iterator stops the worker.

        Raises:
            TaskFailed: it cannot be decoded. The first pieces may be out by then.
        """
        ...

    async def warm(self) -> None:
        """Have everything imported, so that the next rendition starts at once."""
        ...


class Imager(Protocol):
    async def embedded(self, descriptor: int) -> bytes | None:
        """The front cover embedded in an audio file, as it stands there (at most 32 MiB)."""
        ...

    async def render(self, picture: bytes, edges: Sequence[int]) -> Sequence[bytes]:
        """JPEG renditions that fit into squares of the given edges, never enlarged.

        Raises:
            TaskFailed: not a picture that Philomel reads, or too large to be decoded.
        """
        ...

    async def mosaic(self, pictures: Sequence[bytes], edges: Sequence[int]) -> Sequence[bytes]:
        """One square of four pictures, as JPEGs of exactly the given edges.

        Raises:
            TaskFailed: as `render`.
        """
        ...

    async def colour(self, picture: bytes) -> str:
        """The colour that stands for a picture, as "#rrggbb": a common and a lively one.

        Raises:
            TaskFailed: not a picture that Philomel reads, or too large to be decoded.
        """
        ...
