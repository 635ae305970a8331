"""What codes of the house are called on a page: reasons, channels, orders, first names. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CHANNELS = ("whatsapp", "sms", "messenger", "instagram")
_ORDER_KEYS = ("order_ref", "order", "order_number", "reference", "ref")


@dataclass(frozen=True, slots=True)
class Why:
    """A reason of a handoff on a chip: the key of its words, its icon, and whether it is frustration (pink)."""

    key: str
    icon: str
    pink: bool = False


_ANGRY = Why("frustration", "frown", pink=True)
_FAMILIES = (
    ("human_request presence phone_wish reject_bot unreachable accepted_person", Why("human_request", "hand")),
    ("frustration profanity insult annoyance sarcasm repetition_complaint wait_complaint wait", _ANGRY),
    ("threat_authority threat_legal threat_public vulnerable safety anger_emoji shouting insistence", _ANGRY),
    ("broken_promise disbelief giving_up disappointment waste pass_the_buck rhetorical polite_anger words", _ANGRY),
    ("gives_up growing pushback pushes judged", _ANGRY),
    (
        "no_progress repeat repeats rephrase rephrases corrects again same_answer same_slot",
        Why("repeats", "rotate-ccw"),
    ),
    ("like_answer asked_given given_again put_off", Why("repeats", "rotate-ccw")),
    ("fallback fallbacks", Why("fallbacks", "message-circle-question-mark")),
    ("damage problem_on_arrival faulty_item", Why("damage", "package-x")),
    ("lost late not_received not_found unknown_status no_order_number identity_failed", Why("order", "truck")),
    ("return refund", Why("returns", "undo-2")),
    ("invoice", Why("invoice", "credit-card")),
    ("bot_error system_down unsure", Why("bot_error", "circle-alert")),
    ("agent_takeover", Why("agent_takeover", "user-round")),
    ("agent_started", Why("agent_started", "pencil-line")),
    ("too_many", Why("limit", "ban")),
    ("no_answer", Why("no_answer", "hourglass")),
    ("loop", Why("loop", "bot")),
)

_STEP = Why("flow", "workflow")


def why(reason: str) -> Why:
    """The chip of a reason; what a flow calls its own is a step of the flow."""
    return next((chip for codes, chip in _FAMILIES if reason in codes.split()), _STEP)


def families() -> tuple[str, ...]:
    """The words of all chips, each once."""
    return tuple(dict.fromkeys([*(chip.key for _, chip in _FAMILIES), _STEP.key]))


def codes_of(key: str) -> tuple[frozenset[str], frozenset[str]]:
    """The reasons behind a chip, and, for the chip of everything else, those it does not stand for."""
    if key == _STEP.key:
        return frozenset(), frozenset(code for codes, _ in _FAMILIES for code in codes.split())
    found = frozenset(code for codes, chip in _FAMILIES if chip.key == key for code in codes.split())
    return found or frozenset({key}), frozenset()


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
