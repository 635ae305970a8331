"""Chores of the writer: done a little at a time, with those who wait stored in between."""

from __future__ import annotations

import threading

from pipeline.turns import Writer
from tests.pipeline.house import House


def test_a_chore_with_more_to_do_is_asked_again_at_once(house: House):
    asked, done = iter((True, True, True, False)), threading.Event()

    def chore() -> bool:
        has_more = next(asked)
        if not has_more:
            done.set()
        return has_more

    writer = Writer(house.database, house.intake, sweep_seconds=3600.0)
    writer.every_sweep(chore)
    writer.start()
    try:
        assert done.wait(20)
    finally:
        writer.stop()


def test_who_writes_is_stored_while_a_chore_goes_on(house: House):
    writer = Writer(house.database, house.intake, sweep_seconds=3600.0, pace_seconds=0.0)
    writer.every_sweep(lambda: True)
    writer.start()
    try:
        writer.submit([])
    finally:
        writer.stop()
    assert writer.is_behind


def test_a_chore_that_fails_is_left_until_the_next_sweep(house: House):
    failed = threading.Event()

    def chore() -> bool:
        failed.set()
        raise ValueError

    writer = Writer(house.database, house.intake, sweep_seconds=3600.0)
    writer.every_sweep(chore)
    writer.start()
    try:
        assert failed.wait(20)
    finally:
        writer.stop()
    assert not writer.is_behind


def test_a_ring_is_for_rows_that_wait_and_does_no_chore_before_its_time(house: House):
    swept, done = threading.Event(), list[int]()
    writer = Writer(house.database, house.intake, sweep_seconds=3600.0)
    writer.every_sweep(lambda: (done.append(1), swept.set()))
    writer.start()
    try:
        assert swept.wait(20)
        writer.wake()
        writer.submit([])  # whoever comes after the ring is taken after it
        writer.submit([])
    finally:
        writer.stop()
    assert done == [1]
