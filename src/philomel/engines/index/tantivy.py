"""The index in a folder, by tantivy.

A query is built from the words typed, never parsed from the text. Scores are constants
per kind of match (exact word before prefix before typo, name before context) times a
weight per document (short and popular names first), because term statistics of a music
catalogue say little about what a listener means by three letters.
"""

import asyncio
import json
import logging
import math
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import tantivy
from tantivy import Occur

from philomel.engines.index import Document, Hits, Query
from philomel.engines.index.folding import is_cjk, name_words, sort_number, words
from philomel.kernel.errors import Unavailable

T = TypeVar("T")

VERSION = 1
_MARKER = "philomel.json"
_HEAP = 15_000_000  # the least tantivy takes for one thread
_EDGE = 5  # prefixes of up to so many letters are words of their own in the index
_FEW_SCOPES = 16

_EXACT, _PREFIX, _TYPO = 12.0, 8.0, 2.5
_CONTEXT = 0.4
_WHOLE_NAME, _NAME_START = 10.0, 5.0

_log = logging.getLogger(__name__)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("scope", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("whole", tokenizer_name="raw", index_option="basic")
    for field in ("name", "context"):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="position")
        builder.add_text_field(f"{field}_edge", tokenizer_name="whitespace", index_option="basic")
    builder.add_float_field("weight", fast=True)
    builder.add_unsigned_field("rank", fast=True)
    return builder.build()


