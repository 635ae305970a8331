"""Guessing is limited in the database, over all senders and channels."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from conversation import alarms
from conversation.work import Database
from orders import connector
from pipeline import proofs
from pipeline.proofs import Terms
from pipeline.services import FIND_ORDER, Asked, Services
from tests.builders import HandClock

SECRET = "a secret of tests"


def tries(database: Database, order: str, sender: str, found: bool = False) -> bool:
    with database.work() as work:
        return proofs.judge(work, proofs.attempt(SECRET, order, sender), found)


def test_a_right_proof_is_believed(database: Database) -> None:
    assert tries(database, "AB-12345", "+34600111222", found=True)


def test_after_five_wrong_ones_the_right_one_is_not_believed_either(database: Database) -> None:
    for n in range(proofs.ORDER_LIMIT):
        tries(database, "AB-12345", f"+3460000000{n}")

    assert not tries(database, "AB-12345", "+34600111222", found=True)


def test_the_next_day_it_is(database: Database, hand_clock: HandClock) -> None:
    for n in range(proofs.ORDER_LIMIT):
        tries(database, "AB-12345", f"+3460000000{n}")
    hand_clock.forward(days=1, seconds=1)

    assert tries(database, "AB-12345", "+34600111222", found=True)


def test_a_sender_who_guesses_orders_is_stopped_after_ten(database: Database) -> None:
    for n in range(proofs.SENDER_LIMIT):
        tries(database, f"AB-1000{n}", "+34600000000")

    assert not tries(database, "AB-12345", "+34600000000", found=True)
    assert tries(database, "AB-12345", "+34600111222", found=True)


def test_tries_beyond_the_limit_do_not_prolong_it(database: Database, hand_clock: HandClock) -> None:
    for n in range(proofs.SENDER_LIMIT + 5):
        tries(database, f"AB-1000{n}", "+34600000000")
        hand_clock.forward(minutes=4)
    hand_clock.forward(minutes=20)

    assert tries(database, "AB-12345", "+34600000000", found=True)


@pytest.mark.parametrize("written", ["ab-12345", "AB 12345", "ab12345"])
def test_an_order_written_otherwise_is_the_same_order(written: str) -> None:
    assert proofs.attempt(SECRET, written, "x") == proofs.attempt(SECRET, "AB-12345", "x")


def test_neither_order_nor_sender_can_be_read_from_what_is_kept() -> None:
    kept = proofs.attempt(SECRET, "AB-12345", "+34600111222")

    assert "12345" not in kept.order and "600111222" not in kept.sender
    assert kept != proofs.attempt("another secret", "AB-12345", "+34600111222")


def test_a_shop_may_be_stricter(database: Database) -> None:
    terms = Terms(order_limit=1)
    with database.work() as work:
        proofs.judge(work, proofs.attempt(SECRET, "AB-12345", "+34600000001"), False, terms)
        tried = proofs.attempt(SECRET, "AB-12345", "+34600111222")

        assert not proofs.judge(work, tried, True, terms) and proofs.judge(work, tried, True)


def test_rules_that_lie_in_a_row_are_read_back_and_never_looser() -> None:
    strict, loose = Terms((("email",), ("postcode", "last_digits")), 2, 3, 4), Terms(order_limit=50, sender_limit=99)

    assert Terms.of_row(json.loads(json.dumps(strict.as_row()))) == strict
    assert Terms.of_row(loose.as_row()) == Terms() == Terms.of_row({})


def test_the_alarm_is_over_once_nobody_fails(database: Database, hand_clock: HandClock) -> None:
    with database.work() as work:
        for n in range(4):
            proofs.judge(work, proofs.attempt(SECRET, "AB-12345", f"+3460000000{n}"), False, Terms(order_limit=3, alarm=3))
        assert alarms.clear(work, "guessing")
        proofs.judge(work, proofs.attempt(SECRET, "AB-12345", "+34600000009"), False, Terms(order_limit=3, alarm=3))
    hand_clock.forward(hours=1, seconds=1)
    with database.work() as work:
        proofs.tidy(work)

        assert not alarms.clear(work, "guessing")


def ask(sender: str, terms: Terms = proofs.USUAL, **arguments: Any) -> str:
    shop = Services(connector("demo", {}), SECRET, lambda: date(2026, 11, 20))
    return shop.ask(Asked(FIND_ORDER, {"ref": "AB-12345", **arguments}, sender, terms=terms)).status


@pytest.mark.parametrize(
    ("sender", "status"),
    [("+34600111222", "found"), ("24001234", "not_found"), ("", "not_found"), ("+34600111223", "not_found")],
)
def test_a_telephone_proves_something_only_where_she_writes_from_it(sender: str, status: str) -> None:
    assert ask(sender, phone="+34600111222") == status


def test_what_counts_as_a_proof_is_what_the_terms_say() -> None:
    terms = Terms(ways=(("postcode", "last_digits"),))

    assert ask("24001234", terms, postcode="28013") == "not_found"
    assert ask("24001234", terms, postcode="28013", last_digits="1222") == "found"


@pytest.mark.parametrize(("failed", "status"), [(4, "found"), (5, "not_found")])
def test_beyond_the_limit_the_shop_is_asked_as_if_without_a_proof_so_that_no_time_tells_it(
    database: Database, hand_clock: HandClock, failed: int, status: str
) -> None:
    for n in range(failed):
        tries(database, "AB-12345", f"+3460000000{n}")
    shop = Services(connector("demo", {}), SECRET, lambda: date(2026, 11, 20))
    asked = Asked(FIND_ORDER, {"ref": "AB-12345", "phone": "+34600111222"}, "+34600111222")
    with database.reading() as session:
        asked = shop.barring(session, asked, hand_clock.now())

    assert shop.ask(asked).status == status
