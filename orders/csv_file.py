"""The connector `csv_file`: orders from a file that another program writes, kept in memory, read again when it changes.

One row is one order, or one item of it: rows of the same number share the rest and add their items. A file that
cannot be read as a whole is refused as a whole, with lines and columns; the last good one then stays in place.
"""

from __future__ import annotations

import csv
import io
import logging
import os
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orders import buyers, fields
from orders.base import Connector, Order, Proof
from orders.errors import BadConfiguration, ConnectorError
from orders.proof import DEFAULT_KINDS, Record, reveal
from orders.reference import fold
from orders.settings import Settings

# How often the file's own time is looked at.
LOOK_SECONDS = 1.0
MAX_FINDINGS = 10
# Of one mark, in case a shop writes the same telephone for everybody.
MAX_CANDIDATES = 500
MAX_FILE_BYTES = 512 * 1024 * 1024

ITEM_COLUMNS = ("item_name", "item_quantity", "item_price")
COLUMNS = (*fields.ORDER_FIELDS, *ITEM_COLUMNS)

# Between the cells of a kept row and between rows: control characters, which cells cannot hold.
_CELL, _ROW = "\x1f", "\x1e"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the file is written. `headers` gives our name of a column its heading in the file."""

    path: Path
    headers: Mapping[str, str]
    delimiter: str
    encoding: str
    reading: fields.Reading


@dataclass(frozen=True, slots=True)
class Book:
    """One reading of the file: rows by folded number, numbers by the marks of their buyer, where our columns stand."""

    rows: Mapping[str, str]
    by_buyer: Mapping[str, str]
    columns: tuple[tuple[str, int], ...]
    stamp: tuple[int, int]


class CsvFile:
    """The shop as the file told it last."""

    name = "csv_file"
    local = True
    can_search = True

    def __init__(self, layout: Layout, proofs: tuple[str, ...]) -> None:
        self._layout = layout
        self._proofs = proofs
        self._book = read(layout)
        self._refused: tuple[int, int] | None = None
        self._looked_at = time.monotonic()
        self._reading = threading.Lock()

    def find(self, reference: str, proof: Proof) -> Order | None:
        return reveal(self._record(reference), proof, self._proofs)

    def find_without_proof(self, reference: str) -> Order | None:
        record = self._record(reference)
        return record.order if record else None

    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        self._look()
        book = self._book
        numbers = [book.by_buyer.get(mark, "") for mark in buyers.marks(buyer.phone, buyer.email)]
        keys = dict.fromkeys(key for kept in numbers for key in kept.split(_ROW)[-MAX_CANDIDATES:] if key)
        return buyers.latest((_record(book.rows[key], book.columns, self._layout.reading) for key in keys), buyer)

    def refresh(self) -> None:
        """Reads the file again if it changed. Raises BadConfiguration for a bad one; the last good one stays."""
        with self._reading:
            stamp = _stamp(self._layout.path)
            if stamp in (self._book.stamp, self._refused):
                return
            try:
                self._book = read(self._layout)
            except BadConfiguration:
                self._refused = stamp
                raise

    def _record(self, reference: str) -> Record | None:
        self._look()
        book = self._book
        row = book.rows.get(fold(reference))
        # An absent order is read like any other, so that it takes as long.
        kept = row or next(iter(book.rows.values()), None)
        record = _record(kept, book.columns, self._layout.reading) if kept else None
        return record if row else None

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        try:
            changed = _stamp(self._layout.path) not in (self._book.stamp, self._refused)
        except BadConfiguration:
            return  # the other program is just putting a new one in its place
        if changed and not self._reading.locked():
            # Reading 100,000 rows takes a second or two, which no turn may wait for.
            threading.Thread(target=self._refresh_aside, name="orders-csv", daemon=True).start()

    def _refresh_aside(self) -> None:
        try:
            self.refresh()
        except ConnectorError as error:
            logger.error("orders file refused, the last good one stays", extra={"detail": error.detail})


def read(layout: Layout) -> Book:
    """The whole file, every row of it checked. Raises BadConfiguration with lines and columns."""
    stamp = _stamp(layout.path)
    rows = csv.reader(io.StringIO(_text(layout), newline=""), delimiter=layout.delimiter, strict=True)
    try:
        columns = _columns(layout, next(rows, []))
        found = _indexed(layout, rows, columns)
        return Book(found, _by_buyer(found, dict(columns)), columns, stamp)
    except csv.Error as error:
        detail = f"{layout.path}:{rows.line_num}: the row cannot be read ({error}): close its quotes."
        raise BadConfiguration(detail, key="path") from None


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = os.stat(path)
    except OSError as error:
        detail = f"{path} cannot be read ({error.strerror}): put the file there or correct the path."
        raise BadConfiguration(detail, key="path") from None
    return found.st_mtime_ns, found.st_size


def _text(layout: Layout) -> str:
    if _stamp(layout.path)[1] > MAX_FILE_BYTES:
        detail = f"{layout.path} is longer than {MAX_FILE_BYTES} bytes: keep recent orders only."
        raise BadConfiguration(detail, key="path")
    raw = layout.path.read_bytes()
    try:
        return raw.decode(layout.encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        detail = f"{layout.path}:{line}: is not {layout.encoding}: save the file as UTF-8 or set `encoding: cp1252`."
        raise BadConfiguration(detail, key="encoding") from None


def _columns(layout: Layout, head: list[str]) -> tuple[tuple[str, int], ...]:
    headings = [heading.strip() for heading in head]
    columns = []
    for name, heading in layout.headers.items():
        if headings.count(heading) > 1:
            raise BadConfiguration(f"{layout.path}:1: two columns are called “{heading}”: rename one.", key="columns")
        if heading in headings:
            columns.append((name, headings.index(heading)))
        elif heading != name or name == "reference":
            detail = f"{layout.path}:1: has no column “{heading}” for {name}: its columns are {', '.join(headings)}."
            raise BadConfiguration(detail, key=f"columns.{name}")
    return tuple(columns)


def _indexed(layout: Layout, rows: Any, columns: tuple[tuple[str, int], ...]) -> dict[str, str]:
    place = dict(columns)["reference"]
    needed = max(index for _, index in columns) + 1
    index: dict[str, str] = {}
    written: dict[str, str] = {}
    findings: list[str] = []
    for cells in rows:
        if not any(cells):
            continue
        why = _trouble(cells, needed, columns, layout.reading)
        key = "" if why else fold(cells[place])
        number = "" if why else cells[place].strip()
        if written.setdefault(key, number) != number:
            why = f"order number “{number}” is the same as “{written[key]}” but for its signs: rename one."
        if why:
            findings.append(f"{layout.path}:{rows.line_num}: {why}")
            if len(findings) == MAX_FINDINGS:
                break
            continue
        kept = _CELL.join(cells)
        index[key] = f"{index[key]}{_ROW}{kept}" if key in index else kept
    if findings:
        raise BadConfiguration("\n".join(findings), key="path")
    return index


def _by_buyer(rows: Mapping[str, str], places: Mapping[str, int]) -> dict[str, str]:
    """The numbers of each mark, written together: lists would take several times the room."""
    found: dict[str, str] = {}
    for key, kept in rows.items():
        cells = kept.partition(_ROW)[0].split(_CELL)
        phone, email = (cells[places[name]] if name in places else "" for name in ("phone", "email"))
        for mark in buyers.marks(phone, email):
            found[mark] = f"{found[mark]}{_ROW}{key}" if mark in found else key
    return found


def _trouble(cells: list[str], needed: int, columns: tuple[tuple[str, int], ...], how: fields.Reading) -> str:
    if len(cells) < needed:
        return f"the row has {len(cells)} cells, column {needed} is needed: complete it."
    if any(_CELL in cell or _ROW in cell for cell in cells):
        return "the row holds control characters: remove them."
    try:
        reference = _record(_CELL.join(cells), columns, how).order.reference
    except fields.BadField as error:
        return f"{error}"
    return "" if fold(reference) else f"order number “{reference}” has no letter or figure, or too many."


def _record(kept: str, columns: tuple[tuple[str, int], ...], how: fields.Reading) -> Record:
    rows = [row.split(_CELL) for row in kept.split(_ROW)]
    values = {name: rows[0][index].strip() for name, index in columns}
    items = _items(rows, dict(columns)) if "item_name" in values else ()
    return fields.record(values, how, items, ())


def _items(rows: list[list[str]], places: Mapping[str, int]) -> Iterable[dict[str, str]]:
    for cells in rows:
        if cells[places["item_name"]].strip():
            yield {name[len("item_") :]: cells[places[name]].strip() for name in ITEM_COLUMNS if name in places}


class _Factory:
    name = "csv_file"

    def create(self, settings: Mapping[str, Any]) -> Connector:
        """Reads the file. Raises BadConfiguration."""
        given = Settings(settings)
        layout = Layout(
            path=Path(given.text("path")),
            headers=_headers(given),
            delimiter=_delimiter(given),
            encoding=_encoding(given),
            reading=fields.reading(given),
        )
        proofs = given.proofs(DEFAULT_KINDS)
        given.refuse_unknown()
        return CsvFile(layout, proofs)


def _headers(given: Settings) -> dict[str, str]:
    named = given.mapping("columns")
    for name in named:
        if name not in COLUMNS:
            raise given.wrong(f"columns.{name}", f"is not one of ours: write one of {', '.join(COLUMNS)}.")
    return {name: name for name in COLUMNS} | named


def _delimiter(given: Settings) -> str:
    delimiter = {"tab": "\t", "\\t": "\t"}.get(given.text("delimiter", ","), given.text("delimiter", ","))
    if len(delimiter) != 1:
        raise given.wrong("delimiter", "must be one character: write “,”, “;” or tab.")
    return delimiter


def _encoding(given: Settings) -> str:
    encoding = given.text("encoding", "utf-8-sig")
    try:
        "".encode(encoding)
    except LookupError:
        raise given.wrong("encoding", f"“{encoding}” is not known: write utf-8 or cp1252.") from None
    return "utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding


CONNECTOR = _Factory()
