"""What the catalogue is made of, as callers see it."""

from enum import StrEnum

from msgspec import Struct

from philomel.services.catalog.contract.tags import AlbumTags, TrackTags


class Named(Struct, frozen=True):
    """A reference to an artist, album or genre by id and name."""

    id: str
    name: str


class Cover(Struct, frozen=True):
    """A picture kept in the blob store as JPEG, at `sizes` pixels of the longer edge.

    The blob key of a size is `covers/<id[:2]>/<id>-<size>.jpg`.

    Attributes:
        colour: that stands for it, "#rrggbb"; None until it was looked for.
    """

    id: str
    sizes: tuple[int, ...]
    colour: str | None = None


class CreditRole(StrEnum):
    ARTIST = "artist"
    ALBUM_ARTIST = "album_artist"
    COMPOSER = "composer"
    CONDUCTOR = "conductor"
    PERFORMER = "performer"
    REMIXER = "remixer"
    LYRICIST = "lyricist"
    ARRANGER = "arranger"
    PRODUCER = "producer"
    ENGINEER = "engineer"
    MIXER = "mixer"
    DJ_MIXER = "dj_mixer"
    WRITER = "writer"
    DIRECTOR = "director"


class Credit(Struct, frozen=True):
    """Someone's part in a track or album.

    Attributes:
        instrument: what a PERFORMER plays or sings, as tagged: "violin", "lead vocals".
    """

    artist: Named
    role: CreditRole
    instrument: str = ""


class AlbumType(StrEnum):
    ALBUM = "album"
    SINGLE = "single"
    EP = "ep"
    COMPILATION = "compilation"


class Track(Struct, frozen=True):
    """A recording in its place on an album.

    Attributes:
        credits: in the order of the tags; at least one ARTIST.
        added_at: when a file of it was first seen, milliseconds since the Unix epoch.
        date: as tagged: "1994", "1994-03" or "1994-03-08".
        asset_id: of the best file the caller may hear; None while all files are missing.
        content_type: MIME type of that file; None like asset_id.
        suffix: usual file name extension of that type, without the dot.
        size: bytes of that file.
        bitrate: average of that file, bits per second.
        path: file name with folders, for display only, "/" between parts.
        missing: no file is present at the moment.
        gain_db: ReplayGain of the track from its tags.
        album_gain_db: ReplayGain of the album from its tags.
        loudness: of that file as measured, LUFS; None before, and for silence.
        true_peak: of that file, dBTP.
        album_loudness: of the album's tracks played as one; None until all are measured.
        album_true_peak: of the loudest of them.
        bpm: rounded; `tags` has it as tagged.
        tags: what else is tagged; None if nothing is.
        last_played_at: by any listener, milliseconds since the Unix epoch.
    """

    id: str
    title: str
    credits: tuple[Credit, ...]
    duration_ms: int
    added_at: int
    album: Named | None = None
    cover: Cover | None = None
    genres: tuple[str, ...] = ()
    disc_number: int | None = None
    disc_total: int | None = None
    track_number: int | None = None
    track_total: int | None = None
    date: str | None = None
    original_date: str | None = None
    explicit: bool = False
    isrc: str | None = None
    musicbrainz_id: str | None = None
    comment: str | None = None
    bpm: int | None = None
    gain_db: float | None = None
    gain_peak: float | None = None
    album_gain_db: float | None = None
    album_gain_peak: float | None = None
    play_count: int = 0
    missing: bool = False
    asset_id: str | None = None
    content_type: str | None = None
    suffix: str | None = None
    size: int | None = None
    bitrate: int | None = None
    sample_rate: int | None = None
    channels: int | None = None
    bit_depth: int | None = None
    path: str | None = None
    library_id: str | None = None
    loudness: float | None = None
    true_peak: float | None = None
    album_loudness: float | None = None
    album_true_peak: float | None = None
    tags: TrackTags | None = None
    last_played_at: int | None = None


class Album(Struct, frozen=True):
    """Attributes:
    credits: ALBUM_ARTIST credits; the common artist, or "Various Artists", if none is tagged.
    track_count: tracks the caller may see, missing ones included.
    duration_ms: of these tracks together.
    added_at: when its first track was seen.
    edition: what sets it apart from other editions: "Deluxe Edition", "Remastered 2011".
    release_group_id: MusicBrainz's id of all its editions together.
    tags: what else is tagged; None if nothing is.
    last_played_at: by any listener, milliseconds since the Unix epoch.
    cover_error: why a picture that is there cannot be shown; for those who mend it.
    """

    id: str
    name: str
    type: AlbumType
    credits: tuple[Credit, ...]
    track_count: int
    duration_ms: int
    added_at: int
    cover: Cover | None = None
    genres: tuple[str, ...] = ()
    date: str | None = None
    original_date: str | None = None
    year: int | None = None
    label: str | None = None
    barcode: str | None = None
    musicbrainz_id: str | None = None
    explicit: bool = False
    play_count: int = 0
    edition: str | None = None
    release_group_id: str | None = None
    tags: AlbumTags | None = None
    last_played_at: int | None = None
    cover_error: str | None = None


class Artist(Struct, frozen=True):
    """Attributes:
    sort_name: as the shelf has it: "Beatles, The".
    album_count: albums the caller may see that this artist is an album artist of.
    track_count: tracks the caller may see that credit this artist.
    """

    id: str
    name: str
    sort_name: str
    album_count: int
    track_count: int
    added_at: int
    cover: Cover | None = None
    genres: tuple[str, ...] = ()
    musicbrainz_id: str | None = None
    play_count: int = 0
    last_played_at: int | None = None


class Genre(Struct, frozen=True):
    id: str
    name: str
    track_count: int
    album_count: int


class Alias(Struct, frozen=True):
    """An id that was merged into another and answers for ever."""

    old: str
    new: str


class EntryKind(StrEnum):
    TRACK = "track"
    ALBUM = "album"
    ARTIST = "artist"
