"""What the bot did alone: cases that ended without a person, and whether it stayed quiet for a week afterwards.

A case is what a contact writes to the bot with less than a day of silence in between. It went `to_person` if a ticket
opened before that day was over; it `came_back` if the contact was heard of again within seven days, by the bot or a
person; it is `pending` while these are not over; else it is `solved`. Read from the step log, one row a turn of the bot.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from conversation.tables import Channel, Conversation, Message, StepLog
from handoff.access import Reader
from handoff.figure_rows import Day, Period, Stamp
from handoff.tables import Ticket

SILENCE = timedelta(days=1)
QUIET = timedelta(days=7)
SILENT_SECONDS, QUIET_SECONDS = SILENCE.total_seconds(), QUIET.total_seconds()
NEVER = float("inf")
MOST_TURNS = 1_000_000  # the newest that are looked at
SOLVED, CAME_BACK, PENDING, TO_PERSON = "solved", "came_back", "pending", "to_person"

_log, _ticket, _message = StepLog.__table__, Ticket.__table__, Message.__table__
_conversation, _channel = Conversation.__table__, Channel.__table__


class Case(NamedTuple):
    """One case: whose, from when to when the bot was at it, and what became of it."""

    conversation_id: str
    began_at: float
    ended_at: float
    outcome: str


@dataclass(frozen=True, slots=True)
class BotFigures:
    """The cases, and how many ended how."""

    cases: Sequence[Case] = ()
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def of(reader: Reader, period: Period, now: datetime) -> BotFigures:
    """The cases that began in a period; of queue and agent it knows nothing, as no person had them."""
    talks: dict[str, list[tuple[float, float]]] = {}
    for conversation_id, first, last in reader.execute(_days(period, now)).all():
        talks.setdefault(conversation_id, []).append((first, last))
    tickets, since, until, stamp = _tickets(reader, period, now), period.since.timestamp(), period.until.timestamp(), now.timestamp()
    cases = [case for key, days in talks.items() for case in cases_of(key, days, tickets.get(key, ()), stamp)
             if since <= case.began_at < until]
    return BotFigures(cases, Counter(case.outcome for case in cases))


def today(reader: Reader, since: datetime) -> tuple[int, int]:
    """Of how many contacts who wrote since then the bot alone answered, and how many they were."""
    wrote = select(_message.c.conversation_id).where(
        _message.c.created_at >= since, _message.c.direction == "inbound").distinct().subquery()
    answered = select(_log.c.conversation_id).where(_log.c.at >= since)
    with_people = select(_ticket.c.conversation_id).where((_ticket.c.closed_at >= since) | _ticket.c.closed_at.is_(None))
    everybody = reader.execute(select(func.count()).select_from(wrote)).scalar_one()
    alone = reader.execute(select(func.count()).select_from(wrote).where(
        wrote.c.conversation_id.in_(answered), wrote.c.conversation_id.not_in(with_people))).scalar_one()
    return alone, everybody


def cases_of(
    conversation_id: str, days: Sequence[tuple[float, float]], tickets: Sequence[float], now: float
) -> list[Case]:
    """The cases of one conversation: `days` are the bot's first and last turn of each day, `tickets` when people came."""
    runs: list[list[float]] = []
    for first, last in sorted(days):
        if runs and first - runs[-1][1] < SILENT_SECONDS:
            runs[-1][1] = last
        else:
            runs.append([first, last])
    following = [*(run[0] for run in runs[1:]), NEVER]
    return [Case(conversation_id, began, ended, _outcome((began, ended), following[place], tickets, now))
            for place, (began, ended) in enumerate(runs)]


def _outcome(
    run: tuple[float, float], following: float, tickets: Sequence[float], now: float
) -> str:
    began, ended = run
    place = bisect_left(tickets, began)
    people = tickets[place] if place < len(tickets) else NEVER
    if people < ended + SILENT_SECONDS:
        return TO_PERSON
    if min(following, people) < ended + QUIET_SECONDS:
        return CAME_BACK
    return SOLVED if now >= ended + QUIET_SECONDS else PENDING


def _days(period: Period, now: datetime) -> Select[Any]:
    """First and last turn by conversation and day (UTC): two turns of a day are never a day apart.

    What a case began with lies up to a day before the period, what became of it up to a week behind it.
    """
    query = select(_log.c.conversation_id, Stamp(func.min(_log.c.at)), Stamp(func.max(_log.c.at))).where(
        _log.c.at >= period.since - SILENCE, _log.c.at < min(now, period.until + SILENCE + QUIET))
    if period.language or period.kind:
        query = query.join(_conversation, _conversation.c.conversation_id == _log.c.conversation_id).join(
            _channel, _channel.c.channel_id == _conversation.c.channel_id)
        for column, value in ((_conversation.c.language, period.language), (_channel.c.kind, period.kind)):
            query = query.where(column == value) if value else query
    newest = select(func.max(_log.c.step_log_id)).scalar_subquery()
    return query.where(_log.c.step_log_id > newest - MOST_TURNS).group_by(_log.c.conversation_id, Day(_log.c.at))


def _tickets(reader: Reader, period: Period, now: datetime) -> Mapping[str, list[float]]:
    found: dict[str, list[float]] = {}
    query = select(_ticket.c.conversation_id, Stamp(_ticket.c.opened_at)).where(
        _ticket.c.opened_at >= period.since - SILENCE, _ticket.c.opened_at < min(now + SILENCE, period.until + SILENCE + QUIET))
    for conversation_id, opened_at in reader.execute(query.order_by(_ticket.c.opened_at)).all():
        found.setdefault(conversation_id, []).append(opened_at)
    return found

