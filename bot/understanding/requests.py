"""Is a person asked for: said outright, by asking whether anybody is there, for a call, or by refusing the bot."""

from __future__ import annotations

from collections.abc import Sequence

from bot.understanding.fold import Folded
from bot.understanding.phrase_index import Hit
from bot.understanding.reading import Reason

SCORES = {"human_request": 1.0, "reject_bot": 0.9, "phone_wish": 0.85, "presence": 0.8, "unreachable": 0.8}

# What takes a request back, where it covers the same words: "no necesito un asesor", "otra persona puede recogerlo".
COVERS = {
    "negated_request": ("human_request", "phone_wish", "presence"),
    "harmless_person": ("human_request", "presence", "phone_wish"),
    "curious_bot": ("human_request", "presence"),
    "product_title": ("human_request", "presence", "reject_bot", "unreachable"),
    "good_reference": ("human_request", "phone_wish", "unreachable"),
    "resolved": ("unreachable",),
    "third_party": ("unreachable",),
}


def requests(folded: Folded, hits: Sequence[Hit]) -> tuple[float, tuple[Reason, ...]]:
    """The strongest request as a score from 0 to 1, and each request with its quote."""
    asked = [hit for hit in hits if hit.category in SCORES]
    if not asked:
        return 0.0, ()
    standing = [hit for hit in asked if not is_covered(hit, hits, COVERS)]
    longest = {hit.category: hit for hit in sorted(standing, key=lambda hit: hit.end - hit.start)}
    reasons = tuple(
        Reason(category, folded.quote(hit.start, hit.end))
        for category, hit in sorted(longest.items(), key=lambda item: -SCORES[item[0]])
    )
    return max((SCORES[hit.category] for hit in standing), default=0.0), reasons


def is_covered(hit: Hit, hits: Sequence[Hit], covers: dict[str, tuple[str, ...]]) -> bool:
    """Does a finding of a counter-lexicon lie over this one."""
    return any(hit.category in covers.get(other.category, ()) and hit.overlaps(other) for other in hits)
