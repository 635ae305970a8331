"""What codes of the house are called on a page: reasons, channels, orders, first names. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CHANNELS = ("whatsapp", "sms", "messenger")
_ASKED = ("human_request", "explicit_request", "presence", "phone_wish", "reject_bot")
_ANGRY = (
    "frustration",
    "profanity",
    "insult",
    "threat_authority",
    "threat_legal",
    "threat_public",
    "annoyance",
    "sarcasm",
    "repetition_complaint",
    "wait_complaint",
    "vulnerable",
    "safety",
    "anger_emoji",
    "shouting",
    "insistence",
)
_STUCK = ("repeat", "rephrase", "again", "same_answer", "same_slot", "repeats", "wait")
_LOST = ("fallback", "fallbacks")
_DAMAGED = ("damage", "damaged", "damaged_wrong", "broken")
_ORDER_KEYS = ("order_ref", "order", "order_number", "reference", "ref")


@dataclass(frozen=True, slots=True)
class Why:
    """A reason of a handoff on a chip: the key of its words, its icon, and whether it is frustration (pink)."""

    key: str
    icon: str
    pink: bool = False


def why(reason: str) -> Why:
    """The chip of a reason; what a flow calls its own is a step of the flow."""
    families = (
        (_ASKED, Why("human_request", "hand")),
        (_ANGRY, Why("frustration", "frown", True)),
        (_STUCK, Why("repeats", "rotate-ccw", True)),
        (_LOST, Why("fallbacks", "message-circle-question-mark")),
        (_DAMAGED, Why("damage", "package-x")),
        (("bot_error",), Why("bot_error", "circle-alert")),
        (("agent_takeover",), Why("agent_takeover", "user-round")),
        (("limit", "too_many"), Why("limit", "ban")),
    )
    return next((found for codes, found in families if reason in codes), Why("flow", "workflow"))


def channel(kind: str) -> str:
    """The key of a channel's name: `twilio_whatsapp` is WhatsApp, whoever carries it."""
    return next((name for name in CHANNELS if name in kind), "web")


def order_of(card: Mapping[str, Any] | None) -> str:
    """The order a ticket is about, as far as the bot learnt it."""
    known = (card or {}).get("known") or {}
    for key in _ORDER_KEYS:
        value = known.get(key)
        if isinstance(value, Mapping):
            value = value.get("reference")
        if isinstance(value, str) and value.strip():
            return value.strip()[:40]
    return ""


def first_name(name: str) -> str:
    """`Marta` of `Marta Ríos`; the whole name where it has no parts."""
    return name.split()[0] if name.split() else name


def shown_name(name: str, address: str) -> str:
    """A contact's name, else her address: nobody is a blank line."""
    return name.strip() or address
