"""Runs a command in the operator's name, and turns services' errors into exit statuses."""

import argparse
import asyncio
import functools
import gc
from collections.abc import Awaitable, Callable

from philomel.app.cli.output import Output
from philomel.app.process import journal
from philomel.app.process.ending import end_within
from philomel.app.process.reach import Services, reach
from philomel.app.refusal import Exit, refusal_of
from philomel.app.settings import Settings
from philomel.kernel.caller import OPERATOR, acting
from philomel.kernel.errors import PhilomelError

_CLOSE_SECONDS = 5.0

Command = Callable[[argparse.Namespace, Services, Output], Awaitable[Exit]]
Handler = Callable[[argparse.Namespace, Settings, Output], Exit]


def operator(
    *needs: type, jobs: bool = False, timeout: float | None = 60.0
) -> Callable[[Command], Handler]:
    """Makes a command out of a coroutine that asks services.

    Args:
        needs: the contracts it asks; without a server nothing else is built, jobs aside.
        jobs: whether background work must go on meanwhile.
        timeout: seconds for all it asks; None for what takes as long as it takes.
    """

    def wrap(command: Command) -> Handler:
        @functools.wraps(command)
        def handler(parsed: argparse.Namespace, settings: Settings, out: Output) -> Exit:
            # A command's own services log for their server's log, not for its terminal.
            journal.begin("error", settings.text("log_format"))
            return asyncio.run(_run(command, parsed, settings, out))

        return handler

    async def _run(
        command: Command, parsed: argparse.Namespace, settings: Settings, out: Output
    ) -> Exit:
        async with reach(settings, parsed.command, needs, jobs=jobs) as services:
            gc.enable()
            try:
                with acting(OPERATOR, timeout=timeout):
                    status = await command(parsed, services, out)
            except PhilomelError as error:
                refusal = refusal_of(error)
                out.fail(refusal.code, refusal.message, refusal.status)
                status = refusal.status
            # All is said and done: whatever hangs in closing does not hold up the shell.
            end_within(_CLOSE_SECONDS, status)
        return status

    return wrap
