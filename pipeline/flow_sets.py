"""The published sets of flows as rows: what is live, what was before, which shapes of flows they hold.

Rows are only added. Publishing is rare, so that each set stands there whole; whoever publishes holds a lock, and the
numbers of sets grow in the order of their commits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.flow.findings import Finding
from bot.flow.library import Library
from bot.flow.live import FlowSet, FolderStatus, Standing, UnknownFlowSet, content_of, standings
from bot.flow.model import Flow
from conversation.tables import Conversation
from conversation.work import Work
from pipeline import tables

Reader = Session | Connection
FOLDER_ROW = "flows"
_UNKNOWN: Mapping[str, Any] = {"folder": "", "state": "unwatched", "adopted": {}, "given": {}, "findings": [],
                               "behind": [], "since": None}

_set, _revision = tables.FlowSet.__table__, tables.FlowRevision.__table__
_folder, _conversation = tables.FlowFolder.__table__, Conversation.__table__
_newest = select(_set).order_by(_set.c.serial.desc()).limit(1)
_newest_serial = select(func.max(_set.c.serial))
_by_serial = select(_set).where(_set.c.serial == bindparam("serial"))
_history = select(_set).order_by(_set.c.serial.desc()).limit(bindparam("most"))
_shape = (
    select(_set, _revision.c.moved_in).join(_set, _set.c.serial == _revision.c.last_set)
    .where(_revision.c.flow == bindparam("flow"), _revision.c.shape == bindparam("shape"))
    .order_by(_revision.c.last_set.desc()).limit(1)
)
_moved = (
    update(_revision)
    .where(_revision.c.flow == bindparam("of"), _revision.c.shape != bindparam("stays"))
    .values(moved_in=bindparam("serial"))
)
_add_revision = {
    dialect.__name__.rpartition(".")[2]: (made := dialect.insert(_revision)).on_conflict_do_update(
        index_elements=["revision"],
        set_={"last_set": made.excluded.last_set, "moved_in": None, "expires_seconds": made.excluded.expires_seconds})
    for dialect in (sqlite, postgresql)
}
_in_flows = (_conversation.c.standing.is_not(None), _conversation.c.owner == "bot",
             _conversation.c.epoch == _conversation.c.state_epoch)
_lifetimes = select(_revision.c.flow, _revision.c.shape, func.max(_revision.c.expires_seconds)).group_by(
    _revision.c.flow, _revision.c.shape)


def lock(work: Work) -> None:
    """Nobody else publishes until this transaction ends. On SQLite the transaction itself is exclusive."""
    if not work.is_sqlite:
        work.connection.execute(text("LOCK TABLE flow_set IN SHARE ROW EXCLUSIVE MODE"))


def newest_serial(reader: Reader) -> int:
    """The number of the live set; 0 before the first."""
    return reader.execute(_newest_serial).scalar() or 0


def newest(reader: Reader) -> FlowSet | None:
    """The live set; None before the first."""
    row = reader.execute(_newest).mappings().first()
    return None if row is None else _read(row)


def latest(reader: Reader, most: int) -> tuple[FlowSet, ...]:
    """The newest `most` sets, the live one first."""
    return tuple(_read(row) for row in reader.execute(_history, {"most": most}).mappings())


def fetch(reader: Reader, set_id: str) -> FlowSet:
    """The set of this id (its number alone will do). Raises UnknownFlowSet."""
    serial, _, content = set_id.strip().partition("-")
    row = reader.execute(_by_serial, {"serial": int(serial)}).mappings().first() if _is_number(serial) else None
    if row is None or content not in ("", row["content"]):
        raise UnknownFlowSet(f"There is no published set “{set_id}”; `flask flows history` lists those there are.")
    return _read(row)


def with_shape(reader: Reader, flow: str, shape: str) -> FlowSet | None:
    """The newest set with this shape of a flow; None where there is none, or those who stood in it were moved on."""
    row = reader.execute(_shape, {"flow": flow, "shape": shape}).mappings().first()
    return None if row is None or row["moved_in"] else _read(row)


def add(work: Work, files: Mapping[str, str], library: Library, told: Mapping[str, str]) -> FlowSet:
    """Write a set down; it is live from this commit on. `told`: published_by, comment, origin, rolled_back_from."""
    row = {"content": content_of(files), "files": dict(files), "published_at": work.now,
           "comment": "", "rolled_back_from": "", **told}
    serial = work.connection.execute(insert(_set).values(row).returning(_set.c.serial)).scalar_one()
    _add_revisions(work, serial, list(library.flows.values()))
    return _read({**row, "serial": serial})


def _add_revisions(work: Work, serial: int, flows: Sequence[Flow]) -> None:
    if flows:
        work.connection.execute(_add_revision[work.connection.dialect.name], [
            {"revision": flow.revision, "flow": flow.name, "shape": flow.shape, "first_set": serial,
             "last_set": serial, "expires_seconds": flow.expires_seconds, "moved_in": None} for flow in flows])


def move(work: Work, flow: str, shape: str, serial: int) -> None:
    """Whoever stands in another shape of this flow than `shape` goes on in that one."""
    work.connection.execute(_moved, {"of": flow, "stays": shape, "serial": serial})


# Who stands where


def standings_now(reader: Reader, now: datetime) -> tuple[Standing, ...]:
    """Who waits in which flow at which step, without those whose time there is over and those whom people hold."""
    lifetimes = {(flow, shape): seconds for flow, shape, seconds in reader.execute(_lifetimes)}
    spans = sorted(set(lifetimes.values())) or [86_400.0]
    counts = [func.sum(case((_conversation.c.standing_at > now - timedelta(seconds=span), 1), else_=0))
              for span in spans]
    query = select(_conversation.c.standing, *counts).where(*_in_flows).group_by(_conversation.c.standing)
    found: dict[tuple[str, str, str, bool], int] = {}
    for told, *counted in reader.execute(query):
        by_span = dict(zip(spans, counted, strict=True))
        for one in standings([(told, 1)]):
            span = lifetimes.get((one.flow, one.shape), spans[-1])
            key = (one.flow, one.shape, one.step, one.digression)
            found[key] = found.get(key, 0) + one.count * by_span[span]
    return tuple(Standing(flow, shape, step, count, below)
                 for (flow, shape, step, below), count in sorted(found.items()) if count)


def shapes_stood_in(reader: Reader, since: datetime) -> set[tuple[str, str]]:
    """Every (flow, shape) that somebody was in at that time or later, whoever holds the conversation now."""
    query = select(_conversation.c.standing).where(
        _conversation.c.standing.is_not(None), _conversation.c.standing_at > since).distinct()
    return {(one.flow, one.shape) for one in standings((told, 1) for told in reader.execute(query).scalars())}


def register(work: Work, serial: int, library: Library) -> None:
    """Write down the shapes of a set as this code sees them, where an older release saw others."""
    known = set(work.connection.execute(select(_revision.c.revision).where(_revision.c.last_set == serial)).scalars())
    _add_revisions(work, serial, [flow for flow in library.flows.values() if flow.revision not in known])


# The folder


def folder_row(reader: Reader) -> Mapping[str, Any]:
    """What is known of the folder."""
    row = reader.execute(select(_folder).where(_folder.c.name == FOLDER_ROW)).mappings().first()
    return dict(row) if row else dict(_UNKNOWN)


def keep_folder(work: Work, known: Mapping[str, Any]) -> None:
    """Write down what is known of the folder."""
    done = work.connection.execute(update(_folder).where(_folder.c.name == FOLDER_ROW).values(dict(known)))
    if not done.rowcount:
        work.connection.execute(insert(_folder).values({**_UNKNOWN, "name": FOLDER_ROW, **known}))


def folder_status(reader: Reader) -> FolderStatus:
    """The same for pages."""
    row = folder_row(reader)
    findings = tuple(Finding(**one) for one in row["findings"])
    return FolderStatus(row["state"], row["folder"], findings, row["since"], tuple(row["behind"]))


def _read(row: Mapping[str, Any]) -> FlowSet:
    return FlowSet(row["serial"], row["content"], row["files"], row["published_at"], row["published_by"],
                   row["comment"], row["origin"], row["rolled_back_from"])


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 10
