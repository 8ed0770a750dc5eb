"""Two unmodified programs for Node: every method of theirs that asks, and what came of it."""

import re
from pathlib import Path

import pytest
from tests.clients.recording import client
from tests.clients.webapi.by_node import LOCK, NODE, SDK, node
from tests.clients.webapi.judging import judge_all
from tests.clients.webapi.place import At, keeping

NAMES = {"sdk": "@spotify/web-api-ts-sdk", "node": "spotify-web-api-node"}
AGENTS = {"sdk": "node", "node": ""}
# What keeps something, or speaks to the server that gives out tokens.
ELSEWHERE = re.compile(
    r"(get|set|reset)(AccessToken|ClientId|ClientSecret|Credentials|RedirectURI|RefreshToken)"
    r"|createAuthorizeURL|(authorizationCode|clientCredentials)Grant|refreshAccessToken"
)


@pytest.mark.parametrize("which", NAMES)
def test_every_method(tmp_path: Path, which: str) -> None:
    name = NAMES[which]
    with (
        keeping(tmp_path) as house,
        node(house) as program,
        client(name, LOCK[name], house.witness, agent=AGENTS[which]) as ran,
    ):
        methods = {row[1] for row in (SDK if which == "sdk" else NODE)}
        public = {each for each in program.methods(which) if not ELSEWHERE.fullmatch(each)}
        assert public == methods
        judge_all(At(house), program.ways(which), ran)
