from email.message import Message
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from philomel.gateway.delivery.conditions import Verdict, judge, range_applies
from philomel.gateway.delivery.headers import content_disposition, http_date

TAG, TIME = '"abc"', 1_700_000_000
AT = http_date(TIME).decode()
BEFORE, AFTER = http_date(TIME - 1).decode(), http_date(TIME + 1).decode()
SEND, NOT_MODIFIED, FAILED = Verdict.SEND, Verdict.NOT_MODIFIED, Verdict.FAILED


@pytest.mark.parametrize(
    ("headers", "verdict"),
    [
        ({}, SEND),
        ({"if-match": TAG}, SEND),
        ({"if-match": '"x", "abc"'}, SEND),
        ({"if-match": "*"}, SEND),
        ({"if-match": 'W/"abc"'}, FAILED),
        ({"if-match": '"x"'}, FAILED),
        ({"if-match": "abc"}, FAILED),
        ({"if-match": TAG, "if-unmodified-since": BEFORE}, SEND),
        ({"if-unmodified-since": AT}, SEND),
        ({"if-unmodified-since": BEFORE}, FAILED),
        ({"if-unmodified-since": "nonsense"}, SEND),
        ({"if-none-match": TAG}, NOT_MODIFIED),
        ({"if-none-match": 'W/"abc"'}, NOT_MODIFIED),
        ({"if-none-match": '"x" ,W/"y","abc"'}, NOT_MODIFIED),
        ({"if-none-match": "*"}, NOT_MODIFIED),
        ({"if-none-match": '"x"'}, SEND),
        ({"if-none-match": '"x"', "if-modified-since": AFTER}, SEND),
        ({"if-modified-since": AT}, NOT_MODIFIED),
        ({"if-modified-since": AFTER}, NOT_MODIFIED),
        ({"if-modified-since": BEFORE}, SEND),
        ({"if-modified-since": "Thu, 99 Foo 2020"}, SEND),
        ({"if-modified-since": "Fri, 31 Dec 99999 23:59:59 GMT"}, SEND),
        ({"if-match": '"x"', "if-none-match": TAG}, FAILED),
    ],
)
def test_preconditions(headers: dict[str, str], verdict: Verdict) -> None:
    assert judge(headers, TAG, TIME) is verdict


@pytest.mark.parametrize(
    ("validator", "applies"),
    [
        (TAG, True),
        ('"x"', False),
        ('W/"abc"', False),
        (AT, True),
        (AFTER, False),
        (BEFORE, False),
        ("", False),
        ("nonsense", False),
    ],
)
def test_if_range(validator: str, applies: bool) -> None:
    assert range_applies({"if-range": validator}, TAG, TIME) is applies
    assert range_applies({}, TAG, TIME)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(text=st.text(max_size=60))
def test_nonsense_never_breaks_anything(text: str) -> None:
    for name in ("if-match", "if-none-match", "if-modified-since", "if-unmodified-since"):
        judge({name: text}, TAG, TIME)
    range_applies({"if-range": text}, TAG, TIME)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(name=st.text(max_size=60))
def test_names_cannot_break_out_of_their_header(name: str) -> None:
    header = content_disposition(name).decode("ascii")
    assert header.isprintable()
    assert header.count('"') == 2
    extended = header.partition("filename*=UTF-8''")[2]
    if extended:
        assert unquote(extended) == name.encode("utf-8", "replace").decode()
    else:
        message = Message()
        message["content-disposition"] = header
        assert (message.get_filename() or "") == name.rstrip() or name != name.strip()
