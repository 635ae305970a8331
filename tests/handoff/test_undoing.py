"""Undo: what waits is called back, what has left is not, and the clocks stand as before."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update

from conversation.tables import OutboxPart
from conversation.work import Database, Work
from handoff import drafts, replies, undoing
from handoff.errors import NotHolder
from handoff.replies import Reply
from handoff.tables import Ticket
from handoff.writing_errors import TooLate
from tests.builders import a_message, the_conversation
from tests.console import desks

_part = OutboxPart.__table__


@pytest.fixture
def held(database: Database) -> tuple[str, str]:
    with database.work() as work:
        desks.people(work)
        return desks.held(work, "agt_ana")


def write(work: Work, held: tuple[str, str], text: str = "Sale hoy.", hold: float = 5.0) -> str:
    conversation = the_conversation(work, held[0])
    return replies.reply(work, held[1], "agt_ana", Reply(text, conversation["epoch"], 99, hold_seconds=hold))


def test_a_reply_waits_before_it_leaves(database: Database, held: tuple[str, str]) -> None:
    with database.work() as work:
        message_id = write(work, held)
        part = work.connection.execute(select(_part).where(_part.c.message_id == message_id)).one()

        assert (part.not_before - work.now).total_seconds() == 5


def test_what_is_called_back_never_leaves_and_is_a_draft(database: Database, held: tuple[str, str]) -> None:
    with database.work() as work:
        undoing.undo(work, write(work, held), "agt_ana")

        assert work.connection.execute(select(_part.c.state, _part.c.error_code).order_by(_part.c.position.desc())).first() == (
            "suppressed", "undone")
        assert drafts.of(work.session, held[0], "agt_ana")["reply"]["text"] == "Sale hoy."


def test_the_contact_waits_as_before(database: Database, held: tuple[str, str]) -> None:
    with database.work() as work:
        a_message(work, held[0], "¿Hola?", epoch=2)
        before = clocks(work, held)
        message_id = write(work, held)
    with database.work() as work:
        undoing.undo(work, message_id, "agt_ana")

        assert clocks(work, held) == before


def test_the_first_of_two_called_back_leaves_the_clocks_to_the_second(database: Database, held: tuple[str, str]) -> None:
    with database.work() as work:
        first = write(work, held)
        write(work, held, "Y llega mañana.")
    with database.work() as work:
        undoing.undo(work, first, "agt_ana")

        assert the_conversation(work, held[0])["waiting_since"] is None


def test_what_has_left_cannot_be_called_back(database: Database, held: tuple[str, str]) -> None:
    with database.work() as work:
        message_id = write(work, held)
        work.connection.execute(update(_part).where(_part.c.message_id == message_id).values(state="sending", attempt=1))

        with pytest.raises(TooLate):
            undoing.undo(work, message_id, "agt_ana")


def test_what_has_left_in_part_goes_out_whole(database: Database, held: tuple[str, str]) -> None:
    with database.work() as work:
        message_id = write(work, held)
        first = work.connection.execute(select(_part).where(_part.c.message_id == message_id)).mappings().one()
        work.connection.execute(insert(_part).values({**first, "part_id": "prt_2", "position": first["position"] + 1}))
        work.connection.execute(update(_part).where(_part.c.part_id == first["part_id"]).values(state="sent", attempt=1))
    with pytest.raises(TooLate), database.work() as work:
        undoing.undo(work, message_id, "agt_ana")

    with database.reading() as session:
        assert session.execute(select(_part.c.state).where(_part.c.part_id == "prt_2")).scalar_one() == "queued"


def test_nobody_calls_back_a_colleagues_words(database: Database, held: tuple[str, str]) -> None:
    with database.work() as work, pytest.raises(NotHolder):
        undoing.undo(work, write(work, held), "agt_sue")


def clocks(work: Work, held: tuple[str, str]) -> tuple[object, ...]:
    ticket = work.connection.execute(select(Ticket.__table__).where(Ticket.__table__.c.ticket_id == held[1])).one()
    conversation = the_conversation(work, held[0])
    return (*ticket, conversation["waiting_since"], conversation["unread"])


def test_what_she_typed_since_stays_behind_the_text_that_comes_back(database: Database, held: tuple[str, str]) -> None:
    with database.work() as work:
        message_id = write(work, held)
        drafts.save(work, held[0], "agt_ana", drafts.Typed("reply", "Y otra cosa"))
        undoing.undo(work, message_id, "agt_ana")

        assert drafts.of(work.connection, held[0], "agt_ana")["reply"]["text"] == "Sale hoy.\n\nY otra cosa"
