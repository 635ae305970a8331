"""Who looks and what rings: viewers, typing, notices until seen, snoozes, moods."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import Client

from console import moods_shown, snoozes
from console.around import Around
from console.mood import mood
from conversation.work import Database
from handoff import access, ledger, notices, presence, ringing, viewing
from handoff.tables import Ticket
from handoff.writing_errors import BadSnooze
from tests.console import desks
from tests.console.desks import post

JSON = {"Accept": "application/json"}
MADRID = ZoneInfo("Europe/Madrid")
PAGES = ("conversations", "search", "me", "conversations/new", "supervision", "trouble", "admin", "reports", "channels", "flows", "blocked")
FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def mine(app: Flask, database: Database) -> tuple[str, str]:
    with database.work() as work:
        return desks.held(work, "agt_ana")


def look(client: Client, mine: tuple[str, str], **facts: Any) -> Any:
    return post(client, f"/console/conversations/{mine[0]}/viewing", headers=JSON, **facts)


def test_colleagues_see_each_other_look_and_type(ana: Client, sue: Client, mine: tuple[str, str]) -> None:
    look(ana, mine, typing="1")

    assert look(sue, mine).get_json()["viewers"] == [{"agent": "agt_ana", "name": "Ana", "typing": True}]
    assert "Ana está escribiendo" in sue.get(f"/console/conversations/{mine[0]}/status").get_data(as_text=True)


def test_who_leaves_is_seen_no_more(ana: Client, sue: Client, mine: tuple[str, str]) -> None:
    look(ana, mine)
    look(ana, mine, gone="1")

    assert look(sue, mine).get_json()["viewers"] == []


def test_nobody_looks_at_what_she_may_not_see(bo: Client, mine: tuple[str, str]) -> None:
    assert look(bo, mine).status_code == 404


def test_a_look_is_over_after_half_a_minute(database: Database, mine: tuple[str, str]) -> None:
    with database.work() as work:
        viewing.look(work, mine[0], "agt_ana", typing=True)

        assert viewing.others(work.session, mine[0], "agt_sue", work.now + timedelta(seconds=40)) == []


def test_a_note_is_typed_unseen(database: Database, mine: tuple[str, str]) -> None:
    with database.work() as work:
        viewing.look(work, mine[0], "agt_ana", typing=True, mode="note")

        assert [one.types for one in viewing.others(work.session, mine[0], "agt_sue", work.now)] == [False]


def test_live_pages_hear_of_who_looks_and_what_rings(database: Database, mine: tuple[str, str]) -> None:
    with database.work() as work:
        viewing.look(work, mine[0], "agt_sue")
        notices.add(work, "mentioned", ["agt_ana"], mine[0])
        seen, told = Around().look(work.session, work.now)

        assert told[:2] == [("viewers", mine[0]), ("notify", "agt_ana")]
        assert seen.look(work.session, work.now)[1] == []


def test_a_notice_rings_until_it_is_seen(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    with database.work() as work:
        notices.add(work, "mentioned", ["agt_ana"], mine[0], data={"by": "Sue"})
    rung = ana.get("/console/notices", headers=JSON).get_json()
    post(ana, "/console/notices/seen", headers=JSON, up_to=rung["newest"])

    assert (rung["count"], rung["notices"][0]["text"]) == (1, "Sue te nombra en una nota")
    assert ana.get("/console/notices", headers=JSON).get_json()["count"] == 0


def test_what_waits_rings_only_while_nobody_has_it(database: Database, app: Flask) -> None:
    with database.work() as work:
        key, ticket_id = desks.a_story(work)
        notices.add(work, "queued", ["agt_sue"], key, ticket_id)
        ringing.saw(work, "agt_sue", 0)
        before = [row["kind"] for row in ringing.unseen(work.session, "agt_sue", work.now)]
        work.connection.execute(Ticket.__table__.update().values(state="assigned", holder_id="agt_ana"))

        assert "queued" in before
        assert ringing.unseen(work.session, "agt_sue", work.now) == []


@pytest.mark.parametrize(
    ("text", "until"),
    [("1h", "2026-11-20T10:00"), ("afternoon", "2026-11-20T15:00"), ("tomorrow", "2026-11-21T08:00"),
     ("monday", "2026-11-23T08:00"), ("2026-11-20T18:30", "2026-11-20T17:30"), ("2026-11-20T18:30:00+00:00", "2026-11-20T18:30")],
)
def test_a_snooze_means_an_instant(text: str, until: str) -> None:
    assert snoozes.read(text, FRIDAY, MADRID) == datetime.fromisoformat(until).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-11-19T10:00", "2028-01-01T10:00", "mañana", "1"])
def test_what_is_past_far_or_no_time_is_refused(text: str) -> None:
    with pytest.raises(BadSnooze):
        snoozes.read(text, FRIDAY, MADRID)


def test_the_former_time_is_offered_again_while_it_is_to_come() -> None:
    offered = [one.key for one in snoozes.choices(FRIDAY, MADRID, FRIDAY + timedelta(hours=3))]

    assert offered == ["1h", "former", "afternoon", "tomorrow", "monday", "reply"]


def test_a_conversation_is_laid_aside(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    assert post(ana, f"/console/tickets/{mine[1]}/snooze", headers=JSON, until="reply").get_json()["until"] is None

    with database.reading() as session:
        assert session.execute(select(Ticket.__table__.c.state)).scalar_one() == "snoozed"
    assert "pospuesta hasta que escriba" in ana.get(f"/console/conversations/{mine[0]}").get_data(as_text=True)


def test_a_mood_says_where_it_goes_and_by_which_words() -> None:
    found = mood(["Hola", "¿Dónde está mi pedido?", "Esto es una vergüenza, sois unos inútiles"], "es")

    assert found is not None
    assert (found.now, found.slope, found.confidence) == ("angry", "up", 1.0)
    assert found.words


@pytest.mark.parametrize(("texts", "why"), [
    (["Sois unos inútiles", "Vale, gracias", "Perfecto, un saludo"], "antes, «"),
    (["Hola", "Sois unos inútiles, qué vergüenza"], "por «"), (["Hola", "Gracias"], ""),
])
def test_who_is_calm_again_is_not_calm_for_her_angry_words(app: Flask, texts: list[str], why: str) -> None:
    with app.test_request_context("/console/conversations"):
        found = moods_shown.shown(texts, "es")

    assert found is not None
    assert found["words"].startswith(why) and bool(found["words"]) is bool(why)


def test_what_rang_for_a_conversation_is_seen_when_it_is_opened(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    with database.work() as work:
        notices.add(work, "mentioned", ["agt_ana"], mine[0])
    ana.get(f"/console/conversations/{mine[0]}")

    assert ana.get("/console/notices", headers=JSON).get_json()["count"] == 0


@pytest.mark.parametrize(("headers", "unread"), [({"Relevo-Hidden": "1"}, 3), ({}, 0)])
def test_what_a_hidden_page_fetches_was_read_by_nobody(
    ana: Client, database: Database, mine: tuple[str, str], headers: dict[str, str], unread: int
) -> None:
    with database.work() as work:
        ledger.note_conversation(work, mine[0], {"unread": 3})
    ana.get(f"/console/conversations/{mine[0]}/fragment", headers=headers)

    with database.reading() as session:
        assert access.conversation_for(session, access.viewer(session, "agt_ana"), mine[0]).conversation["unread"] == unread


def test_news_ring_once_on_every_page(sue: Client, database: Database, mine: tuple[str, str]) -> None:
    with database.work() as work:
        notices.add(work, "mentioned", ["agt_sue"], mine[0], data={"by": "Ana"})
    pages = [sue.get(f"/console/{path}").get_data(as_text=True) for path in PAGES]

    for sign in ('data-kind="mentioned"', ' id="notices"', ' id="offline"', "sse-connect"):
        assert {path: page.count(sign) for path, page in zip(PAGES, pages, strict=True)} == dict.fromkeys(PAGES, 1)


def test_the_choices_of_an_open_menu_follow_who_is_there(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    with database.work() as work:
        presence.choose(work, "agt_sue", "online")
        presence.choose(work, "agt_sue", "away")
    choices = ana.get(f"/console/conversations/{mine[0]}/targets?to=agent:agt_sue").get_data(as_text=True)

    assert '<option value="agent:agt_sue" selected disabled>' in choices


def test_what_a_supervisor_did_to_her_is_said_in_words(ana: Client, sue: Client, mine: tuple[str, str]) -> None:
    post(sue, "/console/supervision/people/agt_ana/presence", presence="away")
    post(sue, "/console/supervision/people/agt_ana/requeue")

    told = [one["text"] for one in ana.get("/console/notices", headers=JSON).get_json()["notices"]]
    assert told[:2] == ["Sue devuelve a la cola tu conversación con Marta", "Sue te ha puesto ausente"]


def test_what_was_taken_out_of_her_sight_is_told_without_a_name(ana: Client, sue: Client, mine: tuple[str, str]) -> None:
    post(sue, f"/console/tickets/{mine[1]}/transfers", to="queue:returns", note="es una devolución")
    told = ana.get("/console/notices", headers=JSON).get_json()["notices"][0]

    assert (told["conversation"], told["text"]) == (None, "Sue pasa a otra cola tu conversación con alguien")
