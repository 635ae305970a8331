"""What the bot did alone, and whether it stayed quiet."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from conversation.tables import StepLog
from handoff import desk, figure_bot
from handoff.desk import Opening
from handoff.figure_bot import CAME_BACK, PENDING, SOLVED, TO_PERSON
from handoff.figure_rows import Period
from tests.builders import a_conversation, a_message

DAY = 86400.0
NOW = 100 * DAY


def outcomes(days: list[float], tickets: list[float] = []) -> list[str]:  # noqa: B006 - nobody changes it
    return [case.outcome for case in figure_bot.cases_of("cnv_1", [(day, day) for day in days], tickets, NOW)]


@pytest.mark.parametrize(("days", "tickets", "expected"), [
    ([50 * DAY], [], [SOLVED]),
    ([95 * DAY], [], [PENDING]),
    ([50 * DAY, 53 * DAY], [], [CAME_BACK, SOLVED]),
    ([50 * DAY, 58 * DAY], [], [SOLVED, SOLVED]),
    ([50 * DAY, 50.5 * DAY], [], [SOLVED]),
    ([50 * DAY], [50.2 * DAY], [TO_PERSON]),
    ([50 * DAY], [54 * DAY], [CAME_BACK]),
    ([50 * DAY], [60 * DAY], [SOLVED]),
])
def test_what_becomes_of_a_case(days: list[float], tickets: list[float], expected: list[str]) -> None:
    assert outcomes(days, tickets) == expected


def test_cases_are_read_from_the_step_log(house) -> None:
    conversation_id = house.do(a_conversation)
    house.do(lambda work: work.connection.execute(
        insert(StepLog.__table__).values(conversation_id=conversation_id, outcome="answered", steps=[], at=work.now)))
    start = house.clock.at
    house.clock.forward(days=8)

    found = house.ask(figure_bot.of, Period(start, house.clock.at), house.clock.at)

    assert dict(found.counts) == {SOLVED: 1}


def test_today_counts_contacts_who_wrote_and_whom_no_person_had(house) -> None:
    start = house.clock.at
    for _ in range(2):
        conversation_id = house.do(a_conversation)
        house.do(a_message, conversation_id)
        house.do(lambda work, key=conversation_id: work.connection.execute(
            insert(StepLog.__table__).values(conversation_id=key, outcome="answered", steps=[], at=work.now)))
    house.do(desk.open, conversation_id, Opening("shipping", "human_request"))

    assert house.ask(figure_bot.today, start) == (1, 2)
