"""How a human stretch ends: back to the bot, resolved, rated, and what a message afterwards does."""

from __future__ import annotations

import pytest

from tests.acceptance.playing import MARTA, House, Person, Talk, queue

ANGRY = "¡Esto es una vergüenza, estoy hartísima, sois unos inútiles!"


def returned(talk: Talk, **more: str) -> int:
    answer = talk.do("return", dict(more))
    talk.person.house.run()
    return answer.status


def test_back_to_the_bot_says_so_and_the_bot_answers(house: House, held: Talk, sue: Person) -> None:
    epoch = held.look()["epoch"]
    assert returned(held) == 200
    assert house.heard()[-1] == ("*Ana* ha terminado. Sigo yo, el asistente; si quieres volver con una persona, "
                                 "escribe *persona*.")
    house.say(MARTA, "menu")

    talk = held.by(sue).look()
    assert (talk["owner"], talk["epoch"], talk["ticket"]["state"]) == ("bot", epoch + 1, "returned")
    assert talk["messages"][-1]["author"] == "bot"


def test_after_the_return_anger_calls_nobody_for_two_messages(house: House, held: Talk, sue: Person) -> None:
    returned(held)
    owners = []
    for _ in range(3):
        house.say(MARTA, ANGRY)
        owners.append(held.by(sue).look()["owner"])

    assert owners == ["bot", "bot", "queue"]


def test_after_the_return_a_request_calls_a_person_at_once(house: House, held: Talk, sue: Person) -> None:
    returned(held)
    house.say(MARTA, "persona")

    assert held.by(sue).look()["owner"] == "queue"


def test_a_return_may_name_the_flow_the_bot_begins(house: House, held: Talk) -> None:
    assert returned(held, entry="order_status") == 200

    assert len(house.heard()) == 5


def test_a_return_to_a_flow_that_does_not_exist_is_refused(held: Talk) -> None:
    assert returned(held, entry="no_such_flow") in (404, 409, 422)
    assert held.look()["owner"] == "agent"


@pytest.mark.parametrize("text", ["Muchas gracias!", "👍"])
def test_thanks_leaves_it_resolved(house: House, held: Talk, sue: Person, text: str) -> None:
    held.resolve(no_survey=True)
    before = house.count()
    house.say(MARTA, text)

    talk = held.by(sue).look()
    assert (talk["ticket"]["state"], talk["messages"][-1]["text"]) == ("resolved", text)
    assert house.heard(after=before) == []


@pytest.mark.parametrize(("answer", "score"), [
    ("5", 5), ("tap", 4), ("⭐⭐⭐", 3), ("very good", 5), ("muito ruim", 1), ("regular, gracias", 3),
])
def test_a_rating_is_taken_and_reopens_nothing(house: House, held: Talk, sue: Person, answer: str, score: int) -> None:
    held.resolve()
    assert "¿Cómo te ha atendido *Ana*? Del 1 al 5." in house.heard()[-1]
    press = f"desk.rate.4.{held.ticket['ticket']}" if answer == "tap" else ""
    house.say(MARTA, answer, press=press)
    ticket = held.by(sue).ticket

    assert (ticket["state"], ticket["rating"]["score"]) == ("resolved", score)
    assert house.heard()[-1].startswith("Gracias por decírnoslo.")


def test_what_follows_a_rating_is_its_comment(house: House, held: Talk, sue: Person) -> None:
    held.resolve()
    house.say(MARTA, "3")
    house.say(MARTA, "tardasteis un poco")

    ticket = held.by(sue).ticket
    assert (ticket["state"], ticket["rating"]["comment"]) == ("resolved", "tardasteis un poco")
    assert len([one for one in house.heard() if "1 al 5" in one]) == 1


@pytest.mark.parametrize("asks", ["no word", "switched off", "without"])
def test_nobody_is_asked_where_it_would_be_wrong(house: House, waiting: Talk, asks: str) -> None:
    waiting.claim()
    if asks != "no word":
        waiting.reply("Hola.")
    if asks == "switched off":
        house.add(queues=[queue(asks_rating=False)])
    waiting.resolve(**({"no_survey": True} if asks == "without" else {}))

    assert not any("1 al 5" in one for one in house.heard())


def test_nobody_is_asked_outside_the_window(house: House, held: Talk) -> None:
    house.add(queues=[queue(auto_resolve_hours=0)])
    house.wait(hours=25)
    assert held.resolve().status == 200

    assert not any("1 al 5" in one for one in house.heard())


def test_each_ticket_is_asked_about_once_of_its_own(house: House, held: Talk) -> None:
    held.resolve()
    house.say(MARTA, "5")
    house.wait(minutes=30)
    house.say(MARTA, "El paquete sigue sin llegar")
    held.claim()
    held.reply("Lo reclamo.")
    held.resolve()

    assert sum("1 al 5" in one for one in house.heard()) == 2


def test_an_unknown_end_is_refused(held: Talk) -> None:
    assert held.resolve("whatever").status == 422
    assert held.ticket["state"] == "assigned"


def test_only_a_supervisor_clears_spam_from_the_queue(waiting: Talk, sue: Person) -> None:
    assert waiting.resolve("spam").status in (403, 409)
    assert waiting.by(sue).resolve("spam").status == 200


def test_resolving_twice_is_refused_the_second_time(held: Talk) -> None:
    assert held.resolve().status == 200
    assert held.resolve().told == (409, "illegal_transition")
