"""The live stream and the tail it hangs on: nothing is missed, nothing is shown to whom it does not belong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, text
from werkzeug.test import Client

from console import stream
from console.stream import Tab
from console.tail import Tail
from conversation.events import TimelineLine
from conversation.tables import TimelineEntry
from conversation.work import Database
from handoff import access, agents, presence, viewing, wall
from handoff.access import Viewer
from tests.console import desks


@pytest.fixture
def story(app: Flask, database: Database) -> str:
    with database.work() as work:
        return desks.a_story(work)[0]


@pytest.fixture
def tail(database: Database) -> Iterator[Tail]:
    """One that reads only when a test says so."""
    made = Tail(database, look_seconds=600.0)
    yield made
    made.stop()


def viewer(database: Database, name: str) -> Viewer:
    with database.reading() as session:
        return access.viewer(session, f"agt_{name.lower()}")


def opened(tail: Tail, database: Database, name: str = "Ana", **tab: Any) -> Iterator[str]:
    """The frames of a page of this agent; each `next` is what one moment brought."""
    who = viewer(database, name)
    return stream.events(tail, Tab(database, lambda: who, **tab), ping_seconds=3.0)


def told(frames: str) -> list[tuple[str, dict[str, Any]]]:
    """(event, data) of what came down the wire."""
    found = []
    for frame in frames.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in frame.splitlines())
        if "event" in fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def record(database: Database, conversation_id: str, kind: str = "message") -> int:
    with database.work() as work:
        work.record(TimelineLine(kind, conversation_id, "contact"))
    return latest(database)


def latest(database: Database) -> int:
    with database.reading() as session:
        return session.execute(text("SELECT max(entry_id) FROM timeline_entry")).scalar_one()


def test_a_change_reaches_the_page_by_its_number(tail: Tail, database: Database, story: str) -> None:
    frames = opened(tail, database, last_id=latest(database), conversation_id=story)
    next(frames)
    entry_id = record(database, story)
    tail.read()

    events = told(next(frames))

    assert ("row", {"id": entry_id, "conversation": story}) in events
    assert [event for event, _ in events] == ["row", "message", "list", "conversation"]
    frames.close()


@pytest.mark.parametrize(
    ("holder", "kind", "event"),
    [("agt_sue", "message", "counts"), ("agt_ana", "message", "list"), ("agt_sue", "transfer_to_agent", "list")])
def test_her_own_list_is_read_anew_where_it_may_be_another(
    tail: Tail, app: Flask, database: Database, holder: str, kind: str, event: str
) -> None:
    with database.work() as work:
        conversation_id, _ = desks.held(work, holder)
    frames = opened(tail, database, last_id=latest(database), list_tab="mine")
    next(frames)
    record(database, conversation_id, kind)
    tail.read()

    assert [name for name, _ in told(next(frames)) if name not in ("row", "message")] == [event]
    frames.close()


@pytest.mark.parametrize(
    ("list_tab", "kind", "told_then"),
    [("mine", "message", []), ("queued", "message", []), ("snoozed", "message", []), ("all", "message", ["list"]),
     ("unanswered", "message", ["list"]), ("queued", "transfer_to_agent", ["list"])])
def test_what_changes_neither_her_list_nor_a_number_lets_nothing_be_fetched(
    tail: Tail, app: Flask, database: Database, list_tab: str, kind: str, told_then: list[str]
) -> None:
    with database.work() as work:
        conversation_id, _ = desks.held(work, "agt_sue")
    frames = opened(tail, database, last_id=latest(database), list_tab=list_tab)
    next(frames)
    for one in ("message", kind):
        record(database, conversation_id, one)
        tail.read()
        found = [name for name, _ in told(next(frames))]

    assert [name for name in found if name in ("list", "counts")] == told_then
    frames.close()


def test_a_first_unanswered_word_changes_the_numbers(tail: Tail, app: Flask, database: Database) -> None:
    with database.work() as work:
        conversation_id, _ = desks.held(work, "agt_sue")
    frames = opened(tail, database, last_id=latest(database), list_tab="mine")
    next(frames)
    for since in (None, "2026-01-01 00:00:00+00:00"):
        with database.work() as work:
            work.connection.execute(text("UPDATE conversation SET waiting_since = :since"), {"since": since})
        record(database, conversation_id)
        tail.read()
        found = [name for name, _ in told(next(frames))]

    assert "counts" in found
    frames.close()


def test_a_commit_of_this_process_is_looked_at_at_once(database: Database) -> None:
    made = Tail(database, look_seconds=600.0)
    database.hear(made.ring)
    place = made.join()
    record(database, "")

    assert len(made.wait(place, 20.0) or ()) == 1
    made.leave()
    made.stop()


def test_an_event_carries_no_words(tail: Tail, database: Database, story: str) -> None:
    frames = next(opened(tail, database))

    assert desks.EVIDENCE not in frames and "Marta" not in frames


def test_a_page_that_was_cut_off_hears_what_it_missed(tail: Tail, database: Database, story: str) -> None:
    last = latest(database)
    missed = [record(database, story) for _ in range(3)]

    events = told(next(opened(tail, database, last_id=last)))

    assert ("row", {"id": missed[-1], "conversation": story}) in events


def test_a_page_too_far_behind_is_to_be_read_anew(tail: Tail, database: Database, story: str) -> None:
    with database.work() as work:
        rows = [{"conversation_id": story, "kind": "message", "actor": "bot", "data": {}, "at": work.now}] * 1_100
        work.connection.execute(insert(TimelineEntry.__table__), rows)

    events = told(next(opened(tail, database, last_id=1)))

    assert [event for event, _ in events] == ["resync", "list", "conversation"]


@pytest.mark.parametrize("name", ["Bo", "Max"])
def test_what_she_may_not_see_is_not_told(tail: Tail, database: Database, story: str, name: str) -> None:
    assert told(next(opened(tail, database, name))) == []


def test_a_conversation_that_leaves_her_sight_is_told_once(
    tail: Tail, app: Flask, database: Database, ana: Client
) -> None:
    with database.work() as work:
        conversation_id, ticket_id = desks.held(work, "agt_ana")
    frames = opened(tail, database, last_id=latest(database))
    next(frames)
    desks.post(ana, f"/console/tickets/{ticket_id}/transfers", to="queue:returns", note="es una devolución")
    tail.read()
    first = told(next(frames))
    record(database, conversation_id)
    tail.read()

    assert ("row_gone", conversation_id) in [(event, data.get("conversation")) for event, data in first]
    assert told(next(frames)) == []
    frames.close()


def test_the_stream_of_a_deactivated_agent_ends(app: Flask, tail: Tail, database: Database, story: str) -> None:
    asked = iter([viewer(database, "Ana"), None])
    frames = stream.events(tail, Tab(database, lambda: next(asked)), ping_seconds=0.05)
    next(frames)

    with pytest.raises(StopIteration):
        for _ in range(5):
            next(frames)
    assert tail.listeners == 0


def test_silence_is_broken_by_a_ping(tail: Tail, database: Database, story: str) -> None:
    who = viewer(database, "Ana")
    frames = stream.events(tail, Tab(database, lambda: who, last_id=latest(database)), ping_seconds=0.05)
    next(frames)

    assert "ping" in [event for _ in range(3) for event, _ in told(next(frames))]
    frames.close()


def test_the_route_streams_to_whom_is_logged_in(ana: Client, story: str) -> None:
    answer = ana.get("/console/stream")

    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (
        200,
        "text/event-stream",
        "no-store",
    )
    assert story.encode() in next(iter(answer.response))
    answer.close()


def test_the_browsers_last_event_wins_over_the_pages(ana: Client, database: Database, story: str) -> None:
    answer = ana.get("/console/stream?after=0", headers={"Last-Event-ID": str(latest(database) + 500)})

    assert story.encode() not in next(iter(answer.response))
    answer.close()


def test_one_stream_too_many_is_told_to_come_back(database: Database, app: Flask) -> None:
    full = desks.an_app(database, max_streams=0)

    answer = desks.enter(full, "Ana").get("/console/stream")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")


def test_a_line_that_is_committed_late_is_not_missed(app: Flask, database: Database, tail: Tail) -> None:
    place = tail.join()
    start = record(database, "")
    add_line(database, start + 2)
    tail.read()
    add_line(database, start + 1)
    tail.read()

    assert start + 1 in {line.entry_id for line in tail.wait(place, 0) or ()}
    tail.leave()


def add_line(database: Database, entry_id: int) -> None:
    """A line under a number of its own, as a transaction that began earlier and ends later leaves it."""
    with database.work() as work:
        work.connection.execute(
            insert(TimelineEntry.__table__).values(entry_id=entry_id, kind="message", actor="bot", data={}, at=work.now)
        )


def test_a_line_is_told_once(app: Flask, database: Database, tail: Tail) -> None:
    place = tail.join()
    entry_id = record(database, "")
    for _ in range(3):
        tail.read()

    lines = [line.entry_id for line in tail.wait(place, 0) or ()]
    assert lines.count(entry_id) == 1
    tail.leave()


def test_a_wrong_address_of_redis_only_slows_it_down(app: Flask, database: Database, story: str) -> None:
    tail = Tail(database, "redis://127.0.0.1:1/0")
    place = tail.join()
    entry_id = record(database, story)

    lines = tail.wait(place, 5.0) or ()
    tail.stop()
    assert entry_id in {line.entry_id for line in lines}


def test_events_as_json_know_the_same_borders(ana: Client, bo: Client, story: str) -> None:
    assert {event["conversation"] for event in ana.get("/console/api/events").json["events"]} == {story}
    assert bo.get("/console/api/events").json["events"] == []


def test_events_as_json_go_on_where_they_were(ana: Client, database: Database, story: str) -> None:
    latest_id = ana.get("/console/api/events").json["latest"]
    entry_id = record(database, story)

    assert [event["id"] for event in ana.get(f"/console/api/events?after={latest_id}").json["events"]] == [entry_id]


def test_a_deactivated_agents_session_no_longer_streams(ana: Client, database: Database) -> None:
    with database.work() as work:
        agents.deactivate(work, "ana@example.com")

    assert ana.get("/console/stream").status_code == 401


def test_that_a_text_arrived_moves_the_conversation_and_no_list(tail: Tail, database: Database, story: str) -> None:
    frames = opened(tail, database, last_id=latest(database), conversation_id=story)
    next(frames)
    record(database, story, "receipt")
    tail.read()

    assert [name for name, _ in told(next(frames))] == ["row", "status", "conversation"]
    frames.close()


def test_who_comes_and_goes_is_told_to_everybody(tail: Tail, database: Database, story: str) -> None:
    frames = opened(tail, database, "Max", last_id=latest(database))
    next(frames)
    with database.work() as work:
        presence.gone(work, "agt_ana")
    tail.read()

    assert [(name, data["agent"]) for name, data in told(next(frames))] == [("presence", "agt_ana")]
    frames.close()


def test_her_own_numbers_are_read_anew_when_a_supervisor_sent_her_away(tail: Tail, database: Database, story: str) -> None:
    frames = opened(tail, database, last_id=latest(database))
    next(frames)
    with database.work() as work:
        wall.send_away(work, "agt_ana", "away", "agt_sue")
    tail.read()

    assert {"presence", "notify", "counts"} <= {name for name, _ in told(next(frames))}
    frames.close()


def test_typing_begins_and_ends_on_a_row(tail: Tail, database: Database, story: str) -> None:
    frames = opened(tail, database, last_id=latest(database), conversation_id="cnv_another")
    next(frames)
    found = []
    for types in (True, False):
        with database.work() as work:
            viewing.look(work, story, "agt_sue", typing=types)
        tail.read()
        found += told(next(frames))

    assert [data["names"] for name, data in found if name == "typing"] == [["Sue"], []]
    assert {name for name, _ in found} == {"lookers", "typing"}
    frames.close()
