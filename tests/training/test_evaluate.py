"""What the measuring says of answers whose worth is known."""

from dataclasses import replace

import numpy as np
import pytest

from tests.training.test_validate import GOOD
from training.agreement import agreement
from training.evaluate import calibration_error, figures
from training.train import best_threshold, f1

ANGRY = replace(GOOD, severity=2, kind="angry", intents=())
ASKS = replace(GOOD, human_request=True, kind="implicit", intents=("human",))
NEAR = replace(GOOD, kind="near")


def test_figures_count_each_group_by_itself():
    lines = [ANGRY, ANGRY, ASKS, NEAR, GOOD]
    yes = {"human_request": np.array([0, 0, 1, 0, 0], bool), "frustrated": np.array([1, 0, 0, 1, 0], bool)}

    told = figures("x", lines, yes, np.ones(5, bool))

    assert (told.human, told.implicit, told.clear, told.near_misses, told.plain) == (1, 1, 0.5, 1, 0)


def test_f1_is_the_mean_of_precision_and_recall():
    assert f1(np.array([1, 1, 0, 0], bool), np.array([1, 0, 1, 0], bool)) == 0.5


def test_the_best_threshold_parts_what_can_be_parted():
    chance = np.array([0.1, 0.2, 0.7, 0.9])

    assert 0.2 < best_threshold(chance, chance > 0.5) <= 0.7


def test_chances_that_come_true_have_no_error_and_boasts_have():
    said = np.array([True, False] * 50)

    assert calibration_error(np.full(100, 0.5), said) == pytest.approx(0)
    assert calibration_error(np.full(100, 0.95), said) == pytest.approx(0.45)


def test_readers_who_answer_alike_agree_wholly(tmp_path):
    (tmp_path / "second.jsonl").write_text(
        '{"id": "a", "severity": 3, "human_request": false}\n{"id": "b", "severity": 0, "human_request": true}\n',
        encoding="utf-8",
    )

    told = agreement([replace(ANGRY, id="a"), replace(ASKS, id="b")], tmp_path / "second.jsonl")

    assert [(one.same, one.kappa) for one in told if one.what in ("frustrated", "human_request")] == [(1, 1), (1, 1)]
