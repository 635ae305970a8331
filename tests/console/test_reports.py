"""Reports: their numbers, the rows behind them, and the file."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from sqlalchemy import insert, update
from werkzeug.test import Client

from console import ticket_file
from conversation.work import Database
from handoff import claims
from handoff.tables import Rating, Ticket
from tests.builders import HandClock, the_conversation
from tests.console import desks

TICKET = Ticket.__table__
ASKED = {
    "?queue=orders": 2, "?queue=returns": 0, "?agent=agt_ana": 2, "?agent=agt_bo": 0, "?language=es": 2, "?language=pt": 0,
    "?channel=twilio-whatsapp": 2, "?channel=twilio-sms": 0, "?from=2026-11-23&to=2026-11-23": 2,
    "?from=2026-11-01&to=2026-11-02": 0, "?days=7&from=nonsense": 2,
}  # how many tickets an address asks for


@pytest.fixture
def history(database: Database, app, hand_clock: HandClock) -> tuple[str, str]:
    """One ticket taken in time and rated, one that was taken too late; returns theirs."""
    made = []
    for minutes in (5, 20):
        with database.work() as work:
            conversation_id, ticket_id = desks.a_story(work, "=Marta")
        hand_clock.forward(minutes=minutes)
        with database.work() as work:
            claims.claim(work, ticket_id, "agt_ana", the_conversation(work, conversation_id)["epoch"], True)
        made.append(ticket_id)
    with database.work() as work:
        work.connection.execute(insert(Rating.__table__).values(ticket_id=made[0], score=4, comment="", created_at=work.now))
    return made[0], made[1]


def report(client: Client, query: str = "") -> dict:
    return client.get(f"/console/api/reports{query}").get_json()


def rows(client: Client, query: str = "") -> list[list[str]]:
    text = client.get(f"/console/reports/tickets.csv{query}").get_data(as_text=True)
    return list(csv.reader(StringIO(text)))


def test_a_promise_is_told_with_what_it_is_of(sue: Client, history) -> None:
    assert report(sue)["promises"] == {"due": 2, "kept": 1, "broken": 1, "open": 0, "none": 0}


def test_ratings_have_their_number(sue: Client, history) -> None:
    assert report(sue)["ratings"] == {"n": 1, "mean": 4.0, "scores": {"5": 0, "4": 1, "3": 0, "2": 0, "1": 0}}


def test_times_are_of_open_time_and_have_their_number(sue: Client, database: Database, history) -> None:
    with database.work() as work:
        work.connection.execute(update(TICKET).where(TICKET.c.ticket_id == history[0]).values(first_reply_at=TICKET.c.picked_up_at))

    assert report(sue)["first_reply_minutes"] == {"n": 1, "p50": 5.0, "p90": 5.0}


def test_a_report_is_about_what_was_asked_for(sue: Client, history) -> None:
    assert {query: report(sue, query)["tickets"] for query in ASKED} == ASKED


def test_every_number_leads_to_its_rows(sue: Client, history) -> None:
    page = sue.get("/console/reports/tickets?show=broken").get_data(as_text=True)

    assert page.count('data-testid="ticket"') == 1


def test_a_page_without_anything_says_so_and_shows_no_share(sue: Client) -> None:
    page = sue.get("/console/reports").get_data(as_text=True)

    assert 'data-testid="no-tickets"' in page
    assert "%" not in page.split("<main")[1]


def test_the_page_says_what_it_does_not_count(sue: Client, history) -> None:
    assert 'data-testid="limits"' in sue.get("/console/reports").get_data(as_text=True)


def test_the_file_has_one_row_a_ticket(sue: Client, history) -> None:
    head, *found = rows(sue)

    assert tuple(head) == ticket_file.COLUMNS
    assert [row[head.index("promise")] for row in found] == ["broken", "kept"]


def test_a_name_never_becomes_a_formula(sue: Client, history) -> None:
    head, first, *_ = rows(sue)

    assert first[head.index("contact")] == "'=Marta"


def test_a_spreadsheet_may_have_its_mark(sue: Client, history) -> None:
    assert sue.get("/console/reports/tickets.csv?bom=1").data.startswith(b'\xef\xbb\xbf"ticket"')


@pytest.mark.parametrize("text", ["=1+1", "+34600", "-2", "@cmd", "\tx", "\n=1", "  =1", "＝1", "＋1", "－1", "＠cmd"])
def test_a_cell_that_a_spreadsheet_would_calculate_is_text(text: str) -> None:
    assert ticket_file.safe(text) == f"'{text}"


def test_an_agent_has_no_file(ana: Client, history) -> None:
    assert ana.get("/console/reports/tickets.csv").status_code == 404
