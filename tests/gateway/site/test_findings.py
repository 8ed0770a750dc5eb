"""Library health on the site: the card, the kinds, their findings, and ignoring one."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from tests.databases import sqlite_at
from tests.gateway.site.server import Served, serving
from tests.services.accounts.house import PASSWORD

from philomel.gateway.site.findings import findings_card, findings_page
from philomel.kernel.caller import OPERATOR, acting
from philomel.services.accounts.contract import CreateSetUpLink, CreateUser, Role
from philomel.services.accounts.module import SCHEMA
from philomel.services.inspection.contract import (
    CountFindings,
    Finding,
    FindingCount,
    FindingCounts,
    FindingKind,
    FindingNotFound,
    FindingPage,
    IgnoreFinding,
    ListFindings,
    Severity,
    SubjectKind,
)

_SILENT = Finding(
    id="f1", kind=FindingKind.SILENT, severity=Severity.ERROR, subject=SubjectKind.TRACK,
    subject_id="t1", library_id="l1", name="<Quiet>", detail="Nothing can be heard.",
    remedy="Listen to it.", found_at=0, path="quiet/01.ogg",
)  # fmt: skip


def counts(opened: int, waiting: int = 0) -> FindingCounts:
    silent = FindingCount(FindingKind.SILENT, Severity.ERROR, "Listen to it.", opened, 0)
    hint = FindingCount(FindingKind.NO_COVER, Severity.HINT, "Add a cover.jpg.", opened * 1200, 0)
    return FindingCounts((silent, hint), waiting)


class OneFinding:
    """A library with one silent track, until somebody ignores it."""

    def __init__(self) -> None:
        self.finding = _SILENT

    async def list_findings(self, request: ListFindings, /) -> FindingPage:
        wanted = not self.finding.ignored and request.kind is self.finding.kind
        return FindingPage((self.finding,) if wanted else ())

    async def count_findings(self, _request: CountFindings, /) -> FindingCounts:
        return counts(0 if self.finding.ignored else 1)

    async def ignore_finding(self, request: IgnoreFinding, /) -> Finding:
        if request.id != self.finding.id:
            raise FindingNotFound("there is no such finding")
        self.finding = msgspec.structs.replace(self.finding, ignored=True)
        return self.finding


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    database = await sqlite_at(tmp_path / "accounts.sqlite", SCHEMA)
    async with serving(database, tmp_path, inspection=OneFinding()) as server:
        yield server
    await database.close()


def test_the_card_says_how_much_there_is_to_mend() -> None:
    assert findings_card(None) is None
    some = str(findings_card(counts(1, waiting=3)))
    assert "1 error, 1,200 hints. 3 tracks and albums are still to be looked at." in some
    assert "/library-health" in some
    assert "Nothing is wrong" in str(findings_card(counts(0)))


def test_names_are_escaped_and_the_next_page_is_linked() -> None:
    shown = findings_page(
        counts(1), FindingPage((_SILENT,), next="a&b"), FindingKind.SILENT, "<Ada>"
    )
    assert "&lt;Quiet&gt;" in shown
    assert "<Quiet>" not in shown
    assert "kind=silent&amp;cursor=a%26b" in shown
    assert "quiet/01.ogg" in shown


async def test_an_administrator_sees_what_is_wrong_and_ignores_it(served: Served) -> None:
    with acting(OPERATOR):
        token = (await served.house.accounts.create_set_up_link(CreateSetUpLink())).token
    ada = served.browser(origin=served.url)
    await ada.post("/setup", data={"token": token, "name": "Ada", "password": PASSWORD})
    assert "1 error, 1,200 hints" in (await ada.get("/server")).text
    kinds = (await ada.get("/library-health")).text
    assert 'href="/library-health?kind=silent"' in kinds
    assert "Listen to it." in kinds
    assert "Nothing can be heard." in (await ada.get("/library-health?kind=silent")).text
    assert (await ada.get("/library-health?kind=odd")).status_code == 404
    assert (await ada.post("/library-health/ignore", data={"id": "x"})).status_code == 404
    done = await ada.post("/library-health/ignore", data={"id": "f1"})
    assert done.headers["location"] == "/library-health?kind=silent"
    assert "None are left." in (await ada.get(done.headers["location"])).text
    assert "Nothing is wrong" in (await ada.get("/server")).text


async def test_listeners_and_strangers_see_nothing_of_it(served: Served) -> None:
    with acting(OPERATOR):
        await served.house.accounts.create_user(CreateUser("Bert", PASSWORD, Role.LISTENER))
    bert = served.browser(origin=served.url)
    assert (await bert.get("/library-health")).status_code == 401
    await bert.post("/sign-in", data={"name": "Bert", "password": PASSWORD})
    assert "Library health" not in (await bert.get("/server")).text
    assert (await bert.get("/library-health")).status_code == 403
    assert (await bert.post("/library-health/ignore", data={"id": "f1"})).status_code == 403
    elsewhere = served.browser(origin="http://elsewhere.example")
    elsewhere.cookies = bert.cookies
    assert (await elsewhere.post("/library-health/ignore", data={"id": "f1"})).status_code >= 400
