"""Queues: the list, a new one, the settings of one, pausing, retiring. Supervisors read; admins change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from flask import jsonify, url_for
from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import admin_room, flow_mentions, flow_shop, here
from console.admin_form import Form, settle
from console.answers import saved
from console.route import SUPERVISORS, Entry, Route, Twin
from conversation.work import Work
from handoff import hours, ledger, queue_book, queues
from handoff.agents import every as all_agents
from handoff.tables import LIVE_TICKET_STATES, QUEUE_MODES, Ticket

_ticket = Ticket.__table__
FACTS = ("queue_id", "titles", "mode", "is_default", "time_zone", "hours", "holidays", "overflow_queue_id", "asks_rating",
         *queue_book.NUMBERS)  # fmt: skip


class QueueSettings(BaseModel):
    """Any of a queue's settings; an empty text clears one that may be empty."""

    model_config = ConfigDict(extra="forbid")

    title_es: str | None = None
    title_en: str | None = None
    title_pt: str | None = None
    mode: Literal["pull", "push", "offer"] | None = None
    offer_after_seconds: int | Literal[""] | None = None
    offer_seconds: int | None = None
    relax_after_seconds: int | None = None
    promise_minutes: int | None = None
    reply_minutes: int | None = None
    answer_minutes: int | Literal[""] | None = None
    resolve_minutes: int | Literal[""] | None = None
    overflow_queue_id: str | None = None
    auto_resolve_hours: int | None = None
    asks_rating: bool | None = None
    is_default: bool | None = None


class NewQueue(QueueSettings):
    queue_id: str


class Pausing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    paused: bool


@admin_room.overseers
def show_all() -> Response:
    return _list(Form(), 200)


@admin_room.admins
def add() -> Response:
    """A new queue; what is not said has its usual value."""
    form = Form(is_posted=True)
    form.text("queue_id", 40, least=2)
    _read(form, {})
    queue_id, me = form.values.pop("queue_id", ""), here.viewer().agent_id
    form.values.pop("is_default", None) if not form.values.get("is_default") else None
    wanted = form.values if here.wants_json() else {"titles": form.values.get("titles", {})}
    return settle(
        form, lambda work: queue_book.add(work, queue_id, wanted, me),
        lambda _: saved(url_for("console.admin_queue", queue_id=queue_id), here.texts()("admin.done.added"), queue_id=queue_id),
        lambda status: _list(form, status))  # fmt: skip


@admin_room.overseers
def show_one(queue_id: str) -> Response:
    with here.desk().database.reading() as session:
        return _one(session, queue_id, Form(_shown(admin_room.queue_of(session, queue_id))), 200)


@admin_room.admins
def change(queue_id: str) -> Response:
    """Other settings, in force from the next look at them."""
    with here.desk().database.reading() as session:
        row = admin_room.queue_of(session, queue_id)
    form = Form(_shown(row), is_posted=True)
    _read(form, row)
    me = here.viewer().agent_id
    return settle(form, lambda work: queue_book.change(work, queue_id, form.values, me),
                  lambda changes: _done(queue_id, "saved", changed=sorted(changes)),
                  lambda status: _again(queue_id, form, status))


@admin_room.admins
def pause(queue_id: str) -> Response:
    paused, me = here.text_field("paused") in ("1", "True", "true"), here.viewer().agent_id
    return settle(Form(is_posted=True), lambda work: queue_book.pause(work, queue_id, me, paused=paused),
                  lambda _: _done(queue_id, "paused" if paused else "resumed"),
                  lambda status: _again(queue_id, Form(), status))


@admin_room.admins
def retire(queue_id: str) -> Response:
    """Refused while anything of the house still counts on it, with where."""
    form, me = Form(is_posted=True), here.viewer().agent_id

    def act(work: Work) -> None:
        files = flow_shop.files_of(here.desk().flows.live(work))
        queue_book.retire(work, queue_id, me, flow_mentions.places(files, "queue", queue_id))

    def again(status: int) -> Response:
        form.errors = {"": next(iter(form.errors.values()))}
        return _again(queue_id, form, status)

    return settle(form, act, lambda _: saved(url_for("console.admin_queues"), here.texts()("admin.done.retired")), again)


@admin_room.admins
def revive(queue_id: str) -> Response:
    me = here.viewer().agent_id
    return settle(Form(is_posted=True), lambda work: queue_book.bring_back(work, queue_id, me),
                  lambda _: _done(queue_id, "revived"), lambda status: _again(queue_id, Form(), status))


