"""How bad each kind of finding is, and what to do about it."""

from collections.abc import Mapping

from philomel.services.inspection.contract import FindingKind as Kind
from philomel.services.inspection.contract import Severity

SEVERITIES: Mapping[Kind, Severity] = {
    Kind.UNREADABLE: Severity.ERROR,
    Kind.UNDECODABLE: Severity.ERROR,
    Kind.SILENT: Severity.ERROR,
    Kind.WRONG_DURATION: Severity.WARNING,
    Kind.MISSING_FILE: Severity.WARNING,
    Kind.CONTRADICTORY_TAGS: Severity.WARNING,
    Kind.MISSING_TAGS: Severity.WARNING,
    Kind.INCOMPLETE_ALBUM: Severity.HINT,
    Kind.DUPLICATE: Severity.HINT,
    Kind.CLIPPED: Severity.HINT,
    Kind.BROKEN_COVER: Severity.WARNING,
    Kind.NO_COVER: Severity.HINT,
    Kind.TINY_COVER: Severity.HINT,
    Kind.ODD_TAGS: Severity.HINT,
}

REMEDIES: Mapping[Kind, str] = {
    Kind.UNREADABLE: "Look whether the file opens elsewhere; copy or rip it again, or delete it.",
    Kind.UNDECODABLE: "The sound is damaged: copy or rip it again.",
    Kind.SILENT: "Listen to it; if it should not be silent, copy or rip it again.",
    Kind.WRONG_DURATION: "The end may be cut off, or the header is wrong: copy it again, or have a "
    "tagger rewrite the file.",
    Kind.MISSING_FILE: "Bring the file back, anywhere in a library, and scan: likes and plays come "
    "back with it.",
    Kind.CONTRADICTORY_TAGS: "Give all tracks of the album the same year, and each its own number, "
    "with a tagger such as MusicBrainz Picard.",
    Kind.MISSING_TAGS: "Fill in the tags with a tagger such as MusicBrainz Picard.",
    Kind.INCOMPLETE_ALBUM: "Add the tracks that are not there, or correct the numbers.",
    Kind.DUPLICATE: "Delete this copy if you do not need it: keep likes and plays by deleting the "
    "file while the better copy lies in the same album, or by `philomel merges merge`.",
    Kind.CLIPPED: "The master or the rip is too loud: look for another edition.",
    Kind.BROKEN_COVER: "Replace the picture by a JPEG or PNG that opens elsewhere.",
    Kind.NO_COVER: "Put a cover.jpg into the album's folder, or switch enrichment on.",
    Kind.TINY_COVER: "Replace the picture by a larger one: 600 pixels and more look good.",
    Kind.ODD_TAGS: "Correct the tag with a tagger, or leave it: the rest was taken.",
}

_SEVERITY_ORDER = (Severity.ERROR, Severity.WARNING, Severity.HINT)
ORDER = tuple(
    sorted(Kind, key=lambda kind: (_SEVERITY_ORDER.index(SEVERITIES[kind]), list(Kind).index(kind)))
)
"""The worst first."""
