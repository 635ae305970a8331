"""The conversations that a flow must pass, played for the page. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.flow import cases, tester
from bot.flow.coverage import Coverage
from bot.flow.library import Library
from console.flow_files import Files, check, kind_of, scripts

MOST_KEPT = 4
# What is live is looked at often: its results by the hash of its files.
_kept: dict[int, dict[str, Trials]] = {}


@dataclass(frozen=True, slots=True)
class Failure:
    """One conversation that went another way, and the line of its file where."""

    name: str
    slug: str
    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class Trials:
    """How the tests of one flow went. `missing` are the lines of steps that none of them goes through."""

    flow: str
    total: int = 0
    passed: int = 0
    failures: tuple[Failure, ...] = ()
    covered: int = 0
    steps: int = 0
    missing: tuple[int, ...] = ()
    is_cut: bool = False

    @property
    def percent(self) -> int:
        return 100 * self.covered // max(1, self.steps)


def run(files: Files, is_late: Callable[[], bool], only: str = "") -> dict[str, Trials]:
    """The tests of every flow of a set, or of one; none where the set has errors."""
    library = check(files).library
    if library is None:
        return {}
    played: dict[str, list[tester.Outcome]] = {}
    cut = False
    for name, text in sorted(files.items()):
        flow = name.removeprefix("tests/").removesuffix(".test.yaml")
        if kind_of(name) != "test" or (only and flow != only):
            continue
        for case in cases.cases_in(name.removeprefix("tests/"), text)[0]:
            outcome = tester.run(library, case, scripts(files), is_late) if not cut else None
            cut = outcome is None or outcome.is_cut
            if outcome is not None and not cut:
                played.setdefault(flow, []).append(outcome)
    return _told(library, played, only, cut)


def _told(library: Library, played: dict[str, list[tester.Outcome]], only: str, cut: bool) -> dict[str, Trials]:
    every = [one for outcomes in played.values() for one in outcomes]
    walked = {one.flow: one for one in tester.coverage(library, every)}
    names = [only] if only else sorted(library.flows)
    return {name: _trials(name, played.get(name, []), walked.get(name), cut) for name in names}


def _trials(flow: str, outcomes: list[tester.Outcome], walked: Coverage | None, cut: bool) -> Trials:
    failed = [one for one in outcomes if one.problem]
    return Trials(
        flow=flow,
        total=len(outcomes),
        passed=len(outcomes) - len(failed),
        failures=tuple(Failure(one.case.name, f"{flow}.test", one.line or one.case.line, one.problem) for one in failed),
        covered=walked.covered if walked else 0,
        steps=walked.total if walked else 0,
        missing=walked.missing if walked else (),
        is_cut=cut,
    )


def kept(files: Files, is_late: Callable[[], bool], wanted: bool) -> dict[str, Trials] | None:
    """How all tests of a set went; None where they were not played yet and nobody wants it now."""
    key = hash(tuple(sorted(files.items())))
    if key not in _kept and wanted:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = run(files, is_late)
    return _kept.get(key)
