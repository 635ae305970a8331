"""What live pages show beside the timeline: who is before which conversation, who is at her desk, what rings for whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from handoff import presence, ringing, viewing

Seen = frozenset[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Around:
    """How it stood at the last look."""

    lookers: Mapping[str, Seen] = field(default_factory=dict)
    rung: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    present: Mapping[str, str] = field(default_factory=dict)

    def look(self, session: Session, now: datetime) -> tuple[Around, list[tuple[str, str]]]:
        """How it stands now, and what is new: (`viewers`, a conversation), (`notify`, an agent), (`presence`, an agent)."""
        seen = Around(viewing.standing(session, now), ringing.newest(session, now), presence.standing(session, now))
        return seen, [("viewers", key) for key in _changed(self.lookers, seen.lookers)] + [
            ("notify", key) for key in _changed(self.rung, seen.rung)] + [
            ("presence", key) for key in _changed(self.present, seen.present)]


def _changed(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    return sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
