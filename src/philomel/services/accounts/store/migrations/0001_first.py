"""People, sessions, app passwords, programs, grants, codes, tokens, tries."""

import sqlalchemy as sa
from alembic import op

from philomel.engines import outbox

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.String(22)
_MAC = sa.String(128)
_TIME = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False, unique=True),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("mac", _MAC, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("network", _MAC, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "app_passwords",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("key_mac", _MAC, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("last_used_at", _TIME),
    )
    op.create_index("ix_app_passwords_user_id", "app_passwords", ["user_id"])
    op.create_table(
        "apps",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("redirect_uris", sa.Text, nullable=False),
        sa.Column("secret_mac", _MAC),
        sa.Column("created_at", _TIME, nullable=False),
    )
    _create_grants()
    op.create_table(
        "set_up_links",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("mac", _MAC, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
    )
    op.create_table(
        "tries",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failed_at", _TIME, nullable=False),
    )
    op.create_index("ix_tries_failed_at", "tries", ["failed_at"])
    outbox.create_tables_v1(op)


def _create_grants() -> None:
    op.create_table(
        "grants",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("client_id", _ID, nullable=False),
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE")),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
    )
    op.create_index("ix_grants_user_id", "grants", ["user_id"])
    op.create_index("ix_grants_expires_at", "grants", ["expires_at"])
    op.create_table(
        "codes",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("mac", _MAC, nullable=False),
        sa.Column("grant_id", _ID, sa.ForeignKey("grants.id", ondelete="CASCADE"), nullable=False),
        sa.Column("redirect_uri", sa.Text, nullable=False),
        sa.Column("challenge", sa.String(64)),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME),
    )
    op.create_index("codes_grant_id", "codes", ["grant_id"])
    op.create_table(
        "tokens",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("mac", _MAC, nullable=False),
        sa.Column("grant_id", _ID, sa.ForeignKey("grants.id", ondelete="CASCADE"), nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME),
    )
    op.create_index("tokens_grant_id", "tokens", ["grant_id"])
    op.create_index("ix_tokens_expires_at", "tokens", ["expires_at"])
