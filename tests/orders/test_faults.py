"""Every connector over a network, against a shop that fails in every way a shop can."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.orders.faults import CASES
from tests.orders.rigs import FAULTY, RIGS

# Over other wires than HTTP; each has its own ways to fail and its own tests of them.
ASKED_OTHERWISE = {"sql"}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", FAULTY)
def test_connector_keeps_to_the_truth(name: str, case: str) -> None:
    with FAULTY[name](case) as rig:
        CASES[case](rig)


def test_there_are_at_least_forty_faults() -> None:
    assert len(CASES) >= 40


@pytest.mark.parametrize("name", sorted(set(RIGS) - set(FAULTY) - ASKED_OTHERWISE))
def test_connector_that_is_not_tried_here_asks_nobody(name: str, tmp_path: Path) -> None:
    with RIGS[name](tmp_path) as connector:
        assert connector.local
