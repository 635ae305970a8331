"""Her own word that she wants no more news of her orders, or wants them again: a tap below a notice, or the whole message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channels import consent
from conversation.events import Outgoing, TimelineLine
from conversation.inbox import Talk
from conversation.work import Work
from outreach import stopping


def take(work: Work, talk: Talk, event: Mapping[str, Any]) -> bool:
    """Whether this is such a word; then it holds from now on, and she hears that it does."""
    wanted = consent.asks_about_news(event.get("text", ""))
    if wanted is None or event["kind"] not in ("message", "reply"):
        return False
    name = "news_started" if wanted else "news_stopped"
    if (talk.row["news_stopped_at"] is None) != wanted:
        work.record(TimelineLine(name, talk.conversation_id, "contact"))
    talk.row["news_stopped_at"] = None if wanted else talk.row["news_stopped_at"] or work.now
    talk.changed = True
    stopping.wish(work, talk.row["address"], wanted, "contact")
    talk.say(work, Outgoing(work.text(name, talk.row["language"]), author="system"))
    return True
