"""`order_number`: as the shop writes them, found in any way people write or say them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.flow.order_shapes import Shape, readable
from bot.flow.spoken import LONGEST, AnswerType, Family, Spoken
from bot.understanding.fold import fold
from bot.understanding.lexicon import mend
from bot.understanding.order_numbers import order_numbers


def numbers_in(text: str, shapes: Sequence[Shape]) -> tuple[str, ...]:
    """All numbers of the shop's that a text may mean, the likeliest first."""
    if not shapes:
        return ()
    text = readable(text[:LONGEST])
    found = order_numbers(text, fold(text, mend).words, tuple(shape.written for shape in shapes))
    if found:
        return found
    return tuple(number for one in shapes if one.has_letters and (number := one.find(text)))


def order_number(spoken: Spoken) -> str | None:
    return next(iter(numbers_in(spoken.text, spoken.shapes)), None)


FAMILY = Family("orders", {"order_number": AnswerType(order_number, stands_out=True)})
