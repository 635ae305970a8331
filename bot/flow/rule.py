"""What a lint rule is, and how it reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.flow.findings import Reporter
from bot.flow.library import Library
from bot.flow.model import Flow


@dataclass(frozen=True, slots=True)
class Subject:
    """What a rule looks at. `reporters` holds one per flow (by its name) and one for `_texts`."""

    library: Library
    reporters: Mapping[str, Reporter]

    def flows(self) -> list[tuple[Flow, Reporter]]:
        return [(flow, self.reporters[name]) for name, flow in sorted(self.library.flows.items())]


@dataclass(frozen=True, slots=True)
class Rule:
    """One file of `bot/flow/rules/`. `codes` are the findings it may report."""

    name: str
    codes: tuple[str, ...]
    check: Callable[[Subject], None]
