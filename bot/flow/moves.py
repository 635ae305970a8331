"""What may be done with a conversation in one turn. `bot.turn` decides on one; `bot.flow.engine` carries it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.flow.effects import Evidence


@dataclass(frozen=True, slots=True)
class Answer:
    """A valid answer to the pending question; `option` is the key that was chosen, if it was one."""

    value: Any
    option: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One message of an answer that is gathered from several."""

    text: str
    media: tuple[str, ...] = ()
    location: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class AskAnew:
    """What was known is not right: the pending question is put after all."""


@dataclass(frozen=True, slots=True)
class Invalid:
    """Not an answer: counted, and asked again or given up."""


@dataclass(frozen=True, slots=True)
class Start:
    """Begin a flow afresh, with what is known already. `keeps`: in place of the running flow alone, not of all."""

    flow: str
    known: Mapping[str, Any] = field(default_factory=dict)
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class Digress:
    """Begin a flow on top of the running one, which goes on afterwards."""

    flow: str
    known: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GoBack:
    """Leave the flows above the first `depth`: the contact speaks again of what lies below, and may say more of it."""

    depth: int
    known: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tell:
    """Say a sentence of the system; `repeats`: then the pending question once more, tries unchanged.

    `bridges`: it is an answer of its own, and the question follows like after a digression.
    """

    text: str
    repeats: bool = False
    offers: tuple[str, ...] = ()
    bridges: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What the contact writes is what the running flow's `wait` waits for (`on: {reply: …}`)."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """End the running flow, on the contact's word."""


@dataclass(frozen=True, slots=True)
class Back:
    """Ask the question before the pending one again."""


@dataclass(frozen=True, slots=True)
class Restart:
    """The pending question is gone from its flow: say so and begin that flow again."""


@dataclass(frozen=True, slots=True)
class ToPeople:
    """Pass to people, with what speaks for it."""

    reason: str
    queue: str = ""
    priority: str = "normal"
    evidence: tuple[Evidence, ...] = ()
    score: float | None = None
    threshold: float | None = None
    skills: tuple[str, ...] = ()


Move = Answer | Part | AskAnew | Invalid | Start | Digress | GoBack | Tell | Reply | Cancel | Back | Restart | ToPeople
