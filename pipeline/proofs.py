"""Limits on guessing: failed proofs are counted in the database, over all senders and channels.

At most five failed proofs an order and day, ten a sender and hour, or fewer where the shop says so. Beyond them the
answer is the same `not_found`, after the same work, so that nobody learns where the limit lies. Where limits are met
while many proofs fail, somebody is going through numbers: the people of the shop are told.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, text
from sqlalchemy.orm import Session

import metrics
from bot.flow.identity_file import MOST_OF_ORDER, MOST_OF_SENDER, Identity
from conversation import alarms
from conversation.alarms import Trouble
from conversation.work import Work
from orders.reference import fold
from pipeline.tables import ProofAttempt

ORDER_LIMIT, ORDER_SPAN = MOST_OF_ORDER, timedelta(days=1)
SENDER_LIMIT, SENDER_SPAN = MOST_OF_SENDER, timedelta(hours=1)
KEEP = timedelta(days=2)
ALARM, ALARM_SPAN = "guessing", timedelta(hours=1)
MOST_LOOKED_AT = 2000

_attempt = ProofAttempt.__table__
_recent = select(
    select(func.count()).where(_attempt.c.order_hash == bindparam("order"), _attempt.c.at > bindparam("day_ago"))
    .scalar_subquery().label("of_order"),
    select(func.count()).where(_attempt.c.sender_hash == bindparam("sender"), _attempt.c.at > bindparam("hour_ago"))
    .scalar_subquery().label("of_sender"),
)
_add = insert(_attempt)
_old = delete(_attempt).where(_attempt.c.at < bindparam("before"))
_latest = (  # by its key alone: nothing else is asked for by time
    select(_attempt.c.order_hash, _attempt.c.sender_hash, _attempt.c.at)
    .order_by(_attempt.c.proof_attempt_id.desc()).limit(MOST_LOOKED_AT).subquery()
)
_lately = select(
    func.count().label("times"), func.count(_latest.c.order_hash.distinct()).label("orders"),
    func.count(_latest.c.sender_hash.distinct()).label("senders"),
).where(_latest.c.at > bindparam("since"))
_lock = text("SELECT pg_advisory_xact_lock(hashtext(:of))")


@dataclass(frozen=True, slots=True)
class Terms:
    """The shop's rules about proofs as they were when it was asked: what is one, and how many may fail."""

    ways: tuple[tuple[str, ...], ...] = ()
    order_limit: int = ORDER_LIMIT
    sender_limit: int = SENDER_LIMIT
    alarm: int = Identity().alarm

    def as_row(self) -> dict[str, Any]:
        return {**asdict(self), "ways": [list(way) for way in self.ways]}

    @classmethod
    def of_row(cls, kept: Mapping[str, Any]) -> Terms:
        """What a row of slow work has; rows of before have nothing. Never looser than the house."""
        if not kept:
            return cls()
        return cls(tuple(tuple(way) for way in kept["ways"]), min(kept["order_limit"], ORDER_LIMIT),
                   min(kept["sender_limit"], SENDER_LIMIT), kept["alarm"])


USUAL = Terms()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One proof offered: the order it was for and who offered it, as keyed hashes."""

    order: str
    sender: str


def attempt(secret: str, reference: str, sender: str) -> Attempt:
    """Who tries what. Spaces, dashes and case of the reference do not make another order of it."""
    return Attempt(_keyed(secret, "order", fold(reference)), _keyed(secret, "sender", sender))


def limit_met(reader: Session | Connection, tried: Attempt, now: datetime, terms: Terms = USUAL) -> str:
    """Which limit this attempt meets: that of the order, that of the sender, or "" for none."""
    recent = reader.execute(_recent, {"order": tried.order, "day_ago": now - ORDER_SPAN,
                                      "sender": tried.sender, "hour_ago": now - SENDER_SPAN}).one()
    if recent.of_order >= terms.order_limit:
        return "order"
    return "sender" if recent.of_sender >= terms.sender_limit else ""


def judge(work: Work, tried: Attempt, found: bool, terms: Terms = USUAL) -> bool:
    """May this answer be given? Records a failed proof; False means: answer not_found whatever was found."""
    if not work.is_sqlite:
        # The sender first: who names several numbers takes theirs one after the other.
        for one in (tried.sender, tried.order):
            work.connection.execute(_lock, {"of": one})
    met = limit_met(work.connection, tried, work.now, terms)
    if met:
        metrics.proofs_refused.labels(met).inc()
        _warn(work, terms)
        return False
    if not found:
        work.connection.execute(_add, {"order_hash": tried.order, "sender_hash": tried.sender, "at": work.now})
    return found


def tidy(work: Work) -> None:
    """Once an hour: attempts that count no more go, and the alarm is over once hardly anybody fails."""
    work.connection.execute(_old, {"before": work.now - KEEP})
    if not _failed(work)["times"]:
        alarms.clear(work, ALARM)


def _warn(work: Work, terms: Terms) -> None:
    lately = _failed(work)
    if lately["times"] >= terms.alarm:
        alarms.raise_alarm(work, Trouble(ALARM, "guessing", facts=lately))


def _failed(work: Work) -> dict[str, int]:
    row = work.connection.execute(_lately, {"since": work.now - ALARM_SPAN}).mappings().one()
    return {name: int(number) for name, number in row.items()}


def _keyed(secret: str, kind: str, value: str) -> str:
    return hmac.digest(secret.encode(), f"{kind}:{value}".encode(), hashlib.sha256).hex()[:32]
