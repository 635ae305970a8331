"""A second opinion may only raise what was decided, and is asked beside the turn."""

import math

import pytest

from bot import judge
from bot.escalation import Policy, Verdict
from bot.flow.effects import Call, HandOff
from bot.flow.events import CallResult
from bot.judge import NullJudge, Opinion, Turn, opinion_from, raised
from tests.bot.flow.builders import Talk, a_library

SAID = Turn("contact", "ya veo, muy útil todo")
ANGRY = Opinion(frustration=0.9, quote="muy útil todo")


def after(verdict: Verdict, opinion: Opinion) -> Verdict:
    return raised(verdict, opinion, SAID, "msg_1", Policy())


def a_talk(policy: str = "judge: on") -> Talk:
    return Talk(a_library("  - say: hola", _policy=policy))


def told(message_id: str = "", **opinion: object) -> CallResult:
    return CallResult(judge.SEQ, "found", {"message_id": message_id, **opinion})


def test_a_judge_hands_over_what_words_and_signals_missed():
    verdict = after(Verdict("none"), ANGRY)

    assert (verdict.decision, verdict.reason, verdict.evidence[-1].quote) == ("handoff", "frustration", "muy útil todo")


def test_a_judge_that_is_in_doubt_asks_gently():
    assert after(Verdict("none"), Opinion(human_request=0.5)).decision == "ask"


def test_a_judge_that_sees_nothing_cancels_nothing():
    handed_over = Verdict("handoff", "human_request", score=1.0)

    assert after(handed_over, Opinion(human_request=0.0, frustration=0.0)) is handed_over


def test_a_judge_in_doubt_does_not_soften_a_handoff():
    handed_over = Verdict("handoff", "frustration", score=0.8)

    assert after(handed_over, Opinion(frustration=0.4)) is handed_over


def test_a_quote_that_was_not_said_gives_way_to_what_was():
    verdict = after(Verdict("none"), Opinion(frustration=0.9, quote="os odio"))

    assert verdict.evidence[-1].quote == SAID.text


@pytest.mark.parametrize("raw", [math.nan, math.inf, -3, "viel", None, [1]])
def test_an_opinion_that_makes_no_sense_counts_as_none(raw):
    assert after(Verdict("none"), opinion_from({"human_request": raw})).decision == "none"


def test_the_null_judge_has_no_opinion():
    assert after(Verdict("none"), NullJudge().judge([SAID], [])).decision == "none"


def test_no_judge_is_asked_unless_the_policy_says_so():
    effects = a_talk("judge: off")("ya veo").turn.effects

    assert not [effect for effect in effects if isinstance(effect, Call)]


def test_the_last_turns_go_to_the_judge_and_the_turn_goes_on():
    talk = a_talk()
    talk("primera cosa")
    said = next(effect for effect in talk("ya veo").turn.effects if isinstance(effect, Call))

    assert (said.service, said.arguments["turns"][-1]) == ("judge", ["contact", "ya veo"])
    assert {author for author, _ in said.arguments["turns"]} == {"bot", "contact"}


def test_an_opinion_that_comes_in_time_hands_over():
    talk = a_talk()
    talk("ya veo")
    talk.state = {**talk.state, "judge": {**talk.state["judge"], "asked": "msg_7"}}

    assert [effect for effect in talk(told("msg_7", frustration=0.9)).turn.effects if isinstance(effect, HandOff)]


def test_an_opinion_on_an_older_message_is_too_late():
    talk = a_talk()
    talk("ya veo")
    talk.state = {**talk.state, "judge": {**talk.state["judge"], "asked": "msg_8"}}

    assert not talk(told("msg_7", frustration=0.9)).turn.effects


def test_an_opinion_is_heard_once():
    talk = a_talk()
    talk("ya veo")
    talk.state = {**talk.state, "judge": {**talk.state["judge"], "asked": "msg_7"}}
    talk(told("msg_7", human_request=0.5))

    assert not talk(told("msg_7", human_request=0.9)).turn.effects


def test_no_judge_is_asked_right_after_people_gave_the_talk_back():
    talk = a_talk()
    talk.state = {**talk.state, "mood": {"guard": 1}}

    assert not [effect for effect in talk("ya veo").turn.effects if isinstance(effect, Call)]
