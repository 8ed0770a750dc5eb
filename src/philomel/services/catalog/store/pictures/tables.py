"""What is known of the pictures that lie beside the music."""

from sqlalchemy import Column, LargeBinary, Table

from philomel.services.catalog.store.tables import BIG, ID, METADATA

folder_pictures = Table(
    "folder_pictures",
    METADATA,
    Column("library_id", ID, primary_key=True),
    Column("folder", LargeBinary, primary_key=True),
    Column("signature", BIG, nullable=False),
    sqlite_with_rowid=False,
)
"""Folders with covers in them; the signature follows from their names, sizes and times."""
