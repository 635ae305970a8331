"""The words by which the model came to its answer, as a quote that stands in the message."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from bot.understanding.features import features
from bot.understanding.fold import Folded
from bot.understanding.model import model
from bot.understanding.phrase_index import Hit

LONGEST_QUOTE = 12  # words


def weightiest(folded: Folded, hits: Sequence[Hit], head: str) -> str:
    """The run of words that speaks most for `head`, as the contact wrote it; the whole text where nothing does."""
    words = weights_of_words(folded, hits, head)
    if not words:
        return folded.original.strip()[:80]
    sums = [0.0, *accumulate(words)]
    first, last = max(
        ((start, end) for start in range(len(words)) for end in range(start + 1, min(start + LONGEST_QUOTE, len(words)) + 1)),
        key=lambda span: (sums[span[1]] - sums[span[0]], span[0] - span[1]),
    )
    spans = folded.spans
    return folded.original[spans[first][0] : spans[last - 1][1]]


def weights_of_words(folded: Folded, hits: Sequence[Hit], head: str) -> list[float]:
    """What each folded word adds to a head's score: a feature that spans several words is shared out among them."""
    traits = features(folded, hits)
    shares = [0.0] * len(folded.words)
    for share, owners in zip(model().shares(traits, head), traits.owners):
        for owner in owners:
            shares[owner] += share / len(owners)
    return shares
