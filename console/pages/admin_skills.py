"""Skills: what some people can do and some conversations ask for."""

from __future__ import annotations

from typing import Any

from flask import jsonify, url_for
from pydantic import BaseModel, ConfigDict
from werkzeug.wrappers import Response

from console import admin_room, flow_mentions, flow_shop, here
from console.admin_form import Form, settle
from console.answers import saved
from console.errors import NothingHere
from console.route import ADMINS, Entry, Route, Twin
from conversation.work import Work
from handoff import skill_book


class Titles(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title_es: str | None = None
    title_en: str | None = None
    title_pt: str | None = None


class NewSkill(Titles):
    skill_id: str


@admin_room.admins
def show_all() -> Response:
    return _list(Form(), "", 200)


@admin_room.admins
def add() -> Response:
    form, me = Form(is_posted=True), here.viewer().agent_id
    form.text("skill_id", 40, least=2)
    form.by_language("title", "titles")
    skill_id = form.values.get("skill_id", "")
    return settle(form, lambda work: skill_book.add(work, skill_id, form.values["titles"], me),
                  lambda _: _done("added", skill_id), lambda status: _list(form, "", status))


@admin_room.admins
def change(skill_id: str) -> Response:
    row, me = _skill(skill_id), here.viewer().agent_id
    form = Form(is_posted=True)
    form.by_language("title", "titles", before=row["titles"])
    return settle(form, lambda work: skill_book.change(work, skill_id, form.values["titles"], me),
                  lambda _: _done("saved", skill_id), lambda status: _list(form, skill_id, status))


@admin_room.admins
def remove(skill_id: str) -> Response:
    """Refused while a flow or an open conversation asks for it."""
    _skill(skill_id)
    form, me = Form(), here.viewer().agent_id

    def act(work: Work) -> None:
        files = flow_shop.files_of(here.desk().flows.live(work))
        skill_book.remove(work, skill_id, me, flow_mentions.places(files, "skill", skill_id))

    return settle(form, act, lambda _: _done("retired", skill_id), lambda status: _list(form, skill_id, status))


def _skill(skill_id: str) -> dict[str, Any]:
    with here.desk().database.reading() as session:
        found = next((one for one in skill_book.every(session) if one["skill_id"] == skill_id), None)
    if found is None:
        raise NothingHere(f"There is no skill {skill_id}.")
    return found


def _list(typed: Form, skill_id: str, status: int) -> Response:
    with here.desk().database.reading() as session:
        rows = skill_book.every(session)
        if here.wants_json():
            return jsonify({"skills": [{name: row[name] for name in ("skill_id", "titles", "agents")} for row in rows]})
        work_files = flow_shop.files_of(here.desk().flows.live(_reading(session)))
        shown = [(row, _form(row, typed, skill_id), flow_mentions.places(work_files, "skill", row["skill_id"]))
                 for row in rows]
        return admin_room.show("admin_skills.html", session, status, skills=shown, form=Form() if skill_id else typed)


def _form(row: Any, typed: Form, skill_id: str) -> Form:
    current = {f"title_{tag}": text for tag, text in row["titles"].items()}
    if row["skill_id"] != skill_id:
        return Form(current)
    typed.current = current
    return typed


def _reading(session: Any) -> Work:
    wiring = here.desk().database.wiring
    return Work(session.connection(), wiring, wiring.now())


def _done(key: str, skill_id: str) -> Response:
    return saved(url_for("console.admin_skills"), here.texts()(f"admin.done.{key}", n=0), skill_id=skill_id)


ROUTES = (
    Route("/admin/skills", "admin_skills", show_all, entry=Entry("admin_skills", "graduation-cap", 50, ADMINS, "admin"),
          twin=Twin("All skills, with who has them.", None, "admin")),
    Route("/admin/skills", "add_skill", add, ("POST",), twin=Twin("A new skill.", NewSkill, "admin")),
    Route("/admin/skills/<skill_id>", "change_skill", change, ("POST",), twin=Twin("Rename a skill.", Titles, "admin")),
    Route("/admin/skills/<skill_id>/remove", "remove_skill", remove, ("POST",),
          twin=Twin("Take a skill away from everybody.", None, "admin")),
)  # fmt: skip
