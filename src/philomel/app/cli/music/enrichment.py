"""`philomel enrichment`: whether open services are asked about the music."""

import argparse

from msgspec import structs

from philomel.app.cli.output import Output, plain
from philomel.app.cli.session import operator
from philomel.app.process.reach import Services
from philomel.app.refusal import Exit
from philomel.services.enrichment.contract import Enrichment, GetState, SetEnabled, State


@operator(Enrichment)
async def show(_: argparse.Namespace, services: Services, out: Output) -> Exit:
    return _tell(await services.service(Enrichment).get_state(GetState()), out)


@operator(Enrichment)
async def switch(parsed: argparse.Namespace, services: Services, out: Output) -> Exit:
    enabled = parsed.action == "on"
    return _tell(await services.service(Enrichment).set_enabled(SetEnabled(enabled)), out)


def _tell(state: State, out: Output) -> Exit:
    asked = {True: "on", False: "off", None: "off, and nobody has decided yet"}[state.enabled]
    lines = [f"enrichment is {asked}"]
    if state.enabled:
        lines.append(
            f"{state.found:,} found, {state.nothing:,} unknown, {state.failed:,} given up, "
            f"{state.waiting:,} to ask"
        )
    if state.error:
        lines.append(f"it pauses: {plain(state.error)}")
    out.result({"enrichment": structs.asdict(state)}, lines)
    return Exit.OK
