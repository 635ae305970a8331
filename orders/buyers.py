"""Whose orders these are: the latest of one buyer, found by the phone or the e-mail that the caller has proven."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from orders.base import MAX_ORDERS, Order, Proof
from orders.proof import Record, reveal

# A postcode or four figures belong to many; they never say who bought.
_KINDS = ("phone", "email")
# All ways of writing one line, with and without its country or a ninth digit, end alike.
END_OF_A_PHONE = 8

# https://www.rfc-editor.org/errata/eid1690
MAX_EMAIL_CHARACTERS = 254

_not_digit = re.compile(r"[^0-9]+")


def latest(records: Iterable[Record], buyer: Proof) -> tuple[Order, ...]:
    """Those of `records` that this phone or e-mail bought: at most MAX_ORDERS, newest first, each number once.

    Each is compared here, whatever the shop was asked for: a shop that ignores its filter shows nobody else's orders.
    """
    return newest(order for record in records if (order := reveal(record, buyer, _KINDS)) is not None)


def newest(orders: Iterable[Order]) -> tuple[Order, ...]:
    """At most MAX_ORDERS of them, newest first, each number once; of equal days as they came."""
    found = {order.reference: order for order in orders}
    return tuple(sorted(found.values(), key=lambda order: order.ordered_on or date.min, reverse=True)[:MAX_ORDERS])


def known(buyer: Proof) -> dict[str, str]:
    """What a shop may be asked by: `phone` in E.164 and `email`, whichever is there and can be one."""
    found = {}
    phone, email = _not_digit.sub("", buyer.phone), buyer.email.strip()
    if len(phone) > END_OF_A_PHONE and phone.isascii() and phone.isdigit():
        found["phone"] = f"+{phone}"
    if "@" in email and len(email) <= MAX_EMAIL_CHARACTERS and email.isprintable() and " " not in email:
        found["email"] = email
    return found


def marks(phone: str, email: str) -> tuple[str, ...]:
    """What an index may file a buyer under. What it finds so may be another's: `latest` compares whole."""
    digits = _not_digit.sub("", phone)
    found = (digits[-END_OF_A_PHONE:] if len(digits) >= END_OF_A_PHONE else "", email.strip().casefold())
    return tuple(mark for mark in found if mark)
