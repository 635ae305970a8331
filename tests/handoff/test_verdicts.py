"""Verdicts: who may say that a reason was none, that it can be taken back, and what the figures make of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from handoff import access, claims, closing, desk, verdicts
from handoff.desk import Opening
from handoff.errors import NothingToJudge, NotHolder, UnknownTicket, UnknownVerdict
from handoff.verdicts import Judged, RulePrecision
from tests.builders import a_conversation, a_message
from tests.handoff.conftest import House

NOT_A_REASON = Judged()
LONG_AGO = datetime(2020, 1, 1).astimezone()


def handed(house: House, *codes: str, text: str = "Otra vez lo mismo, qué pesadez", agent: str = "agt_ana") -> str:
    """A ticket for these signals, each quoting the first words of one message, in an agent's hands."""
    conversation_id = house.do(a_conversation)
    message = house.do(a_message, conversation_id, text)
    evidence = [
        {"code": code, "quote": text[:8], "message_id": message["message_id"], "points": 1.0} for code in codes
    ]
    ticket_id = house.do(desk.open, conversation_id, Opening("shipping", "frustration", evidence=evidence))
    house.do(claims.claim, ticket_id, agent, 1, force=True)
    return str(ticket_id)


def rules(house: House, since: datetime = LONG_AGO) -> dict[str, RulePrecision]:
    return {rule.signal: rule for rule in house.ask(verdicts.precision, since)}


def verdict(house: House, ticket_id: str) -> Any:
    return house.ask(verdicts.verdict_of, ticket_id)


def test_the_holder_says_that_it_was_no_reason(house: House, held: tuple[str, str]) -> None:
    house.do(verdicts.judge, held[1], "agt_ana", Judged(wrong=(0,), note="  hablaba de\nsu jefa "))

    kept = verdict(house, held[1])
    assert (kept["kind"], kept["wrong"], kept["note"]) == ("not_a_reason", [0], "hablaba de su jefa")
    assert (kept["agent_id"], kept["said_at"]) == ("agt_ana", house.clock.at)


def test_it_can_be_taken_back_once(house: House, held: tuple[str, str]) -> None:
    house.do(verdicts.judge, held[1], "agt_ana", NOT_A_REASON)

    assert house.do(verdicts.withdraw, held[1], "agt_ana") is True
    assert verdict(house, held[1]) is None
    assert house.do(verdicts.withdraw, held[1], "agt_ana") is False


def test_a_later_word_replaces_the_first(house: House, held: tuple[str, str]) -> None:
    house.do(verdicts.judge, held[1], "agt_ana", NOT_A_REASON)
    house.do(verdicts.judge, held[1], "agt_sue", Judged("bot_should_know"))

    assert (verdict(house, held[1])["kind"], verdict(house, held[1])["agent_id"]) == ("bot_should_know", "agt_sue")


def test_saying_it_and_taking_it_back_stand_in_the_timeline(house: House, held: tuple[str, str]) -> None:
    house.do(verdicts.judge, held[1], "agt_ana", NOT_A_REASON)
    house.do(verdicts.withdraw, held[1], "agt_ana")

    assert house.timeline(held[0])[-2:] == ["verdict", "verdict"]


def test_a_colleague_who_does_not_hold_it_is_told_who_does(house: House, held: tuple[str, str]) -> None:
    house.do(claims.transfer_to_agent, held[1], "agt_ana", "agt_sue", "mira esto por favor")

    with pytest.raises(NotHolder, match="Sue"):
        house.do(verdicts.judge, held[1], "agt_ana", NOT_A_REASON)


def test_who_may_not_see_the_ticket_finds_none(house: House, held: tuple[str, str]) -> None:
    with pytest.raises(UnknownTicket):
        house.do(verdicts.judge, held[1], "agt_max", NOT_A_REASON)


def test_in_the_queue_only_a_supervisor_may_say_it(house: House, queued: tuple[str, str]) -> None:
    house.do(verdicts.judge, queued[1], "agt_sue", NOT_A_REASON)

    with pytest.raises(NotHolder):
        house.do(verdicts.judge, queued[1], "agt_ana", NOT_A_REASON)


@pytest.mark.parametrize(("hours", "may"), [(47, True), (48, False)])
def test_a_closed_ticket_can_be_judged_for_two_days(
    house: House, held: tuple[str, str], hours: int, may: bool
) -> None:
    house.do(closing.resolve, held[1], "agt_ana")
    house.clock.forward(hours=hours)

    viewer = house.ask(access.viewer, "agt_ana")
    assert verdicts.may_judge(viewer, house.ticket(held[1]), house.clock.at) is may


def test_a_verdict_on_what_was_closed_long_ago_is_refused(house: House, held: tuple[str, str]) -> None:
    house.do(closing.resolve, held[1], "agt_ana")
    house.clock.forward(days=3)

    with pytest.raises(NothingToJudge):
        house.do(verdicts.judge, held[1], "agt_sue", NOT_A_REASON)


@pytest.mark.parametrize("reason", verdicts.OF_PEOPLE)
def test_what_people_opened_has_no_reason_of_the_bot(house: House, reason: str) -> None:
    conversation_id = house.do(a_conversation)
    ticket_id = house.do(desk.open, conversation_id, Opening("shipping", reason))

    with pytest.raises(NothingToJudge):
        house.do(verdicts.judge, ticket_id, "agt_sue", NOT_A_REASON)


