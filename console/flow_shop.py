"""What the pages of the flows need of the house: the sets that were published, who stands in them, and publishing one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from bot.flow.library import Library
from bot.flow.live import FlowSet, FolderStatus, Standing, UnknownFlowSet
from conversation.work import Database, Work


def _none_live(_work: Work) -> FlowSet | None:
    return None


def _no_history(_work: Work, _most: int) -> Sequence[FlowSet]:
    return ()


def _unknown(_work: Work, set_id: str) -> FlowSet:
    raise UnknownFlowSet(f"There is no set {set_id}.")


def _not_wired(_work: Work, *_: Any, **__: Any) -> FlowSet:
    raise LookupError("Nobody was handed in who could publish flows.")


def _nobody(_work: Work) -> tuple[Standing, ...]:
    return ()


def _unwatched(_work: Work) -> FolderStatus:
    return FolderStatus()


@dataclass(frozen=True, slots=True)
class FlowShop:
    """Everything takes the transaction it happens in, but for `prepare`.

    `publish(work, files, by=, comment=, origin=)` raises FlowsRefused when the files are not wholly good;
    `roll_back(work, set_id, by=, comment=)` publishes an older set again. `library()` is what is live in this process,
    None where nothing is. `prepare(files)` reads files outside of a transaction, so that publishing them is quick.
    """

    live: Callable[[Work], FlowSet | None] = _none_live
    history: Callable[[Work, int], Sequence[FlowSet]] = _no_history
    fetch: Callable[[Work, str], FlowSet] = _unknown
    publish: Callable[..., FlowSet] = _not_wired
    roll_back: Callable[..., FlowSet] = _not_wired
    standings: Callable[[Work], tuple[Standing, ...]] = _nobody
    status: Callable[[Work], FolderStatus] = _unwatched
    library: Callable[[], Library | None] = lambda: None
    prepare: Callable[[Mapping[str, str]], object] = lambda files: None


@contextmanager
def reading(database: Database) -> Iterator[tuple[Work, Session]]:
    """A transaction that only reads, in both shapes that our functions take it."""
    with database.reading() as session:
        yield Work(session.connection(), database.wiring, database.wiring.now()), session


def files_of(found: FlowSet | None) -> Mapping[str, str]:
    return found.files if found is not None else {}


def id_of(found: FlowSet | None) -> str:
    return found.set_id if found is not None else ""
