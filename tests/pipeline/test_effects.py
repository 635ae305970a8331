"""What an effect does where another process is at work on the same contact."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from bot.flow.effects import HandOff, Remember, Unanswered
from conversation import inbox
from conversation.tables import Contact, TimelineEntry
from conversation.work import Database
from handoff.tables import Ticket
from pipeline import effects
from pipeline.services import Services
from tests.builders import a_conversation
from tests.pipeline.house import House

CONTACT = Contact.__table__
TIMELINE = TimelineEntry.__table__
TICKET = Ticket.__table__


def test_what_is_remembered_is_kept_beside_what_was_known(database: Database) -> None:
    with database.work() as work:
        talk = inbox.load(work, a_conversation(work))
        effects.remember(work, talk, Remember({"size": "M", "email": "marta@example.com"}))
        effects.remember(work, talk, Remember({"colour": "red"}))

        row = work.connection.execute(select(CONTACT)).mappings().one()
    assert (row["facts"], row["email"], row["name"]) == ({"size": "M", "colour": "red"}, "marta@example.com", "Marta")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_another_conversation_learnt_meanwhile_stays(database: Database) -> None:
    with database.work() as work:
        conversation_id = a_conversation(work)
    with database.work() as work:
        talk = inbox.load(work, conversation_id)
        with database.work() as other:
            other.connection.execute(update(CONTACT).values(facts={"size": "M"}, email="marta@example.com"))
        effects.remember(work, talk, Remember({"colour": "red"}))

    with database.reading() as session:
        row = session.execute(select(CONTACT)).mappings().one()
    assert (row["facts"], row["email"]) == ({"size": "M", "colour": "red"}, "marta@example.com")


def test_an_unanswered_question_is_told_by_its_message_and_not_by_its_words(house: House) -> None:
    services = Services(house.connector, "a secret of tests", lambda: house.clock.now().date())
    with house.database.work() as work:
        talk = inbox.load(work, a_conversation(work))
        effects.carry_out(work, talk, [Unanswered("¿tenéis perros?", "msg_1")], services)

    with house.database.reading() as session:
        rows = session.execute(select(TIMELINE.c.data).where(TIMELINE.c.kind == "unanswered")).all()
    assert rows == [({"message_id": "msg_1"},)]


def test_a_handoff_asks_for_the_skills_its_flow_names(house: House) -> None:
    with house.database.work() as work:
        talk = inbox.load(work, a_conversation(work))
        effects.hand_off(work, talk, HandOff("shipping", "damaged", skills=("refunds",)))
        inbox.write(work, [talk])

    with house.database.reading() as session:
        assert session.execute(select(TICKET.c.skills)).scalar_one() == ["refunds"]
