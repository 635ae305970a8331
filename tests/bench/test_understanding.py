"""The bench of understanding: it measures what it says it does, and a run of the tests reports its figures."""

from __future__ import annotations

import json

from bench import understanding


def test_every_figure_is_measured_and_reported(report: list[str]) -> None:
    figures = understanding.measure(messages=100, repeats=1)
    report += map(str, figures)

    assert {"load lexicons and weights", "message, mean", "message, p99"} <= {one.name for one in figures}
    assert all(one.value > 0 for one in figures)


def test_the_contacts_turns_are_told_with_what_the_bot_said_before() -> None:
    turns = [{"role": "bot", "text": "¿Sí?", "outcome": "ask"}, {"role": "customer", "text": "no", "gap_min": 2}]

    asked = json.loads(understanding.turn_lines([{"id": "a", "turns": turns}])[0])

    assert (asked["text"], asked["turn"], asked["bot_prev"]["outcome"]) == ("no", 2, "ask")
