"""What the bot asks for. The pipeline carries it out; nothing here does anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing the contact may tap. `id` ≤ 200 characters comes back as the payload."""

    id: str
    label: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """Send `text` (final words in the contact's language), with choices if any.

    `link` is a page the contact may open, with the label of its button. `template` names a message template that
    goes out in the text's place where the channel's window is closed; `template_values` are its variables by name.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    media_url: str = ""
    link: tuple[str, str] = ("", "")
    template: str = ""
    template_values: Mapping[str, str] = field(default_factory=dict)


def tries(
    arguments: Mapping[str, Any], others: Mapping[str, Sequence[str]]
) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """What a call is asked with, in order: what is other than the likeliest, and all arguments."""
    found: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = [({}, arguments)]
    for name, values in others.items():
        found += [({name: value}, {**arguments, name: value}) for value in values]
    return found


@dataclass(frozen=True, slots=True)
class Call:
    """Ask a service; the answer comes back as CallResult(seq). `write` calls are never repeated blindly.

    `key` is the idempotency key. `timeout_seconds` bounds one attempt. `others`: what an argument may be instead, by its
    name, where the contact's message held several order numbers; the first that is found wins.
    """

    seq: int
    service: str
    arguments: Mapping[str, Any]
    write: bool = False
    key: str = ""
    timeout_seconds: float = 8.0
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def tries(self) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        """What to ask with, in order: what is other than the likeliest, and all arguments."""
        return tries(self.arguments, self.others)


@dataclass(frozen=True, slots=True)
class Remind:
    """Wake the flow with TimerDue(seq) after this time, unless something happens first."""

    seq: int
    after_seconds: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason of a handoff, as an agent reads it and can check it.

    `code` is a stable name (`human_request`, `frustration`, `repeats`, `fallbacks`, …), `quote` the contact's own
    words where there are some, `message_id` the message they stand in, `points` the weight it had (None: direct).
    """

    code: str
    quote: str = ""
    message_id: str = ""
    points: float | None = None


@dataclass(frozen=True, slots=True)
class HandOff:
    """Pass the conversation to the people of `queue`. `path` is flow › step; `known` what was learnt so far; `skills` are
    what who takes it should have.

    `quiet`: the flow has said itself what happens now; the contact hears nothing more of it. `held`: all that the flows
    held, for tests of flows; people get `known`.
    """

    queue: str
    reason: str
    summary: str = ""
    priority: str = "normal"
    evidence: tuple[Evidence, ...] = ()
    score: float | None = None
    threshold: float | None = None
    path: str = ""
    known: Mapping[str, Any] = field(default_factory=dict)
    quiet: bool = False
    held: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tag:
    """Put (or, with `remove`, take away) tags of the conversation."""

    tags: tuple[str, ...]
    remove: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A line only the team reads."""

    text: str


@dataclass(frozen=True, slots=True)
class Remember:
    """Keep facts about the contact (name, email, language, …)."""

    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Begun:
    """A flow began because something happened outside, and not because the contact said something."""

    flow: str
    event: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A flow came to its end with this outcome. `held`: what its variables held then, for tests of flows."""

    flow: str
    outcome: str
    held: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Alert:
    """Something in a flow went wrong; a person who edits flows should look at `place` (file:line)."""

    text: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question of the contact that nothing in the flows answers; `text` is what she wrote. For the editors."""

    text: str
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Rated:
    """The contact said how the bot did, from 1 to 5; `has_comment` once she has said why."""

    score: int
    flow: str
    step: str
    has_comment: bool = False


Effect = Say | Call | Remind | HandOff | Tag | Note | Remember | Begun | Ended | Alert | Unanswered | Rated
