"""The lexicons of `languages/*.yaml` as one index: which phrases stand in a folded text, and where.

Every phrase is filed under its rarest words; a message tries only the phrases whose words it holds, so its
cost does not grow with the lexicon. Patterns are compiled when they are first needed and then kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import re2
import yaml

from bot.understanding.fold import Folded, plain_word
from bot.understanding.phrases import Lists, Pattern, PhraseError, options, translate

FOLDER = Path(__file__).parent / "languages"
MAX_HITS_PER_PHRASE = 3
_SHORTEST_MENDED = 6
_SPOKEN_WORDS = 2  # words that only one language has: so many make it the language of the text
_FOREIGN_SHARE = 4  # another one that has so many times fewer is not spoken there


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
    """A phrase of a lexicon, filed under its category."""

    category: str
    language: str
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All phrases, their index, and the words by which languages are told apart and typing errors mended."""

    phrases: tuple[Phrase, ...]
    exact: Mapping[str, tuple[int, ...]]
    prefixes: Mapping[str, tuple[int, ...]]
    shorthand: Mapping[str, str]
    function_words: Mapping[str, frozenset[str]]
    small_words: frozenset[str]
    known: frozenset[str]
    deletions: Mapping[str, str] = field(repr=False)
    only_words: Mapping[str, str] = field(default_factory=dict)
    lengths: tuple[int, ...] = ()


@cache
def lexicon() -> Lexicon:
    """The lexicon of the shipped languages. Raises PhraseError with the file's name for a phrase it cannot read."""
    trees = _trees()
    courtesy = [phrase for tree in trees.values() for phrase in tree["lists"]["courtesy"]]
    phrases: list[Phrase] = []
    for language, tree in trees.items():
        lists = Lists({**tree["lists"], "courtesy": courtesy})
        phrases.extend(_phrases(language, tree, lists))
    return _indexed(trees, tuple(phrases))


def hits(folded: Folded) -> tuple[Hit, ...]:
    """Every phrase that stands in the text, in the order of the files."""
    words = frozenset(folded.words)
    wanted: set[int] = set()
    for word in words:
        wanted.update(_filed(word))
    phrases = lexicon().phrases
    found: list[Hit] = []
    for number in sorted(wanted):
        phrase = phrases[number]
        if all(need.met(words) for need in phrase.pattern.needs):
            found.extend(_places(number, phrase, folded.text))
    return tuple(_in_its_language(found, words))


def _in_its_language(found: list[Hit], words: frozenset[str]) -> list[Hit]:
    """Without the findings in a language that the text does not speak ("process" is no lawsuit in English)."""
    languages = {hit.language for hit in found}
    if not found:
        return found
    only = lexicon().only_words
    spoken: dict[str, int] = {}
    for word in words:
        language = only.get(word)
        if language:
            spoken[language] = spoken.get(language, 0) + 1
    most = max(spoken.values(), default=0)
    if most < _SPOKEN_WORDS:
        return found
    foreign = {language for language in languages if spoken.get(language, 0) * _FOREIGN_SHARE <= most}
    return [hit for hit in found if hit.language not in foreign] if foreign else found


def languages_of(word: str) -> frozenset[str]:
    """The languages whose lexicons file phrases under this folded word."""
    phrases = lexicon().phrases
    return frozenset(phrases[number].language for number in _filed(word))


@lru_cache(maxsize=65536)
def mend(raw: str) -> str:
    """The folded form of a word as typed: shorthand written out, one slip of the finger in a known word undone."""
    if len(raw) > 40:
        return plain_word(raw[:40])
    word = plain_word(raw)
    book = lexicon()
    if len(word) > 2 or len(word) == len(raw):  # "kkkk" is laughter and no "k"
        word = book.shorthand.get(word, word)
    if len(word) < _SHORTEST_MENDED or not word.isalpha() or word in book.known or _filed(word):
        return word
    return _respelled(word, book)


def _respelled(word: str, book: Lexicon) -> str:
    """The known word one lost, doubled-in or swapped letter away; first and last letters must be right."""
    candidates = [book.deletions.get(word, "")]
    for at in range(1, len(word) - 1):
        shorter = word[:at] + word[at + 1 :]
        candidates.append(shorter if shorter in book.known else "")
        swapped = word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :] if at > 1 else ""
        candidates.append(swapped if swapped in book.known else "")
    return next((one for one in candidates if len(one) >= _SHORTEST_MENDED), word)


