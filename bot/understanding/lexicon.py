"""The lexicons of `languages/*.yaml` as one index: which phrases stand in a folded text, and where."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.understanding.fold import Folded, plain_word
from bot.understanding.phrase_index import Hit, Phrase, PhraseIndex
from bot.understanding.phrases import Lists, PhraseError, options, translate

FOLDER = Path(__file__).parent / "languages"
_SHORTEST_MENDED = 6
_SPOKEN_WORDS = 2  # words that only one language has: so many make it the language of the text
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_FOREIGN_SHARE = 4  # another one that has so many times fewer is not spoken there


_NEIGHBOURS = {
    key: {other for near in _KEYS[max(0, row - 1) : row + 2] for other in near[max(0, at - 1) : at + 2]} - {key}
    for row, keys in enumerate(_KEYS)
    for at, key in enumerate(keys)
}


@dataclass(frozen=True, slots=True)
class Book:
    """What a shop adds to the lexicons and what it switches off; `country` is that of the conversation."""

    disabled: frozenset[str] = frozenset()
    own: PhraseIndex | None = None
    country: str = ""

    def at(self, country: str) -> Book:
        """The book for a conversation with somebody in `country`; where that is not known, the shop's country holds."""
        return self if not country or country == self.country else replace(self, country=country)


SHIPPED = Book()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All phrases, and the words by which languages are told apart and typing errors mended."""

    index: PhraseIndex
    shorthand: Mapping[str, str]
    function_words: Mapping[str, frozenset[str]]
    small_words: frozenset[str]
    known: frozenset[str]
    deletions: Mapping[str, str] = field(repr=False)
    only_words: Mapping[str, str] = field(default_factory=dict)

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        return self.index.phrases


@cache
def lexicon() -> Lexicon:
    """The lexicon of the shipped languages. Raises PhraseError with the file's name for a phrase it cannot read."""
    with _uncollected():
        trees = _trees()
        phrases: list[Phrase] = []
        for language, tree in trees.items():
            phrases.extend(_phrases(language, tree, _lists(tree, trees)))
        return _indexed(trees, tuple(phrases))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for garbage: nearly all that is made here stays, and looking takes a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _lists(tree: Mapping[str, Any], trees: Mapping[str, Any]) -> Lists:
    """The lists of one language; greetings and courtesies, and the commonest words, of all."""
    courtesy = [phrase for one in trees.values() for phrase in one["lists"]["courtesy"]]
    common = frozenset().union(*(_words(one["small_words"]) for one in trees.values()))
    return Lists({**tree["lists"], "courtesy": courtesy}, common)


def hits(folded: Folded, book: Book = SHIPPED) -> tuple[Hit, ...]:
    """Every phrase that stands in the text, in the order of the files; the shop's own come last."""
    words = frozenset(folded.words)
    found = _in_its_language(lexicon().index.found(folded, words, book.country), words)
    if book.own is not None:
        found = [*found, *book.own.found(folded, words, book.country)]
    return tuple(hit for hit in found if hit.category not in book.disabled) if book.disabled else tuple(found)


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
    return frozenset(language for language, bits in _bits_by_language().items() if bits & _filed(word))


@cache
def _bits_by_language() -> dict[str, int]:
    index = lexicon().index
    found: dict[str, int] = {}
    for number, phrase in enumerate(index.phrases):
        found[phrase.language] = found.get(phrase.language, 0) | 1 << number
    return found


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
    """The known word one lost, doubled-in, swapped or neighbouring letter away; the outer letters must be right."""
    candidates = [book.deletions.get(word, "")]
    for at in range(1, len(word) - 1):
        shorter = word[:at] + word[at + 1 :]
        candidates.append(shorter if shorter in book.known else "")
        candidates.append(_other_key(word, at, book.deletions.get(shorter, "")))
        swapped = word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :] if at > 1 else ""
        candidates.append(swapped if swapped in book.known else "")
    return next((one for one in candidates if len(one) >= _SHORTEST_MENDED), word)


def _other_key(word: str, at: int, known: str) -> str:
    """The known word, where it differs by a key that lies beside the right one."""
    if len(known) != len(word) or known[:at] != word[:at] or known[at + 1 :] != word[at + 1 :]:
        return ""
    return known if known[at] in _NEIGHBOURS.get(word[at], "") else ""


