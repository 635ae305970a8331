"""Training: the same lines give the same bytes, and what was learned can be read again."""

import numpy as np
import pytest

from bot.understanding.features import features
from bot.understanding.lexicon import hits
from bot.understanding.model import load
from bot.understanding.prose import fold_prose
from training import fit, train
from training.corpus import messages

HANDS = ("h01", "h02", "h21")


@pytest.fixture(scope="module")
def lines():
    return [line for line in messages() if line.hand in HANDS and not line.grey]


@pytest.fixture(scope="module")
def fitted(lines):
    rows, said, hands = fit.matrix([line.text for line in lines]), fit.truths(lines), fit.hands_of(lines)
    return rows, said, hands, fit.fit_all(rows, said, hands)


def _packed(fitted):
    straight = {head: (1.0, 0.0) for head in fit.HEADS}
    return train.packed(fitted[3], straight, {head: 0.5 for head in fit.HEADS}, {"lines": 0})


def test_the_same_lines_give_the_same_bytes(lines, fitted):
    rows, said, hands, _ = fitted

    again = (rows, said, hands, fit.fit_all(rows, said, hands))

    assert _packed(again) == _packed(fitted)


def test_a_model_that_is_read_again_scores_as_it_was_fitted(lines, fitted, tmp_path):
    (tmp_path / "model.npz").write_bytes(_packed(fitted))
    held = load(tmp_path / "model.npz")
    folded = [fold_prose(line.text) for line in lines[:40]]

    told = [held.probabilities(features(one, hits(one)))["frustrated"] for one in folded]

    straight = fit.chances(fitted[3]["frustrated"].scores(fitted[0][:40]), 1.0, 0.0)
    assert told == pytest.approx(straight.tolist(), abs=0.05)


def test_no_line_is_scored_by_a_model_that_saw_its_hand(fitted):
    rows, said, hands, _ = fitted

    scores = fit.unseen_scores(rows, said, hands, ("human_request",), folds=len(HANDS))["human_request"]

    others = hands != "h01"
    alone = fit.fit_all(rows[others], {"human_request": said["human_request"][others]}, hands[others], ("human_request",))
    assert scores[~others] == pytest.approx(alone["human_request"].scores(rows[~others]))


def test_calibrated_chances_are_the_shares_that_come_true():
    scores = np.linspace(-4, 4, 4000)
    said = np.random.default_rng(0).random(4000) < 1 / (1 + np.exp(-(2 * scores - 1)))

    slope, offset = fit.calibrate(scores, said)

    assert (slope, offset) == pytest.approx((2, -1), abs=0.25)


def test_a_head_without_examples_says_no():
    rows = fit.matrix(["hola", "adiós"])

    never = fit.fit_head(rows, np.array([False, False]), np.array([0, 1]))

    assert (never.scores(rows) < -5).all()
