"""Until when a conversation can be laid aside: what is offered, and how a time of one's own is read. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handoff.writing_errors import BadSnooze

UNTIL_REPLY = "reply"
AFTERNOON, MORNING = time(16, 0), time(9, 0)
LEAST = timedelta(minutes=30)  # before the afternoon begins, else it is not offered
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to lay aside: its key (`1h`, `afternoon`, `tomorrow`, `monday`, `former`, `reply`), and until when."""

    key: str
    until: datetime | None

    @property
    def value(self) -> str:
        """As a form sends it."""
        return self.until.isoformat() if self.key == "former" and self.until else self.key


def choices(now: datetime, zone: ZoneInfo, former: datetime | None = None) -> list[Choice]:
    """What is offered at this moment, the nearest first; `former` is a time that was cut short and is still to come."""
    local = now.astimezone(zone)
    found = [Choice("1h", now + timedelta(hours=1))]
    afternoon = _at(local, 0, AFTERNOON)
    if afternoon - local >= LEAST:
        found.append(Choice("afternoon", afternoon.astimezone(UTC)))
    found += [Choice("tomorrow", _at(local, 1, MORNING).astimezone(UTC)),
              Choice("monday", _at(local, (7 - local.weekday()) or 7, MORNING).astimezone(UTC))]
    if found[-1].until == found[-2].until:
        found.pop()
    if former is not None and former > now:
        found.append(Choice("former", former))
    return [*sorted(found, key=lambda one: one.until or now), Choice(UNTIL_REPLY, None)]


def read(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The instant that a choice or a time of one's own means; None: until the contact writes. Raises BadSnooze."""
    if text in ("", UNTIL_REPLY):
        return None
    named = {"monday": _at(now.astimezone(zone), (7 - now.astimezone(zone).weekday()) or 7, MORNING).astimezone(UTC)}
    named |= {one.key: one.until for one in choices(now, zone) if one.until}
    if text in named:
        return named[text]
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise BadSnooze() from None
    until = (given if given.tzinfo else given.replace(tzinfo=zone)).astimezone(UTC)
    if not now < until <= now + LONGEST:
        raise BadSnooze()
    return until


def _at(local: datetime, days: int, clock: time) -> datetime:
    """That time of day so many days later, in the same zone."""
    return datetime.combine(local.date() + timedelta(days=days), clock, tzinfo=local.tzinfo)
