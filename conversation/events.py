"""Plain values that cross the border of this package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class OutgoingChoice:
    """One thing the contact may tap; `id` comes back as the payload of the tap."""

    id: str
    label: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message of ours before a channel gives it a shape."""

    text: str
    choices: tuple[OutgoingChoice, ...] = ()
    media_url: str = ""
    author: str = "bot"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider reports of one outbound part, found by our own id or, failing that, by the provider's."""

    status: str
    part_id: str = ""
    provider_id: str = ""
    error_code: str = ""
    error_text: str = ""


@dataclass(frozen=True, slots=True)
class Watermark:
    """What a provider reports of everything we sent to `address` on one of our channels until a moment."""

    status: str
    kind: str
    account: str
    address: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """What must happen after a commit. A notice that is lost costs time, never work: the tables are the truth.

    `deliver`: the outbox of this conversation has something. `changed`: pages that show it are old. `turn`: the writer has something to take. `slow`: slow work waits.
    """

    kind: Literal["deliver", "changed", "turn", "slow"]
    conversation_id: str = ""


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One line of the append-only log, before it has a number."""

    kind: str
    conversation_id: str
    actor: str
    ticket_id: str | None = None
    epoch: int | None = None
    data: Mapping[str, Any] | None = None
