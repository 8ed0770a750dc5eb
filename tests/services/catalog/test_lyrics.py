"""Lyrics in the forms people keep them in, and texts that mean harm."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from philomel.services.catalog.contract import LyricSet
from philomel.services.catalog.rules import lyrics
from philomel.services.catalog.rules.lyrics import BadLyrics
from philomel.services.catalog.rules.lyrics.model import LATEST_MS, LINES

Line = tuple[int | None, str]


def parse(text: str) -> LyricSet:
    found = lyrics.parse(text)
    assert found is not None
    return found


def lines(text: str) -> list[Line]:
    return [(line.start_ms, line.text) for line in parse(text).lines]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One\nTwo", [(None, "One"), (None, "Two")]),
        ("[ti:x]\n[00:01.50]a\n[00:02]b", [(1500, "a"), (2000, "b")]),
        ("[00:04.000][01:00.25]again\n[00:05]b", [(4000, "again"), (5000, "b"), (60_250, "again")]),
        ("[offset:+500]\n[00:01.00]a\n[00:00.20]b", [(0, "b"), (500, "a")]),
        ("[offset:-500]\n[00:01.00]a", [(1500, "a")]),
        ("[00:01.1]a\n[00:01:20]b", [(1100, "a"), (1200, "b")]),
        ("[Chorus]\nno time", [(None, "[Chorus]"), (None, "no time")]),
        ("[999:99.99]late", [(60_039_990, "late")]),
        ("[00:01.00]<b>bold</b>", [(1000, "<b>bold</b>")]),
    ],
)
def test_lines(text: str, expected: list[Line]) -> None:
    assert lines(text) == expected


def test_words_of_enhanced_lrc() -> None:
    found = parse(
        "[la:eng]\n[00:01.00]<00:01.00>Hel<00:01.20>lo <00:01.50>you<00:02.00>\n"
        "[00:03.00]v2: <00:03.00>Hi\n[bg: <00:03.10>(oh)]"
    )
    assert (found.language, found.synced, found.worded) == ("eng", True, True)
    first, second, behind = found.lines
    words = [(word.start_ms, word.end_ms, word.text) for word in first.words]
    assert words == [(1000, 1200, "Hel"), (1200, 1500, "lo "), (1500, 2000, "you")]
    assert (first.text, first.end_ms) == ("Hello you", 2000)
    assert (second.agent, second.text, second.words[0].end_ms) == ("v2", "Hi", None)
    assert (behind.background, behind.text, behind.start_ms) == (True, "(oh)", 3100)
    assert [agent.id for agent in found.agents] == ["v2"]
    assert lyrics.text_of(found).splitlines()[0] == "[00:01.000]Hello you"


TTML = """\ufeff<?xml version="1.0"?>
<tt xmlns="http://www.w3.org/ns/ttml"
xmlns:ttm="http://www.w3.org/ns/ttml#metadata" xml:lang="en-GB">
<head><metadata><ttm:agent type="person" xml:id="v1"><ttm:name type="full">Anna &amp; Co</ttm:name>
</ttm:agent><ttm:agent type="group" xml:id="v1000"/></metadata></head>
<body dur="3:00"><div begin="1.0" end="9.0"><!-- verse -->
<p begin="00:00:01.000" end="4.5s" ttm:agent="v1"><span begin="1.0" end="1.4">Hel</span><span \
begin="1400ms" end="2">lo</span> <span begin="2" end="2.5">&lt;you&gt;</span>
<span ttm:role="x-bg"><span begin="3" end="3.5">(oh)</span></span>
<span ttm:role="x-translation" xml:lang="de">Hallo</span></p>
<p begin="5" end="6" ttm:agent="v1000">All<br/>of us &#65;&#x42;</p>
</div></body></tt>"""


def test_ttml() -> None:
    found = parse(TTML)
    assert (found.language, found.synced, found.worded) == ("en-GB", True, True)
    first, behind, last = found.lines
    assert (first.text, first.start_ms, first.end_ms, first.agent) == (
        "Hello <you>", 1000, 4500, "v1",
    )  # fmt: skip
    words = [(word.start_ms, word.end_ms, word.text) for word in first.words]
    assert words == [(1000, 1400, "Hel"), (1400, 2000, "lo "), (2000, 2500, "<you>")]
    assert (behind.background, behind.text, behind.start_ms) == (True, "(oh)", 3000)
    assert (last.text, last.words) == ("All of us AB", ())
    assert [(agent.id, agent.name, agent.group) for agent in found.agents] == [
        ("v1", "Anna & Co", False),
        ("v1000", "", True),
    ]


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE tt [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><tt><body><p>&c;</p></body></tt>',
        '<!DOCTYPE tt SYSTEM "file:///etc/passwd"><tt><p>x</p></tt>',
        "<tt><p>&secret;</p></tt>",
        "<tt>" + "<div>" * 100 + "</div>" * 100 + "</tt>",
        "<tt><p>no end",
        "<tt><p></div></tt>",
        "<tt><p begin='1>x</p></tt",
        "<tt " + "a" * 5_000 + "><p>x</p></tt>",
    ],
)
def test_hostile_ttml_is_refused(text: str) -> None:
    with pytest.raises(BadLyrics):
        lyrics.parse(text)


LARGE = 150_000


@pytest.mark.parametrize(
    "text",
    [
        "[00:01.00]x\n" * LARGE,
        "<tt>" + "<!--" * LARGE,
        "<tt>" + "<p>" * LARGE,
        "<tt>" + "<p begin='1'>x</p>" * (LARGE // 4) + "</tt>",
        "<tt><p>" + "<span begin='1'>x</span>" * (LARGE // 6) + "</p></tt>",
        "[00:01]" * LARGE,
        "[00:01.00]" + "<00:01.00>" * LARGE,
        " " * LARGE + "x",
        "[bg:" + "] " * LARGE,
        "[aa:" * LARGE,
    ],
)
def test_texts_without_end_take_a_moment(text: str) -> None:
    """In proportion to their length: what is quadratic would take minutes."""
    started = time.process_time()
    try:
        found = lyrics.parse(text)
    except BadLyrics:
        found = None
    assert time.process_time() - started < 20
    if found is not None:
        assert len(found.lines) <= LINES


@settings(max_examples=150, deadline=None, derandomize=True)
@given(some.text(some.sampled_from("[]<>0123456789:./ \nabgv=\"'&;#xtp!-"), max_size=300))
def test_any_text_is_lyrics_or_none_or_refused(text: str) -> None:
    for made in (text, f"<tt><body>{text}</body></tt>", f"[00:01.00]{text}"):
        try:
            found = lyrics.parse(made, "eng", "file")
        except BadLyrics:
            continue
        if found is None:
            continue
        starts = [line.start_ms for line in found.lines if line.start_ms is not None]
        assert len(starts) in (0, len(found.lines))
        assert bool(starts) is found.synced
        for line in found.lines:
            assert "\n" not in line.text or not found.synced
            assert not line.words or "".join(word.text for word in line.words) == line.text
            assert all(0 <= word.start_ms <= LATEST_MS for word in line.words)
        lyrics.text_of(found)


def test_the_best_comes_first_and_each_once() -> None:
    texts = {"plain": "a", "timed": "[00:01]a", "file": "[00:02]a"}
    sets = [lyrics.parse(text, None, "file" if k == "file" else "tag") for k, text in texts.items()]
    ordered = lyrics.best_first([one for one in sets + sets if one is not None])
    assert [(one.source, one.synced) for one in ordered] == [
        ("file", True),
        ("tag", True),
        ("tag", False),
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("en", "en"),
        ("ENG", "eng"),
        ("pt_BR", "pt-BR"),
        ("xxx", None),
        ("", None),
        ("deutsch", None),
    ],
)
def test_languages(code: str, expected: str | None) -> None:
    assert lyrics.language_of(code) == expected
