"""Every act × every state × everybody: what the table of moves has leads where it says, all else changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select

from conversation.tables import Message, TimelineEntry
from handoff import claims, closing, colleagues, moves
from handoff.claims import Giving
from handoff.errors import HandoffError
from handoff.tables import Ticket
from tests.builders import MONDAY_NOON, a_conversation, an_agent
from tests.handoff.conftest import House

STATES = ("bot", "queued", "assigned", "snoozed", "resolved", "returned")
ENDED = ("resolved", "returned")
WHO = ("agt_ana", "agt_eva", "agt_sue", "agt_bo")  # holder (or of the queue), colleague, supervisor, of another queue
NOTE = "Conoce el caso"
LATER = MONDAY_NOON + timedelta(hours=3)
_ticket = Ticket.__table__
Act = Callable[[Any, str, str, str, int], Any]

# by what the console and the API can ask for: (work, conversation, ticket, who, epoch)
ACTS: dict[str, Act] = {
    "claim": lambda work, _, ticket, who, epoch: claims.claim(work, ticket, who, epoch),
    "take_over": lambda work, conversation, _, who, epoch: claims.take_over(work, conversation, who, epoch),
    "assign": lambda work, _, ticket, who, epoch: claims.assign(work, ticket, "agt_luis", epoch, Giving(who)),
    "accept": lambda work, _, ticket, who, epoch: claims.accept(work, ticket, who, epoch),
    "decline": lambda work, _, ticket, who, __: claims.decline_offer(work, ticket, who),
    "release": lambda work, _, ticket, who, __: claims.release(work, ticket, who),
    "transfer_to_agent": lambda work, _, ticket, who, __: claims.transfer_to_agent(work, ticket, who, "agt_luis", NOTE),
    "transfer_to_queue": lambda work, _, ticket, who, __: claims.transfer_to_queue(work, ticket, who, "returns", NOTE),
    "snooze": lambda work, _, ticket, who, __: claims.snooze(work, ticket, who, LATER),
    "return": lambda work, _, ticket, who, __: closing.return_to_bot(work, ticket, who),
    "solve": lambda work, _, ticket, who, __: closing.resolve(work, ticket, who, "solved"),
    "spam": lambda work, _, ticket, who, __: closing.resolve(work, ticket, who, "spam"),
}
HOLDERS = ("agt_ana", "agt_sue")
OF_THE_QUEUE = ("agt_ana", "agt_eva", "agt_sue")
# (act, state) → who may, and the state afterwards; nothing else is possible
ALLOWED: dict[tuple[str, str], tuple[tuple[str, ...], str]] = {
    ("claim", "queued"): (OF_THE_QUEUE, "assigned"),
    ("assign", "queued"): (("agt_sue",), "assigned"),
    ("return", "queued"): (("agt_sue",), "returned"),
    ("spam", "queued"): (("agt_sue",), "resolved"),
    ("release", "assigned"): (HOLDERS, "queued"),
    ("transfer_to_agent", "assigned"): (HOLDERS, "assigned"),
    ("transfer_to_queue", "assigned"): (HOLDERS, "queued"),
    ("snooze", "assigned"): (HOLDERS, "snoozed"),
    **{(act, state): (HOLDERS, after) for state in ("assigned", "snoozed")
       for act, after in (("return", "returned"), ("solve", "resolved"), ("spam", "resolved"))},
    ("take_over", "bot"): (("agt_sue",), "assigned"),
    **{("take_over", state): (OF_THE_QUEUE, "assigned") for state in ENDED},
}
SAME_AGAIN = {("claim", "assigned", "agt_ana"), ("accept", "assigned", "agt_ana"), ("take_over", "assigned", "agt_ana"),
              ("take_over", "snoozed", "agt_ana")}  # her second click: fine, and nothing happens
MAY = [(act, state, who, after) for (act, state), (who_may, after) in ALLOWED.items() for who in who_may]


@pytest.mark.parametrize("state", STATES)
def test_what_the_table_lacks_is_refused_and_changes_nothing(house: House, state: str):
    conversation_id, ticket_id, epoch = _in_state(house, state)
    before = _everything(house, conversation_id)
    allowed = {(act, who) for act, at, who, _ in MAY if at == state}

    refused = {(act, who) for act, who in product(ACTS, WHO) if (act, who) not in allowed
               and _refuses(house, ACTS[act], conversation_id, ticket_id, who, epoch)}

    again = {(act, who) for act, at, who in SAME_AGAIN if at == state}
    assert refused == set(product(ACTS, WHO)) - allowed - again
    assert _everything(house, conversation_id) == before


def test_what_the_table_has_leads_where_it_says(house: House):
    ends = {}
    for act, state, who, _ in MAY:
        conversation_id, ticket_id, epoch = _in_state(house, state)
        house.do(ACTS[act], conversation_id, ticket_id, who, epoch)
        ends[act, state, who] = _state(house, conversation_id)

    assert ends == {(act, state, who): after for act, state, who, after in MAY}


def test_the_acts_above_are_all_that_people_may_do_in_the_table():
    by_people = {(row.name, row.before) for row in moves.MOVES
                 if {moves.AGENT, moves.HOLDER, moves.SUPERVISOR} & set(row.by)}
    names = {"solve": "resolve", "spam": "resolve", "assign": "claim"}

    assert {(names.get(act, act), "bot" if state in ENDED else state) for act, state in ALLOWED} == by_people


def _in_state(house: House, state: str) -> tuple[str, str, int]:
    """A conversation in this state, in shipping; where somebody has it, Ana."""
    _staff(house)
    if state == "bot":
        return house.do(a_conversation), "tkt_none", 0
    conversation_id, ticket_id = house.hand_over()
    if state != "queued":
        house.do(claims.claim, ticket_id, "agt_ana", 1, force=True)
    match state:
        case "snoozed":
            house.do(claims.snooze, ticket_id, "agt_ana", LATER)
        case "resolved":
            house.do(closing.resolve, ticket_id, "agt_ana")
        case "returned":
            house.do(closing.return_to_bot, ticket_id, "agt_ana")
    return conversation_id, ticket_id, house.conversation(conversation_id)["epoch"]


def _staff(house: House) -> None:
    def act(work: Any) -> None:
        for name in ("Eva", "Luis"):
            an_agent(work, name, ["shipping"], capacity=99)
    if "Eva" not in [one.name for one in house.ask(colleagues.every, house.clock.at)]:
        house.do(act)


def _refuses(house: House, act: Act, *values: Any) -> bool:
    try:
        house.do(act, *values)
    except HandoffError:
        return True
    return False


def _state(house: House, conversation_id: str) -> str:
    query = (select(_ticket.c.state).where(_ticket.c.conversation_id == conversation_id)
             .order_by(_ticket.c.epoch.desc()).limit(1))
    return house.ask(lambda reader: reader.execute(query).scalar_one())


def _everything(house: House, conversation_id: str) -> list[Any]:
    """All rows of a conversation."""
    found: list[Any] = [house.conversation(conversation_id)]
    for table in (_ticket, Message.__table__, TimelineEntry.__table__):
        rows = house.ask(lambda reader, table=table: reader.execute(
            select(table).where(table.c.conversation_id == conversation_id)).mappings().all())
        found.append(sorted((dict(row) for row in rows), key=str))
    return found
