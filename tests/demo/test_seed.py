"""What the demo begins with, on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import func, or_, select

from conversation.files import Folder
from conversation.tables import Attachment, Contact, Conversation, Message, OutboxPart, TimelineEntry
from conversation.work import Database
from demo import commands, seed
from handoff import agents, lists, order_book, queues, sweep
from handoff.access import Viewer, viewer
from handoff.house_tables import Notice
from handoff.lists import Wanted
from handoff.tables import Agent, Rating, Ticket
from orders import connector, demo_shop
from orders.acting import Action

ACCOUNT = "+14155238886"


@pytest.fixture
def demo(database: Database, tmp_path: Path) -> Iterator[Database]:
    seed.seed(database, ACCOUNT, tmp_path)
    yield database


def the_viewer(database: Database, email: str) -> Viewer:
    with database.reading() as session:
        return viewer(session, agents.by_email(session, email)["agent_id"])


def test_the_demo_agents_log_in_with_the_passwords_that_are_printed(demo: Database) -> None:
    names = [agents.authenticate(demo, login.person.email, login.password, "127.0.0.1").name for login in seed.LOGINS]

    assert names == ["Ana", "Bo", "Luis", "Inês", "Sue", "Ada"]


def test_each_log_in_is_printed_with_its_password() -> None:
    lines = "\n".join(seed.logins())

    assert all(login.person.email in lines and login.password in lines for login in seed.LOGINS)


def test_demo_agents_are_marked_so_that_production_refuses_them(demo: Database) -> None:
    with demo.reading() as session:
        assert session.execute(select(func.count()).where(~Agent.__table__.c.demo)).scalar_one() == 0


def test_a_second_seed_changes_nothing(demo: Database, tmp_path: Path) -> None:
    with demo.reading() as session:
        before = session.execute(select(func.count()).select_from(Ticket.__table__)).scalar_one()

    assert seed.seed(demo, ACCOUNT, tmp_path) is False
    with demo.reading() as session:
        assert session.execute(select(func.count()).select_from(Ticket.__table__)).scalar_one() == before


def test_ana_has_somebody_to_answer_and_nobody_waits_before_marta(demo: Database) -> None:
    ana = the_viewer(demo, "ana@demo.example")
    with demo.reading() as session:
        found = {tab: lists.total(session, ana, Wanted(tab)) for tab in ("mine", "queued")}

    assert found == {"mine": 5, "queued": 0}


def test_everybody_is_where_her_story_says(demo: Database) -> None:
    ticket = Ticket.__table__
    with demo.reading() as session:
        states = session.execute(select(ticket.c.queue_id, ticket.c.state).where(ticket.c.epoch > 0)).all()

    assert Counter(row.state for row in states) == {"queued": 6, "assigned": 11, "snoozed": 3, "resolved": 11}
    assert {row.queue_id for row in states} == {"shipping", "returns", "billing", "presales", "general"}


def test_every_change_of_hands_has_its_line(demo: Database) -> None:
    line, ticket = TimelineEntry.__table__, Ticket.__table__
    query = select(line.c.kind, line.c.at, ticket.c.opened_at).join(ticket, ticket.c.ticket_id == line.c.ticket_id)
    with demo.reading() as session:
        rows = session.execute(query.where(line.c.kind.in_(("handoff", "claim", "resolve")))).all()

    assert Counter(row.kind for row in rows) == {"handoff": 31, "claim": 25, "resolve": 11}
    assert all(row.at == row.opened_at for row in rows if row.kind == "handoff")


def test_nobody_loses_her_tickets_at_the_first_tick(demo: Database) -> None:
    ticket = Ticket.__table__
    with demo.work() as work:
        sweep.tick(work)
        holders = work.connection.execute(select(func.count(ticket.c.holder_id)).where(ticket.c.state == "assigned"))

        assert holders.scalar_one() == 11


def test_the_evidence_quotes_what_was_really_said(demo: Database) -> None:
    with demo.reading() as session:
        said = dict(session.execute(select(Message.__table__.c.message_id, Message.__table__.c.text)).all())
        evidence = [one for (found,) in session.execute(select(Ticket.__table__.c.evidence)) for one in found]

    assert len(evidence) == 16
    assert all(one["quote"] in said[one["message_id"]] for one in evidence)


def test_a_photo_is_there_whole_and_small(demo: Database, tmp_path: Path) -> None:
    with demo.reading() as session:
        photo = session.execute(select(Attachment.__table__)).mappings().one()

    assert (photo["state"], photo["mime"]) == ("stored", "image/jpeg")
    assert all(Folder(tmp_path).read(photo[name]) for name in ("stored_name", "thumbnail"))


def test_who_waits_beyond_her_promise_was_told_so(demo: Database) -> None:
    ticket, message = Ticket.__table__, Message.__table__
    with demo.reading() as session:
        late = session.execute(select(ticket).where(ticket.c.epoch > 0, ticket.c.state == "queued",
                                                    ticket.c.late_at.is_not(None))).mappings().one()
        said = session.execute(select(message.c.author).where(
            message.c.conversation_id == late["conversation_id"], message.c.said_at == late["late_at"])).scalars().all()

    assert (late["queue_id"], said) == ("presales", ["system"])
    assert late["promised"]["to"] < 30


def test_one_wish_waits_for_who_may_and_the_shop_would_grant_it(demo: Database) -> None:
    with demo.reading() as session:
        (row,) = order_book.waiting(session)
    wish = Action(row["kind"], row["order_reference"], row["key"], Decimal(row["amount"]), row["currency"])

    assert connector("demo", {}).preview(wish).refused == ""


def test_a_parcel_goes_to_the_town_of_its_postcode() -> None:
    towns = {(sale.person.postcode, sale.person.city) for sale in demo_shop.sales()}

    assert ("50001", "Zaragoza") in towns
    assert len(towns) == len({postcode for postcode, _ in towns})


def test_somebody_wrote_from_two_numbers_and_is_one_person(demo: Database) -> None:
    contact = Contact.__table__
    with demo.reading() as session:
        names = session.execute(select(contact.c.name).where(contact.c.person_id.is_not(None))).scalars().all()

    assert sorted(names) == ["Nuria C.", "Nuria Castaño"]


def test_nothing_of_the_stories_is_sent_again(demo: Database) -> None:
    part = OutboxPart.__table__
    with demo.reading() as session:
        states = Counter(session.execute(select(part.c.state)).scalars())

    assert set(states) == {"read", "failed"} and states["failed"] == 1


def test_nothing_of_the_stories_is_answered_by_the_bot(demo: Database) -> None:
    talk = Conversation.__table__
    with demo.reading() as session:
        unheard = (
            session.execute(
                select(talk.c.preview).where(
                    talk.c.heard_seq < talk.c.last_seq, talk.c.owner == "bot", talk.c.preview_author == "contact"
                )
            )
            .scalars()
            .all()
        )

    assert unheard == []


def test_the_wait_can_be_told_while_ana_is_at_her_desk(demo: Database) -> None:
    with demo.work() as work:
        now = work.now
        work.connection.execute(Agent.__table__.update().values(last_seen_at=now))
        wait = queues.expect(work.connection, queues.get(work.connection, "shipping"), now, now)

    assert wait is not None
    assert 5 <= wait.from_minutes < wait.to_minutes <= 30


def test_the_people_and_orders_of_the_stories_are_those_of_the_demo_shop(demo: Database) -> None:
    sales = {sale.reference: sale.person.name for sale in demo_shop.sales()}
    with demo.reading() as session:
        names = set(session.execute(select(Contact.__table__.c.name)).scalars())
        cards = [card for (card,) in session.execute(select(Ticket.__table__.c.card)) if card]

    assert {sales[card["known"]["order_ref"]] for card in cards if card["known"]} <= names


def test_nobody_is_rung_for_what_was_long_ago(demo: Database) -> None:
    notice = Notice.__table__
    with demo.reading() as session:
        loud = or_(notice.c.seen_at.is_(None), notice.c.tell_at.is_not(None))
        assert session.execute(select(func.count()).where(loud)).scalar_one() == 0


def test_reports_of_the_last_fortnight_have_their_figures(demo: Database) -> None:
    ticket, rating = Ticket.__table__, Rating.__table__
    with demo.reading() as session:
        by_queue = Counter(session.execute(select(ticket.c.queue_id).where(ticket.c.epoch == 0)).scalars())
        scores = set(session.execute(select(rating.c.score)).scalars())

    assert by_queue == {"shipping": 52, "returns": 26, "billing": 13, "presales": 39}
    assert scores == {2, 3, 4, 5}


def test_a_fresh_start_forgets_what_was_said_and_seeds_again(demo: Database, tmp_path: Path) -> None:
    with demo.work() as work:
        work.connection.execute(Contact.__table__.update().values(name="Somebody else"))
    commands.empty(demo)
    seed.seed(demo, ACCOUNT, tmp_path)

    with demo.reading() as session:
        assert "Carmen Etxeberria" in session.execute(select(Contact.__table__.c.name)).scalars().all()


def test_the_command_prints_who_may_log_in(database: Database, tmp_path: Path) -> None:
    app = Flask("demo of a test")
    settings = SimpleNamespace(twilio_whatsapp=ACCOUNT, twilio_api_base="http://127.0.0.1:9", media_path=tmp_path)
    app.extensions["relevo"] = SimpleNamespace(database=database, settings=settings)
    app.cli.add_command(commands.demo)
    printed = app.test_cli_runner().invoke(args=["demo", "--fresh"])

    assert printed.exit_code == 0
    assert "ana@demo.example  ana-en-envios" in printed.stdout
    assert "is not running" in printed.stderr
