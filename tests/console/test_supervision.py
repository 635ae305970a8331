"""The wall, and what a supervisor does from it."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from conversation.work import Database
from handoff import presence, queue_book, queues
from tests.builders import HandClock
from tests.console import desks

JSON = {"Accept": "application/json"}


@pytest.fixture
def waiting(database: Database, app, hand_clock: HandClock) -> tuple[str, str]:
    """Marta has waited in shipping for 18 minutes, three longer than was promised."""
    with database.work() as work:
        story = desks.a_story(work)
    hand_clock.forward(minutes=18)
    with database.work() as work:
        for name in ("ana", "bo", "sue"):
            presence.seen(work, f"agt_{name}")
    return story


def wall(client: Client) -> dict:
    return client.get("/console/supervision", headers=JSON).get_json()


def test_the_wall_shows_who_waits_and_that_it_is_late(sue: Client, waiting) -> None:
    page = sue.get("/console/supervision").get_data(as_text=True)

    assert "1 fuera de plazo" in page
    assert "Marta Ríos, en Envíos" in page


def test_no_share_stands_without_what_it_is_of(sue: Client) -> None:
    page = sue.get("/console/supervision").get_data(as_text=True)

    assert "%" not in page.split('id="wall-figures"')[1].split("</dl>")[0]


def test_a_program_gets_the_same_figures(sue: Client, waiting) -> None:
    found = wall(sue)

    assert (found["waiting"], found["promises"]) == (1, {"kept": 0, "due": 1})
    assert found["oldest"]["ticket"] == waiting[1]


def test_a_paused_queue_says_so_and_goes_on_again(sue: Client, database: Database) -> None:
    desks.post(sue, "/console/supervision/queues/orders/pause", paused="1")
    assert "en pausa" in sue.get("/console/supervision").get_data(as_text=True)

    desks.post(sue, "/console/supervision/queues/orders/pause", paused="0")
    with database.reading() as reader:
        assert queue_book.current(reader)[0]["paused_at"] is None


def test_all_that_somebody_has_in_hand_goes_back(sue: Client, database: Database) -> None:
    with database.work() as work:
        desks.held(work, "agt_ana")

    answer = desks.post(sue, "/console/supervision/people/agt_ana/requeue", JSON)

    assert answer.get_json()["requeued"] == 1
    assert wall(sue)["waiting"] == 1


def test_somebody_is_set_away(sue: Client, waiting) -> None:
    desks.post(sue, "/console/supervision/people/agt_ana/presence", presence="away")

    assert {one["name"]: one["presence"] for one in wall(sue)["people"]}["Ana"] == "away"


def test_an_unknown_word_for_presence_is_refused_on_the_wall(sue: Client) -> None:
    answer = desks.post(sue, "/console/supervision/people/agt_ana/presence", presence="asleep")

    assert answer.status_code == 422
    assert 'id="wall-people"' in answer.get_data(as_text=True)


def test_a_closed_queue_says_when_it_opens(sue: Client, database: Database) -> None:
    with database.work() as work:
        queues.set_hours(work, "orders", {"tue": [["09:00", "14:00"]]})

    assert "Abre el martes a las 9:00" in sue.get("/console/supervision").get_data(as_text=True)


def test_the_radar_pulls_everybody_forward(sue: Client, database: Database, waiting, hand_clock: HandClock) -> None:
    with database.work() as work:
        queues.set_hours(work, "orders", {"mon": [["09:00", "18:00"]]})
    assert [one["ticket"] for one in wall(sue)["radar"]] == [waiting[1]]

    desks.post(sue, "/console/supervision/radar")

    assert wall(sue)["radar"][0]["priority"] == "high"


def test_full_screen_hides_the_way_around(sue: Client) -> None:
    page = sue.get("/console/supervision?full=1").get_data(as_text=True)

    assert "wall-full" in page
    assert 'http-equiv="refresh"' in page
