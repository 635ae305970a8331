"""The outbox: what is written, and how far a part can go."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import event, select

from conversation import outbox
from conversation.errors import UnknownConversation
from conversation.events import Outgoing, Receipt, Watermark
from conversation.tables import OutboxPart
from conversation.work import Database
from tests.builders import Bell, HandClock, a_channel, a_conversation, the_conversation

PART = OutboxPart.__table__


@pytest.fixture
def conversation(database: Database) -> str:
    with database.work() as work:
        return a_conversation(work)


def part_after(database: Database, statuses: tuple[str, ...]) -> dict:
    with database.work() as work:
        outbox.queue(work, a_conversation(work), Outgoing("Hola"))
        part_id = work.connection.execute(select(PART.c.part_id).order_by(PART.c.created_at.desc())).scalars().first()
        work.connection.execute(PART.update().where(PART.c.part_id == part_id).values(state="sending"))
    for status in statuses:
        with database.work() as work:
            outbox.record(work, Receipt(status, part_id, f"SM{part_id}"))
    with database.reading() as session:
        return dict(session.execute(select(PART).where(PART.c.part_id == part_id)).mappings().one())


def test_what_is_said_takes_the_next_number_of_its_conversation(database: Database, conversation: str) -> None:
    with database.work() as work:
        outbox.queue(work, conversation, Outgoing("uno"))
        outbox.queue(work, conversation, Outgoing("dos"))

        assert the_conversation(work, conversation)["last_seq"] == 2


def test_the_sender_is_rung_only_after_the_commit(database: Database, conversation: str, bell: Bell) -> None:
    with database.work() as work:
        outbox.queue(work, conversation, Outgoing("uno"))
        assert bell.rung == []

    assert {notice.kind for notice in bell.rung} == {"deliver", "changed"}


def test_nothing_is_rung_or_kept_when_the_transaction_fails(
    database: Database, conversation: str, bell: Bell
) -> None:
    with pytest.raises(ZeroDivisionError), database.work() as work:
        outbox.queue(work, conversation, Outgoing("uno"))
        1 / 0  # noqa: B018

    with database.work() as work:
        assert the_conversation(work, conversation)["last_seq"] == 0
    assert bell.rung == []


def test_a_conversation_that_does_not_exist_is_named(database: Database) -> None:
    with pytest.raises(UnknownConversation, match="cnv_nowhere"), database.work() as work:
        outbox.queue(work, "cnv_nowhere", Outgoing("uno"))


@pytest.mark.parametrize("order", list(permutations(("sent", "delivered", "read", "failed"))))
def test_receipts_in_any_order_end_in_the_same_state(database: Database, order: tuple[str, ...]) -> None:
    assert part_after(database, order)["state"] == "read"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_report_taken_in_at_the_same_time_does_not_move_a_part_back(database: Database, conversation: str) -> None:
    with database.work() as work:
        message = outbox.queue(work, conversation, Outgoing("Hola"))
        part_id = work.connection.execute(select(PART.c.part_id).where(PART.c.message_id == message)).scalar_one()

    def deliver() -> bool:
        with database.work() as other:
            return outbox.record(other, Receipt("delivered", part_id))

    with ThreadPoolExecutor(1) as pool:
        with database.work() as work:
            outbox.record(work, Receipt("read", part_id))
            later = pool.submit(deliver)
            wait([later], timeout=0.3)
        assert later.result(5) is False


def test_a_late_sent_does_not_undo_a_failure(database: Database) -> None:
    part = part_after(database, ("failed", "sent"))

    assert (part["state"], part["error_code"]) == ("failed", "unknown")


def test_a_delivery_wins_over_a_failure_of_another_device(database: Database) -> None:
    part = part_after(database, ("failed", "delivered"))

    assert (part["state"], part["error_code"]) == ("delivered", None)


def test_a_receipt_settles_a_part_whose_answer_was_lost(database: Database) -> None:
    part = part_after(database, ("queued",))

    assert (part["state"], part["provider_id"]) == ("sent", f"SM{part['part_id']}")


def test_a_receipt_of_somebody_elses_message_changes_nothing(database: Database) -> None:
    with database.work() as work:
        assert outbox.record(work, Receipt("delivered", "prt_unknown", "SMunknown")) is False


def test_a_watermark_moves_everything_up_to_its_moment(database: Database, hand_clock: HandClock) -> None:
    with database.work() as work:
        channel = a_channel(work, "meta-messenger", "108")
        marta = a_conversation(work, address="5511", channel_id=channel)
        for text in ("uno", "dos"):
            outbox.queue(work, marta, Outgoing(text))
        work.connection.execute(PART.update().values(state="sent", sent_at=work.now))
        late = select(PART.c.part_id).order_by(PART.c.position.desc()).limit(1).scalar_subquery()
        work.connection.execute(PART.update().where(PART.c.part_id == late).values(
            sent_at=work.now + timedelta(minutes=1)))

    with database.work() as work:
        until = Watermark("read", "meta-messenger", "108", "whatsapp", "5511", hand_clock.now())
        assert outbox.record_until(work, until) == 1


def test_what_is_delivered_already_is_not_looked_at_again(database: Database, hand_clock: HandClock) -> None:
    asked: list[str] = []
    with database.work() as work:
        marta = a_conversation(work, address="5511", channel_id=a_channel(work, "meta-messenger", "108"))
        for n in range(5):
            outbox.queue(work, marta, Outgoing(str(n)))
        work.connection.execute(PART.update().values(state="delivered", sent_at=work.now))

    event.listen(database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with database.work() as work:
        outbox.record_until(work, Watermark("delivered", "meta-messenger", "108", "whatsapp", "5511", hand_clock.now()))

    assert len([words for words in asked if "outbox_part" in words]) == 1


def test_taking_over_suppresses_what_the_bot_has_not_sent(database: Database, conversation: str) -> None:
    with database.work() as work:
        outbox.queue(work, conversation, Outgoing("del bot", author="bot"))
        outbox.queue(work, conversation, Outgoing("de Ana", author="agent"))

        assert outbox.suppress_bot(work, conversation) == 1


@pytest.mark.parametrize(
    ("states", "expected"),
    [(["sent", "delivered"], "sent"), (["failed", "read"], "failed"), (["queued", "unknown"], "unknown"), ([], "queued")],
)
def test_a_message_is_as_far_as_its_weakest_part(states: list[str], expected: str) -> None:
    assert outbox.weakest(states) == expected