@lru_cache(maxsize=65536)
def _filed(word: str) -> tuple[int, ...]:
    book = lexicon()
    found = list(book.exact.get(word, ()))
    for length in book.lengths:
        if length > len(word):
            break
        found.extend(book.prefixes.get(word[:length], ()))
    return tuple(found)


@cache
def compiled(number: int) -> Any:
    """The compiled pattern of a phrase, by its number in the lexicon."""
    return re2.compile(lexicon().phrases[number].pattern.expression)


def compile_all(languages: Collection[str]) -> int:
    """Compile the phrases of these languages now rather than when a message needs them; how many there are."""
    numbers = [number for number, phrase in enumerate(lexicon().phrases) if phrase.language in languages]
    for number in numbers:
        compiled(number)
    return len(numbers)


def _places(number: int, phrase: Phrase, text: str) -> list[Hit]:
    places: list[Hit] = []
    match = compiled(number).search(text)
    while match is not None and len(places) < MAX_HITS_PER_PHRASE:
        places.append(Hit(phrase.category, phrase.language, match.start(), match.end()))
        match = compiled(number).search(text, max(match.end() - 1, match.start() + 1))
    return places


def _trees() -> dict[str, dict[str, Any]]:
    """What the files say, by language: `es.yaml` and what `es_….yaml` adds to it."""
    trees: dict[str, dict[str, Any]] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        part = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        whole = trees.setdefault(path.stem.partition("_")[0], {"lists": {}, "categories": {}, "intents": {}})
        for section, held in part.items():
            _join(whole, section, held)
    return trees


def _join(whole: dict[str, Any], section: str, held: Any) -> None:
    if section not in ("lists", "categories", "intents"):
        whole[section] = held
        return
    for name, phrases in held.items():
        whole[section].setdefault(name, []).extend(phrases)


def _phrases(language: str, tree: Mapping[str, Any], lists: Lists) -> list[Phrase]:
    sections = [*tree["categories"].items(), *((f"intent:{name}", held) for name, held in tree["intents"].items())]
    try:
        return [
            Phrase(category, language, translate(one, lists))
            for category, held in sections
            for phrase in held
            for one in options(phrase)
        ]
    except PhraseError as error:
        raise PhraseError(f"languages/{language}.yaml: {error}") from error


def _indexed(trees: Mapping[str, Any], phrases: tuple[Phrase, ...]) -> Lexicon:
    exact: dict[str, list[int]] = {}
    prefixes: dict[str, list[int]] = {}
    for number, phrase in enumerate(phrases):
        for literal in phrase.pattern.triggers:
            (prefixes if literal.prefix else exact).setdefault(literal.word, []).append(number)
    small = {language: _words(tree["small_words"]) for language, tree in trees.items()}
    function_words = {language: _words(tree["function_words"]) | small[language] for language, tree in trees.items()}
    ordinary = frozenset().union(*(_words(tree["ordinary_words"]) for tree in trees.values()))
    written = set(exact).union(*(need.words for phrase in phrases for need in phrase.pattern.needs))
    mendable = {word for word in written if len(word) >= _SHORTEST_MENDED and word.isalpha()}
    return Lexicon(
        phrases=phrases,
        exact={word: tuple(numbers) for word, numbers in exact.items()},
        prefixes={word: tuple(numbers) for word, numbers in prefixes.items()},
        shorthand=_shorthand(trees),
        function_words=function_words,
        small_words=frozenset().union(*small.values()),
        known=frozenset(mendable | ordinary | set().union(*function_words.values())),
        deletions=_deletions(mendable),
        only_words=_only_words(function_words),
        lengths=tuple(sorted({len(word) for word in prefixes})),
    )


def _only_words(function_words: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """The function words that a single language has, with that language."""
    found: dict[str, str] = {}
    for language, words in function_words.items():
        others = frozenset().union(*(held for other, held in function_words.items() if other != language))
        found.update(dict.fromkeys(words - others, language))
    return found


def _words(text: str) -> frozenset[str]:
    return frozenset(map(plain_word, text.split()))


def _shorthand(trees: Mapping[str, Any]) -> dict[str, str]:
    pairs = [pair for tree in trees.values() for pair in tree["shorthand"].items()]
    return {plain_word(short): " ".join(map(plain_word, long.split())) for short, long in pairs}


def _deletions(words: set[str]) -> dict[str, str]:
    return {word[:at] + word[at + 1 :]: word for word in sorted(words) for at in range(1, len(word) - 1)}
