"""More of what tags say, lyrics in several forms, chapters, editions, labels, last plays."""

import json
import re

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.String(22).with_variant(sa.String(22, collation="C"), "postgresql")
_KEY = sa.String(250).with_variant(sa.String(250, collation="C"), "postgresql")
_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_TIME = re.compile(r"\[(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?\]", re.ASCII)


def upgrade() -> None:
    _add_columns()
    _add_indexes()
    op.create_table(
        "labels",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "album_labels",
        sa.Column("label_key", _KEY, nullable=False),
        sa.Column("album_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("label_key", "album_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("album_labels_album", "album_labels", ["album_id"])
    op.create_table(
        "chapters",
        sa.Column("track_id", _ID, nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("track_id"),
    )
    op.create_table(
        "lyrics_2",
        sa.Column("track_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("track_id", "number"),
    )
    _carry_lyrics()
    op.drop_table("lyrics")
    op.rename_table("lyrics_2", "lyrics")


def _add_columns() -> None:
    for table in ("tracks", "albums"):
        op.add_column(table, sa.Column("tags", sa.Text(), nullable=False, server_default=""))
    for table in ("tracks", "albums", "artists"):
        op.add_column(table, sa.Column("last_played_at", _BIG, nullable=False, server_default="0"))
    op.add_column("albums", sa.Column("edition", sa.Text()))
    op.add_column("albums", sa.Column("release_group_id", sa.String(36)))
    op.add_column(
        "albums", sa.Column("group_key", sa.String(32), nullable=False, server_default="")
    )


def _add_indexes() -> None:
    op.create_index("albums_group", "albums", ["group_key", "id"])
    for name, table, columns in (
        ("tracks_recent", "tracks", ["library_id", "last_played_at", "id"]),
        ("albums_recent", "albums", ["library_id", "last_played_at", "id"]),
        ("artists_recent", "artists", ["last_played_at", "id"]),
        ("artists_played", "artists", ["play_count", "id"]),
    ):
        played = sa.text(f"{columns[-2]} > 0")
        op.create_index(name, table, columns, sqlite_where=played, postgresql_where=played)


def _carry_lyrics() -> None:
    """What was kept as text, line by line."""
    connection, last = op.get_bind(), ""
    page = sa.text(
        "SELECT track_id, text, synced, language FROM lyrics WHERE track_id > :last "
        "ORDER BY track_id LIMIT 200"
    )
    put = sa.text("INSERT INTO lyrics_2 (track_id, number, content) VALUES (:track, 0, :content)")
    while rows := connection.execute(page, {"last": last}).all():
        connection.execute(
            put,
            [
                {"track": track, "content": _content(text, bool(synced), language)}
                for track, text, synced, language in rows
            ],
        )
        last = rows[-1][0]


def _content(text: str, synced: bool, language: str) -> str:
    lines: list[dict[str, object]] = []
    for line in text.splitlines():
        words = _TIME.sub("", line).strip()
        if synced:
            lines += [{"text": words, "start_ms": _start(found)} for found in _TIME.finditer(line)]
        else:
            lines.append({"text": words})
    if synced:
        lines.sort(key=lambda line: str(line["start_ms"]).zfill(12))
    content = {
        "language": language,
        "synced": synced,
        "worded": False,
        "source": "tag",
        "lines": lines,
    }
    return json.dumps(content, ensure_ascii=False)


def _start(found: re.Match[str]) -> int:
    fraction = (found[3] or "0").ljust(3, "0")[:3]
    return (int(found[1]) * 60 + int(found[2])) * 1000 + int(fraction)
