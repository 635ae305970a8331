"""`order_number`: as the shop writes them, found in any way people write them."""

from __future__ import annotations

from bot.flow.spoken import LONGEST, AnswerType, Family, Spoken


def order_number(spoken: Spoken) -> str | None:
    text = spoken.text[:LONGEST]
    return next((found for one in spoken.shapes if (found := one.find(text))), None)


FAMILY = Family("orders", {"order_number": AnswerType(order_number, stands_out=True)})
