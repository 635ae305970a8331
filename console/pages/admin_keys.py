"""Keys of programs: who has one, what it may do, and its end. A new one is shown once."""

from __future__ import annotations

from typing import Any, Literal

from flask import jsonify, url_for
from pydantic import Field
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import admin_room, here
from console.admin_form import Form, settle
from console.answers import saved
from console.bodies import Body
from console.route import ADMINS, Entry, Route, Twin
from conversation.work import Work
from handoff import keys, queues
from handoff.keys import Integration, MadeKey
from handoff.queue_book import Bounds
from handoff.tables import ROLES

DAYS = Bounds(1, keys.DAYS_AT_MOST, True)
LEAST_NAME = 2
DEFAULTS = {"role": "agent"}


class KeyBody(Body):
    name: str = Field(max_length=keys.MAX_NAME)
    role: Literal["agent", "supervisor", "admin"] = "agent"
    queues: list[str] = Field(default_factory=list, max_length=100, description="What an agent's key sees.")
    days: int | None = Field(None, ge=1, le=keys.DAYS_AT_MOST, description="How long it is good; left out: until revoked.")


@admin_room.admins
def show_all() -> Response:
    return _list(Form(DEFAULTS), 200)


@admin_room.admins
def add() -> Response:
    """A program's own key; the answer is the only place where it is ever shown."""
    form, me = Form(DEFAULTS, is_posted=True), here.viewer().agent_id
    form.text("name", keys.MAX_NAME, least=LEAST_NAME)
    form.choice("role", ROLES)
    form.number("days", DAYS)
    with here.desk().database.reading() as session:
        form.ticks("queues", [row["queue_id"] for row in queues.every(session)])
    given = {"role": "agent", "queues": (), "days": None} | form.values
    wanted = Integration(given.get("name", ""), given["role"], tuple(given["queues"]), given["days"])

    def act(work: Work) -> MadeKey:
        return keys.add(work, wanted, me)

    return settle(form, act, _made, lambda status: _list(form, status))


@admin_room.admins
def revoke(key_id: str) -> Response:
    """Nothing is opened by it from now on."""
    with here.desk().database.work() as work:
        keys.revoke(work, key_id, here.viewer().agent_id)
    return saved(url_for("console.admin_keys"), here.texts()("keys.done.revoked"), api_key_id=key_id)


def _made(made: MadeKey) -> Response:
    words = here.texts()
    if here.wants_json():
        return jsonify({"ok": True, "message": words("keys.done.added"), "api_key_id": made.api_key_id,
                        "agent_id": made.agent_id, "key": made.token})
    return _list(Form(DEFAULTS), 201, made.token)


def _list(form: Form, status: int, token: str = "") -> Response:
    with here.desk().database.reading() as session:
        rows = [_row(row) for row in keys.every(session)]
        if here.wants_json():
            return jsonify({"keys": [_plain(row) for row in rows]})
        return admin_room.show("admin_keys.html", session, status, keys=rows, form=form, token=token, days=DAYS,
                               roles=ROLES, queues=_queues(session))


def _queues(session: Session) -> list[tuple[str, str]]:
    return [(row["queue_id"], admin_room.titled(row)) for row in queues.every(session)]


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"state": keys.state(row, here.formats().now)}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    formats = here.formats()
    times = {name: formats.iso(row[name]) if row[name] else None
             for name in ("created_at", "last_used_at", "expires_at", "revoked_at")}
    kept = ("api_key_id", "name", "hint", "agent_id", "agent_name", "role", "is_integration", "queues", "state", "created_by")
    return {name: row[name] for name in kept} | times


ROUTES = (
    Route("/admin/api-keys", "admin_keys", show_all, entry=Entry("admin_keys", "key-round", 110, ADMINS, "admin"),
          twin=Twin("All keys of programs", None, "admin")),
    Route("/admin/api-keys", "add_key", add, ("POST",),
          twin=Twin("A key for a program; the answer alone shows it", KeyBody, "admin")),
    Route("/admin/api-keys/<key_id>/revocation", "revoke_key", revoke, ("POST",),
          twin=Twin("End a key", None, "admin")),
)  # fmt: skip
