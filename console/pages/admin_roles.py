"""Roles: the rules as they hold, and which person has which."""

from __future__ import annotations

from typing import Literal

from flask import current_app, jsonify, url_for
from pydantic import BaseModel, ConfigDict
from werkzeug.wrappers import Response

from console import admin_room, here, nav, rights
from console.admin_form import Form, settle
from console.answers import saved
from console.errors import NothingHere
from console.route import ADMINS, Entry, Route, Twin
from handoff import staff
from handoff.errors import UnknownAgent
from handoff.tables import ROLES


class Role(BaseModel):
    model_config = ConfigDict(extra="forbid")

    agent_id: str
    role: Literal["agent", "supervisor", "admin"]


@admin_room.admins
def show() -> Response:
    return _page(Form(), "", 200)


@admin_room.admins
def change() -> Response:
    """Another role, from her next click on."""
    agent_id, me = here.text_field("agent_id"), here.viewer().agent_id
    with here.desk().database.reading() as session:
        try:
            form = Form(staff.one(session, agent_id), is_posted=True)
        except UnknownAgent:
            raise NothingHere(f"There is no agent {agent_id}.") from None
    form.choice("role", ROLES)
    return settle(form, lambda work: staff.change(work, agent_id, {"role": form.values["role"]}, None, me),
                  lambda changes: saved(url_for("console.admin_roles"), here.texts()("admin.done.saved"),
                                        changed=sorted(changes)),
                  lambda status: _page(form, agent_id, status))


def _page(typed: Form, agent_id: str, status: int) -> Response:
    words = here.texts()
    pages, moves = rights.of_pages(current_app.extensions[nav.PAGES]), rights.of_moves()
    with here.desk().database.reading() as session:
        people = [one for one in staff.people(session) if one["state"] != "deactivated"]
        if here.wants_json():
            return jsonify({
                "moves": {one.key: one.by for one in moves},
                "pages": {key: {"reads": reads.by, "writes": writes.by} for key, reads, writes in pages},
                "people": [{"agent_id": one["agent_id"], "name": one["name"], "role": one["role"]} for one in people]})
        forms = [(one, typed if one["agent_id"] == agent_id else Form(one)) for one in people]
        return admin_room.show(
            "admin_roles.html", session, status, moves=moves, pages=pages, people=forms, all_roles=ROLES,
            roles=[(role, words(f"me.roles.{role}")) for role in ROLES])  # fmt: skip


ROUTES = (
    Route("/admin/roles", "admin_roles", show, entry=Entry("admin_roles", "shield-check", 45, ADMINS, "admin"),
          twin=Twin("Who may do what, and who has which role.", None, "admin")),
    Route("/admin/roles", "change_role", change, ("POST",), twin=Twin("Change a person's role.", Role, "admin")),
)  # fmt: skip
