"""How channels stand, told to a terminal, to a machine, to the doctor and to /metrics."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

import config
from conversation import alarms, channel_health
from conversation.alarms import Trouble
from conversation.channel_health import Saw
from conversation.tables import ChannelHealth
from conversation.work import Database
from operations import health
from operations.channel_status import status
from operations.checks import channels
from operations.checks.finding import Patient
from tests.builders import HandClock
from tests.operations.conftest import MakeSettings
from tests.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioStandIn

SMS = "+34600000001"
BASE = "https://shop.example"


class House:
    """What a command needs of the wired app."""

    def __init__(self, settings: config.Settings, database: Database) -> None:
        self.settings, self.database, self.library = settings, database, None


@pytest.fixture
def twilio() -> Iterator[TwilioStandIn]:
    with TwilioStandIn() as standin:
        standin.held.has_number(SMS, f"{BASE}/webhooks/twilio")
        yield standin


@pytest.fixture
def app(database: Database, database_url: str, twilio: TwilioStandIn, a_setting: MakeSettings) -> Flask:
    given = a_setting(database_url=database_url, twilio_account_sid=ACCOUNT_SID, twilio_auth_token=AUTH_TOKEN,
                      twilio_whatsapp="", twilio_sms=SMS, twilio_api_base=twilio.url)
    made = Flask(__name__)
    made.extensions["relevo"] = House(given, database)
    made.cli.add_command(status)
    made.register_blueprint(health.blueprint(made.extensions["relevo"]))
    return made


def told(app: Flask, *options: str) -> Result:
    return app.test_cli_runner().invoke(args=["status", *options])


def test_a_channel_nobody_looked_at_is_unknown_and_no_reason_to_fail(app: Flask) -> None:
    found = told(app)

    assert found.exit_code == 0 and f"[  ??  ] twilio-sms {SMS}" in found.output and "checked never" in found.output


def test_a_check_asks_the_provider_now(app: Flask) -> None:
    found = told(app, "--check")

    assert found.exit_code == 0 and "[  ok  ]" in found.output
    assert f"The provider calls us at {BASE}/webhooks/twilio." in found.output


def test_what_is_unknown_in_the_same_words_is_told_apart(app: Flask, database: Database) -> None:
    findings = [{"check": check, "state": "unknown", "text": "undocumented", "values": {}} for check in ("number", "callback")]
    with database.work() as work:
        work.connection.execute(insert(ChannelHealth.__table__).values(
            kind="twilio-sms", account=SMS, failures=0, findings=findings))

    assert "number: Unknown" in told(app).output and "callback: Unknown" in told(app).output


def test_a_wrong_address_names_both_says_the_mend_and_fails(app: Flask, twilio: TwilioStandIn) -> None:
    twilio.held.numbers[SMS]["sms_url"] = "https://old.example/hook"

    found = told(app, "--check")
    assert found.exit_code == 1 and "[ BAD  ]" in found.output
    assert f"The provider calls https://old.example/hook, and we are at {BASE}/webhooks/twilio" in found.output
    assert f"→ Enter {BASE}/webhooks/twilio in its console." in found.output


def test_a_machine_reads_the_same(app: Flask, twilio: TwilioStandIn, database: Database, hand_clock: HandClock) -> None:
    with database.work() as work:
        channel_health.note(work, [Saw("twilio-sms", SMS, hand_clock.now(), hand_clock.now())])
    twilio.held.numbers[SMS]["sms_url"] = ""

    found = told(app, "--check", "--json")
    (channel,) = json.loads(found.output)["channels"]
    assert (channel["name"], channel["state"], channel["queued"]) == (SMS, "bad", 0)
    assert channel["last_inbound_at"] == "2026-11-23T12:00:00+00:00" and found.exit_code == 1
    assert [alarm["text"] for alarm in channel["alarms"]] == ["callback_missing"]


def test_a_pause_is_told_with_its_reason(app: Flask, database: Database, hand_clock: HandClock) -> None:
    with database.work() as work:
        work.connection.execute(insert(ChannelHealth.__table__).values(
            kind="twilio-sms", account=SMS, failures=3, findings=[], paused_why="breaker",
            paused_until=hand_clock.now() + timedelta(minutes=5)))

    found = told(app)
    assert found.exit_code == 1 and "paused until 12:05 UTC: The provider did not answer." in found.output


def test_no_secret_is_ever_told(app: Flask) -> None:
    assert AUTH_TOKEN not in told(app, "--check", "--json").output


def test_an_alarm_of_no_one_channel_is_told_too(app: Flask, database: Database) -> None:
    with database.work() as work:
        alarms.raise_alarm(work, Trouble("x", "foreign_numbers", "critical", {"count": 3}))

    found = told(app)
    assert found.exit_code == 1 and "(3 since the server started)" in found.output


def of_doctor(app: Flask, **changes: Any) -> dict[str, tuple[str, str]]:
    given = app.extensions["relevo"].settings.model_copy(update=changes)
    return {one.name: (one.level, one.sentence) for check in channels.CHECKS for one in check(Patient(given, {}))}


def test_the_doctor_says_that_nobody_would_be_told(app: Flask) -> None:
    assert of_doctor(app)["alert_email"][0] == "warn"
    assert of_doctor(app, alert_email="a@example.com")["alert_email"][1].startswith("SMTP_URL is not set")
    assert of_doctor(app, alert_email="a@example.com", smtp_url="smtp://localhost")["alert_email"][0] == "ok"
    assert of_doctor(app, alert_email="a@example.com", smtp_url="http://localhost")["alert_email"][0] == "fail"


def test_the_doctor_asks_nobody_but_tells_what_was_found(app: Flask, twilio: TwilioStandIn) -> None:
    assert of_doctor(app)["callbacks"] == ("warn", "No provider was asked yet where it calls us.")
    twilio.held.numbers[SMS]["sms_url"] = "https://old.example/hook"
    told(app, "--check")

    level, sentence = of_doctor(app)["channels"]
    assert level == "warn" and "https://old.example/hook" in sentence and "callbacks" not in of_doctor(app)


def test_the_doctor_is_content_when_every_provider_calls_us(app: Flask) -> None:
    told(app, "--check")

    assert of_doctor(app)["callbacks"][0] == "ok"


def test_the_doctor_survives_a_database_that_is_not_there(app: Flask) -> None:
    found = of_doctor(app, database_url="postgresql+psycopg://relevo:pw@127.0.0.1:9/x")

    assert set(found) == {"alert_email"}


@pytest.fixture
def metrics_page(app: Flask) -> FlaskClient:
    return app.test_client()


def test_metrics_show_alarms_and_the_state_of_channels(
    app: Flask, metrics_page: FlaskClient, twilio: TwilioStandIn, database: Database, hand_clock: HandClock
) -> None:
    with database.work() as work:
        channel_health.note(work, [Saw("twilio-sms", SMS, hand_clock.now(), hand_clock.now())])
    twilio.held.numbers[SMS]["sms_url"] = ""
    told(app, "--check")

    page = metrics_page.get("/metrics").get_data(as_text=True)
    assert 'relevo_open_alarms{level="critical"} 1.0' in page and "relevo_unmailed_alarms 1.0" in page
    assert f'relevo_channel_state{{account="{SMS}",kind="twilio-sms"}} 3.0' in page
    assert f'relevo_channel_silent_seconds{{account="{SMS}",kind="twilio-sms"}}' in page
