"""Memory and CPU time of a process with all its descendants, read from /proc (Linux)."""

import os
from pathlib import Path
from typing import NamedTuple

TICK = os.sysconf("SC_CLK_TCK")


class Usage(NamedTuple):
    """Of a process tree.

    Attributes:
        pss: proportional set size of all processes together, bytes.
        cpu: user and system time of all processes, seconds; ended children included.
        processes: how many there are.
    """

    pss: int
    cpu: float
    processes: int


def tree(pid: int) -> list[int]:
    """`pid` and its descendants that are alive."""
    found, waiting = [], [pid]
    while waiting:
        current = waiting.pop()
        found.append(current)
        for task in Path(f"/proc/{current}/task").glob("*"):
            try:
                waiting += [int(child) for child in (task / "children").read_text().split()]
            except OSError:
                continue
    return found


def usage(pid: int, *, itself: bool = True) -> Usage:
    """What the tree below `pid` uses now; without the root unless `itself`."""
    pss, cpu, processes = 0, 0.0, 0
    for member in tree(pid):
        if member == pid and not itself:
            continue
        try:
            rollup = Path(f"/proc/{member}/smaps_rollup").read_text()
            stat = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pss += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
        cpu += sum(int(stat[field]) for field in (11, 12, 13, 14)) / TICK
        processes += 1
    return Usage(pss * 1024, cpu, processes)
