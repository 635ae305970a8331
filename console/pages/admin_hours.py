"""When people are on duty, per queue: a week of several intervals a day, holidays, a zone; and what a contact would hear."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import jsonify, request, url_for
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import admin_room, here, week_form
from console.admin_form import Form, is_program, settle
from console.answers import saved
from console.formats import as_utc
from console.pages.admin_queues import duty
from console.profile import zones
from console.route import SUPERVISORS, Entry, Route, Twin
from conversation.work import Work
from handoff import hours, queue_book, telling
from handoff.admin_errors import BadValue
from handoff.errors import BadHours

SUNDAY, EVENING = 6, 20


class Hours(BaseModel):
    """`hours`: `mon-fri 09:00-14:00 16:00-19:30; sat 10:00-13:00`, or `always`. `holidays`: `2026-12-25 Navidad` each."""

    model_config = ConfigDict(extra="forbid")

    hours: str | None = None
    holidays: list[str] | None = None
    time_zone: str | None = None


@admin_room.overseers
def show_all() -> Response:
    """Every queue and when it is open."""
    with here.desk().database.reading() as session:
        rows = queue_book.current(session)
        if here.wants_json():
            return jsonify({"queues": [_facts(row) for row in rows]})
        shown = [{**row, "title": admin_room.titled(row), "duty": duty(row), "said": _said(row["hours"])}
                 for row in rows]
        return admin_room.show("admin_hours_all.html", session, queues=shown)


@admin_room.overseers
def show_one(queue_id: str) -> Response:
    with here.desk().database.reading() as session:
        row = admin_room.queue_of(session, queue_id)
        if here.wants_json():
            return jsonify({"queue": _facts(row)})
        return _page(session, row, Form(_shown(row)), 200)


@admin_room.admins
def change(queue_id: str) -> Response:
    """Other hours: from now on, and the due times of those who wait are made anew."""
    with here.desk().database.reading() as session:
        row = admin_room.queue_of(session, queue_id)
    form, me = Form(_shown(row), is_posted=True), here.viewer().agent_id
    _read(form)

    def again(status: int) -> Response:
        with here.desk().database.reading() as session:
            return _page(session, admin_room.queue_of(session, queue_id), form, status)

    return settle(form, lambda work: queue_book.change(work, queue_id, form.values, me),
                  lambda changes: saved(url_for("console.admin_queue_hours", queue_id=queue_id),
                                        here.texts()("admin.done.saved"), queue_id=queue_id, changed=sorted(changes)), again)


def _read(form: Form) -> None:
    form.text("time_zone", 64, least=1)
    try:
        if here.text_field("hours"):
            form.values["hours"] = hours.parse(here.text_field("hours")[:600].lower())
        elif not is_program():
            form.values["hours"] = {} if form.on("always") else _week()
    except BadValue as error:
        form.refuse(error.field, error.why, **error.values)
    except BadHours as error:
        form.refuse("hours", "hours", given=error.given)
    if is_program() and "holidays" not in here.fields():
        return
    lines = here.list_field("holidays") if is_program() else here.text_field("holidays").split("\n")
    try:
        form.values["holidays"], form.values["holiday_names"] = week_form.holidays_of(lines)
    except BadValue as error:
        form.refuse(error.field, error.why, **error.values)


def _week() -> week_form.Week:
    found = week_form.week_of(here.text_field, copies_monday=here.text_field("copy") == "1")
    if not found:
        raise BadValue("mon_0_from", "no_hours")
    return found


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"time_zone": row["time_zone"], "always": not row["hours"], **week_form.table(row["hours"]),
            "holidays": week_form.holiday_lines(row["holidays"], row["holiday_names"])}


def _page(session: Session, row: Mapping[str, Any], form: Form, status: int) -> Response:
    at = _asked_at(row)
    heard = [(moment, _heard(session, row, moment)) for moment in (here.formats().now, at)]
    return admin_room.show(
        "admin_hours.html", session, status, queue=row, title=admin_room.titled(row), duty=duty(row), form=form,
        days=hours.DAYS, slots=range(week_form.INTERVALS), said=week_form.words_of(row["hours"]), zones=sorted(zones()),
        coming=week_form.coming(row, here.formats().now), heard=heard, zone=ZoneInfo(row["time_zone"]),
        at_field=at.astimezone(ZoneInfo(row["time_zone"])).strftime("%Y-%m-%dT%H:%M"))  # fmt: skip


def _asked_at(row: Mapping[str, Any]) -> datetime:
    """The moment she asks about, in the queue's zone; else next Sunday evening."""
    zone = ZoneInfo(row["time_zone"])
    try:
        return datetime.fromisoformat(request.args.get("at", "")[:16]).replace(tzinfo=zone)
    except ValueError:
        local = as_utc(here.formats().now).astimezone(zone)
        sunday = local + timedelta(days=(SUNDAY - local.weekday()) % 7)
        return sunday.replace(hour=EVENING, minute=0, second=0, microsecond=0)


def _heard(session: Session, row: Mapping[str, Any], moment: datetime) -> str:
    """What a contact hears who is passed to this queue at that moment, in the agent's language."""
    wiring = here.desk().database.wiring
    work = Work(session.connection(), wiring, as_utc(moment).astimezone(UTC))
    return telling.acknowledged(work, row, here.language()).words


def _said(week: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The week as a person reads it: (days, hours)."""
    words = here.texts()
    return [(words("admin.hours.days", first=words(f"admin.days.{days[0]}"), last=words(f"admin.days.{days[-1]}"))
             if len(days) > 1 else words(f"admin.days.{days[0]}"), said) for days, said in week_form.runs(week)]


def _facts(row: Mapping[str, Any]) -> dict[str, Any]:
    holidays = [f"{day} {row['holiday_names'].get(day, '')}".strip() for day in row["holidays"]]
    return {"queue_id": row["queue_id"], "hours": week_form.words_of(row["hours"]), "holidays": holidays,
            "time_zone": row["time_zone"], "open": hours.is_open(row, here.formats().now)}


ROUTES = (
    Route("/admin/hours", "admin_hours", show_all, entry=Entry("admin_hours", "clock", 20, SUPERVISORS, "admin"),
          twin=Twin("Opening hours of all queues.", None, "admin")),
    Route("/admin/hours/<queue_id>", "admin_queue_hours", show_one, twin=Twin("Opening hours of a queue.", None, "admin")),
    Route("/admin/hours/<queue_id>", "change_hours", change, ("POST",),
          twin=Twin("Change a queue's hours, holidays or zone.", Hours, "admin")),
)  # fmt: skip
