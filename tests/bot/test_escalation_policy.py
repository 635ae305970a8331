"""The policy file: every key may be left out, arrives as text, and is refused with its mend when wrong."""

import pytest

from bot.escalation import Policy, policy_from


def test_empty_file_means_the_defaults():
    assert policy_from({}) == Policy()


def test_values_arrive_as_text():
    policy = policy_from(
        {
            "frustration": {"high": "0.7", "low": "0.4"},
            "human_request": {"high": "0.9"},
            "signals": "off",
            "decay": "0.5",
            "wait_minutes": "45",
            "points": {"repeat": "2"},
        }
    )

    assert (policy.frustration_high, policy.frustration_low, policy.human_request_high) == (0.7, 0.4, 0.9)
    assert (policy.signals, policy.decay, policy.wait_minutes, policy.points["repeat"]) == (False, 0.5, 45, 2)


def test_points_that_are_not_named_keep_their_default():
    assert policy_from({"points": {"repeat": "2"}}).points["fallback"] == Policy().points["fallback"]


@pytest.mark.parametrize(
    ("tree", "sentence"),
    [
        ({"frustation": {}}, "“frustation” is not a key of the policy: use one of frustration"),
        ({"frustration": {"hihg": "0.5"}}, "“frustration.hihg” is not a key"),
        ({"frustration": "0.5"}, "“frustration” must hold keys below it"),
        ({"frustration": {"high": "much"}}, "“frustration.high: much” is not a number from 0 to 1"),
        ({"frustration": {"high": "nan"}}, "“frustration.high: nan” is not a number"),
        ({"decay": "1.5"}, "“decay: 1.5” is not a number from 0 to 1"),
        ({"frustration": {"high": "0.2", "low": "0.4"}}, "give low the smaller number"),
        ({"signals": "maybe"}, "neither on nor off"),
        ({"points": {"repeats": "1"}}, "“points.repeats” is not a key"),
    ],
)
def test_wrong_value_is_refused_with_its_place_and_mend(tree, sentence):
    with pytest.raises(ValueError, match=sentence):
        policy_from(tree)
