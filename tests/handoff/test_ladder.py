"""What is done for a ticket that nobody takes, and what its contact hears meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from conversation.tables import Message
from handoff import claims, hours, sessions, sweep
from handoff.house_tables import Notice
from handoff.queues import Wait
from handoff.tables import Queue, Ticket
from handoff.telling import is_news
from tests.builders import a_conversation, a_queue
from tests.handoff.conftest import House

Pair = tuple[str, str]
SPLIT = {"mon": [["09:00", "14:00"], ["16:00", "19:30"]], "tue": [["09:00", "14:00"]]}


def setting(house: House, **changes: Any) -> None:
    house.do(lambda work: work.connection.execute(update(Queue.__table__).values(**changes)))


def rung(house: House, kind: str) -> list[tuple[str, bool]]:
    table = Notice.__table__
    with house.database.reading() as reader:
        rows = reader.execute(select(table.c.agent_id, table.c.data).where(table.c.kind == kind)).all()
    return sorted((row.agent_id, bool(row.data.get("again"))) for row in rows)


def later(house: House, **delta: float) -> None:
    house.clock.forward(**delta)
    house.do(sweep.tick)


def wait_until(house: House, queued: Pair, *minutes: float) -> None:
    """Each of these minutes after the handoff the clock ticks."""
    opened_at = house.ticket(queued[1])["opened_at"]
    for minute in minutes:
        house.clock.at = opened_at + timedelta(minutes=minute)
        house.do(sweep.tick)


def some_pick_ups(house: House, count: int = 8, minutes: float = 10) -> None:
    """Others who were taken from shipping earlier today after so long."""
    def act(work: Any) -> None:
        for number in range(count):
            conversation_id = a_conversation(work)
            at = work.now - timedelta(minutes=61 + number)
            work.connection.execute(Ticket.__table__.insert().values(
                ticket_id=f"tkt_past{number}", conversation_id=conversation_id, queue_id="shipping", state="resolved",
                reason="human_request", epoch=1, opened_at=at, waiting_since=at, picked_up_at=at + timedelta(minutes=minutes),
                evidence=[], card={}, told=[], skills=[], excluded={}, promised={}, paced={}))
    house.do(act)


def test_nothing_happens_before_three_quarters(house: House, queued: Pair):
    house.clock.forward(minutes=11)

    assert house.do(sweep.tick) == 0


def test_at_three_quarters_its_people_are_called_again_once(house: House, queued: Pair):
    wait_until(house, queued, 11.25, 11.3, 12)

    assert [one for one in rung(house, "queued") if one[1]] == [("agt_ana", True)]
    assert house.timeline(queued[0]) == ["handoff", "warned", "called_again"]


def test_at_its_end_the_supervisors_know_and_the_promise_is_broken(house: House, queued: Pair):
    wait_until(house, queued, 15)

    assert [agent for agent, _ in rung(house, "breached")] == ["agt_ana", "agt_sue"]
    assert house.ticket(queued[1])["broken_at"] == house.clock.at


def test_at_its_end_another_queue_helps(house: House, queued: Pair):
    setting(house, overflow_queue_id="returns")
    wait_until(house, queued, 15)

    assert house.ticket(queued[1])["queue_id"] == "returns"
    assert ("agt_bo", False) in rung(house, "queued")


def test_a_queue_that_helps_puts_nothing_off(house: House, queued: Pair):
    setting(house, overflow_queue_id="returns")
    house.do(lambda work: work.connection.execute(
        update(Queue.__table__).where(Queue.__table__.c.queue_id == "returns").values(promise_minutes=600)))
    wait_until(house, queued, 15, 22.5)

    assert house.said(queued[0])[-1] == "late[es]"


def test_a_paused_queue_does_not_help(house: House, queued: Pair):
    setting(house, overflow_queue_id="returns", paused_at=house.clock.at)
    wait_until(house, queued, 15)

    assert house.ticket(queued[1])["queue_id"] == "shipping"


def test_at_one_and_a_half_she_hears_that_it_takes_longer_with_three_taps(house: House, queued: Pair):
    wait_until(house, queued, 11.25, 15, 22.4)
    assert "late[es]" not in house.said(queued[0])
    wait_until(house, queued, 22.5, 23, 60)

    assert house.said(queued[0]).count("late[es]") == 1


def test_the_apology_offers_to_stay_to_be_written_to_and_the_bot(house: House, queued: Pair):
    wait_until(house, queued, 22.5)
    with house.database.reading() as reader:
        said = reader.execute(select(Message.__table__.c.content).order_by(Message.__table__.c.seq.desc())).scalars().first()

    assert said is not None
    assert [choice["label"] for choice in said["choices"]] == ["Esperar", "Escribidme", "Volver al bot"]


def test_the_minutes_are_open_ones(house: House):
    setting(house, hours={"mon": [["09:00", "13:10"], ["16:00", "19:30"]]})  # Madrid: it is 13:00
    queued = house.hand_over()
    wait_until(house, queued, 15, 60, 181)
    assert house.timeline(queued[0]) == ["handoff"]
    wait_until(house, queued, 181.25)

    assert house.timeline(queued[0])[1:] == ["warned", "called_again"]


def test_who_is_taken_climbs_no_further(house: House, queued: Pair):
    house.do(claims.claim, queued[1], "agt_sue", 1)

    assert house.ticket(queued[1])["rung_due_at"] is None


def test_who_comes_back_to_the_queue_climbs_from_the_first_rung(house: House, queued: Pair):
    house.do(claims.claim, queued[1], "agt_sue", 1)
    house.clock.forward(minutes=2)
    house.do(claims.release, queued[1], "agt_sue")

    assert house.ticket(queued[1])["rung_due_at"] == house.clock.at + timedelta(minutes=11, seconds=15)


def test_the_apology_comes_once_a_ticket(house: House, queued: Pair):
    wait_until(house, queued, 22.5)
    house.do(claims.claim, queued[1], "agt_sue", 1)
    house.do(claims.release, queued[1], "agt_sue")
    later(house, minutes=60)

    assert house.said(queued[0]).count("late[es]") == 1


def test_at_the_end_of_the_day_she_hears_once_when_people_are_back(house: House):
    setting(house, hours=SPLIT, promise_minutes=600)
    queued = house.hand_over()
    wait_until(house, queued, 70, 389)
    assert len(house.said(queued[0])) == 1  # not for the break at noon
    wait_until(house, queued, 390, 391, 500)

    assert house.said(queued[0])[1:] == ["ack_closed[es] queue=Envíos when=martes a las 9:00"]


def test_who_came_out_of_hours_is_not_told_again(house: House):
    setting(house, hours=SPLIT)
    house.clock.at += timedelta(hours=8)
    queued = house.hand_over()
    wait_until(house, queued, 60 * 17.5)

    assert [text.split("[")[0] for text in house.said(queued[0])].count("ack_closed") == 1


def test_out_of_hours_nothing_climbs_until_the_doors_open(house: House):
    setting(house, hours=SPLIT)
    house.clock.at += timedelta(hours=8)  # 21:00 in Madrid
    queued = house.hand_over()

    assert house.ticket(queued[1])["due_at"].isoformat() == "2026-11-24T08:15:00+00:00"


def test_a_told_wait_is_kept_as_a_promise(house: House):
    some_pick_ups(house)
    _, ticket_id = house.hand_over()

    promised = house.ticket(ticket_id)["promised"]
    assert (promised["from"], promised["to"]) == (10, 15)
    assert datetime.fromisoformat(promised["until"]) == house.clock.at + timedelta(minutes=15)


def test_who_is_taken_in_time_had_her_promise_kept(house: House, queued: Pair):
    house.clock.forward(minutes=14)
    house.do(claims.claim, queued[1], "agt_sue", 1)

    assert house.ticket(queued[1])["broken_at"] is None


def test_a_late_claim_that_time_had_not_noticed_is_broken_too(house: House, queued: Pair):
    house.clock.forward(minutes=20)
    house.do(claims.claim, queued[1], "agt_sue", 1)

    assert house.ticket(queued[1])["broken_at"] == house.clock.at - timedelta(minutes=5)


def test_without_a_told_wait_the_queues_own_promise_counts(house: House, queued: Pair):
    promised = house.ticket(queued[1])["promised"]

    assert "to" not in promised
    assert datetime.fromisoformat(promised["until"]) == house.clock.at + timedelta(minutes=15)


def test_the_apology_never_comes_before_the_time_she_was_told(house: House):
    some_pick_ups(house, minutes=38)
    queued = house.hand_over()
    wait_until(house, queued, 22.5, 44)
    assert "late[es]" not in house.said(queued[0])
    wait_until(house, queued, 45)

    assert "late[es]" in house.said(queued[0])


def test_nobody_is_told_a_wait_of_a_paused_queue(house: House):
    some_pick_ups(house)
    setting(house, paused_at=house.clock.at)
    conversation_id, _ = house.hand_over()

    assert house.said(conversation_id) == ["ack_open[es] queue=Envíos wait=wait_unknown[es]"]


def test_a_paused_queue_passes_on_to_the_one_that_helps(house: House):
    house.do(a_queue, "night", overflow_queue_id="returns", paused_at=house.clock.at)
    _, ticket_id = house.hand_over("night")

    assert house.ticket(ticket_id)["queue_id"] == "returns"


def test_a_retired_queue_passes_on_to_the_default_one(house: House):
    house.do(a_queue, "old", retired_at=house.clock.at)
    _, ticket_id = house.hand_over("old")

    assert house.ticket(ticket_id)["queue_id"] == "shipping"


def in_line(house: House, ahead: int) -> Pair:
    """Somebody with so many before her, in a queue whose waits are known."""
    setting(house, promise_minutes=600, reply_minutes=600)
    some_pick_ups(house)
    for _ in range(ahead):
        house.hand_over()
    house.clock.forward(seconds=1)
    return house.hand_over()


def serve(house: House, count: int) -> None:
    """Sue takes so many of the front."""
    table = Ticket.__table__
    first = select(table.c.ticket_id).where(table.c.state == "queued").order_by(table.c.waiting_since).limit(count)
    for ticket_id in house.do(lambda work: work.connection.execute(first).scalars().all()):
        house.do(claims.claim, ticket_id, "agt_sue", 1, force=True)


def stay_online(house: House) -> None:
    for agent in ("agt_ana", "agt_sue"):
        house.do(sessions.seen, agent)


def test_three_places_forward_are_told_after_five_minutes(house: House):
    queued = in_line(house, 4)
    serve(house, 3)
    for _ in range(2):
        house.clock.forward(minutes=4)
        stay_online(house)
        house.do(sweep.tick)

    told = [text for text in house.said(queued[0]) if text.startswith("position")]
    assert told == ["position[es] wait=wait_range[es] a=20 b=25 n=1"]


@pytest.mark.parametrize(("place", "to", "is_told"), [(2, 15, True), (3, 15, False), (5, 22, False), (5, 23, True), (5, 7, True)])
def test_news_is_three_places_or_half_the_time(place: int, to: int, is_told: bool):
    ticket = {"ahead": 5, "paced": {"place": 5, "to": 15}}

    assert is_news(ticket, Wait(place, to - 5, to)) is is_told


def test_her_place_is_told_three_times_at_most(house: House):
    queued = in_line(house, 0)
    note = {"n": 3, "at": house.clock.at.isoformat(), "place": 30, "to": 200}
    house.do(lambda work: work.connection.execute(update(Ticket.__table__).where(
        Ticket.__table__.c.ticket_id == queued[1]).values(paced=note, rung_due_at=house.clock.at)))
    later(house, minutes=10)

    assert not [text for text in house.said(queued[0]) if text.startswith("position")]


def test_who_asks_how_long_is_told_each_time(house: House):
    queued = in_line(house, 0)
    house.writes(queued[0], "¿Cuánto falta?")
    house.writes(queued[0], "¿Cuánto falta?")

    assert [text for text in house.said(queued[0]) if text.startswith("position")] == [
        "position[es] wait=wait_next[es] a=10 b=15"] * 2


def test_who_asks_how_long_out_of_hours_hears_when_people_are_back(house: House):
    setting(house, hours=SPLIT)
    house.clock.at += timedelta(hours=8)
    queued = house.hand_over()
    house.writes(queued[0], "¿Cuánto falta?")

    assert house.said(queued[0])[-1] == "ack_closed[es] queue=Envíos when=martes a las 9:00"


def test_who_wants_to_be_written_to_stays_in_line_and_hears_no_more(house: House, queued: Pair):
    wait_until(house, queued, 22.5)
    house.writes(queued[0], "Escribidme", payload="desk.write")
    before = house.said(queued[0])
    house.writes(queued[0], "La caja llegó rota")
    later(house, hours=9)

    assert (before[-1], house.said(queued[0])) == ("we_write[es]", before)
    assert house.ticket(queued[1])["card"]["write_me"] is True


def test_who_stays_is_told_once_that_we_stay_too(house: House, queued: Pair):
    wait_until(house, queued, 22.5)
    house.writes(queued[0], "1")
    house.writes(queued[0], "Esperar", payload="desk.wait")

    assert house.said(queued[0])[-2:] == ["late[es]", "we_wait[es]"]


def test_a_quiet_ticket_calls_nobody_by_itself(house: House):
    conversation_id, ticket_id = house.hand_over(quiet=True)
    later(house, hours=5)

    assert (house.said(conversation_id), house.ticket(ticket_id)["rung_due_at"]) == ([], None)


def test_the_people_of_a_queue_are_called_at_the_handoff(house: House, queued: Pair):
    assert rung(house, "queued") == [("agt_ana", False)]


def test_the_open_minutes_of_a_night_the_clocks_change_are_counted(house: House):
    night = {"hours": hours.parse("mon-sun 00:00-06:00"), "holidays": [], "time_zone": "Europe/Madrid"}
    begins = datetime.fromisoformat("2026-10-24T22:00:00+00:00")

    assert hours.open_time(night, begins, begins + timedelta(days=1)) == timedelta(hours=7)
