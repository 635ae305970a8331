"""What agents write: replies with their guards, notes, and what is sent once more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from conversation.events import OutgoingTemplate
from conversation.tables import Contact, Conversation, Message, OutboxPart
from handoff import claims, closing, replies, settings
from handoff.errors import (
    Blocked,
    BotOwned,
    EmptyReply,
    MarketingStopped,
    NoteTooShort,
    NothingToRetry,
    NotHolder,
    OptedOut,
    SomeoneAnswered,
    StaleEpoch,
    UnknownTicket,
    WindowClosed,
)
from handoff.replies import Reply
from handoff.tables import Note
from handoff.writing_errors import UnfilledGap
from tests.builders import a_message
from tests.handoff.conftest import House

Pair = tuple[str, str]
NEWS = OutgoingTemplate("order_news", "es", ("Marta", "AB-12345"), text="Hola, Marta: hay novedades.")


@dataclass(frozen=True)
class ADay:
    """A channel that lets us write for a day after the contact did, and a template at any time."""

    def state(self, last_inbound_at: datetime | None, now: datetime, free_until: datetime | None = None) -> str:
        open_until = max(last_inbound_at + timedelta(hours=24), free_until or now) if last_inbound_at else now
        return "free" if now < open_until else "closed"

    def lets(self, author: str, state: str, *, template: bool = False) -> bool:
        return template or state == "free"


DAY = ADay()


def test_a_reply_goes_out_in_the_agents_name(house: House, held: Pair):
    message_id = house.do(replies.reply, held[1], "agt_ana", Reply(" Hola, Marta ", 2, 9))

    message = _message(house, message_id)
    assert (message["text"], message["author"], message["agent_id"]) == ("Hola, Marta", "agent", "agt_ana")


def test_a_gap_that_nobody_filled_never_leaves(house: House, held: Pair):
    with pytest.raises(UnfilledGap, match="hora"):
        house.do(replies.reply, held[1], "agt_ana", Reply("Llega a las [[hora]]", 2, 9))


def test_a_reply_ends_the_wait(house: House, held: Pair):
    house.writes(held[0])

    house.do(replies.reply, held[1], "agt_ana", Reply("Hola", 2, 9))

    row = house.conversation(held[0])
    assert (row["waiting_since"], row["unread"]) == (None, 0)


def test_only_the_first_reply_stops_the_first_clock(house: House, held: Pair):
    first = house.clock.at
    house.do(replies.reply, held[1], "agt_ana", Reply("Hola", 2, 9))
    house.clock.forward(minutes=1)

    house.do(replies.reply, held[1], "agt_ana", Reply("¿Sigues ahí?", 2, 9))

    ticket = house.ticket(held[1])
    assert (ticket["first_reply_at"], ticket["replied_at"]) == (first, house.clock.at)


def test_an_empty_reply_is_refused(house: House, held: Pair):
    with pytest.raises(EmptyReply):
        house.do(replies.reply, held[1], "agt_ana", Reply("  \n", 2, 9))


def test_only_the_holder_replies(house: House, held: Pair):
    with pytest.raises(NotHolder) as refused:
        house.do(replies.reply, held[1], "agt_sue", Reply("Hola", 2, 9))

    assert refused.value.holder_name == "Ana"


def test_nobody_replies_before_somebody_claims(house: House, queued: Pair):
    with pytest.raises(NotHolder) as refused:
        house.do(replies.reply, queued[1], "agt_ana", Reply("Hola", 1, 9))

    assert refused.value.holder_name == ""


def test_nobody_replies_where_the_bot_answers(house: House, held: Pair):
    house.do(closing.return_to_bot, held[1], "agt_ana")

    with pytest.raises(BotOwned):
        house.do(replies.reply, held[1], "agt_ana", Reply("Una cosa más", 3, 9))


def test_an_old_page_cannot_send(house: House, held: Pair):
    with pytest.raises(StaleEpoch):
        house.do(replies.reply, held[1], "agt_ana", Reply("Hola", 1, 9))


def test_a_colleagues_newer_answer_holds_a_reply_back(house: House, held: Pair):
    _colleague_answered(house, held)

    with pytest.raises(SomeoneAnswered) as refused:
        house.do(replies.reply, held[1], "agt_ana", Reply("Ya está", 4, 2))

    assert refused.value.message["text"] == "Ya lo miro yo"


def test_a_reply_can_be_sent_all_the_same(house: House, held: Pair):
    _colleague_answered(house, held)

    house.do(replies.reply, held[1], "agt_ana", Reply("Ya está", 4, 2, force=True))

    assert house.said(held[0])[-1] == "Ya está"


def test_a_page_that_showed_the_colleagues_answer_may_send(house: House, held: Pair):
    _colleague_answered(house, held)
    shown = house.conversation(held[0])["last_seq"]

    house.do(replies.reply, held[1], "agt_ana", Reply("Ya está", 4, shown))

    assert house.said(held[0])[-1] == "Ya está"


def test_outside_the_window_nothing_is_sent(house: House, held: Pair):
    heard_at = house.conversation(held[0])["last_inbound_at"]
    house.clock.forward(hours=24)

    with pytest.raises(WindowClosed) as refused:
        house.do(replies.reply, held[1], "agt_ana", Reply("Hola", 2, 9, window=DAY))

    assert refused.value.heard_at == heard_at


def test_a_message_of_the_contact_opens_the_window_again(house: House, held: Pair):
    house.clock.forward(hours=30)
    house.writes(held[0])

    house.do(replies.reply, held[1], "agt_ana", Reply("Hola", 2, 9, window=DAY))

    assert house.said(held[0])[-1] == "Hola"


def test_an_advertisement_keeps_the_window_open_longer(house: House, held: Pair):
    _change(house, Conversation, free_until=house.clock.at + timedelta(hours=72))
    house.clock.forward(hours=48)

    house.do(replies.reply, held[1], "agt_ana", Reply("Hola", 2, 9, window=DAY))

    assert house.said(held[0])[-1] == "Hola"


def test_a_message_template_is_sent_when_the_window_is_closed(house: House, held: Pair):
    house.clock.forward(hours=30)

    message_id = house.do(replies.reply, held[1], "agt_ana", Reply("", 2, 9, window=DAY, template=NEWS))

    message = _message(house, message_id)
    assert (message["kind"], message["text"]) == ("template", "Hola, Marta: hay novedades.")


def test_whoever_opted_out_is_written_nothing(house: House, held: Pair):
    _change(house, Conversation, opted_out_at=house.clock.at)

    with pytest.raises(OptedOut):
        house.do(replies.reply, held[1], "agt_ana", Reply("", 2, 9, template=NEWS))


def test_nobody_writes_to_the_blocked(house: House, held: Pair):
    _change(house, Contact, blocked_at=house.clock.at)

    with pytest.raises(Blocked):
        house.do(replies.reply, held[1], "agt_ana", Reply("Hola", 2, 9))


def test_whoever_wants_no_advertising_gets_none(house: House, held: Pair):
    _change(house, Conversation, marketing_stopped_at=house.clock.at)

    with pytest.raises(MarketingStopped):
        house.do(replies.reply, held[1], "agt_ana", Reply("", 2, 9, template=NEWS, purpose="marketing"))


def test_news_of_an_order_are_no_advertising(house: House, held: Pair):
    _change(house, Conversation, marketing_stopped_at=house.clock.at)

    assert house.do(replies.reply, held[1], "agt_ana", Reply("", 2, 9, template=NEWS, purpose="utility"))


def test_a_note_stands_at_its_place_in_the_transcript(house: House, held: Pair):
    note_id = house.do(replies.note, held[0], "agt_ana", " Cliente de siempre ")

    table = Note.__table__
    with house.database.reading() as reader:
        note = reader.execute(select(table).where(table.c.note_id == note_id)).mappings().one()
    assert (note["text"], note["seq"], note["ticket_id"]) == ("Cliente de siempre", 2, held[1])


def test_a_note_is_never_sent(house: House, held: Pair):
    before = house.said(held[0])

    house.do(replies.note, held[0], "agt_ana", "Cliente de siempre")

    assert house.said(held[0]) == before


def test_an_empty_note_is_refused(house: House, held: Pair):
    with pytest.raises(NoteTooShort):
        house.do(replies.note, held[0], "agt_ana", " ")


def test_nobody_writes_a_note_where_she_may_not_look(house: House, held: Pair):
    with pytest.raises(UnknownTicket):
        house.do(replies.note, held[0], "agt_max", "hola")


@pytest.mark.parametrize("state", ["failed", "unknown", "expired"])
def test_a_retry_is_a_new_message_with_a_call_of_its_own(house: House, held: Pair, state: str):
    message_id = _reply_that(house, held, state)

    again = house.do(replies.retry, message_id, "agt_ana")

    assert again != message_id
    assert (_message(house, again)["text"], _states(house, again)) == ("Hola", ["queued"])
    assert _states(house, message_id) == [state]


def test_a_second_retry_is_the_first_one(house: House, held: Pair):
    message_id = _reply_that(house, held, "failed")

    assert house.do(replies.retry, message_id, "agt_ana") == house.do(replies.retry, message_id, "agt_ana")


@pytest.mark.parametrize("state", ["queued", "sending", "sent", "delivered", "read"])
def test_what_did_not_fail_is_not_sent_again(house: House, held: Pair, state: str):
    message_id = _reply_that(house, held, state)

    with pytest.raises(NothingToRetry):
        house.do(replies.retry, message_id, "agt_ana")


def test_what_the_contact_wrote_is_not_sent_again(house: House, held: Pair):
    message = house.do(a_message, held[0])

    with pytest.raises(NothingToRetry):
        house.do(replies.retry, message["message_id"], "agt_ana")


def test_only_the_holder_sends_again(house: House, held: Pair):
    message_id = _reply_that(house, held, "failed")

    with pytest.raises(NotHolder):
        house.do(replies.retry, message_id, "agt_sue")


def test_nothing_is_sent_again_in_a_conversation_of_the_bot(house: House, held: Pair):
    message_id = _reply_that(house, held, "failed")
    house.do(closing.return_to_bot, held[1], "agt_ana")

    with pytest.raises(BotOwned):
        house.do(replies.retry, message_id, "agt_ana")


def test_nothing_is_sent_again_to_whoever_opted_out(house: House, held: Pair):
    message_id = _reply_that(house, held, "failed")
    _change(house, Conversation, opted_out_at=house.clock.at)

    with pytest.raises(OptedOut):
        house.do(replies.retry, message_id, "agt_ana")


def test_nothing_is_sent_again_outside_the_window(house: House, held: Pair):
    message_id = _reply_that(house, held, "failed")
    house.clock.forward(hours=30)

    with pytest.raises(WindowClosed):
        house.do(replies.retry, message_id, "agt_ana", DAY)


def test_a_message_template_is_sent_again_as_the_template_it_was(house: House, held: Pair):
    message_id = _reply_that(house, held, "failed")
    told = {"name": "order_news", "language": "es", "values": ["Marta"], "buttons": []}
    _change(house, OutboxPart, request={"text": "Hola", "template": told, "purpose": "utility"})

    again = house.do(replies.retry, message_id, "agt_ana")

    assert _message(house, again)["content"]["template"] == {"name": "order_news", "language": "es"}


def test_a_file_is_sent_again_as_a_file(house: House, held: Pair):
    message_id = _reply_that(house, held, "failed")
    _change(house, Message, content={"media": [{"url": "https://shop.example/a.pdf", "type": "document"}]})

    again = house.do(replies.retry, message_id, "agt_ana")

    assert _message(house, again)["content"]["media"][0]["url"] == "https://shop.example/a.pdf"


def test_what_the_holder_has_seen_is_read(house: House, held: Pair):
    house.writes(held[0])

    house.do(replies.mark_read, held[0], "agt_ana")

    assert house.conversation(held[0])["unread"] == 0


def test_a_supervisor_who_looks_on_reads_nothing_away(house: House, held: Pair):
    house.do(replies.mark_read, held[0], "agt_sue")

    assert house.conversation(held[0])["unread"] == 1


def _colleague_answered(house: House, held: Pair) -> None:
    # Sue takes the ticket for a moment, answers, and gives it back to Ana: two changes of holder
    house.do(claims.transfer_to_agent, held[1], "agt_sue", "agt_sue", "lo miro yo un momento")
    house.do(replies.reply, held[1], "agt_sue", Reply("Ya lo miro yo", 3, 9))
    house.do(claims.transfer_to_agent, held[1], "agt_sue", "agt_ana", "sigue tú, gracias")


def _reply_that(house: House, held: Pair, state: str) -> str:
    message_id = house.do(replies.reply, held[1], "agt_ana", Reply("Hola", 2, 9))
    parts = OutboxPart.__table__
    house.do(lambda work: work.connection.execute(
        update(parts).where(parts.c.message_id == message_id).values(state=state)))
    return message_id


def _change(house: House, table: Any, **values: Any) -> None:
    """Every row of a table; there is one conversation."""
    house.do(lambda work: work.connection.execute(update(table.__table__).values(**values)))


def _message(house: House, message_id: str):
    table = Message.__table__
    with house.database.reading() as reader:
        return reader.execute(select(table).where(table.c.message_id == message_id)).mappings().one()


def _states(house: House, message_id: str) -> list[str]:
    table = OutboxPart.__table__
    with house.database.reading() as reader:
        return list(reader.execute(select(table.c.state).where(table.c.message_id == message_id)).scalars())


def test_a_reply_goes_out_under_its_writers_name_where_the_channel_shows_it(house: House, held: Pair):
    house.do(replies.reply, held[1], "agt_ana", Reply("Ya está", 2, 9))
    house.do(settings.put, "names_whatsapp", False, "agt_sue")
    house.do(replies.reply, held[1], "agt_ana", Reply("Listo", 2, 99))

    part = OutboxPart.__table__
    with house.database.reading() as reader:
        sent = [row["text"] for row in reader.execute(
            select(part.c.request).where(part.c.author == "agent").order_by(part.c.position)).scalars()]
    assert sent == ["*Ana:* Ya está", "Listo"]
    assert house.said(held[0])[-2:] == ["Ya está", "Listo"]
