"""Folding is stable: what was folded stays, and every name is found by its own words."""

from hypothesis import given, settings
from hypothesis import strategies as st

from philomel.engines.index.folding import MAX_WORD, MAX_WORDS, fold, name_words, words

careful = settings(max_examples=300, deadline=None, derandomize=True)


@careful
@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@careful
@given(st.text())
def test_words_are_few_and_short(text: str) -> None:
    found = words(text)
    assert len(found) <= MAX_WORDS
    assert all(0 < len(word) <= MAX_WORD and not word.isspace() for word in found)
    assert name_words(text)[0] == found


@careful
@given(st.text())
def test_a_visible_name_has_words(text: str) -> None:
    assert bool(words(text)) == bool(fold(text).split())
