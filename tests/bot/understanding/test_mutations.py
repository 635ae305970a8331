"""Robustness: what does not change the sense does not change the reading."""

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.read import read
from tests.bot.understanding.lines import lines

LINES = st.sampled_from([text for _, text, _ in lines()])
ALARMS = st.sampled_from([text for _, text, _ in lines("human", "frustrated", "furious")])
few = settings(max_examples=60, deadline=None, derandomize=True)


def verdict(text: str) -> tuple[bool, bool]:
    reading = read(text)
    return reading.human_request > 0, reading.severity > 0


def without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")


@few
@given(LINES)
def test_accents_do_not_matter(text):
    assert verdict(without_accents(text)) == verdict(text)


@few
@given(LINES)
def test_decomposed_letters_read_the_same(text):
    assert verdict(unicodedata.normalize("NFD", text)) == verdict(text)


@few
@given(LINES)
def test_case_does_not_matter(text):
    assert verdict(text.upper()) == verdict(text)


@few
@given(LINES, st.integers(0, 60))
def test_zero_width_characters_do_not_matter(text, at):
    assert verdict(text[:at] + "\u200b" + text[at:]) == verdict(text)


@few
@given(ALARMS, st.integers(2, 6))
def test_stretched_last_letter_does_not_hide_an_alarm(text, times):
    stretched = text + text[-1] * times if text[-1].isalpha() else text

    assert verdict(stretched) == verdict(text)


@few
@given(LINES, st.sampled_from(["hola, ", "buenas tardes ", "hi, ", "oi, ", "bom dia! ", "good morning "]))
def test_greeting_in_front_does_not_matter(text, greeting):
    assert verdict(greeting + text) == verdict(text)


@few
@given(LINES)
def test_line_breaks_and_wide_spaces_do_not_matter(text):
    assert verdict(text.replace(" ", "\n", 1).replace(" ", "  ")) == verdict(text)


@few
@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text):
    assert 0 <= read(text).frustration <= 1
