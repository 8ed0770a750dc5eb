"""A process that has loaded the program and forks for each command.

Loading is most of what a command costs. A forked one is as one that was started: it has its own
arguments, folder, environment, descriptors and end.
"""

import atexit
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

_MODULES = (
    "asyncpg",
    "philomel.app.assembly",
    "philomel.app.cli",
    "philomel.app.process.control",
    "philomel.app.process.reach",
    "philomel.engines.sql.migrate",
    "philomel.engines.sql.postgres",
    "philomel.engines.sql.sqlite",
)
_LARGEST = 1 << 17


class Ready:
    """Runs commands of the program."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._connection, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", __file__, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=environment,
                pass_fds=[theirs.fileno()],
            )
        atexit.register(self.close)

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], given: bytes, timeout: float
    ) -> "subprocess.CompletedProcess[bytes]":
        """As `subprocess.run` does, with its output."""
        order = json.dumps([list(arguments), str(Path.cwd()), dict(environment)]).encode()
        with (
            tempfile.TemporaryFile() as said,
            tempfile.TemporaryFile() as complained,
            tempfile.TemporaryFile() as asked,
        ):
            asked.write(given)
            asked.seek(0)
            ended, theirs = os.pipe()
            try:
                descriptors = [*(file.fileno() for file in (asked, said, complained)), theirs]
                socket.send_fds(self._connection, [order], descriptors)
                os.close(theirs)
                status = self._status(ended, arguments, timeout)
            finally:
                os.close(ended)
            said.seek(0)
            complained.seek(0)
            return subprocess.CompletedProcess(arguments, status, said.read(), complained.read())

    def close(self) -> None:
        self._connection.close()
        self._process.wait()

    @staticmethod
    def _status(ended: int, arguments: Sequence[str], timeout: float) -> int:
        pid = int(os.read(ended, 20))
        if not select.select([ended], [], [], timeout)[0]:
            os.kill(pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired(arguments, timeout)
        return int(os.read(ended, 20))


def serve(connection: socket.socket) -> tuple[list[str], str, dict[str, str], list[int]]:
    """Fork for each order; returns in the process that is to carry one out.

    Raises:
        SystemExit: nobody orders any more.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for name in _MODULES:
        importlib.import_module(name)
    gc.freeze()
    while True:
        order, descriptors, _, _ = socket.recv_fds(connection, _LARGEST, 4)
        if not order:
            sys.exit()
        if os.fork() == 0:
            break
        for descriptor in descriptors:
            os.close(descriptor)
    # This one only waits for the next, to tell how it ended.
    connection.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ended = descriptors.pop()
    pid = os.fork()
    if pid:
        for descriptor in descriptors:
            os.close(descriptor)
        os.write(ended, b"%20d" % pid)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.write(ended, b"%20d" % status)
        os._exit(0)
    os.close(ended)
    arguments, folder, environment = json.loads(order)
    return arguments, folder, environment, descriptors


def main() -> None:
    arguments, folder, environment, descriptors = serve(socket.socket(fileno=int(sys.argv[1])))
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["philomel", *arguments]
    program = importlib.import_module("philomel.app.cli")
    sys.exit(program.main(arguments))


if __name__ == "__main__":
    main()
