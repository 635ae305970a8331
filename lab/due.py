"""Everything that is due, done now: by the processes that do it anyway, with somebody who waits until they have."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from conversation.events import Notice
from conversation.tables import Attachment, OutboxPart
from conversation.work import Database
from handoff.house_tables import HookCall
from handoff.order_tables import OrderAction
from outreach.tables import OrderNews
from pipeline.tables import IS_OPEN, FoundEvent, SlowWork, Timer

LOOK_SECONDS = 0.02
CALM_LOOKS = 3  # so often in a row nothing was due: what one process hands to the next would have shown

_part, _timer, _slow, _found, _attachment, _call, _action = (
    model.__table__ for model in (OutboxPart, Timer, SlowWork, FoundEvent, Attachment, HookCall, OrderAction))

_news = OrderNews.__table__


@dataclass(frozen=True, slots=True)
class Hands:
    """Who does what is due: `tend` runs the desk's clocks and says how much changed, `wake` the writer, `ring` the other
    processes; `under_way` is what the provider has not delivered or reported yet."""

    database: Database
    tend: Callable[[], int]
    wake: Callable[[], None]
    ring: Callable[[list[Notice]], None]
    under_way: Callable[[], int]


def run(hands: Hands, patience_seconds: float) -> dict[str, int]:
    """Wait until nothing is due any more; what still is after that long, by kind, else nothing."""
    until, calm = time.monotonic() + patience_seconds, 0
    left: Mapping[str, int] = {}
    while calm < CALM_LOOKS and time.monotonic() < until:
        changed = hands.tend()
        hands.wake()
        with hands.database.reading() as session:
            left = {name: number for name, number in {**pending(session, hands), "desk": changed}.items() if number}
            hands.ring(_rings(session, hands))
        calm = 0 if left else calm + 1
        threading.Event().wait(LOOK_SECONDS)
    return dict(left) if calm < CALM_LOOKS else {}


def pending(session: Session, hands: Hands) -> dict[str, int]:
    """How much of each kind is due at this time and not done."""
    now = hands.database.wiring.now()
    waiting: dict[str, ColumnElement[bool]] = {
        "messages": and_(_part.c.state.in_(("queued", "sending")), _part.c.not_before <= now),
        "timers": and_(_timer.c.fired_at.is_(None), _timer.c.due_at <= now),
        "look_ups": and_(IS_OPEN, _slow.c.not_before <= now),
        "found": and_(_found.c.taken_at.is_(None), func.coalesce(_found.c.not_before, _found.c.found_at) <= now),
        "files": and_(_attachment.c.state.in_(("remote", "fetching")),
                      func.coalesce(_attachment.c.not_before, now) <= now),
        "order_actions": _action.c.state.in_(("approved", "running")),
        "news": and_(_news.c.state == "waiting", _news.c.not_before <= now),
        "hooks": and_(_call.c.state == "queued", _call.c.not_before <= now),
    }
    counted = {name: session.execute(select(func.count()).where(condition)).scalar_one()
               for name, condition in waiting.items()}
    return counted | {"provider": hands.under_way()}


def _rings(session: Session, hands: Hands) -> list[Notice]:
    """One ring for each conversation with something to send, and for the lanes of slow and long work."""
    open_parts = select(_part.c.conversation_id).where(
        _part.c.state == "queued", _part.c.not_before <= hands.database.wiring.now()).distinct()
    deliver = [Notice("deliver", conversation_id) for conversation_id in session.execute(open_parts).scalars()]
    return [*deliver, Notice("slow"), Notice("bulk")]
