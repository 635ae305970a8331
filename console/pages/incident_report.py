"""What came of the cases of a time: by carrier and by kind, with a file of them. For supervisors and admins."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from flask import jsonify, request, url_for
from werkzeug.wrappers import Response

from console import case_views, here, measures, nav, overseers, report_range, screens, ticket_file
from console.rendering import page
from console.report_range import DAYS
from console.route import Route, Twin
from incidents import figures
from incidents.claim_rules import RuleBook
from incidents.figures import Tally

COLUMNS = ("code", "kind", "state", "terms", "verdict", "order_reference", "carrier", "tracking_number", "amount", "currency",
           "recovered", "claim_reference", "deadline_on", "opened_at", "claimed_at", "closed_at")


def report() -> Response:
    """How many cases, how many claimed in time and accepted, what was asked for and what came back."""
    overseers.require()
    wanted = report_range.asked()
    with here.desk().database.reading() as session:
        period = wanted.period(here.formats())
        found = figures.added(figures.rows(session, period.since, period.until), here.desk().rules.book, here.shop_zone())
        if here.wants_json():
            return jsonify({"from": wanted.first.isoformat(), "to": wanted.last.isoformat(), "total": _plain(found.total),
                            "carriers": {key: _plain(one) for key, one in found.carriers.items()},
                            "kinds": {key: _plain(one) for key, one in found.kinds.items()}})
        groups = [("carrier", [_row(case_views.carrier_name(key) or "—", one) for key, one in _by_size(found.carriers)]),
                  ("kind", [_row(case_views.say("kinds", key), one) for key, one in _by_size(found.kinds)])]
        return page(
            "incident_report.html", total=_row("", found.total), groups=groups, wanted=wanted,
            ranges=[(days, url_for("console.incident_report", days=days)) for days in DAYS],
            csv_url=url_for("console.incident_file", **{"from": wanted.first.isoformat(), "to": wanted.last.isoformat()}, bom=1),
            nav=nav.nav(session, here.viewer(), None, "incidents"), me=nav.me(here.agent()), banner=screens.flashed(),
            csrf_header=screens.csrf_header())


def file() -> Response:
    """One row a case; with `bom=1` for a spreadsheet that would not know it as UTF-8."""
    overseers.require()
    wanted, f, database = report_range.asked(), here.formats(), here.desk().database
    book = here.desk().rules.book
    start = ticket_file.BOM if request.args.get("bom") == "1" else ""

    def pieces() -> Iterator[str]:
        yield start + _line(COLUMNS)
        with database.reading() as session:
            period = wanted.period(f)
            for case in figures.rows(session, period.since, period.until):
                yield _line([_cell(case, name, book) for name in COLUMNS])

    name = f"relevo-cases-{wanted.first.isoformat()}-{wanted.last.isoformat()}.csv"
    return Response(pieces(), mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _line(cells: Any) -> str:
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerow(cells)
    return target.getvalue()


def _cell(case: Mapping[str, Any], name: str, book: RuleBook) -> str:
    value = book.rule(case["carrier"], case["kind"]).terms if name == "terms" else case[name]
    text = "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
    return str(ticket_file.safe(text))


def _row(name: str, tally: Tally) -> dict[str, Any]:
    f = here.formats()
    days = tally.median_days
    return {
        "name": name, "cases": measures.count(tally.cases, f), "any": tally.cases, "undocumented": tally.undocumented, "claimed": tally.claimed,
        "in_time": measures.percent(tally.in_time, tally.timed, f), "timed": tally.timed,
        "accepted": measures.percent(tally.accepted, tally.decided, f), "decided": tally.decided,
        "asked": _money(tally.asked), "got": _money(tally.got), "days": f.number(days) if days is not None else "",
    }  # fmt: skip


def _money(amounts: Mapping[str, Any]) -> str:
    return " + ".join(here.formats().money(str(amount), currency) for currency, amount in sorted(amounts.items()))


def _plain(tally: Tally) -> dict[str, Any]:
    return {"cases": tally.cases, "undocumented": tally.undocumented, "claimed": tally.claimed, "timed": tally.timed, "in_time": tally.in_time,
            "accepted": tally.accepted, "refused": tally.refused, "median_days": tally.median_days,
            "asked": {key: str(one) for key, one in tally.asked.items()}, "recovered": {key: str(one) for key, one in tally.got.items()}}


def _by_size(tallies: Mapping[str, Tally]) -> list[tuple[str, Tally]]:
    return sorted(tallies.items(), key=lambda pair: (-pair[1].cases, pair[0]))


ROUTES = (
    Route("/incidents/report", "incident_report", report, twin=Twin("What came of the cases of a time", None, "incidents")),
    Route("/incidents/report.csv", "incident_file", file),
)
