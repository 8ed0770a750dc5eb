"""How an answer is written."""

import json

import pytest

from philomel.gateway.subsonic.answer import LONG, Form, is_long, whole, write

SONG = {"id": "1", "title": "Song", "artists": [{"name": "A"}, {"name": "B"}]}


def test_long_answers_are_known_as_such() -> None:
    """They are written in a thread, so that others have their turn."""
    assert not is_long({})
    assert not is_long({"song": SONG})
    assert not is_long({"album": {"id": "2", "song": [SONG] * 50}})
    assert is_long({"starred2": {"song": [SONG] * (LONG + 1)}})
    letters = [{"name": letter, "artist": [{"id": "3", "name": "A"}] * 40} for letter in "ABC"]
    assert not is_long({"artists": {"ignoredArticles": "The", "index": letters}})
    assert is_long({"artists": {"ignoredArticles": "The", "index": letters * 9}})


@pytest.mark.parametrize("count", [0, 1, 128, 129, 1_000])
def test_what_was_written_before_stands_where_it_belongs(count: int) -> None:
    entries = [b'{"id":"%d"}' % number for number in range(count)]
    form = Form("json")
    body = {
        "a": {"name": "\0 a", "song": whole(form, "song", entries)},
        "b": whole(form, "b", []),
        "c": "\0",
    }
    written = write(form, "1", body)
    assert written.size == len(written.body)
    found = json.loads(written.body)["subsonic-response"]
    assert found["a"] == {"name": "\0 a", "song": [{"id": str(each)} for each in range(count)]}
    assert (found["b"], found["c"]) == ([], "\0")
    text = whole(Form(), "song", [b' id="1">'] * count).text
    assert text == b'<song id="1"></song>' * count
