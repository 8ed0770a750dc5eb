"""The index in a folder, by tantivy.

A query is built from the words typed, never parsed from the text. Scores are constants
per kind of match (exact word before prefix before typo, name before context) times a
weight per document (short and popular names first), because term statistics of names
say little about what somebody means by three letters.
"""

import asyncio
import json
import logging
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import tantivy

from philomel.engines.index import Document, Hits, Query
from philomel.engines.index.tantivy.documents import ORDER, schema, written
from philomel.engines.index.tantivy.leftovers import sweep
from philomel.engines.index.tantivy.matching import DENSE, Matching
from philomel.kernel.errors import Unavailable

T = TypeVar("T")

VERSION = 4
_MARKER = "philomel.json"
_HEAP = 15_000_000  # the least tantivy takes for one thread
_log = logging.getLogger(__name__)


class Index:
    """Implements the index port.

    Writes go through one thread in order; searches through another two, so a long commit
    delays no search. A folder that is damaged or of another version is emptied:
    `count` is 0 then, and whoever fills the index does it again.

    Args:
        kinds: of documents that there are.
        dense: words that so many documents have are looked for among the popular ones first.
    """

    def __init__(self, folder: Path, kinds: Sequence[str], *, dense: int = DENSE) -> None:
        self._folder = folder
        self._made_of = {"version": VERSION, "kinds": sorted(kinds)}
        self._schema = schema(sorted(kinds))
        self._index = self._open()
        self._searcher = self._index.searcher()
        self._dense = dense
        self._matching = Matching(self._schema, self._searcher, dense=dense)
        self._writer: tantivy.IndexWriter | None = None
        self._writing = ThreadPoolExecutor(1, "index-write")
        self._reading = ThreadPoolExecutor(2, "index-read")

    def _open(self) -> tantivy.Index:
        marker = self._folder / _MARKER
        try:
            if json.loads(marker.read_text()) == self._made_of:
                return self._checked()
            _log.warning("the search index is of another version and will be rebuilt")
        except FileNotFoundError:
            if self._folder.exists() and any(self._folder.iterdir()):
                _log.warning("the search index is incomplete and will be rebuilt")
        except (ValueError, KeyError, TypeError, OSError) as error:
            _log.warning("the search index is damaged and will be rebuilt: %s", error)
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        index = self._open_folder()
        index.config_reader("manual")
        marker.write_text(json.dumps(self._made_of))
        return index

    def _open_folder(self) -> tantivy.Index:
        return tantivy.Index(
            self._schema, str(self._folder), sort_by_field=ORDER, sort_order=tantivy.Order.Desc
        )

    def _checked(self) -> tantivy.Index:
        index = self._open_folder()
        index.config_reader("manual")
        index.reload()
        searcher = index.searcher()
        everything = tantivy.Query.all_query()
        found = searcher.search(everything, 1, order_by_field="rank")
        for _, address in found.hits:
            searcher.doc(address)
        return index

    async def put(self, documents: Sequence[Document], *, new: bool = False) -> None:
        await self._write(lambda: self._put(documents, new=new))

    def _put(self, documents: Sequence[Document], *, new: bool) -> None:
        writer = self._open_writer()
        for document in documents:
            if not new:  # what is to be deleted is held in memory until the flush
                writer.delete_documents_by_term("id", document.id)
            writer.add_document(written(document))

    async def remove(self, ids: Sequence[str]) -> None:
        def remove() -> None:
            writer = self._open_writer()
            for id_ in ids:
                writer.delete_documents_by_term("id", id_)

        await self._write(remove)

    async def clear(self) -> None:
        await self._write(lambda: self._open_writer().delete_all_documents())

    async def flush(self) -> None:
        def flush() -> None:
            if self._writer is not None:
                self._writer.commit()
                self._index.reload()
                self._searcher = self._index.searcher()
                self._matching = Matching(self._schema, self._searcher, dense=self._dense)

        await self._write(flush)

    async def revert(self) -> None:
        def revert() -> None:
            if self._writer is not None:
                self._writer.rollback()

        await self._write(revert)

    async def search(self, *queries: Query) -> tuple[Hits, ...]:
        return await self._run(self._reading, lambda: self._matching.search(queries))

    async def count(self) -> int:
        return int(self._searcher.num_docs)

    async def close(self) -> None:
        def close() -> None:
            writer, self._writer = self._writer, None
            if writer is not None:
                writer.rollback()
                writer.wait_merging_threads()

        await self._write(close)
        self._writing.shutdown()
        self._reading.shutdown()

    async def _write(self, work: Callable[[], T]) -> T:
        return await self._run(self._writing, work)

    async def _run(self, executor: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(executor, work)
        except (
            ValueError,
            KeyError,
            OSError,
        ) as error:  # how tantivy reports what goes wrong inside
            _log.exception("the search index failed")
            self._writer = None if executor is self._writing else self._writer
            raise Unavailable(
                "the search index cannot be used at the moment", code="index.unavailable"
            ) from error

    def _open_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            sweep(self._folder)
            self._writer = self._index.writer(_HEAP, 1)
        return self._writer
