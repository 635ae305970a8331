"""What the contact wants: the intents of which the model is sure enough."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.understanding.phrase_index import Hit

PREFIX = "intent:"
# All there are; the languages name the words of each, and `human` is judged apart (a test compares).
INTENTS = frozenset({
    "cancel", "change_address", "damaged_wrong", "delivery_late", "goodbye", "greeting", "human", "invoice", "lost", "no",
    "order_status", "other", "payment", "product_question", "return_refund", "stop", "thanks", "yes",
})  # fmt: skip
SMALL_TALK = frozenset({"greeting", "thanks", "goodbye", "yes", "no"})
_VAGUE = "order_status"  # stands behind what says the same more exactly: a lost parcel is asked for as well
_WITH_A_PHRASE = 0.5


def intents(
    chances: Mapping[str, float], thresholds: Mapping[str, float], hits: Iterable[Hit], human_request: float
) -> tuple[str, ...]:
    """Names of the intents (docs/understanding.md), the likeliest first; `human` where a person is asked for.

    What a phrase of the lexicons says as well needs half the certainty.
    """
    phrases = {hit.category for hit in hits}
    needed = {
        name: thresholds[PREFIX + name] * (_WITH_A_PHRASE if PREFIX + name in phrases else 1.0)
        for name in INTENTS - {"human"}
    }
    likely = {
        name: chances[PREFIX + name] - needed[name] - (name == _VAGUE)
        for name in needed
        if chances[PREFIX + name] >= needed[name]
    }
    plain = [name for name in likely if name not in SMALL_TALK]
    business = [name for name in plain if name != "other"] or plain
    ordered = sorted(business or likely, key=lambda name: (-likely[name], name))
    return ("human", *ordered) if human_request >= thresholds["human_request"] else tuple(ordered)
