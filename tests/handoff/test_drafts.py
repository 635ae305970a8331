"""Drafts: one of each mode, hers alone, gone once it was sent; and who answered after it was written."""

from __future__ import annotations

import pytest

from conversation.work import Database, Work
from handoff import drafts, replies
from handoff.drafts import Typed
from handoff.errors import UnknownTicket
from handoff.replies import Reply
from tests.builders import the_conversation
from tests.console import desks


@pytest.fixture
def held(database: Database) -> tuple[str, str]:
    with database.work() as work:
        desks.people(work)
        return desks.held(work, "agt_ana")


def texts(work: Work, conversation_id: str, agent_id: str = "agt_ana") -> dict[str, str]:
    return {mode: row["text"] for mode, row in drafts.of(work.session, conversation_id, agent_id).items()}


def test_each_mode_has_its_own(database: Database, held: tuple[str, str]) -> None:
    with database.work() as work:
        drafts.save(work, held[0], "agt_ana", Typed("reply", "Hola"))
        drafts.save(work, held[0], "agt_ana", Typed("note", "Ojo"))
        drafts.save(work, held[0], "agt_ana", Typed("reply", "Hola, Marta"))

        assert texts(work, held[0]) == {"reply": "Hola, Marta", "note": "Ojo"}
        assert texts(work, held[0], "agt_sue") == {}


def test_an_empty_one_is_none(database: Database, held: tuple[str, str]) -> None:
    with database.work() as work:
        drafts.save(work, held[0], "agt_ana", Typed("reply", "Hola"))
        drafts.save(work, held[0], "agt_ana", Typed("reply", "  "))

        assert texts(work, held[0]) == {}


def test_it_is_gone_once_it_was_sent(database: Database, held: tuple[str, str]) -> None:
    with database.work() as work:
        drafts.save(work, held[0], "agt_ana", Typed("reply", "Hola"))
        replies.reply(work, held[1], "agt_ana", Reply("Hola", the_conversation(work, held[0])["epoch"], 99))

        assert texts(work, held[0]) == {}


def test_what_she_may_not_see_she_cannot_write_to(database: Database, held: tuple[str, str]) -> None:
    with database.work() as work, pytest.raises(UnknownTicket):
        drafts.save(work, held[0], "agt_max", Typed("reply", "Hola"))


def test_an_answer_after_it_overtakes_it(database: Database, held: tuple[str, str]) -> None:
    with database.work() as work:
        seq = the_conversation(work, held[0])["last_seq"]
        replies.reply(work, held[1], "agt_ana", Reply("Sale hoy.", the_conversation(work, held[0])["epoch"], 99))

        assert drafts.overtaken_by(work.session, held[0], "agt_sue", seq)["text"] == "Sale hoy."
        assert drafts.overtaken_by(work.session, held[0], "agt_ana", seq) is None
