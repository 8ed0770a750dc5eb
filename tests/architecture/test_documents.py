"""Every page can be found, every link leads somewhere, every decision has its own number."""

import json
import re
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
_LABEL = re.compile(r"\[([^\]]*)\]\([^)]*\)")
# Rooms of other programs, where they put their own pages.
_OTHERS = {".venv", ".tools", ".git", ".servers", "node_modules", "dist", "out"}


def pages() -> list[Path]:
    found = (path for path in sorted(ROOT.rglob("*.md")) if not _OTHERS & set(path.parts))
    return [path for path in found if path.is_relative_to(ROOT)]


def _prose(path: Path) -> str:
    return _FENCE.sub("", path.read_text())


def anchors(path: Path) -> set[str]:
    """The anchors that GitHub and GitLab give to the headings of a page."""
    seen: Counter[str] = Counter()
    found = set()
    for heading in _HEADING.findall(_prose(path)):
        words = _LABEL.sub(r"\1", heading).strip().lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def links(path: Path) -> list[str]:
    targets = _LINK.findall(_CODE.sub("", _prose(path)))
    return [each for each in targets if not re.match(r"[a-z]+:", each)]


@pytest.mark.parametrize("page", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in links(page):
        name, _, anchor = unquote(link).partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert not broken


def test_every_guide_is_in_the_index_once() -> None:
    rows = (DOCS / "README.md").read_text().split("## Find")[0]
    listed = re.findall(r"\]\((guide/[a-z-]+\.md)\)", rows)
    assert sorted(listed) == sorted(f"guide/{path.name}" for path in DOCS.glob("guide/*.md"))


def test_no_row_of_the_index_stands_there_twice() -> None:
    rows = [row for row in (DOCS / "README.md").read_text().splitlines() if row.startswith("| ")]
    topics = Counter(row.split(" | ")[0] for row in rows if row != "| | |")
    assert [topic for topic, times in topics.items() if times > 1] == []


def test_every_decision_has_a_number_and_a_row_of_its_own() -> None:
    folder = DOCS / "decisions"
    decisions = sorted(folder.glob("[0-9]*.md"))
    numbers = [int(path.name[:4]) for path in decisions]
    assert numbers == list(range(1, len(decisions) + 1))
    for number, path in zip(numbers, decisions, strict=True):
        assert path.read_text().startswith(f"# {number}. ")
    index = (folder / "README.md").read_text()
    rows = re.findall(r"^\| (\d+) \| \[.+\]\((.+)\) \|$", index, re.MULTILINE)
    assert rows == [
        (str(number), path.name) for number, path in zip(numbers, decisions, strict=True)
    ]


def test_the_page_of_the_apis_names_every_path_of_the_extension_api() -> None:
    paths = json.loads((DOCS / "reference" / "openapi.json").read_text())["paths"]
    text = (DOCS / "reference" / "apis.md").read_text()
    assert [path for path in paths if f"{path}`" not in text] == []
