"""What a word means, whatever the language: the lists of `concepts.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from bot.understanding.fold import plain_word

FILE = Path(__file__).parent / "concepts.yaml"
_SHORTEST_PREFIX = 3


@dataclass(frozen=True, slots=True)
class Concepts:
    """Folded words and folded beginnings of words, each with the names of its lists."""

    words: Mapping[str, tuple[str, ...]]
    prefixes: Mapping[str, tuple[str, ...]]

    def of(self, word: str) -> tuple[str, ...]:
        """The lists that hold this folded word; of the beginnings the longest counts."""
        known = self.words.get(word)
        if known is not None:
            return known
        for length in range(len(word), _SHORTEST_PREFIX - 1, -1):
            known = self.prefixes.get(word[:length])
            if known is not None:
                return known
        return ()


@cache
def concepts() -> Concepts:
    """The shipped lists. Raises ValueError with the name of a list that is not words between quotation marks."""
    return read_concepts(FILE.read_text(encoding="utf-8"))


def read_concepts(text: str) -> Concepts:
    """The lists written in YAML `text`. Raises ValueError."""
    words: dict[str, dict[str, None]] = {}
    prefixes: dict[str, dict[str, None]] = {}
    for name, listed in (yaml.load(text, Loader=yaml.CSafeLoader) or {}).items():
        if not isinstance(listed, str):
            raise ValueError(f"concepts.yaml: “{name}” must be words between quotation marks, parted by spaces.")  # noqa: TRY004 - shown as one kind of error
        for word in listed.split():
            known = prefixes if word.endswith("*") else words
            known.setdefault(plain_word(word.rstrip("*")), {})[name] = None
    return Concepts(_frozen(words), _frozen(prefixes))


def _frozen(known: Mapping[str, Mapping[str, None]]) -> dict[str, tuple[str, ...]]:
    return {word: tuple(sorted(names)) for word, names in known.items() if word}
