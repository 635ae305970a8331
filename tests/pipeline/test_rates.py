"""Token buckets: how fast, how soon, how slow after a refusal. Times are in seconds."""

from __future__ import annotations

import pytest

from pipeline.rates import Bucket, Pairs, Rates

PAIR = ("meta-whatsapp", "1", "+34600111222")


def taken(bucket: Bucket, times: int, now: float = 1000.0) -> list[float]:
    return [round(bucket.take(now), 3) for _ in range(times)]


def test_without_a_rate_everything_may_go_at_once() -> None:
    assert taken(Bucket(), 100) == [0.0] * 100


def test_a_rate_spreads_messages_over_the_second() -> None:
    assert taken(Bucket(4.0), 5) == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_what_was_not_used_is_not_saved_beyond_the_burst() -> None:
    bucket = Bucket(1.0, burst=3)

    assert taken(bucket, 4) == [0.0, 0.0, 0.0, 1.0]
    assert taken(bucket, 4, now=9000.0) == [0.0, 0.0, 0.0, 1.0]


def test_looking_takes_no_place() -> None:
    bucket = Bucket(1.0)

    assert [bucket.wait(1000.0), bucket.wait(1000.0), bucket.take(1000.0)] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(("hold", "wait"), [(30.0, 30.0), (None, 1.0), (0.0, 0.0)])
def test_a_refusal_holds_the_number_as_long_as_the_provider_says(hold: float | None, wait: float) -> None:
    bucket = Bucket(10.0)
    bucket.slow(1000.0, hold)

    assert bucket.wait(1000.0) == pytest.approx(wait, abs=0.001)


def test_a_refusal_halves_the_rate() -> None:
    bucket = Bucket(80.0)
    bucket.slow(1000.0, 0.0)

    assert bucket.pace == 40.0


def test_a_number_without_a_rate_is_slowed_to_half_of_what_it_did() -> None:
    bucket = Bucket()
    taken(bucket, 60)
    bucket.slow(1000.5, 0.0)

    assert bucket.pace == 30.0


def test_refusals_of_one_burst_are_one_refusal() -> None:
    bucket = Bucket(80.0)
    for _ in range(20):
        bucket.slow(1000.0, 0.0)

    assert bucket.pace == 40.0


def test_it_never_stops_altogether() -> None:
    bucket = Bucket(1.0)
    for minute in range(60):
        bucket.slow(1000.0 + 2 * minute, 0.0)

    assert bucket.pace == 0.2


def test_it_recovers_when_nothing_is_heard_of_it_any_more() -> None:
    bucket = Bucket(80.0)
    bucket.slow(1000.0, 0.0)
    paces = []
    for later in range(0, 40, 10):
        bucket.wait(1000.5 + later)
        paces.append(bucket.pace)

    assert paces == [40.0, 60.0, 80.0, 80.0]


def test_a_number_without_a_rate_is_free_again_in_the_end() -> None:
    bucket = Bucket()
    taken(bucket, 8)
    bucket.slow(1000.0, 0.0)
    for later in range(0, 100, 10):
        bucket.wait(1000.5 + later)

    assert bucket.pace == 0.0


def test_a_pair_has_a_bucket_of_its_own() -> None:
    pairs = Pairs({PAIR[:2]: Rates(pair=0.5, pair_burst=1)})
    mine, hers = pairs.of(PAIR, 1000.0), pairs.of((*PAIR[:2], "+34600999888"), 1000.0)

    assert mine is not None and taken(mine, 2) == [0.0, 2.0]
    assert hers is not None and taken(hers, 1) == [0.0]


def test_pairs_without_a_rate_are_not_counted() -> None:
    assert Pairs({}).of(PAIR, 1000.0) is None
