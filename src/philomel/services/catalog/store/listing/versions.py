"""Which state of the catalogue a caller sees."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection, select

from philomel.services.catalog.store.browsing.tables import revision
from philomel.services.catalog.store.visible import hides_explicit

_REVISION = select(revision.c.changes)


def version_of(connection: Connection, seen: Sequence[str]) -> str:
    """Another one whenever the catalogue changed, and for those who see something else."""
    changes = connection.execute(_REVISION).scalar() or 0
    hides = "clean" if hides_explicit(seen) else ""
    return hashlib.sha256(" ".join([str(changes), hides, *sorted(seen)]).encode()).hexdigest()[:22]
