"""Errors: each has its own code and says a full sentence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from handoff import errors
from handoff.errors import HandoffError

MADE = [
    errors.UnknownTicket("tkt_1"), errors.UnknownAgent("x"), errors.UnknownQueue("x"), errors.AlreadyClaimed("Ana"),
    errors.QueueTaken("x"), errors.BadZone("x"),
    errors.StaleEpoch(1, 2), errors.NoRoom(4, 4), errors.NotHolder("Ana"), errors.IllegalMove("bot", "claim"),
    errors.BotOwned(), errors.SomeoneAnswered({}), errors.WindowClosed(None), errors.NoteTooShort(5), errors.EmptyReply(),
    errors.UnknownDisposition("x", ("solved",)), errors.NothingToRetry("sent"), errors.NotAllowed("agent"),
    errors.BadCredentials(), errors.LockedOut(datetime(2026, 11, 23, tzinfo=UTC)), errors.BadInvitation(),
    errors.WeakPassword(10), errors.EmailTaken("a@b.c"), errors.BadHours("x"),
    errors.Blocked(), errors.OptedOut(), errors.MarketingStopped(), errors.NoTemplate("x"), errors.BlankTemplate("x"),
    errors.NoResponder(), errors.UnknownKey("x"), errors.UnknownHook("x"),
    errors.UnknownBlockReason("x", ("spam",)), errors.NothingToJudge(), errors.UnknownVerdict("x", ("not_a_reason",)),
]


@pytest.mark.parametrize("error", MADE, ids=lambda error: error.code)
def test_an_error_says_a_full_sentence(error: HandoffError):
    assert str(error)[0].isupper() or str(error)[0] == "“"
    assert str(error).endswith(".") and len(str(error).split()) >= 5


def test_every_error_has_a_code_of_its_own():
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, HandoffError)}

    assert {type(error) for error in MADE} == kinds - {HandoffError}
    assert len({kind.code for kind in kinds}) == len(kinds)
