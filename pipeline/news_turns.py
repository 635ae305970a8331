"""News of an order as a turn: what the bot says of them is news that nobody asked for, and is sent as such.

So the transaction that sends looks once more whether she wants them. Her answers begin turns like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.flow.events import External
from conversation.events import TimelineLine
from conversation.inbox import Talk
from conversation.work import Work
from outreach import telling
from pipeline import answer
from pipeline.answer import Bot

SHOWN = ("eta", "carrier", "promised_on")
MOST_TAGS = 20


def hear(work: Work, talk: Talk, happened: External, bot: Bot) -> None:
    """Let the flow say it; where a person took over since it was decided, she sees it and the bot is silent."""
    tag = str(happened.data.get("tag") or "")
    if tag:
        _hang(work, talk, tag)
    if talk.row["owner"] != "bot":
        facts = {name: happened.data[name] for name in SHOWN if name in happened.data}
        work.record(TimelineLine("order_news", talk.conversation_id, "system", epoch=talk.row["epoch"], data={
            "kind": happened.data.get("kind", ""), "order": happened.key, "facts": facts}))
        return
    before = len(talk.parts)
    answer.hear_event(work, talk, happened, bot)
    for part in talk.parts[before:]:
        if part["author"] == "bot":
            part["request"] = {**part["request"], "purpose": "utility"}


def is_news(payload: Mapping[str, Any]) -> bool:
    """Whether this event is news of an order."""
    return bool(payload.get("name") == telling.EVENT)


def _hang(work: Work, talk: Talk, tag: str) -> None:
    """The conversations that one cause hit are found together."""
    tags = list(talk.row["tags"] or ())
    if any(one.casefold() == tag.casefold() for one in tags) or len(tags) >= MOST_TAGS:
        return
    talk.row["tags"] = [*tags, tag]
    talk.changed = True
    work.record(TimelineLine("tagged", talk.conversation_id, "system", data={"tag": tag}))
