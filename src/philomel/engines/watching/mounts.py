"""What kind of file system a path lies on, told by the kernel's list: the disk is not asked."""

import re
from collections.abc import Iterable
from pathlib import Path

LIST = Path("/proc/self/mountinfo")
_NETWORK = frozenset((
    "9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "drvfs", "fuse", "gfs2", "glusterfs",
    "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "prl_fs", "smb3", "smbfs",
    "vboxsf", "virtiofs", "vmhgfs",
))  # fmt: skip
_ESCAPED = re.compile(rb"\\([0-7]{3})")


def is_local(root: bytes, lines: Iterable[bytes]) -> bool:
    """Whether a real path and all that is mounted below it lie on disks of this machine.

    Args:
        root: a real path.
        lines: of /proc/self/mountinfo (https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html).
    """
    here, kind = b"", "unknown"
    for line in lines:
        fields = line.split()
        if b"-" not in fields or len(fields) < 7:
            continue
        place = _ESCAPED.sub(lambda found: bytes((int(found[1], 8),)), fields[4])
        type_ = fields[fields.index(b"-") + 1].decode("ascii", "replace")
        if _is_below(root, place) and len(place) >= len(here):
            here, kind = place, type_  # a later mount at one place hides the earlier one
        elif _is_below(place, root) and is_network(type_):
            return False
    return kind != "unknown" and not is_network(kind)


def is_network(kind: str) -> bool:
    """Whether others may write to a file system of this type without this machine knowing."""
    return kind in _NETWORK or kind.startswith("fuse.")


def _is_below(path: bytes, folder: bytes) -> bool:
    return path == folder or path.startswith(folder.rstrip(b"/") + b"/")
