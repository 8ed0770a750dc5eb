"""Two unmodified programs for Node: every method of theirs that asks, and what came of it."""

import re

import pytest
from tests.clients.recording import client
from tests.clients.webapi.by_node import LOCK, NODE, SDK, node
from tests.clients.webapi.judging import judge_all
from tests.clients.webapi.place import At
from tests.gateway.home import Home

NAMES = {"sdk": "@spotify/web-api-ts-sdk", "node": "spotify-web-api-node"}
# What keeps something, or speaks to the server that gives out tokens.
ELSEWHERE = re.compile(
    r"(get|set|reset)(AccessToken|ClientId|ClientSecret|Credentials|RedirectURI|RefreshToken)"
    r"|createAuthorizeURL|(authorizationCode|clientCredentials)Grant|refreshAccessToken"
)


@pytest.mark.parametrize("which", NAMES)
def test_every_method(home: Home, which: str) -> None:
    name = NAMES[which]
    home.forget()
    with node(home) as program, client(name, LOCK[name], home) as ran:
        methods = {row[1] for row in (SDK if which == "sdk" else NODE)}
        public = {each for each in program.methods(which) if not ELSEWHERE.fullmatch(each)}
        assert public == methods
        judge_all(At(home), program.ways(which), ran)
