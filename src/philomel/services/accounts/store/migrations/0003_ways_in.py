"""Second factors, passkeys, providers, invitations; what a person and a session are besides."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.String(22)
_MAC = sa.String(128)
_TIME = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    for name, default in (
        ("disabled", sa.false()),
        ("explicit_allowed", sa.true()),
        ("explicit_locked", sa.false()),
        ("second_factor", sa.false()),
    ):
        op.add_column("users", sa.Column(name, sa.Boolean, nullable=False, server_default=default))
    op.add_column("users", sa.Column("display_name", sa.Text, nullable=False, server_default=""))
    op.add_column(
        "sessions", sa.Column("place", sa.String(16), nullable=False, server_default="unknown")
    )
    op.add_column(
        "sessions", sa.Column("way", sa.String(16), nullable=False, server_default="password")
    )
    op.add_column("sessions", sa.Column("proven_at", _TIME, nullable=False, server_default="0"))
    op.add_column("apps", sa.Column("owner_id", _ID, nullable=False, server_default=""))
    op.create_index("ix_apps_owner_id", "apps", ["owner_id"])
    op.add_column("grants", sa.Column("last_used_at", _TIME))
    _create_factors()
    op.create_table(
        "identities",
        sa.Column("id", _ID, primary_key=True),
        _of_user(),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("last_used_at", _TIME),
        sa.UniqueConstraint("issuer", "subject", name="identities_subject"),
    )
    op.create_index("ix_identities_user_id", "identities", ["user_id"])
    op.create_table(
        "pending",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("mac", _MAC, nullable=False),
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE")),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
    )
    op.create_index("ix_pending_user_id", "pending", ["user_id"])
    op.create_index("ix_pending_expires_at", "pending", ["expires_at"])
    op.create_table(
        "invitations",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("mac", _MAC, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("libraries", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME),
        sa.Column("used_by", _ID),
    )
    op.create_index("ix_invitations_expires_at", "invitations", ["expires_at"])


def _create_factors() -> None:
    op.create_table(
        "totps",
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("confirmed", sa.Boolean, nullable=False),
        sa.Column("last_step", _TIME, nullable=False),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", _ID, primary_key=True),
        _of_user(),
        sa.Column("mac", _MAC, nullable=False),
    )
    op.create_index("ix_recovery_codes_user_id", "recovery_codes", ["user_id"])
    op.create_table(
        "passkeys",
        sa.Column("id", _ID, primary_key=True),
        _of_user(),
        sa.Column("credential_id", sa.Text, nullable=False, unique=True),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("sign_count", _TIME, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("last_used_at", _TIME),
    )
    op.create_index("ix_passkeys_user_id", "passkeys", ["user_id"])


def _of_user() -> sa.Column[str]:
    return sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False)
