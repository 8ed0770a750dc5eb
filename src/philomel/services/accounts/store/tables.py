"""The tables of accounts.

Secrets are never in them: passwords stand as Argon2id hashes, tokens and API keys as keyed
hashes, app passwords encrypted; the keys are in the ring, outside the database.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from philomel.engines import outbox

METADATA = MetaData()
outbox.add_tables(METADATA)

_ID = String(22)
_TIME = BigInteger().with_variant(Integer, "sqlite")
_MAC = String(128)


def _of_user() -> ForeignKey:
    return ForeignKey("users.id", ondelete="CASCADE")


USERS = Table(
    "users",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),
    Column("password", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("created_at", _TIME, nullable=False),
)

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("user_id", _ID, _of_user(), nullable=False, index=True),
    Column("mac", _MAC, nullable=False),
    Column("device", Text, nullable=False),
    # A keyed hash as well: the database does not say where people live.
    Column("network", _MAC, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("seen_at", _TIME, nullable=False),
    Column("expires_at", _TIME, nullable=False, index=True),
)

APP_PASSWORDS = Table(
    "app_passwords",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("user_id", _ID, _of_user(), nullable=False, index=True),
    Column("label", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("key_mac", _MAC, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("last_used_at", _TIME),
)

APPS = Table(
    "apps",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("redirect_uris", Text, nullable=False),
    Column("secret_mac", _MAC),
    Column("created_at", _TIME, nullable=False),
)

# What one consent led to. Revoking it is deleting it, with every token that came of it.
GRANTS = Table(
    "grants",
    METADATA,
    Column("id", _ID, primary_key=True),
    # No foreign key: tokens of the command line belong to no registered program.
    Column("client_id", _ID, nullable=False),
    Column("user_id", _ID, _of_user(), index=True),
    Column("scopes", Text, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("expires_at", _TIME, nullable=False, index=True),
)

CODES = Table(
    "codes",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("mac", _MAC, nullable=False),
    Column("grant_id", _ID, ForeignKey("grants.id", ondelete="CASCADE"), nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("challenge", String(64)),
    Column("expires_at", _TIME, nullable=False),
    Column("used_at", _TIME),
)

TOKENS = Table(
    "tokens",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("mac", _MAC, nullable=False),
    Column("grant_id", _ID, ForeignKey("grants.id", ondelete="CASCADE"), nullable=False),
    Column("expires_at", _TIME, nullable=False, index=True),
    Column("used_at", _TIME),
)

Index("codes_grant_id", CODES.c.grant_id)
Index("tokens_grant_id", TOKENS.c.grant_id)

SET_UP_LINKS = Table(
    "set_up_links",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("mac", _MAC, nullable=False),
    Column("expires_at", _TIME, nullable=False),
)

# Failed tries; a row says by its keyed hash alone whose they are.
TRIES = Table(
    "tries",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", _TIME, nullable=False, index=True),
)

# What administrators did. Each row's hash covers the one before it, and the key ring signs the
# newest: whoever changes the table without the ring is found out.
AUDIT = Table(
    "audit",
    METADATA,
    Column("seq", _TIME, primary_key=True, autoincrement=False),
    Column("at", _TIME, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("hash", String(64), nullable=False),
)

AUDIT_HEAD = Table(
    "audit_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", _TIME, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("seal", String(128), nullable=False),
)