def _filed(word: str) -> int:
    return lexicon().index.triggered(word)


def compiled(number: int) -> Any:
    """The compiled pattern of a phrase, by its number in the lexicon."""
    return lexicon().index.expression(number)


def compile_all(languages: Collection[str]) -> int:
    """Compile the phrases of these languages now rather than when a message needs them; how many there are."""
    numbers = [number for number, phrase in enumerate(lexicon().phrases) if phrase.language in languages]
    for number in numbers:
        compiled(number)
    return len(numbers)


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
    if isinstance(held, str):
        whole[section] = f"{whole.get(section, '')} {held}"
        return
    if section not in ("lists", "categories", "intents"):
        whole[section] = {**whole.get(section, {}), **held}
        return
    for name, phrases in held.items():
        whole[section].setdefault(name, []).extend(phrases)


def _phrases(language: str, tree: Mapping[str, Any], lists: Lists) -> list[Phrase]:
    sections = [*tree["categories"].items(), *((f"intent:{name}", held) for name, held in tree["intents"].items())]
    try:
        return [phrase for category, held in sections for phrase in phrases_of(category, language, held, lists)]
    except PhraseError as error:
        raise PhraseError(f"languages/{language}.yaml: {error}") from error


def phrases_of(category: str, language: str, held: Collection[Any], lists: Lists) -> Iterator[Phrase]:
    """The phrases of a list: texts, or `{phrase, in}` with the countries where one holds. Raises PhraseError."""
    for entry in held:
        text, countries = (entry, ()) if isinstance(entry, str) else (entry["phrase"], entry["in"])
        for one in options(text):
            yield Phrase(category, language, translate(one, lists), frozenset(countries))


def _indexed(trees: Mapping[str, Any], phrases: tuple[Phrase, ...]) -> Lexicon:
    small = {language: _words(tree["small_words"]) for language, tree in trees.items()}
    function_words = {language: _words(tree["function_words"]) | small[language] for language, tree in trees.items()}
    ordinary = frozenset().union(*(_words(tree["ordinary_words"]) for tree in trees.values()))
    mendable = {word for word in _written(phrases) if len(word) >= _SHORTEST_MENDED and word.isalpha()}
    return Lexicon(
        index=PhraseIndex(phrases).ready(),
        shorthand=_shorthand(trees),
        function_words=function_words,
        small_words=frozenset().union(*small.values()),
        known=frozenset(mendable | ordinary | set().union(*function_words.values())),
        deletions=_deletions(mendable),
        only_words=_only_words(function_words, _courtesies(trees)),
    )


def _written(phrases: tuple[Phrase, ...]) -> set[str]:
    slots = [slot for phrase in phrases for slot in (phrase.pattern.triggers, *phrase.pattern.others)]
    return {word for word in set().union(*slots) if not word.endswith("*")}


def _courtesies(trees: Mapping[str, Any]) -> frozenset[str]:
    """The words of greetings and courtesies: people borrow them from other languages."""
    lists = [phrase for tree in trees.values() for phrase in tree["lists"]["courtesy"]]
    return _words(" ".join(lists).replace("(", " ").replace(")", " ").replace("|", " ").replace("?", " "))


def _only_words(function_words: Mapping[str, frozenset[str]], borrowed: frozenset[str]) -> dict[str, str]:
    """The function words that a single language has, with that language."""
    found: dict[str, str] = {}
    for language, words in function_words.items():
        others = borrowed.union(*(held for other, held in function_words.items() if other != language))
        found.update(dict.fromkeys(words - others, language))
    return found


def _words(text: str) -> frozenset[str]:
    return frozenset(map(plain_word, text.split()))


def _shorthand(trees: Mapping[str, Any]) -> dict[str, str]:
    pairs = [pair for tree in trees.values() for pair in tree["shorthand"].items()]
    return {plain_word(short): " ".join(map(plain_word, long.split())) for short, long in pairs}


def _deletions(words: set[str]) -> dict[str, str]:
    return {word[:at] + word[at + 1 :]: word for word in sorted(words) for at in range(1, len(word) - 1)}
