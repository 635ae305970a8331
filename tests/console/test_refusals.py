"""What is refused says why, in words that fit what was asked for; programs get the winner or the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client

from console.words import words
from conversation.work import Database
from handoff import claims, errors, finding_errors, routing_errors, writing_errors
from handoff.errors import HandoffError
from tests.builders import an_agent
from tests.console import desks

JSON = {"Accept": "application/json"}
KINDS = [kind for module in (errors, finding_errors, routing_errors, writing_errors) for kind in vars(module).values()
         if isinstance(kind, type) and issubclass(kind, HandoffError) and kind.__module__ == module.__name__]
SAID_ELSEWHERE = {
    "handoff_error", "routing_error",  # bases
    "bad_credentials", "bad_invitation", "email_taken", "locked_out", "weak_password",  # at the entrance
    "bad_hours", "bad_zone", "queue_taken",  # at their field
    "unknown_ticket", "unknown_key", "unknown_hook", "unknown_saved_reply",  # as not found
    "cannot_start", "bad_saved_reply", "cannot_take", "illegal_transition",  # several sentences each
}


@pytest.fixture
def mine(database: Database, app: Flask) -> tuple[str, str]:
    with database.work() as work:
        an_agent(work, "Eva", ("orders",), password_hash=desks.PASSWORD_HASH)
        return desks.held(work, "agt_ana")


@pytest.fixture
def eva(mine: tuple[str, str], enter: Callable[[str], Client]) -> Client:
    """A colleague of Ana's queue."""
    return enter("Eva")


@pytest.fixture
def waiting(database: Database, app: Flask) -> str:
    with database.work() as work:
        return desks.a_story(work)[1]


def refused(client: Client, path: str, **fields: Any) -> dict[str, Any]:
    """The error that a program is answered with."""
    answer = desks.post(client, f"/console/{path}", JSON, **fields)
    assert answer.status_code == 409, answer.text
    return dict(answer.json["error"])


@pytest.mark.parametrize("act", ["release", "transfers", "snooze"])
def test_what_is_snoozed_says_so_to_who_wants_to_move_it(sue: Client, database: Database, mine: tuple[str, str], act: str):
    with database.work() as work:
        claims.snooze(work, mine[1], "agt_ana", None)

    error = refused(sue, f"tickets/{mine[1]}/{act}", to="queue:orders", note="para ellos", until="tomorrow")

    assert (error["code"], error["state"]) == ("illegal_transition", "snoozed")
    assert error["message"].startswith("Está pospuesta.")


@pytest.mark.parametrize(("act", "sentence"), [
    ("release", "La lleva Ana. Eso puede hacerlo"), ("replies", "Ahora la lleva Ana. Tu texto no ha salido."),
    ("verdict", "La lleva Ana. Del motivo opina"),
])
def test_a_colleague_reads_whose_it_is_and_what_was_not_done(eva: Client, mine: tuple[str, str], act: str, sentence: str):
    error = refused(eva, f"tickets/{mine[1]}/{act}", text="hola", epoch="2", last_seen_seq="9", kind="not_a_reason")

    assert (error["code"], error["winner"]) == ("not_holder", "Ana")
    assert error["message"].startswith(sentence)


def test_what_waits_is_closed_from_its_queue_as_spam_alone(sue: Client, waiting: str):
    error = refused(sue, f"tickets/{waiting}/resolution", disposition="solved")

    assert "solo se puede cerrar como spam" in error["message"]


def test_what_somebody_cannot_have_stays_in_its_queue(sue: Client, waiting: str):
    error = refused(sue, f"tickets/{waiting}/assignment", to="agt_bo", epoch="1")

    assert error["message"].endswith("déjala en su cola.")


def test_an_old_page_is_told_who_has_it_now(sue: Client, mine: tuple[str, str]):
    error = refused(sue, f"tickets/{mine[1]}/claim", epoch="0")

    assert error["winner"] == "Ana"


def test_an_old_page_that_writes_is_told_who_has_it_now(ana: Client, mine: tuple[str, str]):
    error = refused(ana, f"tickets/{mine[1]}/replies", text="hola", epoch="1", last_seen_seq="9")

    assert (error["code"], error["winner"], error["epoch"]) == ("stale_epoch", "Ana", 2)


@pytest.mark.parametrize("language", ["es", "en", "pt"])
@pytest.mark.parametrize("code", sorted({kind.code for kind in KINDS} - SAID_ELSEWHERE))
def test_every_refusal_has_a_sentence_of_its_own(code: str, language: str):
    assert words(language).has(f"error.{code}")
