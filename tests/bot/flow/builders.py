"""Small flows for the tests, and people who talk with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.flow.effects import Call, Effect, HandOff, Say
from bot.flow.events import CallResult, Event, Moment, Said
from bot.flow.findings import Finding
from bot.flow.library import Library, compiled
from bot.flow.lint import check_sources
from bot.turn import Turn, hear

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)

PROJECT = """
shop: Casa Lumbre
languages: [es, en, pt]
queues: [shipping, returns, general]
default_queue: general
remembered: {visits: number}
"""
SERVICES = """
orders.find:
  inputs: {ref: order_number, phone: phone, email: email}
  required: [ref]
  outputs: {status: text, carrier: text, total: money, eta: date, days_late: integer}
notes.create:
  kind: write
  inputs: {text: text}
  outputs: {code: text}
"""


def sources(**flows: str) -> dict[str, str]:
    """File names and texts: the project, the services, and each keyword as a flow."""
    named = {f"{name}.yaml": text for name, text in flows.items()}
    return {"_project.yaml": PROJECT, "_services.yaml": SERVICES, **named}


def a_flow(steps: str, name: str = "main", head: str = "start: {words: [go]}") -> str:
    return f"flow: {name}\n{head}\nsteps:\n{steps}"


def a_library(*steps: str, head: str = "start: {words: [go]}", **others: str) -> Library:
    """A library of one flow “main” with these steps, which the word “go” starts, and of `others`."""
    loaded = compiled(sources(main=a_flow("\n".join(steps), head=head), **others))
    assert loaded.library is not None, "\n".join(finding.render("en") for finding in loaded.findings)
    return loaded.library


def found(steps: str, head: str = "data: {order_ref: order_number, email: email, order: record}") -> list[str]:
    """The codes of all findings of a flow with these steps, lint included, with their lines."""
    return [f"{one.code}:{one.line}" for one in findings(a_flow(steps, head=head))]


def findings(text: str, **others: str) -> tuple[Finding, ...]:
    return check_sources(sources(main=text, **others))


def a_moment(**changed: Any) -> Moment:
    facts: dict[str, Any] = {"now": NOW, "contact": {"phone": "+34600111222"}, "conversation": "cnv_1"}
    return Moment(**{**facts, **changed})


class Talk:
    """One conversation: feed it words or events, look at the last turn."""

    def __init__(self, library: Library, state: Mapping[str, Any] | None = None, **moment: Any) -> None:
        self.library = library
        self.state: Mapping[str, Any] = {"noticed": True} if state is None else state
        self.moment = a_moment(**moment)
        self.turn = Turn({})

    def __call__(self, event: Event | str) -> Talk:
        said = Said(event, "m1") if isinstance(event, str) else event
        self.turn = hear(self.library, self.state, said, self.moment)
        self.state = self.turn.state
        return self

    def result(self, status: str, /, **value: Any) -> Talk:
        """Answer the pending call."""
        return self(CallResult(self.state["wait"]["seq"], status, value))

    @property
    def effects(self) -> tuple[Effect, ...]:
        return self.turn.effects

    @property
    def texts(self) -> list[str]:
        return [effect.text for effect in self.effects if isinstance(effect, Say)]

    @property
    def choices(self) -> list[str]:
        return [choice.id for effect in self.effects if isinstance(effect, Say) for choice in effect.choices]

    @property
    def handoff(self) -> HandOff | None:
        return next((effect for effect in self.effects if isinstance(effect, HandOff)), None)

    @property
    def call(self) -> Call | None:
        return next((effect for effect in self.effects if isinstance(effect, Call)), None)
