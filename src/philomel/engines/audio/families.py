"""Which tasks share a zygote, and how many of each run at once."""

from philomel.engines.workers.forkserver import Family

_HERE = "philomel.engines.audio"


def families(streams: int = 16) -> tuple[Family, ...]:
    """For `ForkWorkers`. The reading of tags stays small, without a decoder in it.

    Args:
        streams: encoders at once; more wait.
    """
    media = {
        f"{_HERE}.decoding.analysis": 2,
        f"{_HERE}.decoding.encode": streams,
        f"{_HERE}.decoding.encode_vorbis": streams,
        f"{_HERE}.decoding.pictures": 2,
        f"{_HERE}.decoding.embedded": 2,
    }
    return (
        Family("tags", {f"{_HERE}.tags.task": 2}),
        # a listener who comes back after a while should not wait for imports again
        Family("media", media, idle=900.0),
    )
