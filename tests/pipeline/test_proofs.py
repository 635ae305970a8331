"""Guessing is limited in the database, over all senders and channels."""

from __future__ import annotations

import pytest

from conversation.work import Database
from pipeline import proofs
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
