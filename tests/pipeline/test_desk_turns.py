"""The desk and the bot together: back to the bot, back to people, ratings, and who answers from the page's own inbox."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from channels.base import Event
from conversation.tables import Contact
from handoff import claims, closing, replies, sessions, sweep
from handoff.errors import NoResponder
from handoff.house_tables import Notice
from handoff.replies import Reply
from handoff.tables import Agent, Rating, Ticket
from pipeline import returning
from tests.builders import a_queue, an_agent
from tests.pipeline.house import House

PAGE, RITA = "108000000000001", "7481234567890123"


@pytest.fixture(autouse=True)
def desk(house: House) -> None:
    with house.database.work() as work:
        a_queue(work, "general", is_default=True, titles={"es": "General"})
        an_agent(work, "Ana", ["general"])


def do(house: House, act: Any, *values: Any, **named: Any) -> Any:
    with house.database.work() as work:
        return act(work, *values, **named)


def live(house: House) -> dict[str, Any]:
    return max(house.rows(Ticket), key=lambda row: row["epoch"])


def helped(house: House, end: Any = None) -> None:
    """Marta asks for a person, Ana answers, and it ends like this."""
    house.hear("quiero hablar con una persona")
    ticket_id = live(house)["ticket_id"]
    do(house, claims.claim, ticket_id, "agt_ana", 1)
    do(house, replies.reply, ticket_id, "agt_ana", Reply("Hecho", 2, 99))
    if end:
        do(house, end, ticket_id, "agt_ana")


def take_due(house: House) -> None:
    do(house, house.intake.take_due, 64)


def tickets(house: House) -> int:
    return len(house.rows(Ticket))


def test_for_two_messages_after_people_anger_calls_nobody(house: House) -> None:
    helped(house, closing.return_to_bot)
    house.hear("esto es una vergüenza, llevo una semana esperando")
    house.hear("sois unos inútiles, es indignante")
    assert tickets(house) == 1
    house.hear("esto es una vergüenza, sois unos inútiles, es indignante")

    assert tickets(house) == 2


def test_right_after_people_a_request_calls_them_again(house: House) -> None:
    helped(house, closing.return_to_bot)
    house.hear("quiero hablar con una persona")

    assert tickets(house) == 2


def test_the_bot_may_go_on_with_a_flow_that_is_named(house: House) -> None:
    house.database.wiring = replace(house.database.wiring, begin_flow=returning.begin_flow)
    helped(house)
    do(house, closing.return_to_bot, live(house)["ticket_id"], "agt_ana", "order_status")
    take_due(house)

    assert "número de pedido" in house.last()


def test_the_flow_that_was_named_is_over_once_somebody_has_the_conversation(house: House) -> None:
    house.database.wiring = replace(house.database.wiring, begin_flow=returning.begin_flow)
    helped(house)
    do(house, closing.return_to_bot, live(house)["ticket_id"], "agt_ana", "order_status")
    do(house, claims.take_over, house.conversation()["conversation_id"], "agt_ana", house.conversation()["epoch"])
    said = house.said()
    take_due(house)

    assert house.said() == said


def test_nothing_is_given_back_to_no_bot(house: House) -> None:
    house.database.wiring = replace(house.database.wiring, answers=lambda _: False)
    helped(house)

    with pytest.raises(NoResponder):
        do(house, closing.return_to_bot, live(house)["ticket_id"], "agt_ana")
    assert live(house)["state"] == "assigned"


def test_a_flow_that_is_not_live_is_no_way_back(house: House) -> None:
    library = house.intake.bot.library

    assert returning.answers(library, "order_status") and not returning.answers(library, "no_such_flow")
    assert not returning.answers(lambda: None, "")


def test_who_leaves_the_queue_for_no_bot_stays_and_hears_it(house: House) -> None:
    house.database.wiring = replace(house.database.wiring, answers=lambda _: False)
    house.hear("quiero hablar con una persona")
    house.hear("bot")

    assert (live(house)["state"], "Todavía no ha podido" in house.last()) == ("queued", True)


def test_a_rating_is_taken_before_anything_else_and_reopens_nothing(house: House) -> None:
    helped(house, closing.resolve)
    house.hear("5")

    assert (tickets(house), [row["score"] for row in house.rows(Rating)]) == (1, [5])
    assert house.last().startswith("Gracias por decírnoslo")


def test_a_comment_to_a_rating_is_kept_in_silence(house: House) -> None:
    helped(house, closing.resolve)
    house.hear("2")
    before = house.said()
    house.hear("Tardaron mucho en contestar")

    assert (tickets(house), house.said()) == (1, before)
    assert house.rows(Rating)[0]["comment"] == "Tardaron mucho en contestar"


def test_a_late_tap_rates_the_ticket_it_belongs_to(house: House) -> None:
    helped(house, closing.resolve)
    first = live(house)["ticket_id"]
    house.hear("sigue sin llegar el paquete")
    house.hear("⭐⭐⭐", payload=f"desk.rate.3.{first}", kind="reply")

    assert [(row["ticket_id"], row["score"]) for row in house.rows(Rating)] == [(first, 3)]


def test_who_comes_back_waits_two_minutes_for_her_last_agent(house: House) -> None:
    helped(house, closing.resolve)
    house.hear("sigue sin llegar el paquete")

    again = live(house)
    assert (again["state"], again["reserved_for"], again["reason"]) == ("queued", "agt_ana", "reopened")
    assert (again["reserved_until"] - house.clock.at).total_seconds() == 120
    assert again["reopens"] in {row["ticket_id"] for row in house.rows(Ticket)}


def test_nobody_waits_for_an_agent_who_went_home(house: House) -> None:
    helped(house, closing.resolve)
    house.clock.forward(hours=3)
    house.hear("sigue sin llegar el paquete")

    assert (live(house)["state"], live(house)["reserved_for"]) == ("queued", None)


def test_nobody_waits_for_an_agent_without_room(house: House) -> None:
    helped(house, closing.resolve)
    do(house, lambda work: work.connection.execute(Agent.__table__.update().values(capacity=0)))
    house.hear("sigue sin llegar el paquete")

    assert live(house)["reserved_for"] is None


def test_after_two_days_the_bot_answers(house: House) -> None:
    helped(house, closing.resolve)
    house.clock.forward(hours=48)
    house.hear("¿dónde está mi pedido AB-12345?")

    assert (tickets(house), house.conversation()["owner"]) == (1, "bot")


def test_a_contact_marked_as_vip_opens_a_ticket_of_one(house: House) -> None:
    house.hear("hola")
    do(house, lambda work: work.connection.execute(Contact.__table__.update().values(facts={"vip": True})))
    house.hear("quiero hablar con una persona")

    assert live(house)["vip"] is True


def test_a_handoff_calls_the_people_of_its_queue(house: House) -> None:
    house.hear("quiero hablar con una persona")

    assert [(row["agent_id"], row["kind"]) for row in house.rows(Notice)] == [("agt_ana", "queued")]


def from_rita(house: House, text: str = "hola", **more: Any) -> Event:
    return house.event(text, RITA, provider="meta", channel="messenger", account=PAGE) | more  # type: ignore[return-value]


def an_echo(house: House, text: str = "Soy Ana, ahora te ayudo.") -> Event:
    event = from_rita(house, text, kind="echo", recipient=RITA)
    del event["sender"], event["profile_name"]
    return event


def answered_outside(house: House) -> None:
    house.writer.submit([from_rita(house)])
    house.writer.submit([an_echo(house)])


def later(house: House, **delta: float) -> None:
    house.clock.forward(**delta)
    do(house, sessions.seen, "agt_ana")
    do(house, sweep.tick)


def test_nobody_is_called_while_somebody_answers_elsewhere(house: House) -> None:
    answered_outside(house)
    house.writer.submit([from_rita(house, "¿cuánto falta?")])
    later(house, minutes=19)

    assert (live(house)["state"], house.rows(Notice)) == ("queued", [])
    assert house.last() == "Soy Ana, ahora te ayudo."


def test_twenty_minutes_after_her_last_line_the_bot_has_it_again(house: House) -> None:
    answered_outside(house)
    later(house, minutes=15)
    house.writer.submit([an_echo(house, "Ya está.")])
    later(house, minutes=19)
    assert house.conversation()["owner"] == "queue"
    later(house, minutes=1)

    assert (house.conversation()["owner"], live(house)["state"], house.last()) == ("bot", "returned", "Ya está.")


def test_who_still_waits_then_comes_to_the_desk(house: House) -> None:
    answered_outside(house)
    later(house, minutes=5)
    house.writer.submit([from_rita(house, "¿y mi pedido?")])
    later(house, minutes=15)

    assert (live(house)["state"], [row["kind"] for row in house.rows(Notice)]) == ("queued", ["queued"])
    assert "Te paso con una persona" in house.last()
    assert live(house)["due_at"] is not None
