"""Promises of all queues in one table: to take, the first word, each further one, the whole."""

from __future__ import annotations

from typing import Literal

from flask import jsonify, url_for
from pydantic import BaseModel, ConfigDict
from werkzeug.wrappers import Response

from console import admin_room, here
from console.admin_form import Form, settle
from console.answers import saved
from console.route import SUPERVISORS, Entry, Route, Twin
from conversation.work import Work
from handoff import queue_book

MINUTES = ("promise_minutes", "reply_minutes", "answer_minutes", "resolve_minutes")


class Promises(BaseModel):
    """Minutes of one queue; what is left out stays, an empty text takes a promise away where it may be none."""

    model_config = ConfigDict(extra="forbid")

    queue_id: str
    promise_minutes: int | None = None
    reply_minutes: int | None = None
    answer_minutes: int | Literal[""] | None = None
    resolve_minutes: int | Literal[""] | None = None


@admin_room.overseers
def show() -> Response:
    return _page("", Form(), 200)


@admin_room.admins
def change() -> Response:
    """The minutes of one queue; those who wait in it get their due times anew."""
    queue_id, me = here.text_field("queue_id"), here.viewer().agent_id
    with here.desk().database.reading() as session:
        row = admin_room.queue_of(session, queue_id)
    form = Form(row, is_posted=True)
    for name in MINUTES:
        form.number(name, queue_book.NUMBERS[name])

    def act(work: Work) -> list[str]:
        return sorted(queue_book.change(work, queue_id, form.values, me))

    def done(changed: list[str]) -> Response:
        return saved(url_for("console.admin_sla"), here.texts()("admin.done.saved"), changed=changed)

    return settle(form, act, done, lambda status: _page(queue_id, form, status))


def _page(queue_id: str, typed: Form, status: int) -> Response:
    with here.desk().database.reading() as session:
        rows = queue_book.current(session)
        if here.wants_json():
            return jsonify({"queues": [{name: row[name] for name in ("queue_id", *MINUTES)} for row in rows]})
        forms = [(row, admin_room.titled(row), typed if row["queue_id"] == queue_id else Form(row)) for row in rows]
        return admin_room.show("admin_sla.html", session, status, forms=forms, minutes=MINUTES, bounds=queue_book.NUMBERS)


ROUTES = (
    Route("/admin/sla", "admin_sla", show, entry=Entry("admin_sla", "alarm-clock", 30, SUPERVISORS, "admin"),
          twin=Twin("The promises of all queues, in minutes of their open time.", None, "admin")),
    Route("/admin/sla", "change_sla", change, ("POST",), twin=Twin("Change the promises of one queue.", Promises, "admin")),
)  # fmt: skip
