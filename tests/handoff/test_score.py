"""The score: what gives points, that ageing wins in the end, and that SQL counts as Python does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

import channels
from conversation.tables import Channel, Conversation
from handoff import access, lists, score
from handoff.score import Need
from handoff.tables import Ticket
from tests.builders import MONDAY_NOON, a_channel
from tests.handoff.conftest import House

_ticket, _conversation, _channel = Ticket.__table__, Conversation.__table__, Channel.__table__
KIND = "twilio-whatsapp"


def a_need(minutes: float = 0, **changes) -> Need:
    row = {"priority": "normal", "vip": False, "came_back": "", "since": MONDAY_NOON - timedelta(minutes=minutes), "kind": KIND,
           "last_inbound_at": MONDAY_NOON - timedelta(minutes=minutes), "free_until": None} | changes
    return Need(**row)


def heard(hours: float) -> dict[str, object]:
    return {"last_inbound_at": MONDAY_NOON - timedelta(hours=hours)}


@pytest.mark.parametrize(("changes", "points"), [
    ({}, 0), ({"priority": "low"}, -100), ({"priority": "high"}, 100), ({"priority": "urgent"}, 200), ({"vip": True}, 30),
    ({"came_back": "requeued"}, 20), ({"came_back": "reopened"}, 20), (heard(20.9), 0), (heard(21.1), 40), (heard(23.9), 40),
    (heard(24), 0), (heard(21.1) | {"kind": "twilio-sms"}, 0), (heard(21.1) | {"kind": "meta-messenger"}, 0),
    (heard(24 * 7 - 1) | {"kind": "meta-messenger"}, 40), (heard(23) | {"free_until": MONDAY_NOON + timedelta(hours=9)}, 0),
    (heard(30) | {"free_until": MONDAY_NOON + timedelta(hours=2)}, 40),
])
def test_each_circumstance_gives_its_points_once(changes: dict[str, object], points: int):
    assert score.total(a_need(**changes), MONDAY_NOON) == points


def test_each_minute_of_waiting_is_a_point():
    assert score.total(a_need(minutes=17.5), MONDAY_NOON) == 17.5


def test_who_does_not_wait_has_no_minutes():
    assert score.parts(a_need(since=None), MONDAY_NOON) == ()


def test_whoever_waits_long_enough_comes_before_any_vip():
    newcomer = a_need(priority="urgent", vip=True, came_back="requeued", **heard(22))

    assert score.total(a_need(minutes=291), MONDAY_NOON) > score.total(newcomer, MONDAY_NOON) == 290


def test_the_heaviest_reason_is_named_first():
    found = score.parts(a_need(minutes=12, vip=True, priority="high"), MONDAY_NOON)

    assert [part.name for part in found] == ["priority", "vip", "waiting"]


def test_the_windows_are_those_of_the_channels():
    windows = {kind: max(adapter.window.free, adapter.window.human or adapter.window.free)
               for kind, adapter in channels.adapters().items() if adapter.window.free is not None}

    assert dict(score.WINDOWS) == windows


CASES = [
    {}, {"priority": "low"}, {"priority": "urgent", "vip": True}, {"requeued_at": MONDAY_NOON - timedelta(minutes=3)},
    {"reopens": "tkt_before"}, {"waiting_since": MONDAY_NOON - timedelta(days=3, minutes=7, seconds=30)},
]
TALKS = [
    {}, heard(21.5), heard(24.5), heard(25) | {"free_until": MONDAY_NOON + timedelta(hours=1)}, {"waiting_since": None},
    {"last_inbound_at": None},
]


def test_sql_counts_the_same_as_python(house: House):
    for kind in (KIND, "meta-instagram", "twilio-sms"):
        for changes in CASES:
            for talk in TALKS:
                _stands(house, kind, changes, talk)

    pairs = house.do(_both)

    assert len(pairs) == 108
    assert all(abs(in_sql - in_python) < 0.01 for in_sql, in_python in pairs)


def test_a_row_of_the_list_tells_its_need(house: House):
    house.hand_over(priority="high")
    viewer = house.ask(access.viewer, "agt_ana")
    row = house.ask(lists.rows, viewer, lists.Wanted("queued"), house.clock.at)[0]

    assert score.total(score.need_of_row(row), house.clock.at + timedelta(minutes=5)) == 105


def _stands(house: House, kind: str, changes: dict[str, object], talk: dict[str, object]) -> None:
    conversation_id, ticket_id = house.hand_over()

    def act(work) -> None:
        channel = a_channel(work, kind, f"number of {kind}")
        work.connection.execute(update(_conversation).where(_conversation.c.conversation_id == conversation_id)
                                .values(channel_id=channel, **talk))
        if changes:
            work.connection.execute(update(_ticket).where(_ticket.c.ticket_id == ticket_id).values(**changes))
    house.do(act)


def _both(work) -> list[tuple[float, float]]:
    joined = _ticket.join(_conversation, _conversation.c.conversation_id == _ticket.c.conversation_id).join(
        _channel, _channel.c.channel_id == _conversation.c.channel_id)
    found = work.connection.execute(select(_ticket, score.expression(work.now).label("in_sql"), _conversation.c.conversation_id,
                                           _channel.c.kind).select_from(joined)).mappings().all()
    talks = {row["conversation_id"]: row for row in work.connection.execute(select(_conversation)).mappings()}
    return [(row["in_sql"], score.total(score.need(row, talks[row["conversation_id"]], row["kind"]), work.now)) for row in found]
