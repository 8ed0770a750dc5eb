"""Every endpoint that a client asks, judged by each of its ways to ask it."""

from tests.clients.recording import Run
from tests.clients.webapi import library, music, playlists, rest
from tests.clients.webapi.place import JUDGES, At, Ways

WITH_JUDGES = (music, library, playlists, rest)
"""They enter what they judge when they are imported."""


def judge_all(at: At, ways: Ways, ran: Run) -> None:
    """Judge every endpoint that a client asks, by each of its ways."""
    for endpoint, those in ways.items():
        for way in those:
            if at.written:
                at.forget()
            if not endpoint.startswith("GET "):
                at.written.add(endpoint)
            with ran.call(endpoint) as check:
                try:
                    JUDGES[endpoint](at, way, check)
                except BaseException as error:
                    error.add_note(way.name)
                    raise
