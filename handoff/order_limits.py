"""Up to how much somebody may have the shop pay without asking: of one order in all, however often she asks."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import bindparam, select

from handoff import settings
from handoff.access import Reader
from handoff.order_tables import OrderAction
from order_number import fold

PAID = ("refund", "coupon")  # what costs money: bounded for each role
# Paid, or nobody knows that it was not.
GIVEN = ("approved", "running", "done", "unsure")

_action = OrderAction.__table__
_given = select(_action.c.amount).where(
    _action.c.order_key == bindparam("order"), _action.c.kind == bindparam("kind"), _action.c.state.in_(GIVEN))


def limit_of(reader: Reader, role: str, kind: str) -> Decimal | None:
    """Up to how much of one order this role may have paid without asking; None: as much as she likes."""
    if kind not in PAID or role == "admin":
        return None
    return Decimal(settings.get(reader, f"{kind}_{'supervisor' if role == 'supervisor' else 'agent'}"))


def given(reader: Reader, kind: str, reference: str) -> Decimal:
    """What of this kind the order was given already, by whoever it was. Zero for what costs nothing."""
    if kind not in PAID:
        return Decimal(0)
    return sum(map(Decimal, reader.execute(_given, {"order": fold(reference), "kind": kind}).scalars()), Decimal(0))


def is_above(reader: Reader, role: str, kind: str, reference: str, amount: Decimal | None) -> bool:
    """Whether so much more for this order is for somebody else to approve."""
    limit = limit_of(reader, role, kind)
    return limit is not None and amount is not None and given(reader, kind, reference) + amount > limit
