"""Which phrases may stand in a text, found by its words in a few bit operations, and where they do stand.

Every phrase has slots: sets of words of which a match must hold one. For each word the index knows the phrases whose
slots it fills, as the bits of one number; what remains when every slot is filled is searched on RE2, compiled when
first needed. The cost of a message therefore hardly grows with the number of phrases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import re2

from bot.understanding.fold import Folded
from bot.understanding.phrases import Pattern

MAX_HITS_PER_PHRASE = 3
_KEPT_WORDS = 20_000

_Masks = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of `category` found in folded text from `start` to `end`."""

    category: str
    language: str
    start: int
    end: int

    def overlaps(self, other: Hit) -> bool:
        # Both spans own the space before and after their words: neighbours share one character.
        return self.start < other.end - 1 and other.start < self.end - 1


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of a lexicon, filed under its category; `countries` where it holds (everywhere when empty)."""

    category: str
    language: str
    pattern: Pattern
    countries: frozenset[str] = frozenset()


@dataclass(frozen=True)
class PhraseIndex:
    """Phrases and, for every word, the slots of phrases that it fills."""

    phrases: tuple[Phrase, ...]
    _compiled: dict[int, Any] = field(default_factory=dict, repr=False)
    _known: dict[str, _Masks] = field(default_factory=dict, repr=False)

    def found(self, folded: Folded, words: frozenset[str], country: str = "") -> list[Hit]:
        """Every phrase that stands in the text and holds in `country`, in the order of the phrases."""
        wanted = self._candidates(words) & ~self._elsewhere(country)
        # One byte for each character, so that offsets hold; phrases are made of plain letters.
        text = folded.text.encode("ascii", "replace")
        hits: list[Hit] = []
        while wanted:
            lowest = wanted & -wanted
            wanted ^= lowest
            number = lowest.bit_length() - 1
            hits.extend(self._places(number, text))
        return hits

    def ready(self) -> PhraseIndex:
        """Itself, with its words filed now rather than for the first message."""
        self._candidates(frozenset(("a",)))
        return self

    def expression(self, number: int) -> Any:
        """The compiled pattern of a phrase, by its number."""
        pattern = self._compiled.get(number)
        if pattern is None:
            pattern = self._compiled[number] = re2.compile(self.phrases[number].pattern.expression.encode())
        return pattern

    def triggered(self, word: str) -> int:
        """The phrases filed under this word, as bits."""
        return next((mask for slot, mask in self._masks(word) if slot == 0), 0)

    def bits(self, numbers: Iterable[int]) -> int:
        return sum(1 << number for number in numbers)

    def _elsewhere(self, country: str) -> int:
        """The phrases that hold in other countries only; where the country is not known, all hold."""
        if not country or not self._tagged:
            return 0
        return self.bits(number for number, countries in self._tagged.items() if country not in countries)

    @cached_property
    def _tagged(self) -> Mapping[int, frozenset[str]]:
        return {number: phrase.countries for number, phrase in enumerate(self.phrases) if phrase.countries}

    def _candidates(self, words: frozenset[str]) -> int:
        filled = [0] * len(self._open)
        for word in words:
            for slot, mask in self._masks(word):
                filled[slot] |= mask
        wanted = -1
        for mask, free in zip(filled, self._open):
            wanted &= mask | free
        return wanted if filled else 0

    def _masks(self, word: str) -> _Masks:
        masks = self._known.get(word)
        if masks is None:
            if len(self._known) > _KEPT_WORDS:  # what strangers type must not fill the memory
                self._known.clear()
            masks = self._known[word] = self._masks_of(word)
        return masks

    def _masks_of(self, word: str) -> _Masks:
        found: dict[int, int] = {}
        filed = self._filed
        beginnings = (f"{word[:length]}*" for length in self._lengths if length <= len(word))
        for literal in (word, *beginnings):
            for slot, number in filed.get(literal, ()):
                found[slot] = found.get(slot, 0) | 1 << number
        return tuple(found.items())

    @cached_property
    def _open(self) -> tuple[int, ...]:
        """For each slot, the phrases that have no such slot."""
        counts = [1 + len(phrase.pattern.others) for phrase in self.phrases]
        return tuple(
            self.bits(number for number, count in enumerate(counts) if count <= slot)
            for slot in range(max(counts, default=0))
        )

    @cached_property
    def _filed(self) -> Mapping[str, list[tuple[int, int]]]:
        """For each word (`denunci*`: beginning of one) the slots that it fills, with the numbers of their phrases."""
        found: dict[str, list[tuple[int, int]]] = {}
        for number, phrase in enumerate(self.phrases):
            for slot, literals in enumerate((phrase.pattern.triggers, *phrase.pattern.others)):
                place = (slot, number)
                for literal in literals:
                    found.setdefault(literal, []).append(place)
        return found

    @cached_property
    def _lengths(self) -> Sequence[int]:
        """How long the beginnings are."""
        return sorted({len(literal) - 1 for literal in self._filed if literal.endswith("*")})

    def _places(self, number: int, text: bytes) -> list[Hit]:
        phrase, pattern = self.phrases[number], self.expression(number)
        places: list[Hit] = []
        match = pattern.search(text)  # most find nothing
        while match is not None and len(places) < MAX_HITS_PER_PHRASE:
            start, end = match.span()
            places.append(Hit(phrase.category, phrase.language, start, end))
            match = pattern.search(text, max(end - 1, start + 1))
        return places
