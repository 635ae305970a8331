"""The bench of the flows: it measures what it says it does, and a run of the tests reports its figures."""

from __future__ import annotations

from bench import flow_engine
from bench.flow_engine import Figure


def test_every_figure_is_measured_and_reported(report: list[str]) -> None:
    figures = flow_engine.measure(rounds=200, repeats=1)
    report += map(str, figures)

    assert len(figures) == 7 and all(one.value > 0 for one in figures)


def test_the_talk_of_the_bench_goes_through_the_whole_flow() -> None:
    flows = flow_engine.library(1)
    state: dict[str, object] = {"noticed": True}
    for words in flow_engine.WORDS:
        state = dict(flow_engine._turn(flows, state, flow_engine.Said(words)))

    assert state["frames"] == []


def test_a_figure_says_when_it_is_below_a_quarter_of_its_target() -> None:
    slow, late = Figure("a", 10, "/s", 100), Figure("b", 500, "ms", 100, more_is_better=False)

    assert "BELOW A QUARTER" in str(slow) and "BELOW A QUARTER" in str(late)
    assert "elow" not in str(Figure("c", 80, "ms", 100, more_is_better=False))
