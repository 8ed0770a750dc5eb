"""System calls that a sealed worker has no use for.

Without descriptors to be had nothing can be opened, but files can be removed and renamed
by name, processes be signalled, and root could raise its limits again. A filter refuses
that. It is a second wall: where the machine knows no filters, the limits still hold.
"""

import ctypes
import errno
import os
import struct
from typing import Final

_PR_SET_SECCOMP: Final = 22
_MODE_FILTER: Final = 2
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | errno.EPERM

_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4  # in struct seccomp_data
_OTHER_NUMBERING: Final = 0x40000000
"""From here on x86-64 counts its calls a second time, for another calling convention."""

_X86_64: Final = {
    "files": (2, 85, 257, 437, 76, 82, 83, 84, 86, 87, 88, 133, 258, 259, 263, 264, 265, 266, 316),
    "rights": (90, 92, 94, 132, 188, 189, 235, 260, 268, 280, 452),
    "sockets": (41, 42, 49, 50, 53),
    "processes": (57, 58, 59, 62, 101, 200, 310, 311, 322, 424, 434, 438),
    "system": (160, 302, 161, 165, 272, 308, 321, 323, 425, 426, 427, 428, 429, 155),
}
_AARCH64: Final = {
    "files": (33, 34, 35, 36, 37, 38, 45, 56, 276, 437),
    "rights": (5, 6, 53, 54, 88, 452),
    "sockets": (198, 199, 200, 201, 203),
    "processes": (117, 129, 130, 221, 270, 271, 281, 424, 434, 438),
    "system": (164, 261, 51, 40, 41, 97, 268, 280, 282, 425, 426, 427, 428, 429),
}
_MACHINES: Final = {
    "x86_64": (0xC000003E, _X86_64),
    "aarch64": (0xC00000B7, _AARCH64),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def refuse_system_calls(libc: ctypes.CDLL) -> bool:
    """Refuse them in this process from now on; whether the machine can."""
    machine = _MACHINES.get(os.uname().machine)
    if machine is None:
        return False
    code = _program(*machine)
    program = _Program(len(code) // 8, code)
    return bool(libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def _program(architecture: int, calls: dict[str, tuple[int, ...]]) -> bytes:
    """Classic BPF: jumps count instructions from the next one on."""
    numbers = sorted({number for group in calls.values() for number in group})
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_IF_AT_LEAST, len(numbers) + 1, 0, _OTHER_NUMBERING),
    ]
    for position, number in enumerate(numbers):
        steps.append((_IF_EQUAL, len(numbers) - position, 0, number))
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
