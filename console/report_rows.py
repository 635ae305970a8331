"""The rows behind a number of a report: its tickets, or the bot's cases, fifty at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import here, measures, naming
from console.report_range import Wanted
from conversation.tables import Channel, Contact, Conversation
from handoff import figure_rows
from handoff.figure_bot import CAME_BACK, PENDING, SOLVED, TO_PERSON, BotFigures, Case
from handoff.figures import BROKEN, KEPT, NONE, OPEN, Measured

PAGE = 50
MOST_PAGES = 2_000
PROMISES = (KEPT, BROKEN, OPEN, NONE)
OUTCOMES = (SOLVED, CAME_BACK, TO_PERSON, PENDING)

_conversation, _contact, _channel = Conversation.__table__, Contact.__table__, Channel.__table__


def tickets(session: Session, measured: Sequence[Measured], wanted: Wanted) -> dict[str, Any]:
    """Those that the address asks for with `show`: all, rated, a promise's outcome, or `reason:…`."""
    show = request.args.get("show", "all")[:80]
    found = [one for one in measured if _is_shown(one, show)]
    shown = _paged(found)
    rows = figure_rows.told_of(session, [one.facts.ticket_id for one in shown])
    return {
        "title": _title(show),
        "lines": [_ticket(one, rows[one.facts.ticket_id]) for one in shown if one.facts.ticket_id in rows],
        **_pages(len(found), "console.report_tickets", wanted, show),
    }


def cases(session: Session, bot: BotFigures, wanted: Wanted) -> dict[str, Any]:
    """The bot's cases of an outcome, the newest first."""
    show = request.args.get("show", "all")[:80]
    found = sorted((case for case in bot.cases if show not in OUTCOMES or case.outcome == show),
                   key=lambda case: case.began_at, reverse=True)
    shown = _paged(found)
    people = _people(session, [case.conversation_id for case in shown])
    title = here.texts()(f"report.cases.{show}" if show in OUTCOMES else "report.cases.all")
    return {
        "title": title[:1].upper() + title[1:],
        "lines": [_case(case, people[case.conversation_id]) for case in shown if case.conversation_id in people],
        **_pages(len(found), "console.report_cases", wanted, show),
    }


def _is_shown(one: Measured, show: str) -> bool:
    if show in PROMISES:
        return one.promise == show
    if show == "rated":
        return one.facts.score is not None
    kind, _, value = show.partition(":")
    return kind != "reason" or one.facts.reason == value


def _title(show: str) -> str:
    words = here.texts()
    kind, _, value = show.partition(":")
    if kind == "reason":
        return words("report.rows.reason", reason=words(f"reasons.{naming.why(value).key}"))
    return words(f"report.rows.{show}" if show in (*PROMISES, "rated") else "report.rows.all")


def _ticket(one: Measured, row: Mapping[str, Any]) -> dict[str, Any]:
    words, f, facts = here.texts(), here.formats(), one.facts
    return {
        "url": url_for("console.conversation", conversation_id=row["conversation_id"]),
        "name": row["contact"] or words("list.nobody"),
        "at": row["opened_at"],
        "reason": words(f"reasons.{naming.why(facts.reason).key}"),
        "queue_id": facts.queue_id,
        "agent": row["agent"] or "",
        "promise": one.promise,
        "first": measures.minutes(one.first_minutes, f) if one.first_minutes is not None else "",
        "whole": measures.minutes(one.whole_minutes, f) if one.whole_minutes is not None else "",
        "score": facts.score,
        "comment": (row["comment"] or "")[:200],
    }


def _case(case: Case, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "url": url_for("console.conversation", conversation_id=case.conversation_id),
        "name": row["name"] or row["address"],
        "channel": here.texts()(f"channels.{naming.channel(row['kind'])}"),
        "began_at": datetime.fromtimestamp(case.began_at, UTC),
        "ended_at": datetime.fromtimestamp(case.ended_at, UTC),
        "outcome": case.outcome,
    }


def _people(session: Session, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    query = (
        select(_conversation.c.conversation_id, _conversation.c.address, _contact.c.name, _channel.c.kind)
        .join(_contact, _contact.c.contact_id == _conversation.c.contact_id)
        .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
        .where(_conversation.c.conversation_id.in_(ids))
    )
    return {row["conversation_id"]: row for row in session.execute(query).mappings()}


def _number() -> int:
    given = request.args.get("page", "1")
    number = int(given) if given.isascii() and given.isdigit() and len(given) <= 4 else 1
    return min(max(1, number), MOST_PAGES)


def _paged(found: Sequence[Any]) -> Sequence[Any]:
    start = (_number() - 1) * PAGE
    return found[start:start + PAGE]


def _pages(total: int, endpoint: str, wanted: Wanted, show: str) -> dict[str, Any]:
    number = _number()

    def address(page: int) -> str:
        return url_for(endpoint, **wanted.arguments(show=show, page=page))

    return {"total": measures.count(total, here.formats()), "any": total, "page": number,
            "before": address(number - 1) if number > 1 else "", "after": address(number + 1) if number * PAGE < total else ""}
