"""When may we write freely, and until when. Pure: the hours of the table in docs/channels.md and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta

FREE = timedelta(hours=24)
HUMAN = timedelta(days=7)  # Messenger, tag HUMAN_AGENT: a person's own words
_NO_WINDOW = frozenset(("twilio-sms",))
_HUMAN_KINDS = frozenset(("meta-messenger",))


def window_ends_at(kind: str, last_inbound_at: datetime | None) -> datetime | None:
    """Until when the bot may write; None where there is no window, or where the contact never wrote."""
    if kind in _NO_WINDOW or last_inbound_at is None:
        return None
    return last_inbound_at + FREE


def may_write(kind: str, author: str, last_inbound_at: datetime | None, now: datetime) -> bool:
    """May `author` (bot, agent or system) write now without an approved template?"""
    if kind in _NO_WINDOW:
        return True
    if last_inbound_at is None:
        return False
    length = HUMAN if author == "agent" and kind in _HUMAN_KINDS else FREE
    return now < last_inbound_at + length


def needs_human_tag(kind: str, author: str, last_inbound_at: datetime | None, now: datetime) -> bool:
    """Must this message say that a person wrote it? Only then, and only between 24 hours and seven days."""
    if not may_write(kind, author, last_inbound_at, now):
        return False
    return kind in _HUMAN_KINDS and not may_write(kind, "bot", last_inbound_at, now)