@pytest.mark.parametrize("judged", [Judged("boring"), Judged(wrong=(1,)), Judged(wrong=(-1, 0))])
def test_what_cannot_be_said_is_refused(house: House, held: tuple[str, str], judged: Judged) -> None:
    with pytest.raises(UnknownVerdict):
        house.do(verdicts.judge, held[1], "agt_ana", judged)


def test_a_signal_is_right_while_nobody_says_otherwise(house: House) -> None:
    handed(house, "annoyance", "insistence")

    assert [(rule.signal, rule.shown, rule.wrong, rule.share) for rule in rules(house).values()] == [
        ("annoyance", 1, 0, 1.0), ("insistence", 1, 0, 1.0)]


def test_no_reason_at_all_counts_against_every_signal(house: House) -> None:
    ticket_id = handed(house, "annoyance", "insistence")
    handed(house, "annoyance")
    house.do(verdicts.judge, ticket_id, "agt_ana", NOT_A_REASON)

    assert (rules(house)["annoyance"].share, rules(house)["insistence"].share) == (0.5, 0.0)


def test_a_chosen_piece_counts_against_its_signal_alone(house: House) -> None:
    ticket_id = handed(house, "annoyance", "insistence")
    house.do(verdicts.judge, ticket_id, "agt_ana", Judged(wrong=(1,)))

    assert (rules(house)["annoyance"].wrong, rules(house)["insistence"].wrong) == (0, 1)


def test_a_signal_with_two_pieces_in_a_ticket_counts_once(house: House) -> None:
    house.do(verdicts.judge, handed(house, "annoyance", "annoyance"), "agt_ana", NOT_A_REASON)

    assert (rules(house)["annoyance"].shown, rules(house)["annoyance"].wrong) == (1, 1)


def test_what_the_bot_should_have_known_counts_against_no_signal(house: House) -> None:
    house.do(verdicts.judge, handed(house, "annoyance"), "agt_ana", Judged("bot_should_know"))

    assert rules(house)["annoyance"].wrong == 0


def test_a_ticket_that_nobody_has_read_is_no_agreement(house: House, queued: tuple[str, str]) -> None:
    assert rules(house) == {}


def test_a_ticket_without_evidence_stands_for_its_reason(house: House) -> None:
    house.do(verdicts.judge, handed(house), "agt_ana", NOT_A_REASON)

    assert (rules(house)["frustration"].shown, rules(house)["frustration"].wrong) == (1, 1)


def test_tickets_from_before_are_left_out(house: House) -> None:
    handed(house, "annoyance")

    assert rules(house, house.clock.at + timedelta(seconds=1)) == {}


def test_the_most_disputed_signal_stands_first(house: House) -> None:
    handed(house, "annoyance")
    handed(house, "annoyance")
    house.do(verdicts.judge, handed(house, "sarcasm"), "agt_ana", NOT_A_REASON)

    assert [rule.signal for rule in house.ask(verdicts.precision, LONG_AGO)] == ["sarcasm", "annoyance"]


def test_the_last_three_times_are_shown_with_the_whole_sentence(house: House) -> None:
    for number in range(4):
        house.clock.forward(minutes=1)
        ticket_id = handed(house, "annoyance", text=f"Frase {number} y algo más")
        house.do(verdicts.judge, ticket_id, "agt_ana", Judged(note="calma"))

    samples = rules(house)["annoyance"].samples
    assert [sample.text for sample in samples] == [f"Frase {number} y algo más" for number in (3, 2, 1)]
    assert (samples[0].quote, samples[0].note, samples[0].ticket_id) == ("Frase 3 ", "calma", ticket_id)


def test_disputed_messages_come_with_what_was_taken_from_them(house: House) -> None:
    ticket_id = handed(house, "annoyance", "insistence")
    house.do(verdicts.judge, ticket_id, "agt_ana", Judged(wrong=(1,)))

    [found] = list(house.ask(lambda reader: list(verdicts.disputed(reader, LONG_AGO))))
    assert (found.text, found.said, found.contact_name) == ("Otra vez lo mismo, qué pesadez", "not_a_reason", "Marta")
    assert [entry["code"] for entry in found.evidence] == ["insistence"]


def test_without_evidence_the_last_words_before_the_ticket_are_disputed(house: House) -> None:
    house.do(verdicts.judge, handed(house, text="¿Abrís el sábado?"), "agt_ana", Judged("bot_should_know"))

    [found] = house.ask(lambda reader: list(verdicts.disputed(reader, LONG_AGO)))
    assert (found.text, found.said) == ("¿Abrís el sábado?", "bot_should_know")


def test_what_was_asked_as_sensitive_is_not_handed_on(house: House) -> None:
    ticket_id = handed(house, "annoyance", text="")
    house.do(verdicts.judge, ticket_id, "agt_ana", NOT_A_REASON)

    assert house.ask(lambda reader: list(verdicts.disputed(reader, LONG_AGO))) == []


@pytest.mark.parametrize(("right", "of", "low", "high"), [
    (0, 0, 0.0, 1.0), (10, 10, 0.722, 1.0), (0, 10, 0.0, 0.278), (50, 100, 0.404, 0.596),
])
def test_the_interval_is_that_of_wilson(right: int, of: int, low: float, high: float) -> None:
    assert verdicts.wilson(right, of) == pytest.approx((low, high), abs=0.001)
