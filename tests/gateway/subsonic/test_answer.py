"""How an answer is written."""

from philomel.gateway.subsonic.answer import LONG, is_long

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