def _read(form: Form, row: Mapping[str, Any]) -> None:
    is_new = not row
    form.by_language("title", "titles", before=row.get("titles"))
    if is_new and not here.wants_json():
        return
    form.choice("mode", QUEUE_MODES)
    for name, bounds in queue_book.NUMBERS.items():
        form.number(name, bounds)
    form.text("overflow_queue_id", 40)
    if form.values.get("overflow_queue_id") == "":
        form.values["overflow_queue_id"] = None
    form.switch("asks_rating")
    form.switch("is_default")


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return dict(row) | {f"title_{tag}": text for tag, text in row["titles"].items()}


def _done(queue_id: str, key: str, **facts: Any) -> Response:
    return saved(url_for("console.admin_queue", queue_id=queue_id), here.texts()(f"admin.done.{key}"), queue_id=queue_id, **facts)


def _again(queue_id: str, form: Form, status: int) -> Response:
    with here.desk().database.reading() as session:
        row = admin_room.queue_of(session, queue_id)
        form.current = form.current or _shown(row)
        return _one(session, queue_id, form, status)


def _list(form: Form, status: int) -> Response:
    with here.desk().database.reading() as session:
        rows, people = queues.every(session), queue_book.members(session)
        if here.wants_json():
            return jsonify({"queues": [_facts(row) for row in rows]})
        live = dict(session.execute(select(_ticket.c.queue_id, func.count()).where(
            _ticket.c.state.in_(LIVE_TICKET_STATES)).group_by(_ticket.c.queue_id)).all())
        shown = [{**row, "title": admin_room.titled(row), "people": len(people.get(row["queue_id"], ())),
                  "live": live.get(row["queue_id"], 0), "duty": duty(row)} for row in rows]
        return admin_room.show("admin_queues.html", session, status, form=form,
                               queues=[one for one in shown if not one["retired_at"]],
                               retired=[one for one in shown if one["retired_at"]])


def _one(session: Session, queue_id: str, form: Form, status: int) -> Response:
    row = admin_room.queue_of(session, queue_id)
    if here.wants_json():
        return jsonify({"queue": _facts(row)})
    words, inside = here.texts(), set(queue_book.members(session).get(queue_id, ()))
    others = [(one["queue_id"], admin_room.titled(one)) for one in queue_book.current(session) if one["queue_id"] != queue_id]
    people = [one for one in all_agents(session) if one["agent_id"] in inside and not one["deactivated_at"]]
    paused_by = session.execute(ledger._name_of, {"id": row["paused_by"]}).scalar() if row["paused_by"] else ""
    return admin_room.show(
        "admin_queue.html", session, status, queue=row, title=admin_room.titled(row), form=form, people=people,
        bounds=queue_book.NUMBERS, others=[("", words("admin.queues.no_overflow")), *others], paused_by=paused_by,
        modes=[(mode, words(f"admin.modes.{mode}")) for mode in QUEUE_MODES])  # fmt: skip


def duty(row: Mapping[str, Any]) -> str:
    """Whether its people are on duty, and until or from when, in its own zone."""
    words, now = here.texts(), here.formats().now
    if not row["hours"]:
        return words("admin.hours.always")
    if hours.is_open(row, now):
        return words("admin.hours.open_now")
    opens_at = hours.opens_at(row, now)
    if opens_at is None:
        return words("admin.hours.never")
    return words("admin.hours.opens", when=hours.describe(opens_at, now, here.language(), row["time_zone"]))


def _facts(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in FACTS} | {"paused": bool(row["paused_at"]), "retired": bool(row["retired_at"])}


ROUTES = (
    Route("/admin/queues", "admin_queues", show_all, entry=Entry("admin_queues", "inbox", 10, SUPERVISORS, "admin"),
          twin=Twin("All queues with their settings.", None, "admin")),
    Route("/admin/queues", "add_queue", add, ("POST",), twin=Twin("A new queue.", NewQueue, "admin")),
    Route("/admin/queues/<queue_id>", "admin_queue", show_one, twin=Twin("One queue.", None, "admin")),
    Route("/admin/queues/<queue_id>", "change_queue", change, ("POST",),
          twin=Twin("Change a queue's settings; what is left out stays.", QueueSettings, "admin")),
    Route("/admin/queues/<queue_id>/pause", "pause_queue", pause, ("POST",),
          twin=Twin("Pause a queue, or let it go on.", Pausing, "admin")),
    Route("/admin/queues/<queue_id>/retire", "retire_queue", retire, ("POST",),
          twin=Twin("Retire a queue that nothing counts on.", None, "admin")),
    Route("/admin/queues/<queue_id>/revive", "revive_queue", revive, ("POST",),
          twin=Twin("Bring a retired queue back.", None, "admin")),
)  # fmt: skip
