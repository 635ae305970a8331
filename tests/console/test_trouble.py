"""Trouble: what is wrong, what to do, and who was told."""

from __future__ import annotations

from sqlalchemy import insert
from werkzeug.test import Client

from conversation import alarms
from conversation.alarms import Trouble
from conversation.events import TimelineLine
from conversation.tables import DeadLetter
from conversation.work import Database
from handoff.house_tables import Hook, HookCall
from tests.builders import HandClock
from tests.console import desks

JSON = {"Accept": "application/json"}


def found(client: Client) -> list[dict]:
    return client.get("/console/trouble", headers=JSON).get_json()["troubles"]


def test_without_trouble_the_page_says_that_everything_works(sue: Client) -> None:
    assert 'data-testid="no-trouble"' in sue.get("/console/trouble").get_data(as_text=True)


def test_an_alarm_says_what_to_do_and_that_nobody_can_be_mailed(sue: Client, database: Database) -> None:
    with database.work() as work:
        alarms.raise_alarm(work, Trouble("poll:AC1", "poll_failing", facts={"source": "AC1", "why": "503"}))

    one = found(sue)[0]

    assert one["kind"] == "alarms"
    assert one["next"]
    assert "ALERT_EMAIL" in one["told"]


def test_who_was_mailed_stands_there_with_the_time(database: Database) -> None:
    app = desks.an_app(database, alert_to=("ops@shop.example",))
    with database.work() as work:
        desks.people(work)
        alarms.raise_alarm(work, Trouble("poll:AC1", "poll_failing"))
        work.connection.execute(alarms.Alarm.__table__.update().values(mailed_at=work.now))

    assert "ops@shop.example, lunes, 23 de noviembre, 13:00" in found(desks.enter(app, "Sue"))[0]["told"]


def test_work_that_was_given_up_can_be_run_again_or_left(sue: Client, database: Database) -> None:
    with database.work() as work:
        work.connection.execute(insert(DeadLetter.__table__).values(
            dead_letter_id="ded_1", kind="send", reason="It failed.", payload={}, state="open", created_at=work.now))

    page = sue.get("/console/trouble").get_data(as_text=True)

    assert "/console/trouble/ded_1/rerun" in page
    assert "/console/trouble/ded_1/dismissal" in page


def test_a_flow_that_fails_is_one_piece_with_how_often_and_for_how_many(sue: Client, database: Database) -> None:
    with database.work() as work:
        conversation_id, _ = desks.a_story(work)
        for _ in range(2):
            work.record(TimelineLine("alert", conversation_id, "bot", data={"text": "KeyError: eta", "place": "order:tell"}))

    one = next(one for one in found(sue) if one["kind"] == "flows")

    assert (one["place"], one["why"], one["times"], one["customers"]) == ("order:tell", "KeyError: eta", 2, 1)


def test_a_ticket_nobody_took_names_who_was_told(sue: Client, database: Database, hand_clock: HandClock) -> None:
    with database.work() as work:
        _, ticket_id = desks.a_story(work)
    hand_clock.forward(minutes=20)

    one = next(one for one in found(sue) if one["kind"] == "unclaimed")

    assert one["ticket"] == ticket_id
    assert "Ana" in one["told"]


def test_a_hook_that_does_not_answer_is_told_with_its_answer(sue: Client, database: Database) -> None:
    with database.work() as work:
        at = work.now
        work.connection.execute(insert(Hook.__table__).values(
            hook_id="hok_1", url="https://erp.example/in", secret="s", events=[], created_by="agt_sue", created_at=at))
        work.connection.execute(insert(HookCall.__table__).values(
            hook_call_id="hkc_1", hook_id="hok_1", entry_id=1, event="ticket.opened", body={}, state="given_up", not_before=at,
            status=500, created_at=at, ended_at=at))

    one = next(one for one in found(sue) if one["kind"] == "hooks")

    assert "https://erp.example/in" in one["what"]
    assert "500" in one["why"]


def test_a_failing_service_shows_its_error(database: Database) -> None:
    def failing(_reader, since):
        return [{"service": "find_order", "times": 4, "customers": 3, "first_at": since, "last_at": since, "error": "HTTP 503"}]

    app = desks.an_app(database, failing_services=failing)
    with database.work() as work:
        desks.people(work)

    one = next(one for one in found(desks.enter(app, "Sue")) if one["kind"] == "services")

    assert (one["why"], one["times"], one["customers"]) == ("HTTP 503", 4, 3)
