"""/healthz and /metrics: proved by a write, told to those who may ask."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

import config
from conversation.work import open_engine
from operations import health
from tests.operations.conftest import MakeSettings


@pytest.fixture
def settings(migrated_url: str, a_setting: MakeSettings) -> config.Settings:
    return a_setting(database_url=migrated_url)


@pytest.fixture
def house(settings: config.Settings) -> Iterator[Any]:
    engine = open_engine(settings.database_url)
    yield SimpleNamespace(settings=settings, database=SimpleNamespace(engine=engine),
                          library=SimpleNamespace(revision="r1"))
    engine.dispose()


@pytest.fixture
def client(house: Any) -> FlaskClient:
    app = Flask(__name__)
    app.register_blueprint(health.blueprint(house))
    return app.test_client()


def test_a_house_in_order_is_ok(client: FlaskClient) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json["status"], answer.json["redis"]) == (200, "ok", "absent")


def test_how_safely_commits_are_kept_is_what_the_database_says(client: FlaskClient, settings: config.Settings) -> None:
    said = client.get("/healthz").json["synchronous"]

    assert said == ("FULL" if settings.is_sqlite else "OFF")  # the PostgreSQL of the tests keeps nothing


def test_a_database_that_cannot_be_written_is_503(client: FlaskClient, house: Any) -> None:
    with house.database.engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))

    answer = client.get("/healthz")

    assert answer.status_code == 503 and answer.json["status"] == "failing"


def test_a_redis_that_is_gone_is_slower_and_not_failing(house: Any, a_setting: MakeSettings) -> None:
    house.settings = a_setting(database_url=house.settings.database_url, redis_url="redis://127.0.0.1:9/0")

    assert (health.look(house)["status"], health.look(house)["redis"]) == ("degraded", "down")


def test_a_database_that_says_nothing_at_all_is_failing() -> None:
    answered = threading.Event()
    kept = health.Kept(lambda: {"status": "ok"} if answered.wait(5) else {}, patience_seconds=0.01)
    found = kept()
    answered.set()

    assert found["status"] == "failing"


def test_who_asks_again_within_a_second_gets_the_same_answer() -> None:
    looks: list[int] = []
    kept = health.Kept(lambda: {"n": looks.append(1) or len(looks)})

    assert kept() == kept() == {"n": 1}


def test_health_names_no_secret(client: FlaskClient, settings: config.Settings) -> None:
    said = client.get("/healthz").get_data(as_text=True)

    assert settings.secret_key not in said and settings.twilio_auth_token not in said


def test_what_waits_is_counted(client: FlaskClient, house: Any) -> None:
    with house.database.engine.begin() as connection:
        connection.execute(text("INSERT INTO dead_letter (dead_letter_id, kind, reason, payload, state, created_at) "
                                "VALUES ('dlt_1', 'turn', 'x', '{}', 'open', '2026-11-22 09:00:00+00:00')"))

    said = client.get("/metrics").get_data(as_text=True)

    assert 'relevo_waiting_rows{table="dead_letter"} 1.0' in said


@pytest.mark.parametrize(("peer", "headers", "status"), [
    ("127.0.0.1", {}, 200), ("10.0.0.7", {}, 200), ("203.0.113.9", {}, 404),
    ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, 404), ("10.0.0.7", {"Forwarded": "for=203.0.113.9"}, 404),
])
def test_figures_are_for_the_machine_and_its_own_network(
    client: FlaskClient, peer: str, headers: dict[str, str], status: int
) -> None:
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": peer})

    assert answer.status_code == status


def test_a_changed_flow_is_another_revision(tmp_path: Path) -> None:
    (tmp_path / "menu.yaml").write_text("flow: menu\n", encoding="utf-8")
    before = health.revision(tmp_path)
    (tmp_path / "menu.yaml").write_text("flow: menu \n", encoding="utf-8")

    assert before != health.revision(tmp_path)


def test_processes_are_those_that_are_alive(settings: config.Settings) -> None:
    folder = settings.data_dir / "run"
    folder.mkdir()
    (folder / "web.pid").write_text("1\n", encoding="ascii")
    (folder / "sender.pid").write_text("999999999\n", encoding="ascii")

    assert health.processes(settings.data_dir) == ["web"]
