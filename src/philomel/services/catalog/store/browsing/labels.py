"""Record labels, by name."""

from collections.abc import Sequence

from sqlalchemy import BindParameter, Connection, bindparam, func, select

from philomel.kernel.paging import decode_cursor, encode_cursor
from philomel.services.catalog.contract import Label, LabelPage, ListLabels
from philomel.services.catalog.store.browsing.tables import album_labels, labels
from philomel.services.catalog.store.tables import albums, lies_in

_LIBRARIES: BindParameter[Sequence[str]] = bindparam("libraries", expanding=True)
# Counted label by label in the order of the names, so a page costs what is on it.
_COUNT = (
    select(func.count())
    .select_from(album_labels)
    .join(albums, albums.c.id == album_labels.c.album_id)
    .where(
        album_labels.c.label_key == labels.c.key,
        lies_in(albums.c.library_id, _LIBRARIES),
        albums.c.track_count > 0,
    )
    .correlate(labels)
    .scalar_subquery()
)
PAGE = (
    select(labels.c.key, labels.c.name, _COUNT.label("times"))
    .where(labels.c.key > bindparam("after"))
    .order_by(labels.c.key)
    .limit(bindparam("limit"))
)


def list_labels(connection: Connection, request: ListLabels, visible: Sequence[str]) -> LabelPage:
    after = decode_cursor(request.cursor, tuple[str])[0] if request.cursor is not None else ""
    found: list[Label] = []
    while True:
        values = {"after": after, "limit": request.limit + 1, "libraries": visible}
        rows = connection.execute(PAGE, values).all()
        for key, name, count in rows:
            if count and len(found) == request.limit:
                return LabelPage(tuple(found), encode_cursor((found[-1].id,)))
            if count:
                found.append(Label(id=key, name=name, album_count=count))
        if len(rows) <= request.limit:
            return LabelPage(tuple(found))
        after = rows[-1][0]
