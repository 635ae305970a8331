"""What a message answers before it is asked: “mi pedido AB-12345 no llega”."""

from __future__ import annotations

from typing import Any

from bot.flow.answers import found_early
from bot.flow.model import Flow
from bot.hearing import Hearing


def found_in(hearing: Hearing, target: Flow) -> dict[str, Any]:
    """For a flow that is to begin."""
    return found_beside(hearing, target.early)


def found_beside(hearing: Hearing, wanted: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """The values of these (variable, type) that the message holds. One value answers one question: the first."""
    first: dict[str, str] = {}
    for name, kind in wanted:
        first.setdefault(kind, name)
    known = found_early(tuple((name, kind) for kind, name in first.items()), hearing.spoken(), hearing.shapes)
    number = known.get(first.get("order_number", ""))
    if isinstance(number, str):
        hearing.took_number(number)
    return known
