"""What SMS may cost in a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from conversation.tables import Alarm, SendCount
from conversation.work import Database
from pipeline import budget
from pipeline.budget import Budget
from tests.builders import HandClock

FEW = Budget(per_address=3, per_sender=10)
MARTA = "+34600111222"


@dataclass(frozen=True)
class Part:
    """A part that is about to leave."""

    part_id: str
    address: str = MARTA
    author: str = "bot"
    kind: str = "twilio-sms"
    account: str = "+34911000000"
    attempt: int = 1
    request: dict[str, Any] = field(default_factory=dict)


def some(count: int, **values: Any) -> list[Part]:
    return [Part(f"prt_{n}", **values) for n in range(count)]


def refused(database: Database, *parts: Part, allowed: Budget = FEW) -> dict[str, str]:
    with database.work() as work:
        return budget.refused(work, parts, allowed)


def counted(database: Database) -> dict[str, int]:
    table = SendCount.__table__
    with database.reading() as reader:
        return dict(reader.execute(select(table.c.address, table.c.parts)).all())


def alarms(database: Database) -> list[tuple[str, str, int]]:
    table = Alarm.__table__
    with database.reading() as reader:
        return [tuple(row) for row in reader.execute(select(table.c.text, table.c.level, table.c.times))]


def test_within_the_budget_all_leave_and_are_counted(database: Database) -> None:
    assert refused(database, *some(3)) == {}
    assert counted(database) == {MARTA: 3, "": 3}


def test_beyond_it_one_recipient_gets_no_more(database: Database) -> None:
    assert refused(database, *some(5)) == {"prt_3": "budget", "prt_4": "budget"}


def test_what_was_sent_before_counts(database: Database) -> None:
    refused(database, *some(2))

    assert refused(database, *some(2)) == {"prt_1": "budget"}


def test_another_recipient_has_her_own(database: Database) -> None:
    refused(database, *some(3))

    assert refused(database, *some(3, address="+34600333444")) == {}


def test_a_number_of_ours_has_an_end_for_all_together(database: Database) -> None:
    parts = [Part(f"prt_{n}", address=f"+3460000000{n}") for n in range(10)]
    refused(database, *parts)

    assert refused(database, Part("prt_x")) == {"prt_x": "budget_sender"}


def test_a_person_may_go_further_but_not_without_end(database: Database) -> None:
    assert list(refused(database, *some(11, author="agent"))) == ["prt_9", "prt_10"]


def test_the_confirmation_of_a_stop_is_always_sent(database: Database) -> None:
    refused(database, *some(3))

    assert refused(database, Part("prt_stop", request={"consent": True})) == {}


def test_a_premium_number_gets_nothing_from_anybody(database: Database) -> None:
    assert refused(database, Part("prt_1", address="+34803112233", author="agent")) == {"prt_1": "costly"}


def test_a_second_try_is_not_counted_again(database: Database) -> None:
    refused(database, *some(1))
    refused(database, *some(1, attempt=2))

    assert counted(database)[MARTA] == 1


def test_other_channels_are_neither_counted_nor_stopped(database: Database) -> None:
    assert refused(database, *some(9, kind="twilio-whatsapp")) == {} and counted(database) == {}


def test_a_new_day_has_a_new_budget(database: Database, hand_clock: HandClock) -> None:
    refused(database, *some(3))
    hand_clock.forward(days=1)

    assert refused(database, *some(3)) == {}


def test_no_limit_is_no_limit(database: Database) -> None:
    assert refused(database, *some(50), allowed=Budget(0, 0)) == {}


def test_one_alarm_tells_of_all_that_was_stopped(database: Database) -> None:
    refused(database, *some(6))

    assert alarms(database) == [("sms_budget", "warning", 3)]


def test_a_number_that_has_spent_everything_is_critical(database: Database) -> None:
    refused(database, *[Part(f"prt_{n}", address=f"+346000000{n:02d}") for n in range(11)])

    assert alarms(database) == [("sms_budget_sender", "critical", 1)]
