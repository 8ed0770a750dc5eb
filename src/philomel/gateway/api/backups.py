"""Backups: what there is, one more, and whether one is whole. Restoring is for the command line."""

from msgspec import Struct

from philomel.gateway.api.operation import Access, Call, Nothing, Route
from philomel.gateway.backups import BackupDesk, Backups
from philomel.kernel.errors import FailedPrecondition


class AskBackup(Struct, frozen=True):
    """Attributes:
    name: as the list has it.
    """

    name: str


async def list_backups(call: Call, _: Nothing) -> Backups:
    """The backups that are kept, the schedule, and how far one is that is being made."""
    return await _desk(call).state()


async def make_backup(call: Call, _: Nothing) -> Backups:
    """Begin to make a backup; it is checked when it is made."""
    return await _desk(call).make()


async def check_backup(call: Call, asked: AskBackup) -> Backups:
    """Begin to read all of a backup, to see whether it is whole."""
    return await _desk(call).check(asked.name)


def _desk(call: Call) -> BackupDesk:
    if call.services.backups is None:
        raise FailedPrecondition("this process makes no backups")
    return call.services.backups


ROUTES = (
    Route("GET", "/backups", list_backups, Nothing, Backups, Access.ADMIN),
    Route("POST", "/backups", make_backup, Nothing, Backups, Access.ADMIN),
    Route("POST", "/backups/{name}/check", check_backup, AskBackup, Backups, Access.ADMIN),
)
