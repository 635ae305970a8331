"""Plain values that cross the border of this package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class OutgoingChoice:
    """One thing the contact may tap; `id` (≤ 200 characters) comes back as the payload of the tap.

    With `url` a tap opens that address and nothing comes back. `section` is the heading it stands under in a list.
    """

    id: str
    label: str
    description: str = ""
    url: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True)
class OutgoingMedia:
    """A file of ours, at an address the provider can fetch. `type`: image, audio, video, document, sticker.

    Without `type` and `mime` they are guessed from the address.
    """

    url: str
    type: str = ""
    mime: str = ""
    filename: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class OutgoingLocation:
    """A place, in degrees."""

    lat: float
    lon: float
    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class OutgoingForm:
    """A form the provider keeps (a WhatsApp Flow). `cta` is what its button says."""

    flow_id: str
    cta: str
    screen: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutgoingTemplate:
    """A message the provider approved beforehand: the only kind that may open a closed window.

    `name` is the provider's (Meta's template name, Twilio's ContentSid HX…), `values` fill {{1}}, {{2}} … of its body,
    `buttons` the payloads of its buttons in their order, or `url:` and the end of the address that a button opens; at
    Twilio they go on counting after the values. `text` is how it reads to an agent, filled in.
    """

    name: str
    language: str
    values: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message of ours before a channel gives it a shape.

    `author`: bot, agent, system. `choice_style`: auto, buttons, list, menu (a wish). `purpose`: service (she asked or
    waits for it), utility (news of her order), marketing. `reply_to` is the provider's id of the message it quotes.
    Choices that do not fit are shown page by page: `more_label` is what leads to the next page, in her language, and
    `shown` how many of them stood on the pages before this one. `menu_hint` says below a numbered menu how to answer
    it, `list_label` is what opens a list. It leaves after `hold_seconds`; until then it can be called back.
    `speaker` is the name it is said under, shown before its text on the channel and nowhere else.
    """

    text: str
    choices: tuple[OutgoingChoice, ...] = ()
    media: tuple[OutgoingMedia, ...] = ()
    author: str = "bot"
    choice_style: str = "auto"
    location: OutgoingLocation | None = None
    form: OutgoingForm | None = None
    template: OutgoingTemplate | None = None
    request_location: bool = False
    reply_to: str = ""
    header: str = ""
    footer: str = ""
    purpose: str = "service"
    more_label: str = "…"
    menu_hint: str = ""
    list_label: str = "☰"
    shown: int = 0
    hold_seconds: float = 0.0
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """The parts a channel needs for one message, in order, and what had to be cut or changed on the way.

    A part is plain JSON, stored with the message and turned into bytes when it is sent; `part["text"]` is what the
    provider will show as its words. `degraded` uses the words of docs/channels.md. `refused` says why this kind of
    channel cannot carry the message at all; then there are no parts. `more` is the payload that asks for the next page
    of the choices, '' where all have been shown.
    """

    parts: tuple[dict[str, Any], ...]
    degraded: tuple[str, ...] = ()
    refused: str = ""
    more: str = ""


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
    """What a provider reports of everything we sent until a moment to whom `canonical` of `family` identifies."""

    status: str
    kind: str
    account: str
    family: str
    canonical: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """What must happen after a commit. A notice that is lost costs time, never work: the tables are the truth.

    `deliver`: the outbox of this conversation has something. `changed`: pages that show it are old. `turn`: the writer has something to take. `slow`: slow work waits. `bulk`: rare, long work waits (media, mail).
    """

    kind: Literal["deliver", "changed", "turn", "slow", "bulk"]
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
