"""Figures that a run of the tests measured by the way: printed at its end, for people to read, never judged."""

from __future__ import annotations

import pytest

FIGURES: pytest.StashKey[list[str]] = pytest.StashKey()


@pytest.fixture
def report(pytestconfig: pytest.Config) -> list[str]:
    """Lines that are printed when the run is over."""
    return pytestconfig.stash.setdefault(FIGURES, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print them."""
    lines = config.stash.get(FIGURES, [])
    if lines:
        terminalreporter.section("how fast the flows are (a report; nothing fails on it)")
        terminalreporter.write_line("\n".join(lines))
