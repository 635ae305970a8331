"""What stands before a channel: who goes, who waits how long, and what that does to others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from channels.base import Answer
from pipeline.breaker import BROKEN, FAILURES
from pipeline.gates import PARKED, PAUSED, Gates, Wait
from pipeline.rates import Rates

NOW = 1_000_000.0
OURS, OTHER = ("meta-whatsapp", "1"), ("twilio-sms", "+15005550006")
SENT = Answer("sent", provider_id="x")
NO = {"away": Answer("retry", code="connect", error_class="RETRY"), "lost": Answer("unknown", error_class="RETRY"),
      "broken": Answer("retry", code="190", text="expired", error_class="CONFIG"),
      "fast": Answer("retry", code="130429", error_class="RATE", retry_after=3.0),
      "pair": Answer("retry", code="131056", error_class="RATE", action="pair"),
      "off": Answer("retry", code="30003", error_class="RETRY", action="late"),
      "no": Answer("refused", code="131026", error_class="DEAD")}


def part(n: int = 1, key: tuple[str, str] = OURS, address: str = "") -> dict[str, Any]:
    return {"part_id": f"prt_{n}", "conversation_id": f"cnv_{n}", "kind": key[0], "account": key[1],
            "address": address or f"+3460000{n:04}"}


def waits(gates: Gates, parts: int, key: tuple[str, str] = OURS, now: float = NOW) -> list[float]:
    gates.begin()
    found = [gates.wait(part(n, key), now) for n in range(parts)]
    return [round(one.seconds, 2) if one else 0.0 for one in found]


def shut(why: str = "away") -> Gates:
    gates = Gates()
    for _ in range(FAILURES if why == "away" else 1):
        gates.heard(OURS, NO[why], NOW)
    return gates


def row(**changes: Any) -> dict[str, Any]:
    return {"kind": OURS[0], "account": OURS[1], "paused_until": None, "paused_why": None, "failures": 0,
            "limited_at": None} | changes


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def test_a_channel_that_is_well_holds_nobody() -> None:
    assert waits(Gates(), 50) == [0.0] * 50


@pytest.mark.parametrize("why", ["away", "lost"])
def test_a_channel_that_fails_rests_and_the_others_do_not(why: str) -> None:
    gates = Gates()
    for _ in range(FAILURES):
        gates.heard(OURS, NO[why], NOW)

    assert (waits(gates, 1), waits(gates, 1, OTHER)) == ([1.0], [0.0])


@pytest.mark.parametrize("why", ["off", "no", "pair"])
def test_what_concerns_one_contact_leaves_the_channel_alone(why: str) -> None:
    gates = Gates()
    for _ in range(20):
        gates.heard(OURS, NO[why], NOW)

    assert waits(gates, 3) == [0.0] * 3


def test_after_the_rest_one_part_tries() -> None:
    assert waits(shut(), 3, now=NOW + 1) == [0.0, 1.0, 1.0]


def test_a_broken_set_up_says_so_in_the_parts_that_wait() -> None:
    assert shut("broken").wait(part(), NOW) == Wait(30.0, PAUSED)


def test_too_fast_slows_this_number_and_no_other() -> None:
    gates = shut("fast")

    assert gates.wait(part(), NOW) is not None
    assert waits(gates, 5, OTHER) == [0.0] * 5


def test_places_of_a_rate_are_given_a_little_ahead_and_found_again() -> None:
    gates = Gates({OURS: Rates(channel=2.0)})
    first = waits(gates, 4)

    assert first == [0.0, 0.5, 1.0, 1.5]
    gates.begin()
    assert gates.wait(part(2), NOW + 1.0) is None


def test_what_has_no_place_yet_lets_the_urgent_pass() -> None:
    gates = Gates({OURS: Rates(channel=2.0)})
    waits(gates, 100)

    urgent = gates.wait(part(999), NOW + 1.5)
    assert urgent is not None and urgent.seconds <= 2.4


def test_news_that_nobody_waits_for_leave_places_to_who_asked() -> None:
    gates = Gates({OURS: Rates(channel=10.0)})
    for n in range(100):
        gates.wait(part(n) | {"author": "bot", "request": {"purpose": "utility"}}, NOW)

    answer = gates.wait(part(999) | {"author": "bot", "request": {}}, NOW)
    assert answer is not None and answer.seconds <= 0.7


def test_news_look_for_a_place_one_after_the_other_and_each_only_once() -> None:
    gates, news = Gates({OURS: Rates(channel=10.0)}), {"author": "bot", "request": {"purpose": "utility"}}
    due = [(n, gates.wait(part(n) | news, NOW)) for n in range(40)]
    for n, first in [(n, one) for n, one in due if one]:
        gates.begin()
        again = gates.wait(part(n) | news, NOW + first.seconds)
        assert again is None
        gates.started(OURS, NOW + first.seconds)


def test_news_keep_the_rate_when_they_come_back() -> None:
    gates, news = Gates({OURS: Rates(channel=10.0)}), {"author": "bot", "request": {"purpose": "utility"}}
    looks = sorted(one.seconds if one else 0.0 for one in (gates.wait(part(n) | news, NOW) for n in range(40)))

    assert looks[-1] == pytest.approx(39 / 10 - 0.25, abs=0.15)


def test_what_is_claimed_late_and_together_still_goes_out_one_by_one() -> None:
    gates = Gates({OURS: Rates(channel=2.0)})

    assert [gates.started(OURS, NOW) for _ in range(3)] == [0.0, 0.5, 1.0]
    assert [gates.started(OTHER, NOW) for _ in range(3)] == [0.0] * 3


def test_what_leaves_late_and_together_keeps_its_distance() -> None:
    gates, now, left = Gates({OURS: Rates(channel=10.0)}), NOW, list[float]()
    for _ in range(30):  # the moments of all are over
        now += gates.gap(OURS, now)
        gates.left(OURS, now)
        left.append(now)

    assert left[-1] - left[0] == pytest.approx(2.9, abs=0.03)
    assert gates.gap(OTHER, NOW) == 0.0


def test_what_is_late_is_claimed_only_when_its_moment_on_the_wire_is_near() -> None:
    gates = Gates({OURS: Rates(channel=10.0)})
    waits(gates, 10)
    gates.begin()
    late = [gates.wait(part(n), NOW + 5) for n in range(10)]

    assert sum(one is None for one in late) == 3
    assert all(one.seconds > 0.25 for one in late if one)


def test_a_limited_pair_holds_only_itself() -> None:
    gates = Gates({OURS: Rates(pair=0.5, pair_burst=1)})
    gates.wait(part(1, address="+34600111222"), NOW)

    assert gates.wait(part(2, address="+34600111222"), NOW) == Wait(2.0)
    assert gates.wait(part(3, address="+34600999888"), NOW) is None


def test_the_sender_is_told_when_to_look_again() -> None:
    gates = Gates({OURS: Rates(channel=2.0)})
    waits(gates, 2)

    assert gates.soon == [("cnv_1", 0.5)]


def test_a_wire_that_is_full_parks_its_own_and_lets_others_go() -> None:
    gates = Gates(room=2)
    for _ in range(2):
        gates.started(OURS, NOW)

    assert gates.wait(part(), NOW) == Wait(0.0, is_parked=True)
    assert gates.wait(part(key=OTHER), NOW) is None


def test_a_round_claims_no_more_than_there_is_room_for() -> None:
    gates = Gates(room=2)
    gates.begin()

    assert [gates.wait(part(n), NOW) is None for n in range(3)] == [True, True, False]


def test_room_goes_to_those_that_wait() -> None:
    gates = Gates(room=1)
    gates.started(OURS, NOW)
    for n in range(3):
        gates.wait(part(n), NOW)

    assert len(gates.ended(OURS)) == 1


def test_a_crowd_waits_in_the_database() -> None:
    gates = Gates(room=1)
    gates.started(OURS, NOW)
    for n in range(PARKED):
        gates.wait(part(n), NOW)

    assert gates.wait(part(9999), NOW) == Wait(1.0)


def test_what_changed_is_told_once() -> None:
    gates = Gates()
    gates.heard(OURS, SENT, NOW)
    gates.heard(OURS, NO["no"], NOW + 1)

    ((key, notes, breaker),) = gates.changes()
    assert (key, notes["last_sent_at"], notes["last_error_code"], breaker) == (OURS, at(NOW), "131026", None)
    assert gates.changes() == []


def test_what_could_not_be_written_comes_again() -> None:
    gates = shut("broken")
    gates.not_written(gates.changes())

    ((_, notes, breaker),) = gates.changes()
    assert notes["last_error_code"] == "190" and breaker is not None and breaker.why == BROKEN


def test_a_pause_that_another_process_wrote_holds() -> None:
    gates = Gates()
    gates.learn([row(paused_until=at(NOW + 40), paused_why=BROKEN)], NOW)

    assert waits(gates, 1) == [40.0]


def test_an_operator_opens_a_channel() -> None:
    gates = shut("broken")
    gates.changes()

    assert gates.learn([row()], NOW) == [OURS]
    assert waits(gates, 1) == [0.0]


def test_a_channel_that_was_opened_while_there_was_no_sender_is_open() -> None:
    gates = Gates()

    assert [gates.learn([row()], NOW), gates.learn([row()], NOW)] == [[OURS], []]


def test_a_row_from_before_our_own_note_opens_nothing() -> None:
    gates = shut("broken")

    assert gates.learn([row()], NOW) == []


def test_accepted_does_not_prove_that_what_a_report_called_broken_is_mended() -> None:
    gates = Gates()
    gates.learn([row(paused_until=at(NOW + 1), paused_why=BROKEN)], NOW)
    gates.wait(part(), NOW + 2)
    gates.heard(OURS, SENT, NOW + 2)
    assert gates.wait(part(2), NOW + 3) is not None

    gates.heard(OURS, SENT, NOW + 30)
    assert gates.wait(part(2), NOW + 30) is None


def test_too_fast_that_a_report_told_slows_down() -> None:
    gates = Gates()
    gates.learn([row(limited_at=at(NOW - 1))], NOW)

    assert gates.wait(part(), NOW) is not None


def test_too_fast_of_long_ago_does_not() -> None:
    gates = Gates()
    gates.learn([row(limited_at=at(NOW - 600))], NOW)

    assert gates.wait(part(), NOW) is None


def test_a_lab_that_begins_anew_has_forgotten_who_was_too_fast() -> None:
    gates = Gates()
    gates.heard(OURS, NO["fast"], NOW)
    gates.begin(world=1)

    assert gates.wait(part(), NOW) is None
