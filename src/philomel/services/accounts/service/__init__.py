"""Implements the contract, part by part."""

from philomel.engines.keys import Keys
from philomel.engines.sql import Database
from philomel.kernel.clock import Clock
from philomel.services.accounts.service.audit import Audit
from philomel.services.accounts.service.core import Announce, Core
from philomel.services.accounts.service.gate import Gate
from philomel.services.accounts.service.passwords import Hasher
from philomel.services.accounts.service.players import Players
from philomel.services.accounts.service.programs import Programs
from philomel.services.accounts.service.sessions import Sessions
from philomel.services.accounts.service.tokens import Mint


class AccountService(Sessions, Players, Programs, Audit):
    """People, players and programs, and proof of who they are."""

    def __init__(
        self, database: Database, clock: Clock, keys: Keys, announce: Announce, hasher: Hasher
    ) -> None:
        mint = Mint(keys)
        gate = Gate(database, clock, mint)
        super().__init__(Core(database, clock, keys, mint, hasher, gate, announce))
