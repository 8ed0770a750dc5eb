"""Which tasks share a zygote, and how many of each run at once."""

from philomel.engines.workers.forkserver import Family

_HERE = "philomel.engines.audio"


def families(streams: int = 16, renditions: int = 4) -> tuple[Family, ...]:
    """For `ForkWorkers`. The reading of tags stays small, without a decoder in it.

    Args:
        streams: encoders on the fly at once; more wait.
        renditions: whole renditions in the making at once, those that pause included.
    """
    media = {
        f"{_HERE}.decoding.analysis": 2,
        f"{_HERE}.decoding.encode": streams,
        f"{_HERE}.decoding.encode_vorbis": streams,
        f"{_HERE}.packaging.fragments": renditions,
        f"{_HERE}.packaging.files": renditions,
        f"{_HERE}.packaging.vorbis": renditions,
        f"{_HERE}.decoding.pictures": 2,
        f"{_HERE}.decoding.embedded": 2,
        f"{_HERE}.decoding.comparing": 1,
    }
    tags = {
        f"{_HERE}.tags.task": 2,
        f"{_HERE}.tags.sampled": 2,
        f"{_HERE}.tags.writing": 1,
    }
    return (
        Family("tags", tags),
        # a listener who comes back after a while should not wait for imports again
        Family("media", media, idle=900.0),
    )
