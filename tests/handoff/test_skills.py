"""Who fits whom, and what is given up first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handoff import skills

ANA = {"skills": ["refunds"], "languages": ["es", "pt-PT"]}


@pytest.mark.parametrize(("wanted", "language", "missing", "steps"), [
    ([], "es", (), 0), ([], "pt-BR", (), 0), (["refunds"], "es", (), 0), (["legal"], "es", ("legal",), 1),
    (["legal", "refunds"], "es", ("legal",), 1), (["refunds", "legal"], "es", ("legal",), 2),
    ([], "en", ("language:en",), 1), (["legal", "refunds"], "en-GB", ("legal", "language:en"), 3),
])
def test_what_she_lacks_and_how_much_has_to_be_dropped(wanted: list[str], language: str, missing: tuple[str, ...], steps: int):
    assert skills.lacking(wanted, language, ANA) == missing
    assert skills.steps_to(wanted, language, ANA) == steps


@pytest.mark.parametrize(("seconds", "dropped"), [(0, 0), (119, 0), (120, 1), (240, 2), (360, 3), (9_999, 3)])
def test_one_wish_is_dropped_each_time_the_patience_is_over(seconds: int, dropped: int):
    assert skills.dropped(["legal", "refunds"], timedelta(seconds=seconds), 120) == dropped


def test_a_queue_without_patience_asks_for_nothing():
    assert skills.dropped(["legal"], timedelta(0), 0) == 2
