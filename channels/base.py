"""What a channel kind is: pure functions between a provider's wire and our plain values.

An adapter never does I/O, never raises on what a stranger sends, and knows neither Flask nor the database.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypedDict

from channels.limits import Limits
from channels.windows import Window
from conversation.events import Outgoing, OutgoingChoice, Rendered

__all__ = ["Adapter", "Answer", "Endpoint", "Event", "HttpRequest", "Outgoing", "OutgoingChoice", "Parsed", "Rendered"]


class Event(TypedDict, total=False):
    """One thing that happened, in the normal form (docs/channels.md). An absent fact is an absent key."""

    kind: str
    provider: str
    channel: str
    account: str
    provider_id: str
    sender: str
    sender_alt: list[str]
    recipient: str
    at_ms: int
    text: str
    payload: str
    form: dict[str, Any]
    media: list[dict[str, Any]]
    location: dict[str, Any]
    contacts: list[dict[str, Any]]
    order: dict[str, Any]
    product: dict[str, Any]
    referral: dict[str, Any]
    story_id: str
    reply_to: str
    target: str
    group_id: str
    status: str
    error_code: str
    error_text: str
    callback_data: str
    watermark_ms: int
    category: str
    system: str
    new_address: str
    profile_name: str
    username: str
    forwarded: bool
    standby: bool
    provider_replied: bool
    from_us: bool


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one request held: events in the provider's order, and what was left out with its reason."""

    events: tuple[Event, ...] = ()
    ignored: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One of our numbers or pages, as the sender needs it.

    `kind` is the adapter's, `account` our number, page or phone_number_id, `secrets` whatever the provider wants
    (account_sid, auth_token, access_token), `api_base` where its REST interface is, `callback_url` where its
    reports go (absent: none), `facts` what else the accounts say of it (number, waba_id, page_id, content …).
    """

    kind: str
    account: str
    api_base: str
    secrets: Mapping[str, str] = field(default_factory=dict)
    callback_url: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider's answer means for the part that was sent.

    `outcome`: `sent` (accepted, `provider_id` known), `refused` (never again), `retry` (not accepted for certain;
    again later, `retry_after` seconds if it said so), `unknown` (may have been accepted).
    `error_class` is one of RETRY RATE WINDOW OPTOUT DEAD CONTENT CONFIG FINAL (docs/channels.md), `action` the finer one
    of `channels.delivery.Verdict`.
    """

    outcome: str
    provider_id: str = ""
    code: str = ""
    text: str = ""
    error_class: str = ""
    retry_after: float | None = None
    action: str = ""


class Adapter(Protocol):
    """A channel kind. One file of this folder with `ADAPTER`; most are a `TwilioKind` or a `MetaKind` with its facts.

    `listed_as` is the list of an account (channels/accounts.py) that holds our addresses of this kind; `address_form`
    what one of them looks like, `address_example` how to write it. `window` says how long we may write freely, `limits` what it
    can carry.
    """

    name: str
    provider: str
    channel: str
    listed_as: str
    address_form: re.Pattern[str]
    address_example: str
    window: Window
    limits: Limits

    def render(self, message: Outgoing) -> Rendered:
        """Parts within every limit of the channel; long text split at spaces, choices on the last part."""

    def request(self, part: Mapping[str, Any], address: str, part_id: str, endpoint: Endpoint) -> HttpRequest:
        """The provider's request for one part; carries `part_id` so that reports lead back to it."""

    def attention(self, provider_id: str, address: str, endpoint: Endpoint) -> HttpRequest | None:
        """The request that marks her message `provider_id` as read and shows “typing…”; None where there is neither."""

    def answer(self, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        """What the provider's answer means (rulings of docs/channels.md on 5xx included)."""

    def error_class(self, code: str) -> str:
        """The class of a code that came in an answer or in a report; FINAL for one nobody knows."""

    def listing(self, address: str, since_iso: str, endpoint: Endpoint) -> HttpRequest | None:
        """The request that lists what the provider accepted for `address` since then; None where there is no list."""

    def page(self, url: str, endpoint: Endpoint) -> HttpRequest | None:
        """The request for the next page that `listed` named; None where there is no list or the page is elsewhere."""

    def listed(self, body: bytes) -> tuple[Sequence[Mapping[str, Any]], str | None]:
        """Of one page of that list: messages as {provider_id, text, status, created_ms}, and the next page's URL."""
