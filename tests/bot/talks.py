"""Talks for the tests of escalation: readings made by hand, one conversation weighed turn by turn."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.escalation import Heard, Policy, Verdict, weigh
from bot.understanding.reading import Reading, Reason

NINE = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CALM = Reading("es")


def a_reading(*, quote: str = "palabras", code: str = "frustration", **found: Any) -> Reading:
    """A reading with one reason for its frustration and one for its request, where it has them."""
    angry = (Reason(code, quote, 2.0),) if found.get("frustration") else ()
    asked = (Reason("human_request", quote),) if found.get("human_request") else ()
    return Reading("es", reasons=(*asked, *angry), strength=found.get("frustration", 0.0), **found)


class Talk:
    """One conversation: each `said` is a text of the contact and answers with the verdict."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.mood: dict[str, Any] = {}
        self.now = NINE
        self.policy = policy or Policy()
        self.count = 0

    def said(self, text: str, reading: Reading = CALM, *, minutes: float = 1, **before: str) -> Verdict:
        """`before`: bot, outcome, slot (what the bot did), channel, language."""
        self.now += timedelta(minutes=minutes)
        self.count += 1
        names = {"bot": "last_answer", "outcome": "last_outcome", "slot": "last_slot"}
        facts = {names.get(name, name): value for name, value in before.items()}
        heard = Heard(text, reading, f"msg_{self.count:016}" if self.count > 9 else f"msg_{self.count}", self.now, **facts)
        self.mood, verdict = weigh(json.loads(json.dumps(self.mood)), heard, self.policy)
        return verdict

    @property
    def seen(self) -> list[str]:
        """The names of the evidence that is carried."""
        return [one[0] for one in self.mood.get("evidence", [])]
