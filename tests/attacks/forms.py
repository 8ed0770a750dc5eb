"""The forms in which the doors refuse; nothing else may come of a request they do not take."""

import json
from xml.etree import ElementTree as ET

import httpx

from philomel.gateway.oauth import PREFIXES as OAUTH


def assert_form(path: str, answer: httpx.Response) -> None:
    """An answer that is no defect, and, if it is a refusal, one in the words of its door."""
    # oEmbed 1.0, 2.3.4, wants 501 where a form of the answer is not there.
    known = path == "/oembed" and answer.status_code == 501
    assert answer.status_code < 500 or known, (path, answer.text[:600])
    if answer.request.method == "HEAD":
        return  # without a body
    if answer.status_code < 400 and not path.startswith("/rest"):
        return
    if path.startswith("/v1"):
        error = answer.json()["error"]
        assert (error["status"], type(error["message"])) == (answer.status_code, str), path
    elif path.startswith("/api/philomel"):
        error = answer.json()["error"]
        assert {"status", "code", "message"} == {*error}, path
        assert error["status"] == answer.status_code
    elif path.startswith("/rest"):
        _assert_subsonic(path, answer)
    elif path.startswith("/api/token"):
        assert isinstance(answer.json()["error"], str)
    elif path.startswith(("/media", "/healthz", "/readyz", "/metrics")):
        assert answer.headers["content-type"].startswith(("application/json", "text/plain"))
    elif path.startswith(OAUTH) or answer.headers["content-type"].startswith("text/html"):
        assert "traceback" not in answer.text.lower()
    else:
        assert "error" in answer.json(), path


def _assert_subsonic(path: str, answer: httpx.Response) -> None:
    kind = answer.headers["content-type"]
    if kind.startswith("application/json"):
        told = json.loads(answer.content)["subsonic-response"]
        assert told["status"] in {"ok", "failed"}
        if told["status"] == "failed":
            assert isinstance(told["error"]["code"], int), path
    elif kind.startswith(("text/xml", "application/xml")):
        ET.fromstring(answer.content)
