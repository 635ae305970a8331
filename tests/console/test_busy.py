"""A database that is busy for too long: whoever asks is told to come again, nothing is half done, and reading goes on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import Client

from console.words import words
from conversation.work import Database
from handoff import ledger
from handoff.tables import Ticket
from tests.builders import Bell, HandClock, a_wiring
from tests.console import desks

BUSY_MS = 60


@pytest.fixture
def database(database_url: str, hand_clock: HandClock, bell: Bell) -> Iterator[Database]:
    """One that waits for nobody long."""
    database = Database(database_url, a_wiring(hand_clock, bell), BUSY_MS)
    yield database
    database.close()


@pytest.fixture
def waiting(database: Database, app: Flask) -> tuple[str, str]:
    with database.work() as work:
        return desks.a_story(work)


@pytest.fixture
def busy(database_url: str, database: Database, waiting: tuple[str, str], ana: Client) -> Iterator[None]:
    """Another process writes, for longer than anybody waits."""
    other = Database(database_url, database.wiring)
    desks.csrf_given(ana)
    with other.work() as work:
        ledger.lock(work, waiting[0])
        yield
    other.close()


def test_a_program_is_told_to_come_again(busy: None, waiting: tuple[str, str], ana: Client):
    answer = claim(ana, waiting[1], {"Accept": "application/json"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert answer.json["error"]["code"] == "busy" and answer.json["error"]["retry_after"] == 2


def test_a_page_says_it_and_keeps_what_it_showed(busy: None, waiting: tuple[str, str], ana: Client):
    answer = claim(ana, waiting[1], {})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert words("es")("error.busy") in answer.text and "Marta" in answer.text


def test_a_piece_of_a_page_says_it_too(busy: None, waiting: tuple[str, str], ana: Client):
    here = {"HX-Request": "true", "HX-Current-URL": f"http://localhost/console/conversations/{waiting[0]}"}
    answer = claim(ana, waiting[1], here)
    assert answer.status_code == 503 and words("es")("error.busy") in answer.text


def test_nothing_is_half_done(busy: None, database: Database, waiting: tuple[str, str], ana: Client):
    claim(ana, waiting[1], {})
    with database.reading() as session:
        assert session.execute(select(Ticket.state, Ticket.holder_id)).one() == ("queued", None)


def test_who_reads_is_not_held_up(busy: None, waiting: tuple[str, str], ana: Client, hand_clock: HandClock):
    hand_clock.forward(seconds=60)  # her session is to be noted, and cannot be
    assert ana.get(f"/console/conversations/{waiting[0]}").status_code == 200


def claim(client: Client, ticket_id: str, headers: dict[str, str]):
    return desks.post(client, f"/console/tickets/{ticket_id}/claim", headers, epoch="1")
