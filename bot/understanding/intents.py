"""What the contact wants: the intents of which the model is sure enough."""

from __future__ import annotations

from collections.abc import Mapping

PREFIX = "intent:"
# All there are; the languages name the words of each, and `human` is judged apart (a test compares).
INTENTS = frozenset({
    "cancel", "change_address", "damaged_wrong", "delivery_late", "goodbye", "greeting", "human", "invoice", "lost", "no",
    "order_status", "other", "payment", "product_question", "return_refund", "stop", "thanks", "yes",
})  # fmt: skip
SMALL_TALK = frozenset({"greeting", "thanks", "goodbye", "yes", "no"})


def intents(chances: Mapping[str, float], thresholds: Mapping[str, float], human_request: float) -> tuple[str, ...]:
    """Names of the intents (docs/understanding.md), the likeliest first; `human` where a person is asked for."""
    likely = {
        name: chance - thresholds[PREFIX + name]
        for name in INTENTS - {"human"}
        if (chance := chances[PREFIX + name]) >= thresholds[PREFIX + name]
    }
    plain = [name for name in likely if name not in SMALL_TALK]
    business = [name for name in plain if name != "other"] or plain
    ordered = sorted(business or likely, key=lambda name: (-likely[name], name))
    return ("human", *ordered) if human_request >= thresholds["human_request"] else tuple(ordered)
