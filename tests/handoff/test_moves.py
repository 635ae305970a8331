"""The table of moves: each row, and everything that is not a row."""

from __future__ import annotations

import pytest

from handoff import moves
from handoff.errors import IllegalMove
from handoff.moves import MOVES

STATES = ("bot", "queued", "assigned", "snoozed", "resolved", "returned")
NAMES = sorted({row.name for row in MOVES})
LEGAL = {(row.name, row.before) for row in MOVES}
ILLEGAL = sorted({(name, state) for name in NAMES for state in STATES} - LEGAL)


@pytest.mark.parametrize(("name", "state", "after"), [
    ("open", "bot", "queued"), ("take_over", "bot", "assigned"), ("claim", "queued", "assigned"),
    ("return", "queued", "returned"), ("resolve", "queued", "resolved"), ("release", "assigned", "queued"),
    ("transfer_to_queue", "assigned", "queued"), ("transfer_to_agent", "assigned", "assigned"),
    ("snooze", "assigned", "snoozed"), ("wake", "snoozed", "assigned"), ("release", "snoozed", "queued"),
    ("return", "assigned", "returned"), ("return", "snoozed", "returned"), ("resolve", "assigned", "resolved"),
    ("resolve", "snoozed", "resolved"),
])
def test_a_legal_move_leads_to_its_state(name: str, state: str, after: str):
    assert moves.find(name, state).after == after


def test_the_list_of_legal_moves_above_is_the_whole_table():
    assert len(MOVES) == len(LEGAL) == 15


@pytest.mark.parametrize(("name", "state"), ILLEGAL)
def test_every_other_move_is_refused_by_name_and_state(name: str, state: str):
    with pytest.raises(IllegalMove) as refused:
        moves.find(name, state)

    assert (refused.value.move, refused.value.state) == (name, state)


@pytest.mark.parametrize("row", MOVES, ids=lambda row: f"{row.name}-{row.before}")
def test_the_bot_never_moves_a_ticket_that_people_have(row: moves.Move):
    assert row.before == "bot" or moves.ENGINE not in row.by


@pytest.mark.parametrize(("name", "state", "changes"), [
    ("claim", "queued", True), ("release", "assigned", True), ("transfer_to_agent", "assigned", True),
    ("return", "assigned", True), ("snooze", "assigned", False), ("wake", "snoozed", False),
])
def test_the_epoch_grows_where_another_may_speak(name: str, state: str, changes: bool):
    assert moves.changes_owner(moves.find(name, state)) is changes
