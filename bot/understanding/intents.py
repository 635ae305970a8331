"""What the contact wants: the intents whose phrases stand in the message, in the order in which they appear."""

from __future__ import annotations

from collections.abc import Iterable

from bot.understanding.lexicon import Hit

PREFIX = "intent:"
# The first of each pair says the same more exactly, so that the second is left out.
_MORE_EXACT = (
    ("lost", "order_status"),
    ("lost", "delivery_late"),
    ("delivery_late", "order_status"),
    ("invoice", "order_status"),
    ("delivery_late", "invoice"),  # “aún no recibo mi paquete” asks for no receipt
    ("cancel", "order_status"),
    ("change_address", "order_status"),
    ("return_refund", "order_status"),
    ("damaged_wrong", "product_question"),
    ("damaged_wrong", "order_status"),
    ("return_refund", "product_question"),
    ("payment", "product_question"),
    ("stop", "no"),
    ("cancel", "no"),
)
# All there are; the languages name the words of each, and `human` is judged apart (a test compares).
INTENTS = frozenset({
    "cancel", "change_address", "damaged_wrong", "delivery_late", "goodbye", "greeting", "human", "invoice", "lost", "no",
    "order_status", "other", "payment", "product_question", "return_refund", "stop", "thanks", "yes",
})  # fmt: skip
SMALL_TALK = frozenset({"greeting", "thanks", "goodbye", "yes", "no"})


def intents(hits: Iterable[Hit], human_request: float) -> tuple[str, ...]:
    """Names of the intents (docs/understanding.md); `human` where a person is asked for."""
    first: dict[str, int] = {}
    for hit in hits:
        if hit.category.startswith(PREFIX):
            name = hit.category[len(PREFIX) :]
            first[name] = min(first.get(name, hit.start), hit.start)
    for exact, vague in _MORE_EXACT:
        if exact in first:
            first.pop(vague, None)
    business = [name for name in first if name not in SMALL_TALK]
    kept = business or list(first)
    ordered = sorted(kept, key=lambda name: first[name])
    return ("human", *ordered) if human_request else tuple(ordered)
