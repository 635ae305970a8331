"""What a lint rule is, and how it reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from bot.flow.findings import Reporter
from bot.flow.library import Library
from bot.flow.model import Flow
from bot.flow.proof.positions import ANSWERS, TOP, Board, Position, charted
from bot.flow.proof.ways import Roads, roads


@dataclass(frozen=True)
class Subject:
    """What a rule looks at. `reporters` holds one per file, by its name without `.yaml`.

    `broken` are flows of whose file a part could not be read: what holds for a text or a step on its own is still
    checked there, what needs the whole flow is not, or one mistake would call forth ten that are none. `tested` are the
    flows with conversations in `tests/`, `media` the files of `media/`; None where there is no folder to look into.
    """

    library: Library
    reporters: Mapping[str, Reporter]
    broken: frozenset[str] = field(default_factory=frozenset)
    tested: frozenset[str] | None = None
    media: frozenset[str] | None = None

    def flows(self) -> list[tuple[Flow, Reporter]]:
        """Every flow, for what can be said of a step or a text alone."""
        return [(flow, self.reporters[name]) for name, flow in sorted(self.library.flows.items())]

    def whole(self) -> list[tuple[Flow, Reporter]]:
        """The flows that could be read to the end."""
        return [(flow, report) for flow, report in self.flows() if flow.name not in self.broken]

    @cached_property
    def sound(self) -> Library:
        """The library without its broken flows."""
        kept = {name: flow for name, flow in self.library.flows.items() if name not in self.broken}
        return replace(self.library, flows=kept) if self.broken else self.library

    @cached_property
    def roads(self) -> Mapping[str, Roads]:
        """Where each step of the sound flows leads."""
        return {name: roads(flow) for name, flow in self.sound.flows.items()}

    @cached_property
    def board(self) -> Board:
        """Every place where a contact who answers may stand, with what she chose last."""
        starts = [Position(TOP, name, 0) for name, flow in self.sound.flows.items() if flow.steps]
        return Board(charted(self.sound, self.roads), ANSWERS, starts)


@dataclass(frozen=True, slots=True)
class Rule:
    """One file of `bot/flow/rules/`. `codes` are the findings it may report."""

    name: str
    codes: tuple[str, ...]
    check: Callable[[Subject], None]
