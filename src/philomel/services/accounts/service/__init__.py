"""Implements the contract, part by part."""

from philomel.engines.keys import Keys
from philomel.engines.sql import Database
from philomel.engines.web import Web
from philomel.kernel.clock import Clock
from philomel.services.accounts.contract import Settings
from philomel.services.accounts.service.audit import Audit
from philomel.services.accounts.service.core import Announce, Core
from philomel.services.accounts.service.players import Players
from philomel.services.accounts.service.proofs.gate import Gate
from philomel.services.accounts.service.proofs.passwords import Hasher
from philomel.services.accounts.service.proofs.tokens import Mint
from philomel.services.accounts.service.registry import Registry
from philomel.services.accounts.service.vouching import Vouching


class AccountService(Vouching, Players, Registry, Audit):
    """People, players and programs, and proof of who they are."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        keys: Keys,
        announce: Announce,
        hasher: Hasher,
        settings: Settings | None = None,
        web: Web | None = None,
    ) -> None:
        mint = Mint(keys)
        gate = Gate(database, clock, mint)
        settings = settings or Settings()
        super().__init__(Core(database, clock, keys, mint, hasher, gate, announce, settings, web))
