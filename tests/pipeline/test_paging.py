"""More choices than fit: the next page is no answer, and an answer works on every page."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.flow.library import Library
from conversation.tables import OutboxPart, StepLog
from handoff.tables import Ticket
from pipeline.answer import Bot
from pipeline.duty import Duty
from pipeline.intake import Intake
from pipeline.services import Services
from pipeline.turns import Writer
from tests.bot.flow.builders import a_library
from tests.pipeline.house import House

OPTIONS = "".join(f"      o{n}: {{text: Ciudad {n}}}\n" for n in range(1, 21))
CITIES = f"  - menu: ¿En qué ciudad?\n    save: city\n    retries: 1\n    options:\n{OPTIONS}  - say: Has elegido {{city}}."
ASKED = "  - ask: ¿Cuántos?\n    save: many\n  - say: Serán {many}."


HINT = "Responde con el número."


def moved_in(house: House, library: Library) -> House:
    """The same house with other flows."""
    house.writer.stop()
    services = Services(house.connector, "a secret of tests", lambda: house.clock.now().date())
    house.writer = Writer(house.database, Intake(Bot(lambda: library, services, Duty().open_queues), "es"), 3600.0)
    return house


@pytest.fixture
def cities(house: House) -> House:
    """A house that has just asked a question with twenty answers, by numbered lines."""
    moved_in(house, a_library(CITIES, ASKED, head="start: {words: [go]}\ndata: {city: text, many: text}"))
    house.hear("go")
    return house


def lines(house: House) -> list[str]:
    """The last message as it left."""
    text: str = house.rows(OutboxPart)[-1]["request"]["text"]
    return text.splitlines()


def state(house: House) -> Any:
    return house.conversation()["state"]


def test_the_first_page_says_how_to_see_the_next(cities: House) -> None:
    assert lines(cities)[-2:] == ["0. Ver más", HINT]


@pytest.mark.parametrize("word", ["0", "0️⃣", "Ver más", "más", "more", "mais"])
def test_more_shows_the_next_page_of_the_same_question(cities: House, word: str) -> None:
    cities.hear(word)

    assert lines(cities)[0].endswith("¿En qué ciudad?")
    assert lines(cities)[1:] == [*(f"{n}. Ciudad {n}" for n in range(10, 19)), "0. Ver más", HINT]


def test_a_tap_on_more_does_the_same(cities: House) -> None:
    cities.hear("Ver más", kind="reply", payload="more>9")

    assert lines(cities)[1] == "10. Ciudad 10"


def test_looking_on_is_no_turn_and_costs_no_try(cities: House) -> None:
    before, steps = state(cities), len(cities.rows(StepLog))
    for _ in range(2):
        cities.hear("0")

    assert (state(cities), len(cities.rows(StepLog))) == (before, steps)


def test_the_next_page_does_not_say_again_that_an_assistant_speaks(house: House) -> None:
    notice = house.database.wiring.text("assistant_notice", "es")
    texts = f"assistant_notice: {{es: {json.dumps(notice, ensure_ascii=False)}}}"
    moved_in(house, a_library(CITIES, head="start: {words: [go]}\ndata: {city: text}", _texts=texts))
    house.hear("go")
    house.hear("0")

    assert house.said() == [f"{notice}\n\n¿En qué ciudad?", "¿En qué ciudad?"]


@pytest.mark.parametrize("seconds", [3, 20])
def test_whoever_leafs_through_the_pages_is_no_machine(cities: House, seconds: int) -> None:
    for _ in range(9):
        cities.clock.forward(seconds=seconds)
        cities.hear("0")

    assert cities.rows(Ticket) == [] and "0. Ver más" in lines(cities)


def test_who_leafs_quickly_without_end_is_one(cities: House) -> None:
    for _ in range(20):
        cities.clock.forward(seconds=3)
        cities.hear("0")

    assert [ticket["reason"] for ticket in cities.rows(Ticket)] == ["loop"]


def test_after_the_last_page_comes_the_first(cities: House) -> None:
    cities.hear("0")
    cities.hear("0")
    assert lines(cities)[1:] == ["19. Ciudad 19", "20. Ciudad 20", HINT]

    cities.hear("0")
    assert lines(cities)[1] == "1. Ciudad 1"


@pytest.mark.parametrize("answer", ["2", "la 15", "ciudad 20", "o7"])
def test_an_answer_of_any_page_works_on_the_second(cities: House, answer: str) -> None:
    cities.hear("0")
    cities.hear(answer)

    assert cities.said()[-2].startswith("Has elegido")


def test_more_is_a_word_like_any_other_where_nothing_is_paged(cities: House) -> None:
    cities.hear("2")
    cities.hear("más")

    assert (state(cities)["frames"], cities.said()[-1]) == ([], "Serán más.")


@pytest.mark.parametrize("payload", ["more>20", "more>99", "more>x", "more>²", "more>"])
def test_a_page_that_does_not_exist_is_not_shown(cities: House, payload: str) -> None:
    cities.hear("Ver más", kind="reply", payload=payload)

    assert "10. Ciudad 10" not in lines(cities)
