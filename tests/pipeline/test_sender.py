"""The sender against a stand-in that speaks Twilio's interface over a socket."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import case, select, update

import clock
from channels.base import Answer, Endpoint
from conversation import holders
from conversation.tables import Conversation, DeadLetter, OutboxPart
from conversation.work import Database
from pipeline import claims, reconcile
from pipeline.claims import Outcome
from pipeline.sender import Sender, Settings
from tests.builders import HandClock, a_channel, a_conversation
from tests.pipeline.conftest import OURS, say, send_until
from tests.providers.twilio import TwilioStandIn

PART, CONVERSATION = OutboxPart.__table__, Conversation.__table__


@pytest.fixture(autouse=True)
def real_time(database: Database) -> None:
    """A sender waits for real: its leases and looks are in fractions of a second here."""
    object.__setattr__(database.wiring, "now", clock.now)


def states(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.execute(select(PART.c.state).order_by(PART.c.position)).scalars())


def settled(database: Database) -> Callable[[], bool]:
    return lambda: not {"queued", "sending", "unknown"} & set(states(database))


def bodies(twilio: TwilioStandIn) -> list[str]:
    return [message.body for message in twilio.accepted()]


def change(database: Database, **changes: object) -> None:
    with database.work() as work:
        work.connection.execute(update(CONVERSATION).values(**changes))


def test_messages_of_a_conversation_arrive_in_order(database: Database, marta: str, twilio: TwilioStandIn) -> None:
    say(database, marta, *[f"{n}" for n in range(12)])

    send_until(database, twilio, settled(database))

    assert bodies(twilio) == [f"{n}" for n in range(12)]


def test_many_conversations_are_sent_side_by_side(database: Database, twilio: TwilioStandIn) -> None:
    with database.work() as work:
        channel = a_channel(work, "twilio-whatsapp", OURS)
        people = [a_conversation(work, address=f"+3460011100{n}", channel_id=channel) for n in range(9)]
    for conversation in people:
        say(database, conversation, "uno", "dos")

    send_until(database, twilio, settled(database))

    assert states(database) == ["sent"] * 18


def test_a_refused_message_fails_with_its_code_and_a_dead_letter(
    database: Database, marta: str, twilio: TwilioStandIn
) -> None:
    twilio.mode(400, code=21211, count=1)
    say(database, marta, "uno")

    send_until(database, twilio, settled(database))

    with database.reading() as session:
        assert states(database) == ["failed"]
        assert session.execute(select(DeadLetter.__table__.c.kind)).scalars().all() == ["send"]


def test_a_provider_that_is_overloaded_is_asked_again(database: Database, marta: str, twilio: TwilioStandIn) -> None:
    twilio.mode(429, count=1, retry_after=0.1)
    say(database, marta, "uno", "dos")

    send_until(database, twilio, settled(database))

    assert bodies(twilio) == ["uno", "dos"]


def test_an_answer_lost_after_acceptance_never_sends_twice(
    database: Database, marta: str, twilio: TwilioStandIn
) -> None:
    twilio.mode("accept_then_reset", count=1)
    say(database, marta, "uno", "dos")

    send_until(database, twilio, settled(database))

    assert bodies(twilio) == ["uno", "dos"]
    assert states(database) == ["sent", "sent"]


def test_a_connection_cut_before_acceptance_is_proven_and_sent_again(
    database: Database, marta: str, twilio: TwilioStandIn
) -> None:
    twilio.mode(500, error_object=False, count=1)
    say(database, marta, "uno", "dos")

    send_until(database, twilio, settled(database))

    assert bodies(twilio) == ["uno", "dos"]


def test_a_provider_that_is_away_leaves_the_doubts_about_others_alone(
    database: Database, marta: str, twilio: TwilioStandIn
) -> None:
    with database.work() as work:
        away = a_conversation(work, channel_id=a_channel(work, "twilio-whatsapp", "+34600000009"))
    for conversation in (away, marta):
        say(database, conversation, "uno")
    with database.work() as work:
        work.connection.execute(update(PART).values(state="unknown", attempt=1, not_before=work.now, sending_at=case(
            (PART.c.conversation_id == away, work.now - timedelta(seconds=2)), else_=work.now - timedelta(seconds=1))))

    send_until(database, twilio, lambda: bodies(twilio) == ["uno"], silent="+34600000009")


def test_a_message_that_cannot_be_written_is_refused_and_not_in_doubt(database: Database, marta: str) -> None:
    say(database, marta, "uno")
    with database.work() as work:
        (claimed,) = claims.take(work, [marta], "a:1", claims.Patience())
    without_secrets = {("twilio-whatsapp", OURS): Endpoint("twilio-whatsapp", OURS, "http://127.0.0.1:9", {})}

    async def exchange() -> Answer:
        return await Sender(database, Settings(without_secrets, "", claims.Patience()))._exchange(claimed)

    assert asyncio.run(exchange()).outcome == "refused"


def test_what_a_dead_sender_left_is_settled_by_the_list(
    database: Database, marta: str, twilio: TwilioStandIn
) -> None:
    say(database, marta, "uno", "dos")
    gone = f"{socket.gethostname()}:{2**22 + 1}"
    with database.work() as work:
        head = select(PART.c.part_id).order_by(PART.c.position).limit(1).scalar_subquery()
        work.connection.execute(update(PART).where(PART.c.part_id == head).values(
            state="sending", owner=gone, sending_at=work.now, lease_until=work.now + timedelta(hours=1), attempt=1))

    send_until(database, twilio, settled(database))

    assert bodies(twilio) == ["uno", "dos"]


def test_no_word_of_the_bot_leaves_after_people_took_over(
    database: Database, marta: str, twilio: TwilioStandIn
) -> None:
    say(database, marta, "del bot")
    change(database, epoch=1, owner="agent")
    say(database, marta, "de Ana", author="agent")

    send_until(database, twilio, settled(database))

    assert bodies(twilio) == ["de Ana"]
    assert states(database) == ["suppressed", "sent"]


@pytest.mark.parametrize("author", ["bot", "system"])
def test_nothing_is_sent_after_stop(
    database: Database, marta: str, twilio: TwilioStandIn, author: str
) -> None:
    say(database, marta, "uno", author=author)
    change(database, opted_out_at=clock.now())

    send_until(database, twilio, settled(database))

    assert (bodies(twilio), states(database)) == ([], ["suppressed"])


@pytest.mark.parametrize("author", ["bot", "system"])
def test_a_closed_window_is_a_failure_with_its_reason(
    database: Database, marta: str, twilio: TwilioStandIn, author: str
) -> None:
    say(database, marta, "uno", author=author)
    change(database, last_inbound_at=clock.now() - timedelta(hours=25))

    send_until(database, twilio, settled(database))

    with database.reading() as session:
        assert session.execute(select(PART.c.state, PART.c.error_code)).all() == [("failed", "window_closed")]


def test_a_message_too_old_to_make_sense_expires(database: Database, marta: str, twilio: TwilioStandIn) -> None:
    say(database, marta, "uno")
    with database.work() as work:
        work.connection.execute(update(PART).values(created_at=work.now - timedelta(minutes=16)))

    send_until(database, twilio, settled(database))

    assert states(database) == ["expired"]


def test_two_senders_never_claim_the_same_conversation(database: Database, marta: str) -> None:
    say(database, marta, "uno", "dos")
    with database.work() as work:
        first = claims.take(work, [marta], "a:1", claims.Patience())

    with database.work() as work:
        assert len(first) == 1
        assert claims.take(work, [marta], "b:2", claims.Patience()) == []


@pytest.mark.parametrize(
    ("owner", "dead"),
    [(f"{socket.gethostname()}:{2**22 + 1}", True), (f"{socket.gethostname()}:{os.getpid()}", False),
     ("elsewhere:1", False), (None, False)],
    ids=["gone", "this one", "another host", "nobody"],
)
def test_only_a_process_of_this_host_that_is_gone_is_dead(owner: str | None, dead: bool) -> None:
    assert holders.is_dead(owner) is dead


def test_the_wait_before_the_next_try_obeys_the_provider(
    database: Database, marta: str, twilio: TwilioStandIn, hand_clock: HandClock
) -> None:
    twilio.mode(429, count=1, retry_after=30)
    say(database, marta, "uno")

    send_until(database, twilio, lambda: not twilio.accepted() and _not_before(database) > clock.now())

    assert _not_before(database) - clock.now() > timedelta(seconds=25)


def _not_before(database: Database):
    with database.reading() as session:
        return session.execute(select(PART.c.not_before)).scalar_one()


def test_a_doubt_that_two_senders_looked_into_is_sent_again_by_one(database: Database, marta: str) -> None:
    hasty = claims.Patience(proof_first=0.0, proof_last=0.0)
    say(database, marta, "uno")
    with database.work() as work:
        (lost,) = claims.take(work, [marta], "a:1", hasty)
        claims.record(work, [Outcome(lost, Answer("unknown"))], hasty)
        (doubt,) = reconcile.doubts(work)
        reconcile.with_list(work, doubt, [], hasty)
        claims.take(work, [marta], "a:1", hasty)
        reconcile.with_list(work, doubt, [], hasty)

    assert states(database) == ["sending"]
