"""Any order of events against the reference model; and the model against five planted mistakes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.breaking.machine import Machine
from tests.breaking.planted import BUGS
from tests.breaking.small_house import Bug

NIGHTLY = os.environ.get("BREAKING") == "all"
PROFILE = settings(
    max_examples=5_000 if NIGHTLY else 40, stateful_step_count=40, deadline=None, derandomize=not NIGHTLY,
    database=None, suppress_health_check=list(HealthCheck), print_blob=False)
HUNT = settings(PROFILE, max_examples=400, derandomize=True, phases=(Phase.generate,), report_multiple_bugs=False)


def machine(template: Path, bug: Bug) -> type[Machine]:
    return type("Machine", (Machine,), {"bug": bug, "template": template})


@pytest.mark.timeout(86_400 if NIGHTLY else 300)
def test_whatever_happens_in_whatever_order_the_house_agrees_with_the_model(sqlite_template: Path) -> None:
    run_state_machine_as_test(machine(sqlite_template, Bug()), settings=PROFILE)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_the_model_finds_a_planted_mistake(bug: Bug, sqlite_template: Path) -> None:
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine(sqlite_template, bug), settings=HUNT)
