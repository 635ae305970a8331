"""Reports: what the tickets of a time came to, the rows behind each number, and a file of them. For supervisors and admins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import jsonify, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import here, naming, nav, overseers, report_range, report_rows, report_views, screens, ticket_file
from console.rendering import page
from console.report_range import DAYS, Wanted
from console.report_views import Names
from console.route import SUPERVISORS, Entry, Route, Twin
from console.rows import title
from console.words import LANGUAGES
from conversation.tables import Channel
from handoff import figure_bot, figure_rows, figures, queues
from handoff.tables import Agent

_agent, _channel = Agent.__table__, Channel.__table__


def show() -> Response:
    """The report."""
    overseers.require()
    wanted = report_range.asked()
    with here.desk().database.reading() as session:
        found = _found(session, wanted)
        if here.wants_json():
            return jsonify(report_views.facts(*found, wanted))
        names = _names(session)
        return page("reports.html", report=report_views.view(*found, wanted, names), **_frame(session, wanted, names))


def tickets() -> Response:
    """The tickets behind a number."""
    overseers.require()
    wanted = report_range.asked()
    with here.desk().database.reading() as session:
        now, names = here.formats().now, _names(session)
        measured = figure_rows.measured(session, wanted.period(here.formats()), now)
        rows = report_rows.tickets(session, measured, wanted)
        return page("report_tickets.html", rows=rows, names=names, **_frame(session, wanted, names))


def cases() -> Response:
    """The bot's cases behind a number."""
    overseers.require()
    wanted = report_range.asked()
    with here.desk().database.reading() as session:
        bot = figure_bot.of(session, wanted.period(here.formats()), here.formats().now)
        rows = report_rows.cases(session, bot, wanted)
        return page("report_cases.html", rows=rows, **_frame(session, wanted, _names(session)))


def file() -> Response:
    """One row a ticket; with `bom=1` for a spreadsheet that would not know it as UTF-8."""
    overseers.require()
    wanted, f, database = report_range.asked(), here.formats(), here.desk().database
    start = ticket_file.BOM if request.args.get("bom") == "1" else ""

    def pieces() -> Iterator[str]:
        yield start
        with database.reading() as session:
            period = wanted.period(f)
            clocks = figure_rows.open_times(session, period.since, f.now)
            yield from ticket_file.lines(figure_rows.told(session, period), clocks, f.zone, f.now)

    name = f"relevo-{wanted.first.isoformat()}-{wanted.last.isoformat()}.csv"
    return Response(pieces(), mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _found(session: Session, wanted: Wanted) -> tuple[figures.Figures, figure_bot.BotFigures, figures.Spread]:
    f = here.formats()
    period = wanted.period(f)
    added = figures.figures(figure_rows.measured(session, period, f.now), f.zone, period.days)
    is_of_people = period.queue_id or period.agent_id  # the bot's cases are in no queue and nobody's
    bot = figure_bot.BotFigures() if is_of_people else figure_bot.of(session, period, f.now)
    return added, bot, figures.spread(figure_rows.next_replies(session, period, f.now))


def _frame(session: Session, wanted: Wanted, names: Names) -> dict[str, Any]:
    """What every page of the reports has: the range, its filters, the frame around it."""
    return {
        "wanted": wanted,
        "ranges": [(days, url_for("console.reports", **{**wanted.filters, "days": days})) for days in DAYS],
        "choices": _choices(session, names),
        "csv_url": url_for("console.report_file", **wanted.arguments(bom=1)),
        "back_url": url_for("console.reports", **wanted.arguments()),
        "nav": nav.nav(session, here.viewer(), None, "reports"),
        "me": nav.me(here.agent()),
        "banner": screens.flashed(),
        "csrf_header": screens.csrf_header(),
    }


def _names(session: Session) -> Names:
    rows = queues.every(session)
    agents = session.execute(select(_agent.c.agent_id, _agent.c.name).order_by(_agent.c.name)).all()
    return Names({row["queue_id"]: title(row["titles"], row["queue_id"], here.language()) for row in rows},
                 {row["queue_id"]: row["promise_minutes"] for row in rows}, {row.agent_id: row.name for row in agents})


def _choices(session: Session, names: Names) -> list[tuple[str, list[tuple[str, str]]]]:
    words = here.texts()
    kinds = session.execute(select(_channel.c.kind).distinct().order_by(_channel.c.kind)).scalars().all()
    titles = [words(f"channels.{naming.channel(kind)}") for kind in kinds]
    channels = [(kind, name if titles.count(name) == 1 else f"{name} ({kind.partition('-')[0].title()})")
                for kind, name in zip(kinds, titles, strict=True)]
    return [("queue", list(names.queues.items())), ("agent", list(names.agents.items())),
            ("language", [(code, words(f"languages.{code}")) for code in LANGUAGES]), ("channel", channels)]


ROUTES = (
    Route("/reports", "reports", show, entry=Entry("reports", "chart-column", 30, SUPERVISORS),
          twin=Twin("What the tickets of a time came to", None, "reports")),
    Route("/api/reports", "api_reports", show),
    Route("/reports/tickets", "report_tickets", tickets),
    Route("/reports/cases", "report_cases", cases),
    Route("/reports/tickets.csv", "report_file", file),
)  # fmt: skip
