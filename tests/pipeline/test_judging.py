"""A judge from outside is given its time and no more; what it breaks stays its own."""

import threading
from datetime import date
from types import SimpleNamespace

from bot.judge import Opinion
from pipeline import judging
from pipeline.services import Asked, Services

ASKED = {"turns": [["bot", "Mira aquí."], ["contact", "muy útil"]], "signals": ["same_answer"], "message_id": "msg_7"}


class Sharp:
    def judge(self, turns, signals):
        return Opinion(frustration=0.9, severity=2, quote=turns[-1].text if signals else "")


class Broken:
    def judge(self, turns, signals):
        raise RuntimeError("no answer")


class Late:
    def __init__(self):
        self.may_answer = threading.Event()

    def judge(self, turns, signals):
        self.may_answer.wait(10)
        return Opinion(human_request=1.0)


def test_an_opinion_comes_back_with_the_message_it_is_about():
    opinion = judging.ask(Sharp(), ASKED)

    assert opinion is not None
    assert (opinion["message_id"], opinion["frustration"], opinion["quote"]) == ("msg_7", 0.9, "muy útil")


def test_a_judge_that_fails_has_no_opinion():
    assert judging.ask(Broken(), ASKED) is None


def test_a_judge_that_is_late_has_no_opinion():
    late = Late()

    assert judging.ask(late, ASKED, limit_seconds=0.05) is None
    late.may_answer.set()


def test_without_a_judge_the_opinion_is_empty():
    opinion = judging.ask(None, ASKED)

    assert opinion is not None
    assert (opinion["human_request"], opinion["frustration"]) == (0.0, 0.0)


def test_the_judge_of_a_connector_is_asked_like_a_service():
    answered = a_shop(Sharp()).ask(Asked("judge", ASKED, "+34600111222"))

    assert answered.status == "found" and answered.value is not None
    assert answered.value["frustration"] == 0.9


def test_a_judge_is_never_asked_inside_a_turn():
    assert not a_shop(Sharp()).is_local("judge")


def test_a_judge_that_fails_is_not_asked_again():
    answered = a_shop(Broken()).ask(Asked("judge", ASKED, "+34600111222"))

    assert (answered.status, answered.is_permanent) == ("failed", True)


def a_shop(judge: object) -> Services:
    return Services(SimpleNamespace(local=True, judge=judge), "secret", lambda: date(2026, 11, 22))
