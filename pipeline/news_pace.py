"""How fast news are decided: no faster than they can be sent, and in transactions that keep nobody waiting.

What is decided too early grows old in the outbox, where words have a quarter of an hour, and can no longer be held back by
her who wants none; as a row it may wait. A round that takes long is followed by a smaller one and a pause of its length:
on SQLite whoever answers customers cannot write meanwhile, and looks again only now and then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from conversation.outbox import IS_OPEN
from conversation.tables import Channel, Conversation, OutboxPart
from pipeline.tables import Timer

MOST_TURNS = 48  # that wait for the writer
MOST_UNSENT, LEAST_UNSENT = 256, 16
UNSENT_SECONDS = 4.0  # of the channel's rate: enough that its next places are always taken
HOLD_SECONDS = 0.02  # so long a round should take
LEAST_AT_ONCE = 4

_timer, _part = Timer.__table__, OutboxPart.__table__
_conversation, _channel = Conversation.__table__, Channel.__table__
_ahead = select(func.count()).select_from(_timer).where(
    _timer.c.fired_at.is_(None), _timer.c.due_at <= bindparam("now"), _timer.c.kind == "external")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of the news may be under way on the channels that write first. `rate` is the slowest one's, 0: none."""

    senders: tuple[tuple[str, str], ...] = ()
    rate: float = 0.0

    @property
    def most_unsent(self) -> int:
        if not self.rate:
            return MOST_UNSENT
        return max(LEAST_UNSENT, min(MOST_UNSENT, int(self.rate * UNSENT_SECONDS)))

    def room(self, connection: Connection, now: datetime) -> int:
        """How many more may be decided now; 0 or less: none."""
        turns = int(connection.execute(_ahead, {"now": now}).scalar_one())
        return min(MOST_TURNS - turns, self.most_unsent - turns - self._unsent(connection))

    def _unsent(self, connection: Connection) -> int:
        """Parts that wait for their turn there; those of a channel that rests wait for something else, and do not count."""
        if not self.senders:
            return 0
        here = or_(*(and_(_channel.c.kind == kind, _channel.c.account == account) for kind, account in self.senders))
        waiting = (
            select(_part.c.part_id)
            .join(_conversation, _conversation.c.conversation_id == _part.c.conversation_id)
            .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
            .where(IS_OPEN, _part.c.state == "queued", _part.c.error_code.is_(None), here).limit(self.most_unsent)
        )
        return int(connection.execute(select(func.count()).select_from(waiting.subquery())).scalar_one())


class Pace:
    """The size of the next round, by how long the last one took."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = self.size = most
        self._clock = clock
        self._began = 0.0

    def begin(self) -> None:
        self._began = self._clock()

    def end(self, decided: int) -> float:
        """A round is over that decided so many; how long to let others go first."""
        took = self._clock() - self._began
        if decided:
            fits = int(decided * HOLD_SECONDS / max(took, 0.001))
            self.size = max(LEAST_AT_ONCE, min(self._most, fits))
        return min(took, 5 * HOLD_SECONDS)


def slowest(rates: Iterable[float]) -> float:
    """The lowest of the rates that are set; 0 where none is."""
    return min((rate for rate in rates if rate), default=0.0)
