"""The question after a person has solved something, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select, update

from channels.windows import DAY
from conversation.tables import Message
from handoff import closing, ledger, ratings, replies
from handoff.closing import Survey
from handoff.ratings import Taken
from handoff.replies import Reply
from handoff.tables import Queue, Rating
from tests.builders import a_message
from tests.handoff.conftest import House

Pair = tuple[str, str]


@pytest.fixture
def answered(house: House, held: Pair) -> Pair:
    """A conversation in which Ana has written."""
    house.do(replies.reply, held[1], "agt_ana", Reply("Hecho", 2, 9))
    return held


@pytest.fixture
def asked(house: House, answered: Pair) -> Pair:
    house.do(closing.resolve, answered[1], "agt_ana")
    return answered


def questions(house: House, pair: Pair) -> int:
    return sum("closed[es] agent=Ana" in text for text in house.said(pair[0]))


def says(house: House, pair: Pair, text: str, **more: Any) -> Taken | None:
    def act(work: Any) -> Taken | None:
        message = {"payload": None, **a_message(work, pair[0], text, **more)}
        return ratings.tapped(work, message) or ratings.take(work, house.ticket(pair[1]), message)
    return house.do(act)


def rating(house: House) -> Mapping[str, Any] | None:
    with house.database.reading() as reader:
        return reader.execute(select(Rating.__table__)).mappings().first()


@pytest.mark.parametrize(("text", "score"), [
    ("5", 5), ("1", 1), ("5/5", 5), ("un 4, gracias", 4), ("⭐⭐⭐", 3), ("Muy bien", 5), ("fatal", 1), ("muito bom!", 5),
    ("two", 2), ("3 estrellas", 3), ("de 5 le doy un 4", 4), ("quatro", 4),
    ("6", None), ("55", None), ("gracias", None), ("Me faltan 5 cajas", None), ("", None), ("👍", None),
])
def test_a_rating_is_read_from_digits_stars_and_words(text: str, score: int | None):
    assert ratings.understand(text) == score


def test_a_tap_is_a_rating():
    assert [ratings.understand("x", payload) for payload in ("desk.rate.4.tkt_1", "desk.wait", "desk.rate.9.tkt_1")] == [
        4, None, None]


def test_nobody_is_asked_twice_about_one_ticket(house: House, asked: Pair):
    again = house.do(lambda work: ratings.ask(work, ledger.standing(work, house.ticket(asked[1])), "Ana"))

    assert (again, questions(house, asked)) == (False, 1)


def test_who_was_helped_is_asked_once_with_five_taps(house: House, asked: Pair):
    with house.database.reading() as reader:
        content = reader.execute(select(Message.__table__.c.content).order_by(Message.__table__.c.seq.desc())).scalars().first()

    assert questions(house, asked) == 1
    assert content is not None and [choice["id"] for choice in content["choices"]] == [
        f"desk.rate.{score}.{asked[1]}" for score in range(1, 6)]


def test_who_had_no_word_of_a_person_is_not_asked(house: House, held: Pair):
    house.do(closing.resolve, held[1], "agt_ana")

    assert questions(house, held) == 0


@pytest.mark.parametrize("disposition", ["spam", "duplicate", "no_answer"])
def test_nothing_is_asked_where_nothing_was_solved(house: House, answered: Pair, disposition: str):
    house.do(closing.resolve, answered[1], "agt_ana", disposition)

    assert questions(house, answered) == 0


def test_an_agent_may_end_it_without_the_question(house: House, answered: Pair):
    house.do(closing.resolve, answered[1], "agt_ana", "solved", Survey(wanted=False))

    assert house.said(answered[0])[-1] == "resolved[es] agent=Ana"


def test_a_queue_may_ask_nobody(house: House, answered: Pair):
    house.do(lambda work: work.connection.execute(update(Queue.__table__).values(asks_rating=False)))
    house.do(closing.resolve, answered[1], "agt_ana")

    assert questions(house, answered) == 0


def test_nobody_is_asked_outside_the_window(house: House, answered: Pair):
    house.clock.forward(hours=24)
    house.do(closing.resolve, answered[1], "agt_ana", "solved", Survey(window=DAY))

    assert (questions(house, answered), house.ticket(answered[1])["rating_asked_at"]) == (0, None)


def test_an_answer_is_kept_and_thanked_once(house: House, asked: Pair):
    taken = [says(house, asked, "5"), says(house, asked, "4")]

    assert [one and one.text for one in taken] == ["rating_thanks", ""]
    assert (rating(house) or {})["score"] == 4


def test_a_comment_within_some_minutes_is_kept_with_it(house: House, asked: Pair):
    says(house, asked, "2")
    house.clock.forward(minutes=9)

    assert says(house, asked, "Tardaron mucho en contestar") == Taken(asked[1])
    assert (rating(house) or {})["comment"] == "Tardaron mucho en contestar"


@pytest.mark.parametrize("text", ["¿Y mi otro pedido?", "gracias"])
def test_a_question_or_a_thank_you_is_no_comment(house: House, asked: Pair, text: str):
    says(house, asked, "2")

    assert says(house, asked, text) is None


def test_later_words_are_no_comment(house: House, asked: Pair):
    says(house, asked, "2")
    house.clock.forward(minutes=10)

    assert says(house, asked, "Otra cosa: me falta la factura") is None


def test_after_two_days_a_number_is_no_rating(house: House, asked: Pair):
    house.clock.forward(hours=48)

    assert says(house, asked, "5") is None


def test_a_tap_from_another_conversation_rates_nothing(house: House, asked: Pair):
    other, _ = house.hand_over()
    tap = {"payload": f"desk.rate.5.{asked[1]}", "conversation_id": other}

    assert house.do(ratings.tapped, tap) is None


def test_who_was_not_asked_rates_nothing(house: House, held: Pair):
    house.do(closing.resolve, held[1], "agt_ana", "solved", Survey(wanted=False))

    assert says(house, held, "5") is None
