"""`_outreach.yaml`: what it may say, and how a mistake is told."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from outreach import policy
from outreach.errors import BadPolicy
from outreach.policy import Policy


def written(folder: Path, text: str) -> Policy:
    (folder / policy.FILE).write_text(text, encoding="utf-8")
    return policy.load(folder)


def test_without_a_file_the_usual_holds(tmp_path: Path) -> None:
    assert policy.load(tmp_path) == Policy()


def test_an_empty_file_is_the_usual_too(tmp_path: Path) -> None:
    assert written(tmp_path, "# nothing\n") == Policy()


def test_every_line_is_read(tmp_path: Path) -> None:
    found = written(tmp_path, """
tell: [delayed]
quiet_hours: ["22:00", "08:30"]
budget: {day: 10, customer: 1}
consent: given
channels: [sms]
max_age_hours: 6
group_from: 3
hold_from: 50
""")

    assert found == Policy(frozenset({"delayed"}), (time(22), time(8, 30)), 10, 1, True, ("sms",), timedelta(hours=6), 3, 50)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tel: [shipped]", "_outreach.yaml:1: “tel” is not known here (did you mean tell?): write one of tell, "),
        ("tell: [shipped]\ntell: []", "_outreach.yaml:2: “tell” stands here twice"),
        ("tell: [shiped]", "_outreach.yaml:1: tell: “shiped” is not known (did you mean shipped?): write some of shipped"),
        ("tell: shipped", "_outreach.yaml:1: tell must be a list"),
        ("quiet_hours: [night, day]", "_outreach.yaml:1: quiet_hours must be two times"),
        ("quiet_hours: 21:00", "_outreach.yaml:1: quiet_hours must be two times"),
        ('quiet_hours: ["21:00+01:00", "09:00"]', "_outreach.yaml:1: quiet_hours are by each customer's own clock"),
        ("budget: {week: 3}", "_outreach.yaml:1: “week” is not known here: write one of day, customer"),
        ("\nbudget: {day: -3}", "_outreach.yaml:2: budget.day must be a whole number from 0"),
        ("consent: maybe", "_outreach.yaml:1: consent: write assumed"),
        ("max_age_hours: 0", "_outreach.yaml:1: max_age_hours must be a whole number from 1"),
        ("group_from: 1", "_outreach.yaml:1: group_from must be a whole number from 2"),
        ("a: [", "_outreach.yaml:2: is not YAML"),
        ("tell: &all [shipped]\nchannels: *all", "_outreach.yaml:2: anchors"),
        ("- tell", "_outreach.yaml:1: the file must be a table"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_the_mend(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadPolicy) as wrong:
        written(tmp_path, text)

    assert str(wrong.value).startswith(said)
