"""What the scan page says at each moment of a scan."""

import pytest

from philomel.gateway.site.progress import going_on, scan_page
from philomel.services.catalog.contract import FileError, ScanPhase, ScanStatus

_READING = ScanStatus("id", ScanPhase.READING, started_at=1, found=1200, read=30, unchanged=4)
_DONE = ScanStatus("id", ScanPhase.DONE, started_at=1, walked=True, found=41, read=41, added=41)


@pytest.mark.parametrize(
    ("status", "goes_on", "words"),
    [
        (_READING, True, "34 of 1,200 files so far"),
        (
            ScanStatus("id", ScanPhase.READING, 1, walked=True, found=40, read=10),
            True,
            'max="40"',
        ),
        (_DONE, False, "41 added."),
        (
            ScanStatus("id", ScanPhase.DONE, 1, found=2, analysed=1, to_analyse=2),
            True,
            "Loudness known of 1 of 2 files",
        ),
        (
            ScanStatus("id", ScanPhase.FAILED, 1, error="no <disk>", errors=1),
            False,
            "no &lt;disk&gt;",
        ),
    ],
)
def test_the_page_loads_itself_anew_until_nothing_changes(
    status: ScanStatus, goes_on: bool, words: str
) -> None:
    page = scan_page(status, "Ada")
    assert words in page
    assert going_on(status) == goes_on
    assert ('http-equiv="refresh"' in page) == goes_on


def test_files_that_could_not_be_read_are_named() -> None:
    page = scan_page(_DONE, "Ada", [FileError("music", "<a>.mp3", "no audio in it", fatal=True)])
    assert "music/&lt;a&gt;.mp3" in page
    assert "no audio in it" in page
