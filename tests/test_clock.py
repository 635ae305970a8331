"""A lab's clock: where it is put, whether it runs, and that every process tells the same."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import clock

NOON = datetime(2026, 3, 29, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def hand(tmp_path: Path) -> Iterator[Path]:
    """A lab's clock in this process, taken off again afterwards."""
    path = tmp_path / "lab" / "clock"
    clock.follow(path)
    yield path
    clock._hand = None


def test_a_new_clock_tells_the_systems_time(hand: Path) -> None:
    before = datetime.now(UTC)

    assert before <= clock.now() <= datetime.now(UTC)


def test_a_clock_that_stands_stays_to_the_microsecond(hand: Path) -> None:
    clock.stand(NOON)

    assert (clock.now(), clock.now(), clock.stands()) == (NOON, NOON, True)


@pytest.mark.parametrize("at", [NOON, datetime(2031, 1, 1, tzinfo=UTC)], ids=["past", "future"])
def test_a_clock_that_runs_goes_on_from_where_it_was_put(hand: Path, at: datetime) -> None:
    clock.run(at)

    assert at <= clock.now() < at + timedelta(seconds=5)
    assert not clock.stands()


def test_reset_is_the_systems_time_again(hand: Path) -> None:
    clock.stand(NOON)
    clock.reset()

    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_another_process_tells_the_same(hand: Path) -> None:
    clock.stand(NOON)
    told = "import clock, pathlib, sys; clock.follow(pathlib.Path(sys.argv[1])); print(clock.now().isoformat())"

    other = subprocess.run([sys.executable, "-c", told, str(hand)], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == NOON.isoformat()


def test_only_a_labs_clock_can_be_set() -> None:
    with pytest.raises(LookupError, match="MODE=lab"):
        clock.stand(NOON)


def test_a_lab_that_begins_anew_is_another_world(hand: Path) -> None:
    clock.stand(NOON)
    before = clock.world()
    clock.begin_anew()

    assert (clock.world() - before, clock.stands()) == (1, False)
