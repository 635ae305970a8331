"""Robustness of the lexicons: what does not change the sense does not change what is found, in each category."""

import random
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.fold import fold
from bot.understanding.frustration import temper
from bot.understanding.lexicon import hits, mend
from bot.understanding.read import read
from bot.understanding.requests import requests
from tests.bot.understanding.lines import lines

TEXTS = [text for _, text, _ in lines()]
ALARMS = [text for _, text, _ in lines("human", "annoyed", "frustrated", "furious")]
SAME = 0.98
ALIKE_AFTER_A_SLIP = 0.8  # the slip may stand in the only word that says it, and change a short one into another
_FULL_WIDTH = ord("Ａ") - ord("A")
_LEET = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "5"}
_KEYS = "qwertyuiop asdfghjkl zxcvbnm"
few = settings(max_examples=60, deadline=None, derandomize=True)


def found(text: str) -> frozenset[str]:
    """The categories of requests and of temper; capitals and emoji are no words."""
    folded = fold(text, mend)
    places = hits(folded)
    reasons = (*requests(folded, places)[1], *temper(folded, places).reasons)
    return frozenset(reason.code for reason in reasons) - {"shouting", "anger_emoji"}


def without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + _FULL_WIDTH) if c.isascii() and c.isalpha() else c for c in text)


def in_a_word(text: str, change: Callable[[str, int], str], least: int) -> str:
    """The text with one inner letter of one of its longer words changed, the same one each time."""
    chance = random.Random(text)
    words = text.split(" ")
    long = [at for at, word in enumerate(words) if len(word) > least and word.isalpha()]
    if not long:
        return text
    at = chance.choice(long)
    words[at] = change(words[at], chance.randrange(1, len(words[at]) - 2))
    return " ".join(words)


def next_key(word: str, at: int) -> str:
    place = _KEYS.find(word[at].lower())
    key = (_KEYS[place + 1 : place + 2].strip() or _KEYS[place - 1]) if place >= 0 else word[at]
    return word[:at] + key + word[at + 1 :]


MUTATIONS: dict[str, Callable[[str], str]] = {
    "no accents": without_accents,
    "decomposed letters": lambda text: unicodedata.normalize("NFD", text),
    "full-width letters": full_width,
    "capitals": str.upper,
    "small letters": str.lower,
    "no punctuation": lambda text: text.translate(str.maketrans("", "", "¿?¡!.,;:")),
    "more punctuation": lambda text: f"{text}!!!",
    "line break": lambda text: text.replace(" ", "\n", 1),
    "double spaces": lambda text: text.replace(" ", "  "),
    "hard spaces": lambda text: text.replace(" ", "\u00a0"),
    "zero width inside": lambda text: f"{text[: len(text) // 2]}\u200b{text[len(text) // 2 :]}",
    "soft hyphen": lambda text: f"{text[: len(text) // 3]}\u00ad{text[len(text) // 3 :]}",
    "byte order mark": lambda text: f"\ufeff{text}",
    "stretched end": lambda text: text + text[-1] * 4 if text[-1].isalpha() else text,
    "stretched vowel": lambda text: in_a_word(text, lambda word, at: word[:at] + word[at] * 4 + word[at + 1 :], 3),
    "greeting": lambda text: f"hola, {text}",
    "foreign greeting": lambda text: f"hi, {text}",
    "two greetings": lambda text: f"oi, bom dia! {text}",
    "courtesy behind": lambda text: f"{text.rstrip('.!?')} por favor",
    "foreign courtesy": lambda text: f"{text.rstrip('.!?')} please",
    "leetspeak": lambda text: in_a_word(text, lambda w, at: w[:at] + _LEET.get(w[at], w[at]) + w[at + 1 :], 4),
}
SLIPS: dict[str, Callable[[str], str]] = {
    "lost letter": lambda text: in_a_word(text, lambda word, at: word[:at] + word[at + 1 :], 5),
    "swapped letters": lambda text: in_a_word(text, lambda w, at: w[:at] + w[at + 1] + w[at] + w[at + 2 :], 5),
    "doubled letter": lambda text: in_a_word(text, lambda word, at: word[:at] + word[at] + word[at:], 5),
    "next key": lambda text: in_a_word(text, next_key, 5),
}


def share_of_same(mutate: Callable[[str], str], texts: list[str]) -> float:
    return sum(found(mutate(text)) == found(text) for text in texts) / len(texts)


@pytest.mark.parametrize("name", MUTATIONS)
def test_what_is_found_stays_the_same(name):
    assert share_of_same(MUTATIONS[name], ALARMS) >= SAME


@pytest.mark.parametrize("name", MUTATIONS)
def test_no_mutation_makes_a_calm_line_an_alarm(name):
    calm = [text for text in TEXTS if not found(text)]

    assert share_of_same(MUTATIONS[name], calm) >= SAME


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_of_the_finger_seldom_hides_an_alarm(name):
    assert share_of_same(SLIPS[name], ALARMS) >= ALIKE_AFTER_A_SLIP


@few
@given(st.sampled_from(TEXTS), st.sampled_from(sorted(MUTATIONS)))
def test_every_quote_stands_in_the_message_letter_by_letter(text, name):
    mutated = MUTATIONS[name](text)
    folded = fold(mutated, mend)

    assert all(folded.quote(hit.start, hit.end) in mutated for hit in hits(folded))


@few
@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text):
    assert 0 <= read(text).frustration <= 1
