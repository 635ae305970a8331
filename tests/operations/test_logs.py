"""Log lines: one record is one line, and nobody's words, numbers or secrets are in it."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
import structlog

import logs
from logs import Format
from tests.operations.conftest import MakeSettings

AT = "2026-11-22T09:30:00Z"


@pytest.fixture
def form() -> Format:
    return Format("web", ("s3cret-token-of-twilio",), "key")


def test_a_record_is_one_line_of_words_and_values(form: Format) -> None:
    line = form.line("info", "turn", {"conversation": "cnv_ABC", "ms": 3.2, "outcome": "answered"}, AT)

    assert line == f"{AT} info web event=turn conversation=cnv_ABC ms=3.2 outcome=answered"


@pytest.mark.parametrize("nasty", ["a\nb", "a\r\nb", "a\x1b[31mred", "a\u2028b", "a\x9bb", 'a" level=error event="forged'])
def test_line_breaks_codes_and_quotes_stay_inside_their_value(form: Format, nasty: str) -> None:
    line = form.line("info", "turn", {"outcome": nasty}, AT)

    assert line.isascii() and line.isprintable() and line.count(" event=") == (2 if "forged" in nasty else 1)


def test_a_quote_cannot_end_its_value(form: Format) -> None:
    line = form.line("info", "turn", {"outcome": 'x" event="forged'}, AT)

    assert line.endswith('outcome="x\\" event=\\"forged"')


@pytest.mark.parametrize("personal", ["+34600111222", "whatsapp:+34600111222", "34600111222", "marta@example.com"])
def test_numbers_and_addresses_of_people_become_a_hash(form: Format, personal: str) -> None:
    line = form.line("info", f"heard from {personal}", {"detail": f"for {personal}."}, AT)

    assert "600111222" not in line and "marta" not in line and line.count("[person:") == 2


def test_one_person_has_one_hash_however_the_number_is_written(form: Format) -> None:
    assert form.redact("+34600111222") == form.redact("34600111222")


@pytest.mark.parametrize("harmless", ["cnv_0123456789012345", "0.123456789012", "part 12345678", AT])
def test_ids_times_and_figures_stay_readable(form: Format, harmless: str) -> None:
    assert form.redact(harmless) == harmless


def test_a_secret_is_hidden_wherever_it_turns_up(form: Format) -> None:
    line = form.line("error", "failed with s3cret-token-of-twilio", {"detail": "x s3cret-token-of-twilio"}, AT)

    assert "s3cret" not in line


@pytest.mark.parametrize("field", ["text", "body", "phone", "address", "name", "token"])
def test_fields_that_hold_a_persons_words_are_hidden_by_name(form: Format, field: str) -> None:
    assert form.line("info", "turn", {field: "estoy harta"}, AT).endswith(f'{field}="[hidden]"')


def test_a_foreign_error_tells_its_kind_and_place_but_not_its_words() -> None:
    try:
        int("estoy harta")
    except ValueError as error:
        told = logs.told(error)

    assert told["error"] == "ValueError" and "test_logs.py" in told["where"] and "detail" not in told


def test_both_ways_of_logging_write_the_same_kind_of_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")
    structlog.get_logger("ours").info("turn", outcome="answered")
    logging.getLogger("theirs").warning("lost %s", "it", extra={"provider": "twilio"})

    first, second = (line.partition(" ")[2] for line in capsys.readouterr().err.splitlines())

    assert (first, second) == ("info - event=turn outcome=answered", 'warning - event="lost it" provider=twilio')


def test_below_the_level_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("warning")
    structlog.get_logger("ours").info("turn")

    assert capsys.readouterr().err == ""


def test_a_library_that_sets_its_own_level_stays_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")
    talkative = logging.getLogger("rq.worker")
    talkative.setLevel(logging.INFO)
    talkative.info("Worker started")

    assert capsys.readouterr().err == ""


def test_every_secret_of_the_settings_is_known(a_setting: MakeSettings) -> None:
    settings = a_setting(
        secret_key="key-key-key", twilio_auth_token="new-token,old-token", meta_app_secret="app-secret",
        meta_access_token="access-token", meta_verify_token="verify-word", redis_url="rediss://:redis-word@cache:6379/0",
        database_url="postgresql+psycopg://relevo:db-word@db/relevo",
    )

    assert set(settings.secret_values) == {"key-key-key", "new-token", "old-token", "app-secret", "access-token",
                                         "verify-word", "redis-word", "db-word"}


def test_every_secret_of_the_accounts_file_is_known(a_setting: MakeSettings, tmp_path: Path) -> None:
    page = {"page_id": "1", "access_token": "page-token"}
    tree = {"twilio": [{"account_sid": "AC1", "auth_tokens": ["new", "old"], "sms": ["+34600000001"]}],
            "meta": [{"app_id": "7", "app_secret": "app", "access_token": "all", "verify_token": "word", "pages": [page]}]}
    (tmp_path / "accounts.json").write_text(json.dumps(tree), encoding="utf-8")

    settings = a_setting(accounts_file=str(tmp_path / "accounts.json"), secret_key="key", twilio_auth_token="")

    assert set(settings.secret_values) == {"key", "new", "old", "app", "all", "word", "page-token"}


@pytest.mark.parametrize("written", ["", "[]", '"x"', '{"twilio": "x"}'])
def test_an_accounts_file_that_says_nothing_has_no_secrets(a_setting: MakeSettings, tmp_path: Path, written: str) -> None:
    (tmp_path / "accounts.json").write_text(written, encoding="utf-8")

    settings = a_setting(accounts_file=str(tmp_path / "accounts.json"), secret_key="key", twilio_auth_token="")

    assert settings.secret_values == ["key"]
