"""The words by which the model came to its answer, as a quote that stands in the message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, chain

import numpy as np

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
    first, last = max(_heaviest_runs(sums), key=lambda run: (sums[run[1]] - sums[run[0]], run[0] - run[1]))
    spans = folded.spans
    return folded.original[spans[first][0] : spans[last - 1][1]]


def _heaviest_runs(sums: Sequence[float]) -> Iterator[tuple[int, int]]:
    """For each first word the run of at most LONGEST_QUOTE words that weighs most, the shortest of equal ones."""
    for start in range(len(sums) - 1):
        yield start, sums.index(max(sums[start + 1 : start + 1 + LONGEST_QUOTE]), start + 1)


def weights_of_words(folded: Folded, hits: Sequence[Hit], head: str) -> list[float]:
    """What each folded word adds to a head's score: a feature that spans several words is shared out among them."""
    traits = features(folded, hits)
    owners = traits.owners
    sizes = list(map(len, owners))
    shares = [share / (size or 1) for share, size in zip(model().shares(traits, head), sizes)]
    places = np.fromiter(chain.from_iterable(owners), np.intp)
    sums: list[float] = np.bincount(places, np.repeat(shares, sizes), len(folded.words)).tolist()
    return sums
