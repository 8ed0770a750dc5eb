"""`philomel serve`."""

import argparse
import asyncio

from philomel.app.cli.libraries import absolute
from philomel.app.cli.output import Output
from philomel.app.process import journal
from philomel.app.refusal import Exit
from philomel.app.settings import Settings


def serve(parsed: argparse.Namespace, settings: Settings, out: Output) -> Exit:
    import uvloop

    from philomel.app.server.serve import Task
    from philomel.app.server.serve import serve as run

    journal.begin(settings.text("log_level"), settings.text("log_format"))
    task = Task(
        music=tuple(absolute(path) for path in parsed.music),
        sampler=None if parsed.sampler is None else absolute(parsed.sampler),
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(run(settings, task, out.say))
