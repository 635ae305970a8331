"""Limits on guessing: failed proofs are counted in the database, over all senders and channels.

At most five failed proofs an order and day, ten a sender and hour. Beyond them the answer is the same `not_found`, after
the same work, so that nobody learns where the limit lies.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, func, insert, select, text

from conversation.work import Work
from pipeline.tables import ProofAttempt

ORDER_LIMIT, ORDER_SPAN = 5, timedelta(days=1)
SENDER_LIMIT, SENDER_SPAN = 10, timedelta(hours=1)

_attempt = ProofAttempt.__table__
_recent = select(
    select(func.count()).where(_attempt.c.order_hash == bindparam("order"), _attempt.c.at > bindparam("day_ago"))
    .scalar_subquery().label("of_order"),
    select(func.count()).where(_attempt.c.sender_hash == bindparam("sender"), _attempt.c.at > bindparam("hour_ago"))
    .scalar_subquery().label("of_sender"),
)
_add = insert(_attempt)
_lock = text("SELECT pg_advisory_xact_lock(hashtext(:order))")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One proof offered: the order it was for and who offered it, as keyed hashes."""

    order: str
    sender: str


def attempt(secret: str, reference: str, sender: str) -> Attempt:
    """Who tries what. Spaces, dashes and case of the reference do not make another order of it."""
    plain = "".join(letter for letter in reference.casefold() if letter.isalnum())
    return Attempt(_keyed(secret, "order", plain), _keyed(secret, "sender", sender))


def judge(work: Work, tried: Attempt, found: bool) -> bool:
    """May this answer be given? Records a failed proof; False means: answer not_found whatever was found."""
    if not work.is_sqlite:
        work.connection.execute(_lock, {"order": tried.order})
    recent = work.connection.execute(_recent, {
        "order": tried.order, "day_ago": work.now - ORDER_SPAN,
        "sender": tried.sender, "hour_ago": work.now - SENDER_SPAN}).one()
    over = recent.of_order >= ORDER_LIMIT or recent.of_sender >= SENDER_LIMIT
    if over:
        return False
    if not found:
        work.connection.execute(_add, {"order_hash": tried.order, "sender_hash": tried.sender, "at": work.now})
    return found


def _keyed(secret: str, kind: str, value: str) -> str:
    return hmac.digest(secret.encode(), f"{kind}:{value}".encode(), hashlib.sha256).hex()[:32]
