"""Plain words: a text for each state, language and part, good with and without its blanks; and the shop's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from carriers import sayings, states
from carriers.sayings import LANGUAGES, MOST, PARTS, Sayings, filled, shipped

BLANKS = {"carrier": "Servientrega", "day": "miércoles, 25 de noviembre", "place": "San Cristóbal de La Laguna",
          "point": "Quiosco Sol, Calle Mayor 3", "until": "miércoles, 25 de noviembre"}
ALL = sorted(product(states.ALL, LANGUAGES))
NOT_SAID = re.compile(r"(?i)\b(coger|coge|cógelo|vosotros|usted|bulto|courier|expedición|incidencia|tracking id|encomenda|fatura)\b")


@dataclass
class HandClock:
    at: float = 0.0

    def __call__(self) -> float:
        return self.at


def test_there_is_a_text_for_each_state_language_and_part() -> None:
    assert set(shipped()) == set(product(states.ALL, LANGUAGES, PARTS))


@pytest.mark.parametrize("blanks", [BLANKS, {}], ids=["all known", "nothing known"])
@pytest.mark.parametrize(("state", "language"), ALL)
def test_a_text_is_a_short_sentence_with_and_without_its_blanks(state: str, language: str, blanks: dict[str, str]) -> None:
    said = Sayings().say(state, language, blanks)

    for text in (said["means"], f"{said['next']} {said['worry']}"):  # the last two go out as one message
        assert len(text) <= MOST and text[0].isupper() and text.endswith((".", "!"))
        assert not re.search(r"[{}\[\]|]|  | [.,;:]", text)


@pytest.mark.parametrize(("state", "language"), ALL)
def test_no_text_has_a_word_that_is_jargon_or_rude_somewhere(state: str, language: str) -> None:
    assert not [text for text in Sayings().say(state, language, BLANKS).values() if NOT_SAID.search(text)]


def test_a_language_that_we_do_not_have_is_told_in_spanish() -> None:
    assert Sayings().say("lost", "fr", {}) == Sayings().say("lost", "es", {})


@pytest.mark.parametrize(("text", "blanks", "told"), [
    ("Con {carrier|el transportista}.", {}, "Con el transportista."),
    ("Con {carrier|el transportista}.", {"carrier": "GLS"}, "Con GLS."),
    ("Ya[ en {place}].", {}, "Ya."),
    ("Vuelven[ el {day}| mañana].", {}, "Vuelven mañana."),
    ("Vuelven[ el {day}| mañana].", {"day": "lunes"}, "Vuelven el lunes."),
    ("Vuelven[ con {carrier|otro}].", {}, "Vuelven con otro."),
])
def test_blanks_are_filled_or_left_out(text: str, blanks: dict[str, str], told: str) -> None:
    assert filled(text, blanks) == told


def test_the_shops_own_words_stand_in_place_of_ours(tmp_path: Path) -> None:
    own = tmp_path / "_parcels.yaml"
    own.write_text('lost:\n  next: {es: "Te llamamos hoy."}\n', encoding="utf-8")
    said = Sayings(own).say("lost", "es", {})

    assert (said["next"], said["means"]) == ("Te llamamos hoy.", Sayings().say("lost", "es", {})["means"])


def test_they_are_live_and_a_mistake_leaves_the_last_good_ones(tmp_path: Path) -> None:
    own, clock = tmp_path / "_parcels.yaml", HandClock()
    words = Sayings(own, clock)
    told = []
    for text in ('lost: {next: {es: "Uno."}}', "lost: {nxt: {es: Dos}}", 'lost: {next: {es: "Tres, por fin."}}'):
        own.write_text(text, encoding="utf-8")
        clock.at += 2
        told.append(words.say("lost", "es", {})["next"])

    assert told == ["Uno.", "Uno.", "Tres, por fin."]


@pytest.mark.parametrize(("text", "line", "mend"), [
    ('lost:\n  nxt: {es: "a"}', 2, "did you mean next?"),
    ('lots:\n  next: {es: "a"}', 1, "did you mean lost?"),
    ('lost:\n  next:\n    fr: "a"', 3, "write one of es, en, pt"),
    ('lost:\n  next:\n    es: "Con {carier}."', 3, "did you mean carrier?"),
    ('lost:\n  next:\n    es: "Con [el {day}."', 3, "close it"),
    (f'lost:\n  next:\n    es: "{"a" * 201}."', 3, "cut it to 200"),
    ("lost:\n  next: {es: ", 3, "look at the line"),
    ("- lost", 1, "must be a table"),
])
def test_a_mistake_is_named_with_its_line_and_the_mend(tmp_path: Path, text: str, line: int, mend: str) -> None:
    own = tmp_path / "_parcels.yaml"
    own.write_text(text, encoding="utf-8")
    page, _ = sayings.own_texts(own)

    assert [(one.line, mend in str(one)) for one in page.findings[:1]] == [(line, True)], page.findings
