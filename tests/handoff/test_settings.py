"""Settings of the desk: defaults, bounds, and a line of the timeline for each change."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from conversation.tables import TimelineEntry
from conversation.work import Work
from handoff import settings
from handoff.admin_errors import BadSetting
from tests.handoff.conftest import House

ENTRY = TimelineEntry.__table__


def test_what_nobody_changed_has_its_default(house: House):
    assert house.ask(settings.get, "active_minutes") == 10


def test_a_change_holds_and_says_who_made_it(house: House):
    house.do(settings.put, "active_minutes", 30, "agt_sue")

    line = house.do(lambda work: work.connection.execute(select(ENTRY).where(ENTRY.c.kind == "setting_changed")).one())
    assert house.ask(settings.every)["active_minutes"] == 30
    assert (line.actor, line.data) == ("agt_sue", {"subject": "active_minutes", "changes": {"active_minutes": [10, 30]}})


def test_the_same_value_again_leaves_no_line(house: House):
    assert house.do(settings.put, "keep_step_days", 7, "agt_sue")
    assert not house.do(settings.put, "keep_step_days", 7, "agt_sue")


@pytest.mark.parametrize(("key", "value"), [("active_minutes", 0), ("keep_step_days", 99_999), ("active_minutes", True),
                                            ("requires_second_factor", 1), ("keep_step_days", None)])
def test_a_value_out_of_bounds_is_refused(house: House, key: str, value: settings.Value):
    def act(work: Work) -> None:
        settings.put(work, key, value, "agt_sue")

    with pytest.raises(BadSetting):
        house.do(act)
