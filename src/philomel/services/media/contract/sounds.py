"""What assets sound like: loudness, outlines, and which are one recording."""

from msgspec import Struct

TARGET_LUFS = -14.0
CEILING_DBTP = -1.0


class Loudness(Struct, frozen=True):
    """EBU R128: integrated LUFS, and true peak in dBTP."""

    integrated: float
    true_peak: float

    @property
    def gain_db(self) -> float:
        """What a player adds to reach TARGET_LUFS: less where peaks would pass CEILING_DBTP."""
        return round(min(TARGET_LUFS - self.integrated, CEILING_DBTP - self.true_peak), 2)


class Gapless(Struct, frozen=True):
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


class RecordingPair(Struct, frozen=True):
    """Two assets."""

    a: str
    b: str


class CompareRecordings(Struct, frozen=True):
    """Attributes:
    pairs: at most 500.
    """

    pairs: tuple[RecordingPair, ...]


class Similarity(Struct, frozen=True):
    """How alike two assets sound.

    Attributes:
        score: 0 to 1; what has nothing in common stays below 0.2.
        same: they are one recording.
        known: both have a fingerprint; the rest says nothing otherwise.
    """

    score: float
    same: bool
    known: bool


class Similarities(Struct, frozen=True):
    """Attributes:
    items: in the order asked.
    """

    items: tuple[Similarity, ...]


class FindRecordings(Struct, frozen=True):
    """Attributes:
    limit: 1 to 100.
    """

    asset_id: str
    limit: int = 20


class Recording(Struct, frozen=True):
    """Attributes:
    score: as in `Similarity`.
    """

    asset_id: str
    score: float


class Recordings(Struct, frozen=True):
    """Attributes:
    items: the best first.
    """

    items: tuple[Recording, ...]


class MeasureTogether(Struct, frozen=True):
    """Attributes:
    asset_ids: at most 500; one that is named twice counts once.
    """

    asset_ids: tuple[str, ...]


class TogetherLoudness(Struct, frozen=True):
    """Attributes:
    loudness: of what is known, as if it were one file; None if nothing can be heard.
    complete: every asset was known and measured.
    """

    loudness: Loudness | None
    complete: bool


class GetWaveform(Struct, frozen=True):
    asset_id: str


class Waveform(Struct, frozen=True):
    """Attributes:
    points: two bytes each, at most 1,000 of them, evenly over the length: peak and RMS, 255
        for full scale. Empty before analysis.
    """

    points: bytes
    duration_ms: int


class ListAssets(Struct, frozen=True):
    """Attributes:
    after: the id to go on behind; "" for the beginning.
    limit: 1 to 500.
    """

    after: str = ""
    limit: int = 500


class AssetFacts(Struct, frozen=True):
    """Attributes:
    registered_at: milliseconds since the Unix epoch; not known for old ones.
    analysed: it has a result.
    """

    asset_id: str
    analysed: bool
    registered_at: int


class AssetFactsPage(Struct, frozen=True):
    """Attributes:
    items: in an order of their ids that the database keeps.
    """

    items: tuple[AssetFacts, ...]
