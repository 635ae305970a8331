"""One member of Meta's posts at a time: what goes wrong in it stays in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from channels import meta
from channels.meta_kind import MetaKind
from channels.meta_members import guarded
from tests.channels.normal_form import faults
from tests.channels.signing import our_accounts
from tests.channels.test_captures import CAPTURES

APP = our_accounts().meta[0]


def test_what_a_reader_throws_costs_only_its_own_member() -> None:
    def breaks() -> Iterator[Any]:
        yield {"kind": "message"}
        raise KeyError("id")

    found = list(guarded(breaks(), {"id": "1"}, "9"))

    assert found == [{"provider": "meta", "reason": "unreadable", "account": "9", "error": "KeyError"}]


def test_a_member_without_events_says_so() -> None:
    assert [one["reason"] for one in guarded(iter(()), {"id": "1"}, "9")] == ["nothing for us"]


def test_every_object_of_metas_webhooks_has_its_kind() -> None:
    found = meta.kinds()

    assert sorted(found) == ["instagram", "page", "whatsapp_business_account"]
    assert all(isinstance(kind, MetaKind) for kind in found.values())


@pytest.mark.parametrize("object_name", ["whatsapp_business_account", "page", "instagram"])
def test_a_post_for_somebody_else_is_left_out_with_its_reason(object_name: str) -> None:
    value = {"metadata": {"phone_number_id": "666"}, "messages": [{"id": "1"}]}
    entry = {"id": "666", "messaging": [{"message": {"mid": "m"}}], "changes": [{"field": "messages", "value": value}]}
    payload = {"object": object_name, "entry": [entry]}

    parsed = meta.parse(json.dumps(payload).encode(), APP)

    assert (parsed.events, [one["reason"] for one in parsed.ignored]) == ((), ["account"])


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_captured_event_is_in_the_normal_form(path: Any) -> None:
    events = json.loads(path.read_text("utf-8"))["events"]

    assert [fault for event in events for fault in faults(event)] == []


def test_a_fault_in_the_normal_form_is_seen() -> None:
    event = {"kind": "message", "provider": "meta", "channel": "x", "account": "1", "text": "", "at_ms": 1, "extra": 1}

    assert len(list(faults(event))) == 4
