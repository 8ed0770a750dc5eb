"""Whatever comes in is read, refused or escaped; nothing of it breaks the answer."""

import re
from contextlib import suppress
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from philomel.gateway.subsonic.answer import Form, escape, write
from philomel.gateway.subsonic.errors import Failure
from philomel.gateway.subsonic.parameters import Parameters

careful = settings(max_examples=200, deadline=None, derandomize=True)
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@careful
@given(st.text())
def test_text_survives_xml_less_what_no_xml_can_hold(text: str) -> None:
    body = {"name": text, "child": [{"value": text}], "repeated": [text]}
    root = ET.fromstring(write(Form(), "1", {"item": body}).body)
    item = next(iter(root))
    expected = _NO_XML.sub("", text)
    assert item.attrib["name"] == expected
    assert [child.text or "" for child in item] == [expected, expected]


@careful
@given(st.text())
def test_escaped_text_holds_no_markup(text: str) -> None:
    assert not set('<>"\t\n\r') & set(escape(text))


@careful
@given(st.binary(max_size=200))
def test_any_bytes_are_parameters_or_a_refusal(query: bytes) -> None:
    try:
        parameters = Parameters.parse(query)
    except Failure:
        return
    for name in ("id", "size", "u", "submission"):
        with suppress(Failure):
            parameters.ids(name)
        with suppress(Failure):
            parameters.whole(name, 0)
        with suppress(Failure):
            parameters.flag(name, default=True)


@careful
@given(st.text(alphabet=st.sampled_from("0123456789+-. eE_\u0661x")))
def test_whole_numbers_are_in_their_range(text: str) -> None:
    parameters = Parameters([("size", text)])
    with suppress(Failure):
        assert 0 <= parameters.whole("size", 10, high=500) <= 500
