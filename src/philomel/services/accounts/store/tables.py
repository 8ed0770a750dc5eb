"""The tables of accounts.

Secrets are never in them: passwords stand as Argon2id hashes, tokens and API keys as keyed
hashes, app passwords encrypted; the keys are in the ring, outside the database.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    true,
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
    Column("display_name", Text, nullable=False, server_default=""),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    Column("explicit_allowed", Boolean, nullable=False, server_default=true()),
    Column("explicit_locked", Boolean, nullable=False, server_default=false()),
    # Kept beside the factors themselves, since every sign-in asks.
    Column("second_factor", Boolean, nullable=False, server_default=false()),
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
    Column("place", String(16), nullable=False, server_default="unknown"),
    Column("way", String(16), nullable=False, server_default="password"),
    Column("proven_at", _TIME, nullable=False, server_default="0"),
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
    # Empty: registered on the command line. No foreign key: an administrator's programs stay.
    Column("owner_id", _ID, nullable=False, server_default="", index=True),
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
    Column("last_used_at", _TIME),
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

# Authenticator apps. The secret is encrypted by the ring; a time step counts once.
TOTPS = Table(
    "totps",
    METADATA,
    Column("user_id", _ID, _of_user(), primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("last_step", _TIME, nullable=False),
)

RECOVERY_CODES = Table(
    "recovery_codes",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("user_id", _ID, _of_user(), nullable=False, index=True),
    Column("mac", _MAC, nullable=False),
)

PASSKEYS = Table(
    "passkeys",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("user_id", _ID, _of_user(), nullable=False, index=True),
    Column("credential_id", Text, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    # The site that it was made for: it is good nowhere else.
    Column("site", Text, nullable=False),
    Column("sign_count", _TIME, nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("last_used_at", _TIME),
)

# Accounts elsewhere that open one here.
IDENTITIES = Table(
    "identities",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("user_id", _ID, _of_user(), nullable=False, index=True),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("last_used_at", _TIME),
    UniqueConstraint("issuer", "subject", name="identities_subject"),
)

# What waits for a second step: a second factor, a passkey's or a provider's answer, and links
# to choose a new password by. Each works once.
PENDING = Table(
    "pending",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("mac", _MAC, nullable=False),
    Column("user_id", _ID, _of_user(), index=True),
    Column("data", Text, nullable=False),
    Column("expires_at", _TIME, nullable=False, index=True),
)

INVITATIONS = Table(
    "invitations",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("mac", _MAC, nullable=False),
    Column("role", String(16), nullable=False),
    Column("libraries", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("expires_at", _TIME, nullable=False, index=True),
    Column("used_at", _TIME),
    Column("used_by", _ID),
)
