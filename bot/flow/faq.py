"""Questions a shop has answered once for all (`_faq.yaml`), and which of them a message asks. A guess too many is
worse than none: a wrong answer costs more than “I didn't get that”.

A message asks a question when it is one of its wordings, or when nearly all that carries meaning in one of them stands
in it and little else does. What speaks of her own order (“mi pedido”) or denies something (“no llega”) has to be said
so in the wording too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from bot.flow.asking_words import COURTESIES, TOPIC, asks, carrying, manner, weight
from bot.flow.expressions import Expression
from bot.flow.texts import Texts
from bot.flow.words import tokens

# Measured on tests/bot/meaning/faq_*.tsv; docs/meaning.md says what came of it.
LEAST_OF_WORDING = 0.62  # of what a wording means, so much stands in the message
LEAST_OF_MESSAGE = 0.55  # of what the message means, so much stands in the entry's wordings
STRONG_OF_WORDING = 0.9
STRONG_OF_MESSAGE = 0.7
LEAST_WEIGHT = 1.2  # one word alone says too little
MARGIN = 0.08  # ahead of the next entry
SAME_WORD = 84  # rapidfuzz ratio, 0-100: a typing error
LONGEST = 24  # words; who writes more tells a story
_LEAST_LETTERS = 5

WHOLE, STRONG, LIKELY = 3, 2, 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One question. `wordings` are its ways of asking, folded; `key` names its answer among the sentences."""

    id: str
    wordings: tuple[tuple[str, ...], ...]
    answer: Texts
    queue: str = ""
    when: Expression | None = None
    line: int = 1
    column: int = 1

    @property
    def key(self) -> str:
        return f"faq:{self.id}"


@dataclass(frozen=True, slots=True)
class Found:
    """`strength`: WHOLE, STRONG or LIKELY; `words`: how many words of meaning the wording that fits has."""

    entry: Entry
    strength: int
    words: int = 0


@dataclass(frozen=True, slots=True)
class _Wording:
    entry: int
    stems: frozenset[str]
    weight: float
    is_mine: bool
    denies: bool
    asks: frozenset[str]

    def fits(self, kind: frozenset[str], denies: bool) -> bool:
        """Whether it asks for the same kind of thing, and denies what is denied."""
        return self.denies == denies and (not kind or not self.asks or not kind.isdisjoint(self.asks))


@dataclass(frozen=True, slots=True)
class Faq:
    """All entries with their index: places of wordings by each word that says what they are about."""

    entries: tuple[Entry, ...] = ()
    wordings: tuple[_Wording, ...] = ()
    whole: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    by_stem: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    vocabulary: Mapping[int, frozenset[str]] = field(default_factory=dict)
    by_letter: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def find(self, words: list[str]) -> Found | None:
        """The entry that a message with these words asks for."""
        if not self.entries or not words or len(words) > LONGEST:
            return None
        at = self.whole.get(uttered(words))
        if at is not None:
            return Found(self.entries[at], WHOLE, len(carrying(words)))
        return self._by_meaning(words)

    def _by_meaning(self, words: list[str]) -> Found | None:
        asked = self._mended(carrying(words))
        counts: dict[int, int] = {}
        for stem in asked:
            for place in self.by_stem.get(stem, ()):
                counts[place] = counts.get(place, 0) + 1
        if not counts:
            return None
        beside = sum(found for found in map(weight, asked) if found < TOPIC)
        whole = sum(map(weight, asked))
        is_mine, denies = manner(words)
        kind = asks(asked)
        scores: dict[int, tuple[float, int, int]] = {}
        for place, count in counts.items():
            one = self.wordings[place]
            if count * TOPIC + beside < LEAST_OF_WORDING * one.weight or not one.fits(kind, denies):
                continue
            score = self._score(one, asked, whole, is_mine and not one.is_mine)
            if score[0] > scores.get(one.entry, (0.0, 0, 0))[0]:
                scores[one.entry] = score
        return self._best(scores)

    def _score(self, one: _Wording, asked: frozenset[str], whole: float, is_hers: bool) -> tuple[float, int, int]:
        """How well this wording fits (0: not at all), how strongly, and its size."""
        shared = sum(map(weight, one.stems & asked))
        of_wording = shared / one.weight
        is_all = one.stems <= asked and all(weight(stem) < TOPIC for stem in asked - one.stems)
        if of_wording < LEAST_OF_WORDING or (shared < LEAST_WEIGHT and not is_all):
            return 0.0, 0, 0
        of_message = sum(map(weight, self.vocabulary[one.entry] & asked)) / whole
        if of_message < LEAST_OF_MESSAGE:
            return 0.0, 0, 0
        strong = of_wording >= STRONG_OF_WORDING and of_message >= STRONG_OF_MESSAGE
        if is_hers and not (strong and len(one.stems) > 1):
            return 0.0, 0, 0
        return of_wording + of_message, LIKELY if is_hers or not strong else STRONG, len(one.stems)

    def _best(self, scores: Mapping[int, tuple[float, int, int]]) -> Found | None:
        if not scores:
            return None
        ranked = sorted(scores.items(), key=lambda item: (-item[1][0], item[0]))
        at, (score, strength, size) = ranked[0]
        if len(ranked) > 1 and score - ranked[1][1][0] < MARGIN:
            return None
        return Found(self.entries[at], strength, size)

    def _mended(self, stems: frozenset[str]) -> frozenset[str]:
        """Words that are nearly one of ours are taken for it."""
        strange = [one for one in stems if one not in self.by_stem and len(one) >= _LEAST_LETTERS and weight(one) == TOPIC]
        if not strange:
            return stems
        mended = {one: self._nearest(one) for one in strange}
        return frozenset(mended.get(one) or one for one in stems)

    def _nearest(self, stem: str) -> str:
        found = process.extractOne(stem, self.by_letter.get(stem[0], ()), scorer=fuzz.ratio, score_cutoff=SAME_WORD)
        return str(found[0]) if found else ""


def uttered(words: Iterable[str]) -> tuple[str, ...]:
    """A question as it was said, courtesies aside."""
    return tuple(word for word in words if word not in COURTESIES)


def indexed(entries: Iterable[Entry]) -> Faq:
    """The entries, ready to be found."""
    kept = tuple(entries)
    whole = {uttered(words): at for at, entry in reversed(list(enumerate(kept))) for words in entry.wordings}
    wordings = tuple(dict.fromkeys(_wording(at, words) for at, entry in enumerate(kept) for words in entry.wordings))
    by_stem: dict[str, list[int]] = {}
    vocabulary: dict[int, frozenset[str]] = {}
    for place, one in enumerate(wordings):
        vocabulary[one.entry] = vocabulary.get(one.entry, frozenset()) | one.stems
        for stem in one.stems:
            if weight(stem) == TOPIC:
                by_stem.setdefault(stem, []).append(place)
    letters: dict[str, list[str]] = {}
    for stem in sorted(by_stem):
        letters.setdefault(stem[0], []).append(stem)
    return Faq(
        kept,
        wordings,
        whole,
        {stem: tuple(places) for stem, places in by_stem.items()},
        vocabulary,
        {letter: tuple(stems) for letter, stems in letters.items()},
    )


def _wording(at: int, words: tuple[str, ...]) -> _Wording:
    stems = carrying(words)
    return _Wording(at, stems, sum(map(weight, stems)) or 1.0, *manner(words), asks(stems))


def wording(text: str) -> tuple[str, ...]:
    """A way to ask, as it is kept."""
    return tuple(tokens(text))
