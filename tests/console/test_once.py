"""A request that names itself is done once, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from conversation.work import Database
from tests.builders import HandClock
from tests.console import desks
from tests.console.programs.conftest import Program, key_of


@pytest.fixture
def of_ana(app: Flask) -> Program:
    return Program(app.test_client(), key_of(app, "Ana"))


@pytest.fixture
def held(app: Flask, database: Database) -> tuple[str, str]:
    with database.work() as work:
        return desks.held(work, "agt_ana")


def test_a_reply_that_is_sent_twice_under_one_name_is_one(of_ana: Program, held: tuple[str, str]) -> None:
    body = {"text": "Enseguida lo miro", "epoch": 2, "last_seen_seq": 99}
    first, second = (of_ana.post(f"/tickets/{held[1]}/replies", body, Idempotency_Key="a1") for _ in range(2))

    assert first.status_code == 200
    assert second.json == first.json


def test_a_name_used_for_something_else_is_refused(of_ana: Program, held: tuple[str, str]) -> None:
    for text in ("Una nota", "Otra nota"):
        answer = of_ana.post(f"/tickets/{held[1]}/notes", {"text": text}, Idempotency_Key="n1")

    assert (answer.status_code, answer.json["error"]["field"]) == (422, "Idempotency-Key")


def test_what_was_refused_may_be_tried_again_under_its_name(of_ana: Program, held: tuple[str, str]) -> None:
    of_ana.post(f"/tickets/{held[1]}/replies", {"text": "", "epoch": 2, "last_seen_seq": 99}, Idempotency_Key="r1")
    answer = of_ana.post(f"/tickets/{held[1]}/replies", {"text": "Ya", "epoch": 2, "last_seen_seq": 99}, Idempotency_Key="r1")

    assert answer.status_code == 200


def test_two_at_the_same_time_under_one_name_are_one(app: Flask, of_ana: Program, held: tuple[str, str]) -> None:
    body, both = {"text": "Enseguida", "epoch": 2, "last_seen_seq": 99}, Barrier(2)

    def ask(_: int) -> TestResponse:
        both.wait()
        one = Program(app.test_client(), of_ana.token)
        return one.post(f"/tickets/{held[1]}/replies", body, Idempotency_Key="same")

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(ask, range(2))

    assert first.status_code == 200
    assert first.json["message_id"] == second.json["message_id"]


def test_after_a_day_a_name_is_free_again(of_ana: Program, held: tuple[str, str], hand_clock: HandClock) -> None:
    first = of_ana.post(f"/tickets/{held[1]}/notes", {"text": "Una nota"}, Idempotency_Key="n1").json
    hand_clock.forward(hours=24)

    assert of_ana.post(f"/tickets/{held[1]}/notes", {"text": "Una nota"}, Idempotency_Key="n1").json["note_id"] != first["note_id"]
