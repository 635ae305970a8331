"""The doctor: each danger is found and comes with its mend; a sound house is fit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import config
from conversation.work import open_engine
from operations import doctor, migrations
from operations.checks import settings, shop, storage, waker
from operations.checks.finding import Check, Finding, Patient
from tests.operations.conftest import MakeSettings


def asked(check: Check, given: config.Settings, **environment: str) -> list[Finding]:
    return list(check(Patient(given, environment)))


def levels(findings: list[Finding]) -> set[tuple[str, str]]:
    return {(finding.name, finding.level) for finding in findings}


def fill(url: str, *statements: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


AGENT = ("INSERT INTO agent (agent_id, email, name, role, password_hash, languages, capacity, language, theme, time_zone, demo, "
         "created_at) VALUES ('agt_1', 'ana@example.com', 'Ana', 'agent', '', '[]', 4, 'es', 'system', 'Europe/Madrid', {demo}, "
         "'2026-11-22')")

DANGERS: list[tuple[Check, dict[str, Any], str]] = [
    (settings.secret_key, {"secret_key": ""}, "SECRET_KEY is not set"),
    (settings.secret_key, {"secret_key": "short"}, "can be guessed"),
    (settings.public_base_url, {"public_base_url": ""}, "no webhook's signature"),
    (settings.public_base_url, {"public_base_url": "http://shop.example"}, "is not https"),
    (settings.public_base_url, {"public_base_url": "https://shop.example/webhooks/twilio"}, "must end before"),
    (settings.public_base_url, {"public_base_url": "shop.example"}, "is no web address"),
    (settings.lab_mode, {"mode": "lab"}, "not this machine alone"),
    (settings.lab_mode, {"mode": "lab", "host": "0.0.0.0", "public_base_url": "http://127.0.0.1:8000"}, "0.0.0.0"),
    (settings.provider_addresses, {"twilio_api_base": "http://127.0.0.1:9000"}, "tokens would travel open"),
    (settings.our_accounts, {"twilio_auth_token": ""}, "token"),
    (storage.data_folder, {"data_dir": Path("/dev/null/nowhere")}, "cannot be written"),
    (storage.database, {"database_url": "postgresql+psycopg://relevo:hunter2@127.0.0.1:9/x"}, "does not answer"),
    (waker.waker, {"redis_url": "redis://203.0.113.9:6379/0"}, "without a password"),
    (shop.connector, {}, "invented orders"),
    (shop.flows, {"flows_dir": Path("/nowhere")}, "/nowhere"),
]


@pytest.mark.parametrize(("check", "given", "words"), DANGERS, ids=lambda value: getattr(value, "__name__", None))
def test_each_danger_is_found_and_comes_with_its_mend(
    check: Check, given: dict[str, Any], words: str, a_setting: MakeSettings
) -> None:
    found = [finding for finding in asked(check, a_setting(**given)) if finding.level == "fail"]

    assert any(words in finding.sentence for finding in found) and all(finding.mend for finding in found)


def test_lab_may_speak_http_to_this_machine(a_setting: MakeSettings) -> None:
    given = a_setting(mode="lab", public_base_url="http://127.0.0.1:8000", twilio_api_base="http://127.0.0.1:9000")

    found = [one for check in settings.CHECKS for one in asked(check, given)]

    assert "fail" not in {finding.level for finding in found}


@pytest.mark.parametrize(("proxies", "told"), [(0, True), (1, False)])
def test_log_ins_that_all_seem_to_come_from_the_proxy_are_pointed_out(
    proxies: int, told: bool, a_setting: MakeSettings
) -> None:
    found = asked(settings.proxies, a_setting(trusted_proxies=proxies))

    assert bool(found) is told


def test_lab_mode_is_never_unmentioned(a_setting: MakeSettings) -> None:
    given = a_setting(mode="lab", public_base_url="http://127.0.0.1:8000")

    assert levels(asked(settings.lab_mode, given)) == {("lab_mode", "warn")}


@pytest.mark.parametrize("given", [{"twilio_whatsapp": ""}, {"twilio_account_sid": "", "twilio_auth_token": "", "twilio_whatsapp": ""}])
def test_accounts_without_numbers_are_pointed_out(given: dict[str, Any], a_setting: MakeSettings) -> None:
    assert ("accounts", "warn") in levels(asked(settings.our_accounts, a_setting(**given)))


def test_a_database_that_does_not_answer_is_named_without_its_password(a_setting: MakeSettings) -> None:
    given = a_setting(database_url="postgresql+psycopg://relevo:hunter2@127.0.0.1:9/x")

    assert "hunter2" not in asked(storage.database, given)[0].sentence


def test_demo_agents_in_production_are_a_danger(a_setting: MakeSettings) -> None:
    given = a_setting()
    migrations.upgrade(given.database_url)
    fill(given.database_url, AGENT.format(demo="true"))

    assert ("demo_agents", "fail") in levels(asked(storage.database, given))


def test_a_house_without_agents_and_queues_is_told_how_to_get_them(a_setting: MakeSettings) -> None:
    given = a_setting()
    migrations.upgrade(given.database_url)

    mends = {finding.name: finding.mend for finding in asked(storage.database, given)}

    assert "agents invite" in mends["agents"] and "queues add" in mends["queues"]


def test_an_old_schema_is_a_danger(a_setting: MakeSettings) -> None:
    given = a_setting()
    migrations.upgrade(given.database_url)
    fill(given.database_url, "UPDATE alembic_version SET version_num = '0001'")

    assert ("schema", "fail") in levels(asked(storage.database, given))


def test_postgresql_is_asked_for_its_clock(postgres_server: Any, a_setting: MakeSettings) -> None:
    url = postgres_server.create("clock_of_doctor")
    migrations.upgrade(url)

    found = levels(asked(storage.database, a_setting(database_url=url)))

    assert ("clock", "ok") in found


def test_a_folder_that_everybody_may_read_is_pointed_out(a_setting: MakeSettings) -> None:
    given = a_setting()
    given.data_dir.chmod(0o755)

    assert levels(asked(storage.data_folder, given)) == {("data_folder", "warn")}


def test_a_data_folder_that_the_first_start_makes_is_no_reason_to_fail(a_setting: MakeSettings, tmp_path: Path) -> None:
    assert levels(asked(storage.data_folder, a_setting(data_dir=tmp_path / "not" / "yet"))) == {("data_folder", "ok")}


def test_in_the_demo_what_would_be_dangerous_is_only_mentioned(a_setting: MakeSettings) -> None:
    assert levels(asked(settings.secret_key, a_setting(mode="demo", secret_key=""))) == {("secret_key", "warn")}


def test_a_sound_production_is_fit(a_setting: MakeSettings, tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text("reference,email\n", encoding="utf-8")
    given = a_setting()
    migrations.upgrade(given.database_url)
    fill(given.database_url, AGENT.format(demo="false"))

    findings = doctor.examine(Patient(given, {}), (*settings.CHECKS, *storage.CHECKS, *waker.CHECKS))

    assert doctor.is_fit(findings)


def test_the_lines_name_the_danger_and_what_to_do() -> None:
    told = doctor.lines([Finding("disk", "fail", "It is full.", "make room"), Finding("redis", "ok", "It answers.")])

    assert told == ["[ FAIL ] disk: It is full.", "         → make room", "[  ok  ] redis: It answers."]


def test_a_machine_reads_the_same_as_json() -> None:
    read = json.loads(doctor.as_json([Finding("disk", "fail", "It is full.", "make room")]))

    assert read == {"fit": False, "findings": [{"name": "disk", "level": "fail", "sentence": "It is full.", "mend": "make room"}]}
