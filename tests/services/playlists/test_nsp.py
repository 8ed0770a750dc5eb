"""Navidrome's smart playlists become ours where ours say the same."""

import json

import pytest

from philomel.services.playlists.contract import (
    SmartField,
    SmartGroup,
    SmartMatch,
    SmartOperator,
    SmartRule,
    SmartRules,
    SmartSort,
)
from philomel.services.playlists.rules.files import read_file
from philomel.services.playlists.rules.files.nsp import Unsayable, read_rules
from philomel.services.playlists.rules.smart import check_rules

F, OP = SmartField, SmartOperator


def test_what_can_be_said() -> None:
    theirs = {
        "any": [
            {"is": {"loved": True}},
            {"inTheRange": {"year": [1980, 1989]}},
            {"all": [{"contains": {"albumArtist": "ouzel"}}, {"notInTheLast": {"dateAdded": 30}}]},
            {"gt": {"rating": 3.0}},
            {"after": {"dateLoved": "2024-01-01"}},
        ],
        "sort": "-year,title",
        "order": "desc",
        "limit": 25,
    }
    rules = read_rules(json.dumps(theirs))
    check_rules(rules)
    assert rules == SmartRules(
        SmartMatch.ANY,
        (
            SmartRule(F.LIKED, OP.IS, ("true",)),
            SmartRule(F.YEAR, OP.BETWEEN, ("1980", "1989")),
            SmartRule(F.RATING, OP.ABOVE, ("3",)),
            SmartRule(F.LIKED_AT, OP.AFTER, ("2024-01-01",)),
        ),
        (
            SmartGroup(
                SmartMatch.ALL,
                (
                    SmartRule(F.ALBUM_ARTIST, OP.CONTAINS, ("ouzel",)),
                    SmartRule(F.ADDED, OP.BEYOND_DAYS, ("30",)),
                ),
            ),
        ),
        SmartSort.YEAR,
        descending=False,
        limit=25,
    )


def test_a_file_with_comments() -> None:
    text = """/* mine */ {
        "name": "Often // heard", // not a comment in there
        "all": [{"gt": {"playCount": 3}}],
        "sort": "lastPlayed", "order": "desc"
    }"""
    found = read_file(text.encode())
    often = SmartRule(F.PLAYS, OP.ABOVE, ("3",))
    last = SmartRules(rules=(often,), sort=SmartSort.LAST_PLAYED, descending=True, limit=10_000)
    assert (found.name, found.wants, found.rules) == ("Often // heard", (), last)


def test_everything_that_cannot_be_said_is_said() -> None:
    theirs = """{"all": [{"is": {"mood": "calm"}}, {"gt": {"year": "x"}}], "sort": "size"}"""
    with pytest.raises(Unsayable, match=r"mood.*; an order by 'size'"):
        read_file(theirs.encode())
    with pytest.raises(Unsayable, match="year"):
        read_file(b'{"all": [{"gt": {"year": "x"}}]}')


@pytest.mark.parametrize(
    "theirs",
    [
        "",
        "[]",
        "{}",
        "null",
        "[" * 100_000,
        '{"all": []}',
        '{"all": [{"is": {"loved": true}}], "any": [{"is": {"loved": true}}]}',
        '{"all": [{"is": {"mood": "calm"}}]}',
        '{"all": [{"is": {"loved": "perhaps"}}]}',
        '{"all": [{"is": {"title": "a", "album": "b"}}]}',
        '{"all": [{"is": {"title": {"x": 1}}}]}',
        '{"all": [{"inPlaylist": {"id": "x"}}]}',
        '{"all": [{"any": [{"all": [{"is": {"loved": true}}]}]}]}',
        '{"all": [{"is": {"loved": true}}], "limitPercent": 10}',
        '{"all": [{"is": {"loved": true}}], "sort": "mood"}',
        '{"all": [{"is": {"loved": true}}], "limit": "x"}',
        '{"all": [{"is": {"year": "x"}}]}',
        "/*" * 100_000,
        '"' * 100_000,
    ],
)
def test_what_cannot(theirs: str) -> None:
    with pytest.raises(Unsayable):
        read_rules(theirs)
