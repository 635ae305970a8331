"""What the bot is told. Plain values; `now` and everything else about the world comes in `Moment`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Said:
    """The contact wrote or sent something.

    `kind` is the kind of the normal form (`message`, `reply`, `form`, `unsupported`, …); `media` holds the types
    of what was attached (`image`, `audio`, `video`, `document`, `sticker`, …), in order.
    """

    text: str
    message_id: str = ""
    kind: str = "message"
    media: tuple[str, ...] = ()
    location: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Pressed:
    """The contact tapped a button or a list entry; `payload` is the id we gave it, `label` what it said."""

    payload: str
    label: str = ""
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class CallResult:
    """A service answered the call with this `seq`. `status`: found, not_found, failed or unsure.

    `used`: the arguments that were found with one of their `others`, and which.
    """

    seq: int
    status: str
    value: Mapping[str, Any] | None = None
    used: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TimerDue:
    """A reminder set with this `seq` is due; an older seq than the state's is stale and ignored."""

    seq: int


@dataclass(frozen=True, slots=True)
class TicketClosed:
    """People are done: `outcome` is `resolved` or `returned`; `agent` is the display name of who had it."""

    outcome: str
    agent: str = ""


@dataclass(frozen=True, slots=True)
class External:
    """Something happened outside (an order moved, a payment came in).

    It wakes a flow that waits for `name`, else starts the one that begins with it. `key` tells whose it is (an order's
    number); `data` are its facts, which the flow reads as `event.…`.
    """

    name: str
    key: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FlowEdited:
    """A new revision of a flow was published."""

    flow: str


Event = Said | Pressed | CallResult | TimerDue | TicketClosed | External | FlowEdited


@dataclass(frozen=True, slots=True)
class Moment:
    """The world as it stands while one event is answered.

    `contact`: phone (E.164 or absent), name, email, country. `open_queues`: names of the queues with people on duty
    now. `language` is the conversation's (or the channel's default) before this event. `channel` is the kind. `arms`:
    by the name of a `random`, the arm that is taken instead of drawn (in tests of flows).
    """

    now: datetime
    contact: Mapping[str, Any] = field(default_factory=dict)
    open_queues: frozenset[str] = frozenset()
    language: str = "es"
    channel: str = "twilio-whatsapp"
    conversation: str = ""
    arms: Mapping[str, str] = field(default_factory=dict)
