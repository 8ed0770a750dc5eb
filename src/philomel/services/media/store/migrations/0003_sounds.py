"""What an analysis hears beyond loudness: outlines, fingerprints and their landmarks."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.String(22)
_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    for column in (
        sa.Column("analysis_version", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("registered_at", _BIG, nullable=False, server_default="0"),
        sa.Column("header_ms", _BIG),
        sa.Column("clipped", _BIG),
        sa.Column("sample_rate", sa.Integer),
        sa.Column("samples", _BIG),
        sa.Column("delay", _BIG),
        sa.Column("padding", _BIG),
        sa.Column("fingerprinted", sa.Boolean, nullable=False, server_default=sa.false()),
    ):
        op.add_column("assets", column)
    op.create_index("ix_assets_analysis_version", "assets", ["state", "analysis_version"])
    op.create_table(
        "sounds",
        sa.Column("number", _BIG, primary_key=True, autoincrement=True),
        sa.Column("asset_id", _ID, nullable=False),
        sa.Column("blocks", sa.LargeBinary, nullable=False),
        sa.Column("landmarks", sa.LargeBinary, nullable=False),
        sa.Column("print", sa.LargeBinary, nullable=False),
        sa.Column("outline", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_sounds_asset", "sounds", ["asset_id"], unique=True)
    op.create_table(
        "landmarks",
        sa.Column("mark", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", _BIG, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
