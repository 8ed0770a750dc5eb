"""What a player and a program do, with nothing but the standard library."""

import json
import urllib.parse
import urllib.request
from typing import Any


def rest(url: str, login: str, name: str, **parameters: Any) -> Any:
    """What a Subsonic player gets."""
    query = urllib.parse.urlencode(parameters)
    with urllib.request.urlopen(f"{url}/rest/{name}?{login}&{query}", timeout=30) as answer:
        body = json.load(answer)["subsonic-response"]
    assert body["status"] == "ok", body
    return body


def web_api(url: str, token: str, path: str, **parameters: Any) -> Any:
    """What a program of the Web API gets."""
    query = urllib.parse.urlencode(parameters)
    headers = {"Authorization": f"Bearer {token}"}
    request = urllib.request.Request(f"{url}/v1{path}?{query}", headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)
