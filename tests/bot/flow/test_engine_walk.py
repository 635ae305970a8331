"""Whatever comes, in whatever order, in flows that use every verb, also while they are edited: see `walker.Walk`.

`RELEVO_WALK_STEPS=200000` walks as far as a release must.
"""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.flow.engine import advance
from bot.flow.events import External, TimerDue
from bot.flow.language import kinds
from bot.flow.library import Library, compiled, sources_of
from bot.flow.moves import Cancel, Start
from tests.bot.flow.builders import a_moment
from tests.bot.flow.walker import Walk

STEPS = int(os.environ.get("RELEVO_WALK_STEPS", "40000"))
TALK = 200  # things that happen to one contact
PARTS = 4
SOURCES = sources_of(Path(__file__).parent / "walked")
# Another edition of the same flows: questions renamed, moved, taken away, of another verb; waits and calls gone.
EDITS = {
    "orders.yaml": [("id: more", "id: anything"), ("  - lookup: orders.find\n", "  - id: found_it\n    lookup: orders.find\n")],
    "verify.yaml": [("save: mail\n    sensitive", "save: mail\n    id: which_mail\n    sensitive")],
    "things.yaml": [("  - repeat:\n      - ask", "  - id: many\n    repeat:\n      - ask"), ("save: size", "id: how_big\n            save: size")],
    "waiting.yaml": [("id: arrival", "id: movement"), ("  - wait: 30m\n", "")],
    "people.yaml": [("save: when", "save: when\n        id: moment")],
    "chained.yaml": [("save: second", "id: again\n    save: second")],
}


def edition(edits: dict[str, list[tuple[str, str]]]) -> Library:
    changed = dict(SOURCES)
    for name, pairs in edits.items():
        for old, new in pairs:
            assert old in changed[name], f"{name} has no {old!r}"
            changed[name] = changed[name].replace(old, new, 1)
    loaded = compiled(changed)
    assert loaded.library is not None, "\n".join(one.render("en") for one in loaded.findings)
    return loaded.library


LIBRARY = edition({})
EDITED = edition(EDITS)
SHORTER = edition({"home.yaml": [("flow: home", "flow: home"), ("interrupts: replace", "interrupts: yes")]})


def test_the_flows_that_are_walked_use_every_verb() -> None:
    used = {step.kind.name for flow in LIBRARY.flows.values() for step in flow.steps}

    assert used == set(kinds())


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(PARTS))
def test_any_walk_holds(part: int) -> None:
    for seed in range(part, STEPS // TALK, PARTS):
        walk = Walk([LIBRARY], seed)
        for _ in range(TALK):
            walk.step()


@pytest.mark.timeout(600)
def test_any_walk_through_flows_that_are_being_edited_holds() -> None:
    for seed in range(STEPS // TALK // 4):
        walk = Walk([LIBRARY, EDITED, SHORTER], seed)
        for _ in range(TALK):
            walk.step()


events = st.one_of(
    st.builds(TimerDue, st.integers(0, 9)),
    st.builds(External, st.sampled_from(["order_moved", "order_delivered", "x"]), st.sampled_from(["", "AB-12345"])),
    st.builds(Start, st.sampled_from(sorted(LIBRARY.flows))),
    st.just(Cancel()),
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(events, min_size=1, max_size=12))
def test_the_same_state_and_event_give_the_same_bytes(script: list[External]) -> None:
    state: dict[str, object] = {}
    for event in script:
        before = copy.deepcopy(state)
        first, again = (advance(LIBRARY, state, event, a_moment()) for _ in range(2))

        assert json.dumps(first[0]) == json.dumps(again[0]) and repr(first) == repr(again)
        assert state == before
        state = first[0]
