"""`philomel serve`."""

import argparse
import asyncio
import sys

from philomel.app.cli.libraries import absolute
from philomel.app.cli.output import Output
from philomel.app.process import journal, memory
from philomel.app.refusal import Exit
from philomel.app.settings import Settings

SWITCH_SECONDS = 0.0005


def serve(parsed: argparse.Namespace, settings: Settings, out: Output) -> Exit:
    memory.stay_small()
    import uvloop

    from philomel.app.server.serve import Task
    from philomel.app.server.serve import serve as run

    journal.begin(
        settings.text("log_level"),
        settings.text("log_format"),
        requests=settings.flag("log_requests"),
    )
    task = Task(
        music=tuple(absolute(path) for path in parsed.music),
        sampler=None if parsed.sampler is None else absolute(parsed.sampler),
    )
    # A scan plans and writes in threads. Each statement lets go of the interpreter and waits
    # to get it back: at Python's 5 ms, browsing meanwhile took twice as long at the 99th
    # percentile.
    sys.setswitchinterval(SWITCH_SECONDS)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(run(settings, task, out.say))
