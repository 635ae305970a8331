"""`flask understand precision` and `disputed`, as they are typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask

from conversation.work import Database
from handoff import desk, verdicts
from handoff.desk import Opening
from handoff.verdicts import Judged
from pipeline.verdict_commands import disputed, precision
from tests.bot.flow.builders import a_library
from tests.builders import a_conversation, a_message, a_queue, an_agent

TEXT = "Soy Lucía, ¿dónde está mi pedido RL-48213? Mi correo es lucia@correo.es, vaya servicio"
Run = Callable[..., str]


@pytest.fixture
def run(database: Database) -> Run:
    app = Flask("house")
    app.extensions["relevo"] = SimpleNamespace(database=database, library=a_library("  - say: Hola\n"))
    for command in (precision, disputed):
        app.cli.add_command(command)
    return lambda *words: app.test_cli_runner().invoke(args=list(words), catch_exceptions=False).output


@pytest.fixture
def ticket(database: Database) -> str:
    """A ticket of two pieces of evidence that Sue says was no reason."""
    with database.work() as work:
        a_queue(work, "orders", is_default=True)
        an_agent(work, "Sue", role="supervisor")
        conversation_id = a_conversation(work, "Lucía Gómez")
        message = a_message(work, conversation_id, TEXT)["message_id"]
        evidence = [{"code": "sarcasm", "quote": "vaya servicio", "message_id": message, "points": 2.0},
                    {"code": "words", "quote": "Soy Lucía, ¿dónde", "message_id": message, "points": 1.0}]
        made = desk.open(work, conversation_id, Opening("orders", "frustration", evidence=evidence))
        verdicts.judge(work, made, "agt_sue", Judged(wrong=(0,), note="era un chiste de Lucía"))
    return made


def test_the_figures_of_each_signal_are_a_table(run: Run, ticket: str) -> None:
    lines = [line.split() for line in run("precision").splitlines()]

    assert lines[1:] == [["sarcasm", "1", "1", "0%", "0%", "–", "79%"], ["words", "1", "0", "100%", "21%", "–", "100%"]]


def test_without_tickets_the_table_says_so(run: Run) -> None:
    assert "No person had a ticket of the bot in the last 7 days." in run("precision", "--days", "7")


def test_disputed_messages_are_lines_without_personal_data(run: Run, ticket: str) -> None:
    [line] = run("disputed").splitlines()
    found = json.loads(line)

    assert found["said"] == "not_a_reason" and found["evidence"] == [{"signal": "sarcasm", "quote": "vaya servicio"}]
    assert not any(fact in line for fact in ("RL-48213", "lucia@correo.es", "48213", "Lucía"))
