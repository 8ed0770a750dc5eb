"""What a process says about itself: one line an event, for people or for programs.

Nobody's secrets: paths are logged without their query, and nothing of a request's body or
headers is.
"""

import json
import logging
import sys
import time
from typing import ClassVar

from philomel.kernel.caller import current

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def begin(level: str, form: str, *, requests: bool = False) -> None:
    """Log to standard error from now on.

    Args:
        level: debug, info, warning or error.
        form: text, json, or auto (text on a terminal).
        requests: a line for every request as well.
    """
    as_text = form == "text" or (form == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Text() if as_text else _Json())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(_LEVELS[level])
    # These log addresses with their query, or say at length what is none of our business.
    for name in ("httpx", "httpcore", "alembic", "asyncio", "PIL", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("philomel.requests").setLevel(logging.INFO if requests else logging.WARNING)
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)


class _Json(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        content = {
            "time": _instant(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        content |= getattr(record, "fields", {})
        trace = current().trace_id
        if trace:
            content["trace"] = trace
        if record.exc_info:
            content["error"] = self.formatException(record.exc_info)
        return json.dumps(content, ensure_ascii=False)


class _Text(logging.Formatter):
    """For a terminal. Control characters are escaped: a file name cannot forge a line."""

    _marks: ClassVar[dict[str, str]] = {"WARNING": "warning: ", "ERROR": "error: "}

    def format(self, record: logging.LogRecord) -> str:
        message = "".join(
            c if c.isprintable() else c.encode("unicode_escape").decode()
            for c in record.getMessage()
        )
        line = f"{_instant(record)[11:19]} {self._marks.get(record.levelname, '')}{message}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


def _instant(record: logging.LogRecord) -> str:
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{moment}.{int(record.msecs):03d}Z"
