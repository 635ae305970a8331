"""When may we write freely, and until when. Pure: the hours of the table in docs/channels.md and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

State = Literal["free", "human", "closed"]


@dataclass(frozen=True, slots=True)
class Window:
    """How long after the contact's last message a kind of channel lets us write.

    `free`: anybody and anything; None: always. `human`: a person's own words, longer than that (Messenger's and
    Instagram's tag HUMAN_AGENT). `templates`: what was approved beforehand may be sent at any time.
    """

    free: timedelta | None = None
    human: timedelta | None = None
    templates: bool = False

    def ends_at(self, last_inbound_at: datetime | None, free_until: datetime | None = None) -> datetime | None:
        """Until when the bot may write; None where there is no window, or where the contact never wrote."""
        if self.free is None or last_inbound_at is None:
            return None
        usual = last_inbound_at + self.free
        return max(usual, free_until) if free_until else usual

    def ends_for_people_at(self, last_inbound_at: datetime | None, free_until: datetime | None = None) -> datetime | None:
        """The same for a person's own words."""
        ends_at = self.ends_at(last_inbound_at, free_until)
        if ends_at is None or last_inbound_at is None or self.human is None:
            return ends_at
        return max(ends_at, last_inbound_at + self.human)

    def state(self, last_inbound_at: datetime | None, now: datetime, free_until: datetime | None = None) -> State:
        """`free`, `human` (only a person's words, and marked as such) or `closed` (only a template, if anything)."""
        if self.free is None:
            return "free"
        if last_inbound_at is None:
            return "closed"
        ends_at = self.ends_at(last_inbound_at, free_until)
        if ends_at is not None and now < ends_at:
            return "free"
        return "human" if self.human is not None and now < last_inbound_at + self.human else "closed"

    def lets(self, author: str, state: State, *, template: bool = False) -> bool:
        """May `author` (bot, agent, system) write in this state?"""
        if state == "free" or (template and self.templates):
            return True
        return state == "human" and author == "agent"


NO_WINDOW = Window()
DAY = Window(timedelta(hours=24))
DAY_OR_TEMPLATE = Window(timedelta(hours=24), templates=True)
DAY_OR_HUMAN_WEEK = Window(timedelta(hours=24), timedelta(days=7))
