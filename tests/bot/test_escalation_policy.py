"""The policy file: every key may be left out, arrives as text, and is refused with its mend when wrong."""

from pathlib import Path

import pytest

from bot.escalation import Policy, policy_from
from bot.escalation_policy import POINTS, SOOTHING
from bot.escalation_signals import SOOTHING as CUES_THAT_SOOTHE

PAGE = (Path(__file__).parents[2] / "docs" / "understanding.md").read_text(encoding="utf-8")


def test_empty_file_means_the_defaults():
    assert policy_from({}) == Policy()


def test_values_arrive_as_text():
    policy = policy_from(
        {
            "frustration": {"high": "0.7", "low": "0.4", "clear": "0.65", "severe": "0.5", "faint": "0.1"},
            "human_request": {"high": "0.9", "low": "0.5"},
            "decay": "0.5",
            "relief_keeps": "0.2",
            "wait_minutes": "45",
            "judge": "on",
            "points": {"repeat": "2"},
            "soothing": {"relief": "3"},
        }
    )

    assert (policy.frustration_high, policy.frustration_low, policy.frustration_faint) == (0.7, 0.4, 0.1)
    assert (policy.frustration_clear, policy.frustration_severe) == (0.65, 0.5)
    assert (policy.human_request_high, policy.human_request_low) == (0.9, 0.5)
    assert (policy.decay, policy.relief_keeps, policy.wait_minutes, policy.judge) == (0.5, 0.2, 45, True)
    assert (policy.points["repeat"], policy.soothing["relief"]) == (2, 3)


def test_points_that_are_not_named_keep_their_default():
    assert policy_from({"points": {"repeat": "2"}}).points["fallback"] == Policy().points["fallback"]


def test_a_raised_high_threshold_takes_those_for_clear_and_grave_words_along():
    usual, raised = Policy(), policy_from({"frustration": {"high": "0.9"}})

    assert raised.frustration_high - raised.frustration_clear == pytest.approx(
        usual.frustration_high - usual.frustration_clear
    )


def test_a_high_threshold_below_the_usual_low_one_takes_it_along():
    assert policy_from({"frustration": {"high": "0.1"}}).frustration_low == 0.1


@pytest.mark.parametrize("severity", [1, 2, 3])
def test_a_graver_message_never_needs_more(severity):
    policy = policy_from({"frustration": {"high": "0.3", "clear": "0.9", "severe": "0.8"}})

    assert policy.high(severity) <= policy.high(severity - 1)


def test_signals_are_switched_off_together():
    assert policy_from({"signals": "off"}).signals is False


def test_signals_are_switched_off_one_by_one():
    policy = policy_from({"signals": {"same_answer": "off", "repeat": "on"}})

    assert (policy.signals, policy.counts("same_answer"), policy.counts("repeat")) == (True, 0.0, POINTS["repeat"])


def test_a_language_has_thresholds_of_its_own():
    policy = policy_from({"by_language": {"pt": {"frustration": {"high": "0.7"}}}})

    assert policy.at("twilio-sms", "pt").frustration_high == 0.7
    assert policy.at("twilio-sms", "es") == policy


@pytest.mark.parametrize("channel", ["twilio-sms", "sms"])
def test_a_channel_is_named_by_its_kind_or_its_family(channel):
    policy = policy_from({"by_channel": {channel: {"human_request": {"high": "0.8"}}}})

    assert policy.at("twilio-sms", "es").human_request_high == 0.8
    assert policy.at("twilio-whatsapp", "es").human_request_high == Policy().human_request_high


def test_the_kind_of_a_channel_wins_over_its_family():
    policy = policy_from(
        {
            "by_channel": {
                "whatsapp": {"frustration": {"high": "0.8"}},
                "meta-whatsapp": {"frustration": {"high": "0.9"}},
            }
        }
    )

    assert (policy.at("meta-whatsapp").frustration_high, policy.at("twilio-whatsapp").frustration_high) == (0.9, 0.8)


def test_where_language_and_channel_both_say_something_the_channel_wins():
    policy = policy_from(
        {
            "by_language": {"pt": {"frustration": {"high": "0.7"}, "human_request": {"high": "0.9"}}},
            "by_channel": {"sms": {"frustration": {"high": "0.8"}}},
        }
    ).at("twilio-sms", "pt")

    assert (policy.frustration_high, policy.human_request_high) == (0.8, 0.9)


def test_points_hold_in_every_language():
    policy = policy_from({"points": {"repeat": "2"}, "by_language": {"pt": {"frustration": {"high": "0.7"}}}})

    assert policy.at("", "pt").points["repeat"] == 2


def test_every_cue_that_soothes_has_its_points():
    assert set(SOOTHING) == CUES_THAT_SOOTHE


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
        ({"human_request": {"high": "0.2", "low": "0.4"}}, "human_request.low .* give low the smaller number"),
        ({"signals": "maybe"}, "“signals: maybe” is neither on nor off"),
        ({"signals": {"repeat": "maybe"}}, "“signals.repeat: maybe” is neither on nor off"),
        ({"signals": {"repeats": "off"}}, "“signals.repeats” is not a key"),
        ({"judge": "perhaps"}, "“judge: perhaps” is neither on nor off"),
        ({"points": {"repeats": "1"}}, "“points.repeats” is not a key"),
        ({"soothing": {"relief": "99"}}, "“soothing.relief: 99” is not a number from 0 to 10"),
        ({"by_language": {"fr": {}}}, "“by_language.fr” is not a key"),
        ({"by_language": "pt"}, "“by_language” must hold keys below it"),
        ({"by_language": {"pt": "high"}}, "“by_language.pt” must hold keys below it"),
        ({"by_language": {"pt": {"decay": "1"}}}, "“by_language.pt.decay” is not a key"),
        ({"by_language": {"pt": {"frustration": {"high": "x"}}}}, "“by_language.pt.frustration.high: x” is not"),
        ({"by_channel": {"sms": {"frustration": {"high": "0.2", "low": "0.4"}}}}, "by_channel.sms.frustration.low"),
    ],
)
def test_wrong_value_is_refused_with_its_place_and_mend(tree, sentence):
    with pytest.raises(ValueError, match=sentence):
        policy_from(tree)


@pytest.mark.parametrize("name", sorted(POINTS))
def test_the_page_names_every_signal_with_the_points_that_are_shipped(name):
    row = next(line for line in PAGE.splitlines() if line.startswith("| `") and f"`{name}`" in line.split("|")[1])
    names = [one.strip(" `") for one in row.split("|")[1].split(",")]
    points = [float(one) for one in row.split("|")[3].split(",")]

    assert points[names.index(name)] == POINTS[name]