class Index:
    """Implements the index port.

    Writes go through one thread in order; searches through another two, so a long commit
    delays no search. A folder that is damaged or of another version is emptied:
    `count` is 0 then, and whoever fills the index does it again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._schema = _schema()
        self._index = self._open()
        self._searcher = self._index.searcher()
        self._writer: tantivy.IndexWriter | None = None
        self._writing = ThreadPoolExecutor(1, "index-write")
        self._reading = ThreadPoolExecutor(2, "index-read")

    def _open(self) -> tantivy.Index:
        marker = self._folder / _MARKER
        try:
            if json.loads(marker.read_text())["version"] == VERSION:
                return self._checked()
            _log.warning("the search index is of another version and will be rebuilt")
        except FileNotFoundError:
            if self._folder.exists() and any(self._folder.iterdir()):
                _log.warning("the search index is incomplete and will be rebuilt")
        except (ValueError, KeyError, TypeError, OSError) as error:
            _log.warning("the search index is damaged and will be rebuilt: %s", error)
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        index = tantivy.Index(self._schema, path=str(self._folder))
        index.config_reader("manual")
        marker.write_text(json.dumps({"version": VERSION}))
        return index

    def _checked(self) -> tantivy.Index:
        index = tantivy.Index(self._schema, path=str(self._folder))
        index.config_reader("manual")
        index.reload()
        searcher = index.searcher()
        everything = tantivy.Query.all_query()
        found = searcher.search(everything, 1, order_by_field="rank")
        for _, address in found.hits:
            searcher.doc(address)
        return index

    async def put(self, documents: Sequence[Document]) -> None:
        await self._write(lambda: self._put(documents))

    def _put(self, documents: Sequence[Document]) -> None:
        writer = self._open_writer()
        for document in documents:
            writer.delete_documents_by_term("id", document.id)
            writer.add_document(_written(document))

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

        await self._write(flush)

    async def revert(self) -> None:
        def revert() -> None:
            if self._writer is not None:
                self._writer.rollback()

        await self._write(revert)

    async def search(self, query: Query) -> Hits:
        return await self._run(self._reading, lambda: self._search(query))

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
        except (ValueError, OSError) as error:  # how tantivy reports what goes wrong inside
            _log.exception("the search index failed")
            self._writer = None if executor is self._writing else self._writer
            raise Unavailable(
                "the search index cannot be used at the moment", code="index.unavailable"
            ) from error

    def _open_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(_HEAP, 1)
        return self._writer

    def _search(self, query: Query) -> Hits:
        searcher = self._searcher
        scope = self._scope(query)
        if scope is None:
            return Hits((), 0)
        typed = words(query.text)
        built = tantivy.Query.boolean_query([(Occur.Must, scope), *self._matching(typed)])
        offset = min(max(query.offset, 0), searcher.num_docs)
        found: Any = searcher.search(  # its stub forgets `count`
            built,
            max(query.limit, 1),  # none at all would end the thread
            offset=offset,
            order_by_field=None if typed else "rank",
            weight_by_field="weight" if typed else None,
        )
        hits = found.hits if query.limit > 0 else []
        return Hits(tuple(searcher.doc(address)["id"][0] for _, address in hits), found.count)

    def _scope(self, query: Query) -> tantivy.Query | None:
        """What the caller may see of one kind."""
        scopes = [f"{query.kind}:{name}" for name in query.filters]
        if not scopes:
            return None
        if len(scopes) > _FEW_SCOPES:
            allowed = tantivy.Query.term_set_query(self._schema, "scope", scopes)
        elif len(scopes) == 1:
            allowed = self._term("scope", scopes[0])
        else:
            allowed = tantivy.Query.boolean_query(
                [(Occur.Should, self._term("scope", scope)) for scope in scopes]
            )
        return tantivy.Query.const_score_query(allowed, 0.0)

    def _matching(self, typed: list[str]) -> list[tuple[Occur, tantivy.Query]]:
        if not typed:
            return []
        clauses: list[tuple[Occur, tantivy.Query]] = []
        run: list[str] = []
        for position, word in enumerate(typed):
            last = position == len(typed) - 1
            if is_cjk(word[0]):
                run.append(word)
                continue
            clauses += self._phrase(run)
            run = []
            clauses.append((Occur.Must, self._word(word, last=last)))
        clauses += self._phrase(run)
        whole = " ".join(typed)
        clauses.append((Occur.Should, _scored(self._term("whole", whole[:120]), _WHOLE_NAME)))
        clauses.append((Occur.Should, _scored(self._term("name_edge", _start(typed)), _NAME_START)))
        return clauses

    def _phrase(self, run: list[str]) -> list[tuple[Occur, tantivy.Query]]:
        """Characters that must stand side by side."""
        if not run:
            return []
        options = []
        for field, weight in (("name", 1.0), ("context", _CONTEXT)):
            if len(run) == 1:
                found = self._term(field, run[0], "position")
            else:
                found = tantivy.Query.phrase_query(self._schema, field, list(run))
            options.append(_scored(found, _EXACT * weight))
        return [(Occur.Must, tantivy.Query.disjunction_max_query(options))]

    def _word(self, word: str, *, last: bool) -> tantivy.Query:
        options = []
        typos = 2 if len(word) >= 8 else 1 if len(word) >= 4 else 0
        for field, weight in (("name", 1.0), ("context", _CONTEXT)):
            exact = self._term(field, word, "position")
            options.append(_scored(exact, _EXACT * weight))
            if last:
                options.append(_scored(self._starting(field, word), _PREFIX * weight))
            # Nearer words first: one typo scores above two.
            for distance in range(1, typos + 1):
                near = tantivy.Query.fuzzy_term_query(
                    self._schema, field, word, distance, True, last
                )
                options.append(_scored(near, _TYPO * weight / distance))
        return tantivy.Query.disjunction_max_query(options)

    def _starting(self, field: str, word: str) -> tantivy.Query:
        if len(word) <= _EDGE:
            return self._term(f"{field}_edge", word)
        return tantivy.Query.fuzzy_term_query(self._schema, field, word, 0, True, True)

    def _term(self, field: str, value: str, option: str = "basic") -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, value, index_option=option)


def _scored(query: tantivy.Query, score: float) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, score)


def _start(typed: Sequence[str]) -> str:
    """The mark in the edge field of names that begin with what was typed."""
    return "^" + typed[0][:_EDGE]


def _edges(found: Sequence[str]) -> set[str]:
    return {
        word[:length]
        for word in found
        if not is_cjk(word[0])
        for length in range(1, min(len(word), _EDGE) + 1)
    }


def _written(document: Document) -> tantivy.Document:
    names, joined = name_words(document.name)
    found = names + joined
    around = [word for part in name_words(document.context) for word in part]
    edges = _edges(found)
    if names:
        edges.update("^" + names[0][:length] for length in range(1, _EDGE + 1))
    written = tantivy.Document()
    written.add_text("id", document.id)
    for name in document.filters:
        written.add_text("scope", f"{document.kind}:{name}")
    written.add_text("whole", " ".join(names)[:120])
    written.add_text("name", " ".join(found))
    written.add_text("name_edge", " ".join(edges))
    written.add_text("context", " ".join(around))
    written.add_text("context_edge", " ".join(_edges(around)))
    written.add_float("weight", _weight(document.popularity, len(names)))
    written.add_unsigned("rank", _rank(document.popularity, names))
    return written


def _weight(popularity: float, length: int) -> float:
    """As tantivy wants it: the score is multiplied by log2(2 + weight)."""
    popular = 0.12 * math.log2(1 + max(popularity, 0.0))
    short = 0.5 / (1 + 0.25 * max(length - 1, 0))
    return math.exp2(1 + min(popular, 4.0) + short) - 2


def _rank(popularity: float, names: list[str]) -> int:
    """Popularity, then name: 16 bits exact to 32,767 plays and logarithmic above."""
    plays = int(min(max(popularity, 0.0), 1e15))
    if plays > 0x7FFF:
        plays = min(0xFFFF, 0x8000 + int(600 * (math.log2(plays) - 15)))
    return plays << 48 | ((1 << 48) - 1 - sort_number(names))
