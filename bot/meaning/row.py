"""What one row of the order of decisions is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.flow.moves import Move
from bot.hearing import Hearing


@dataclass(frozen=True, slots=True)
class Again:
    """The message is to be decided afresh: `hearing` holds other words now."""


AGAIN = Again()


@dataclass(frozen=True, slots=True)
class Row:
    """One decision. `decide` answers None where the message is none of its business; `name` stands in the trace."""

    name: str
    decide: Callable[[Hearing], Move | Again | None]
