"""What hangs on a message beside its words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from console import signs
from console.stretches import Spoken, stretches
from console.words import words

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def a_row(kind: str = "message", direction: str = "inbound", text: str = "hola", **content: Any) -> dict[str, Any]:
    return {"message_id": "msg_1", "author": "contact" if direction == "inbound" else "agent", "kind": kind,
            "direction": direction, "text": text, "content": content, "agent_id": None, "seq": 1, "epoch": 0,
            "created_at": NOON}


def keys(**content: Any) -> list[str]:
    return [sign.key for sign in signs.signs(a_row(**content))]


@pytest.mark.parametrize(("content", "expected"), [
    ({}, []),
    ({"deleted": True, "elsewhere": True}, ["deleted"]),
    ({"elsewhere": True}, ["elsewhere"]),
    ({"group": True, "from": "+34600111222"}, ["group"]),
    ({"story_id": "1"}, ["story"]),
    ({"story_id": "1", "kind": "mention"}, ["mention"]),
    ({"forwarded": True}, ["forwarded"]),
    ({"referral": {"source": "ADS", "id": "6"}}, ["ad"]),
    ({"referral": {"type": "ad", "ctwa_clid": "x"}}, ["ad"]),
    ({"referral": {"source": "SHORTLINK", "ref": "otoño"}}, ["link"]),
    ({"kind": "referral", "referral": {"ref": "otoño"}}, ["link"]),
    ({"kind": "unsupported"}, ["unsupported"]),
    ({"kind": "reaction"}, ["reaction"]),
])
def test_each_fact_has_its_sign(content: dict[str, Any], expected: list[str]) -> None:
    assert keys(**content) == expected


def test_a_group_message_names_who_wrote_it() -> None:
    (sign,) = signs.signs(a_row(group=True, **{"from": "+34600111222", "from_name": "Rita"}))

    assert sign.name == "Rita"


def test_older_words_are_shown_with_their_times() -> None:
    (older,) = signs.older(a_row(edits=[{"text": "quiero dos", "at": "2026-11-23T12:05:00.000+00:00"}]))

    assert (older.text, older.until) == ("quiero dos", datetime(2026, 11, 23, 12, 5, tzinfo=UTC))


def test_reactions_are_shown() -> None:
    assert signs.reactions(a_row(reactions=[{"by": "contact", "emoji": "👍", "at": "x"}])) == ("👍",)


@pytest.mark.parametrize(("message", "state"), [
    (a_row(), "received"), (a_row(direction="outbound"), "queued"), (a_row(direction="outbound", elsewhere=True), "sent"),
])
def test_what_was_written_elsewhere_has_left(message: dict[str, Any], state: str) -> None:
    (stretch,) = stretches(Spoken([message], {}, [], [], {}))

    assert stretch.bubbles[0].state == state


@pytest.mark.parametrize("language", ["es", "en", "pt"])
@pytest.mark.parametrize("key", ["deleted", "edited", "elsewhere", "group", "story", "forwarded", "ad", "link", "reactions",
                                 "unsupported", "reaction", "mention", "system", "opt_in", "opt_out", "referral"])
def test_every_sign_has_words(language: str, key: str) -> None:
    assert words(language).has(f"sign.{key}")
