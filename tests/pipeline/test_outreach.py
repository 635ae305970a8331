"""Whom news are written from, and rules that somebody is writing."""

from __future__ import annotations

from pathlib import Path

import pytest

from channels import accounts
from outreach.errors import BadPolicy
from outreach.policy import FILE
from pipeline.outreach import Rules, senders_of


def test_the_first_number_of_each_channel_writes_first_and_never_a_pool_of_numbers() -> None:
    twilio = {"account_sid": "AC1", "messaging_services": ["MG" + "5" * 32], "sms": ["+34600000001", "+34600000002"],
              "whatsapp": ["+34600000003"]}
    ours = accounts.read({"twilio": [twilio]}, secrets_needed=False)

    assert senders_of(ours) == {"sms": ("twilio-sms", "+34600000001"), "whatsapp": ("twilio-whatsapp", "+34600000003")}


def test_where_there_is_only_a_pool_nobody_is_written_to_first() -> None:
    twilio = {"account_sid": "AC1", "messaging_services": ["MG" + "5" * 32]}

    assert senders_of(accounts.read({"twilio": [twilio]}, secrets_needed=False)) == {}


def test_rules_hold_as_they_were_while_somebody_is_writing_them(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("group_from: 7\n", encoding="utf-8")
    rules = Rules(tmp_path)
    said = [rules().group_from]
    for text in ("group_from: seven\n", "group_from: 19\n"):
        (tmp_path / FILE).write_text(text, encoding="utf-8")
        said.append(rules().group_from)

    assert said == [7, 7, 19]


def test_rules_that_are_wrong_at_the_start_stop_it(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("group_from: seven\n", encoding="utf-8")

    with pytest.raises(BadPolicy):
        Rules(tmp_path)
