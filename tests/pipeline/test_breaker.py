"""The breaker of a channel: rests after failures in a row, tries with one part, rests longer, opens."""

from __future__ import annotations

import pytest

from pipeline.breaker import AWAY, BROKEN, FAILURES, LONGEST_MEND_SECONDS, Breaker

NOW = 1000.0


def resting(why: str = AWAY) -> Breaker:
    breaker = Breaker()
    if why == BROKEN:
        breaker.stopped(NOW)
    for _ in range(FAILURES if why == AWAY else 0):
        breaker.failed(NOW)
    return breaker


def fail_again(breaker: Breaker, now: float) -> float:
    """One try after its rest, which fails; how long it rests now."""
    breaker.let(now)
    breaker.failed(now) if breaker.why == AWAY else breaker.stopped(now)
    return breaker.wait(now)


def test_a_few_failures_are_no_reason_to_rest() -> None:
    breaker = Breaker()
    for _ in range(FAILURES - 1):
        breaker.failed(NOW)

    assert breaker.wait(NOW) == 0.0


def test_failures_in_a_row_are() -> None:
    assert resting().wait(NOW) == 1.0


def test_one_that_succeeds_in_between_begins_the_count_anew() -> None:
    breaker = Breaker()
    for _ in range(FAILURES - 1):
        breaker.failed(NOW)
    breaker.succeeded()
    breaker.failed(NOW)

    assert breaker.wait(NOW) == 0.0


def test_after_its_rest_one_part_tries_and_the_others_wait() -> None:
    breaker = resting()
    assert breaker.wait(NOW + 1) == 0.0
    breaker.let(NOW + 1)

    assert breaker.wait(NOW + 1) == 1.0


def test_a_try_that_was_lost_keeps_it_shut_for_a_while_only() -> None:
    breaker = resting()
    breaker.let(NOW + 1)

    assert breaker.wait(NOW + 60) == 0.0


@pytest.mark.parametrize(("why", "rests"), [(AWAY, [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]), (BROKEN, [60.0, 120.0, 240.0])])
def test_each_rest_is_longer_than_the_one_before(why: str, rests: list[float]) -> None:
    breaker, now, found = resting(why), NOW, []
    for _ in rests:
        now = breaker.until
        found.append(fail_again(breaker, now))

    assert found == rests


def test_a_success_opens_it_and_the_next_rest_is_short_again() -> None:
    breaker = resting()
    fail_again(breaker, breaker.until)

    assert breaker.succeeded() is True
    assert (breaker.wait(NOW), resting().wait(NOW)) == (0.0, 1.0)


def test_what_was_on_its_way_before_says_nothing_new() -> None:
    breaker = resting()

    assert [breaker.failed(NOW + 0.1) for _ in range(20)] == [False] * 20
    assert breaker.until == NOW + 1.0


def test_a_broken_set_up_rests_at_the_first_refusal() -> None:
    assert resting(BROKEN).wait(NOW) == 30.0


def test_an_answer_shows_that_the_provider_lives_and_not_that_our_set_up_is_well() -> None:
    away, broken = resting(AWAY), resting(BROKEN)

    assert (away.answered(), broken.answered()) == (True, False)
    assert (away.why, broken.why) == ("", BROKEN)


def test_a_clock_that_is_set_back_does_not_make_it_rest_for_hours() -> None:
    assert resting().wait(NOW - 7200) == LONGEST_MEND_SECONDS


def test_what_another_process_wrote_holds_here_too() -> None:
    breaker = Breaker()
    breaker.restore(NOW + 40, BROKEN, 3)

    assert (breaker.wait(NOW), breaker.failures) == (40.0, 3)
