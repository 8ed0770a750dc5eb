"""The command line.

Commands are written once against contracts: whether a running server answers or the
services run in this process for the moment is not their business (see `reach`).
"""

import argparse
import gc
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

from philomel.app.cli.output import Output, complain
from philomel.app.cli.parser import make_parser
from philomel.app.refusal import Exit, Refusal


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    parsed = make_parser().parse_args(arguments)
    out = Output(parsed.json)
    try:
        return int(_run(parsed, out))
    except Refusal as refusal:
        out.fail(refusal.code, refusal.message, refusal.status)
        return int(refusal.status)
    except KeyboardInterrupt:
        return int(Exit.INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has enough of it; nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(Exit.OK)
    except Exception as error:  # a defect: one line, and how to see the rest
        if os.environ.get("PYTHONDEVMODE"):
            raise
        name = type(error).__name__
        out.fail("internal", f"something went wrong inside: {name}: {error}", Exit.FAILED)
        complain("this is a defect of Philomel; with PYTHONDEVMODE=1 it says where")
        return int(Exit.FAILED)


def _run(parsed: argparse.Namespace, out: Output) -> Exit:
    from philomel.app.settings import load

    # Whatever is written belongs to this user alone.
    os.umask(0o077)
    # Starting makes only things that stay; a command that lives on turns it on again.
    gc.disable()
    module, _, function = parsed.handler.partition(":")
    handler: Any = getattr(importlib.import_module(module), function)
    names = ("data", "config", "host", "port", "role", "base_url", "tls_cert", "tls_key")
    flags = {name: value for name in names if (value := getattr(parsed, name, None)) is not None}
    if getattr(parsed, "trusted_proxy", None):
        flags["trusted_proxies"] = tuple(parsed.trusted_proxy)
    status: Exit = handler(parsed, load(flags), out)
    return status
