"""The last resort of a process that is done but does not end."""

import os
import sys
import threading


def end_within(seconds: float, status: int) -> None:
    """End this process after `seconds`, if it has not ended by itself by then.

    Whatever was acknowledged is on disk at any moment, so nothing is lost by that.
    """

    def end() -> None:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:  # also when nobody reads them any more
            os._exit(status)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
