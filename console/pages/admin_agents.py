"""The people: invite, change what they may and can, sign out, reset, deactivate. Programs stand apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

from flask import jsonify, url_for
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import admin_room, here
from console.admin_form import Form, settle
from console.answers import saved
from console.errors import NothingHere
from console.profile import zones
from console.route import ADMINS, Entry, Route, Twin
from conversation.work import Work
from handoff import agents, colleagues, letters, queue_book, second_factor, skill_book, staff
from handoff.agents import Person
from handoff.errors import UnknownAgent
from handoff.queue_book import Bounds
from handoff.tables import ROLES, Agent

LANGUAGES = ("es", "en", "pt")
CAPACITY = Bounds(*staff.CAPACITY)
FACTS = ("agent_id", "name", "email", "role", "queues", "skills", "languages", "capacity", "time_zone", "state", "held")
_agent = Agent.__table__
Result = TypeVar("Result")


class PersonFields(BaseModel):
    """What can be said of a person; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = None
    role: Literal["agent", "supervisor", "admin"] | None = None
    queues: list[str] | None = None
    skills: list[str] | None = None
    languages: list[str] | None = None
    capacity: int | None = None
    time_zone: str | None = None


class Invitation(PersonFields):
    email: str


@admin_room.admins
def show_all() -> Response:
    return _list(Form(_usual()), 200)


@admin_room.admins
def invite() -> Response:
    """A new person: her link is shown this once, and mailed where letters are sent from here."""
    form, me = Form(_usual(), is_posted=True), here.viewer().agent_id
    form.text("email", 254, least=3)
    with here.desk().database.reading() as session:
        _read(form, session)
    given = {"name": "", "role": "agent"} | _usual() | form.values
    person = Person(given["name"], given.get("email", ""), given.get("queues", ()), given["role"], given["languages"],
                    given["capacity"], given["time_zone"])

    def act(work: Work) -> tuple[str, str]:
        agent_id, token = staff.invite(work, person, given.get("skills", ()), me)
        return agent_id, _link(work, agent_id, token)

    return settle(form, act, lambda made: _with_link(*made, "invited"), lambda status: _list(form, status))


@admin_room.admins
def show_one(agent_id: str) -> Response:
    with here.desk().database.reading() as session:
        return _one(session, agent_id, None, 200)


@admin_room.admins
def change(agent_id: str) -> Response:
    """Other rights, queues or skills: they hold from her next click on."""
    with here.desk().database.reading() as session:
        form = Form(_person(session, agent_id), is_posted=True)
        _read(form, session)
    chosen, me = form.values.pop("queues", None), here.viewer().agent_id
    return settle(form, lambda work: staff.change(work, agent_id, form.values, chosen, me),
                  lambda changes: _done(agent_id, "saved", changed=sorted(changes)),
                  lambda status: _again(agent_id, form, status))


@admin_room.admins
def deactivate(agent_id: str) -> Response:
    """She cannot come in any more; what she held goes back to its queues."""
    me = here.viewer().agent_id
    return _act(agent_id, lambda work: staff.deactivate(work, agent_id, me),
                lambda count: _done(agent_id, "deactivated", n=count, tickets=count))


@admin_room.admins
def revive(agent_id: str) -> Response:
    me = here.viewer().agent_id
    return _act(agent_id, lambda work: _link(work, agent_id, staff.bring_back(work, agent_id, me)),
                lambda link: _with_link(agent_id, link, "revived_agent"))


@admin_room.admins
def sign_out(agent_id: str) -> Response:
    me = here.viewer().agent_id
    return _act(agent_id, lambda work: staff.sign_out(work, agent_id, me),
                lambda count: _done(agent_id, "signed_out", n=count, sessions=count))


@admin_room.admins
def reset_password(agent_id: str) -> Response:
    """The old one ends; a new link is shown this once, and mailed where letters are sent from here."""
    me = here.viewer().agent_id
    return _act(agent_id, lambda work: _link(work, agent_id, staff.reset_password(work, agent_id, me)),
                lambda link: _with_link(agent_id, link, "password_reset"))


@admin_room.admins
def reset_second(agent_id: str) -> Response:
    """She lost her authenticator: her password alone opens again, once more everywhere."""
    me = here.viewer().agent_id
    return _act(agent_id, lambda work: second_factor.reset(work, agent_id, me), lambda _: _done(agent_id, "factor_reset"))


def _usual() -> dict[str, Any]:
    """What an invitation begins with."""
    return {"languages": ["es"], "capacity": 4, "time_zone": here.agent()["time_zone"]}


def _act(agent_id: str, do: Callable[[Work], Result], done: Callable[[Result], Response]) -> Response:
    with here.desk().database.reading() as session:
        form = Form(_person(session, agent_id))
    return settle(form, do, done, lambda status: _again(agent_id, form, status))


def _read(form: Form, session: Session) -> None:
    form.text("name", staff.LONGEST_NAME, least=1)
    form.choice("role", ROLES)
    form.ticks("queues", [queue["queue_id"] for queue in queue_book.current(session)])
    form.ticks("skills", [skill["skill_id"] for skill in skill_book.every(session)])
    form.ticks("languages", LANGUAGES)
    form.number("capacity", CAPACITY)
    form.text("time_zone", 64, least=1)


def _link(work: Work, agent_id: str, token: str) -> str:
    """The whole address of an invitation; it is mailed too where we can."""
    base = here.desk().public_base
    address = url_for("console.invitation", token=token, _external=not base)
    link = base + address
    if here.desk().mails:
        row = work.connection.execute(select(_agent).where(_agent.c.agent_id == agent_id)).mappings().one()
        letters.invite(work, row, link)
    return link


def _with_link(agent_id: str, link: str, key: str) -> Response:
    """Her page with the link, which no later look shows again."""
    text = here.texts()(f"admin.done.{key}")
    if here.wants_json():
        return jsonify({"ok": True, "message": text, "agent_id": agent_id, "link": link, "mailed": here.desk().mails})
    with here.desk().database.reading() as session:
        return _one(session, agent_id, None, 201, (link, text))


def _done(agent_id: str, key: str, n: int = 0, **facts: Any) -> Response:
    text = here.texts()(f"admin.done.{key}", n=n)
    return saved(url_for("console.admin_agent", agent_id=agent_id), text, agent_id=agent_id, **facts)


def _again(agent_id: str, form: Form, status: int) -> Response:
    with here.desk().database.reading() as session:
        return _one(session, agent_id, form, status)


def _person(session: Session, agent_id: str) -> dict[str, Any]:
    try:
        return staff.one(session, agent_id)
    except UnknownAgent:
        raise NothingHere(f"There is no agent {agent_id}.") from None


def _list(form: Form, status: int) -> Response:
    with here.desk().database.reading() as session:
        people = staff.people(session)
        if here.wants_json():
            return jsonify({"agents": [_facts(one) for one in people]})
        loads = {one.agent_id: one.load for one in colleagues.every(session, here.formats().now)}
        programs = [one for one in agents.every(session) if one["is_integration"] and not one["deactivated_at"]]
        return admin_room.show("admin_agents.html", session, status, form=form, people=people, programs=programs, loads=loads,
                               mails=here.desk().mails, **_options(session))


def _one(
    session: Session, agent_id: str, form: Form | None, status: int, shown_once: tuple[str, str] = ("", "")
) -> Response:
    row = _person(session, agent_id)
    if here.wants_json():
        return jsonify({"agent": _facts(row)})
    count = staff.open_sessions(session, agent_id, here.formats().now)
    return admin_room.show(
        "admin_agent.html", session, status, agent=row, form=form or Form(row), sessions=count, link=shown_once[0],
        told=shown_once[1], is_me=agent_id == here.viewer().agent_id, mails=here.desk().mails, **_options(session))  # fmt: skip


def _options(session: Session) -> dict[str, Any]:
    words = here.texts()
    titles = {queue["queue_id"]: admin_room.titled(queue) for queue in queue_book.current(session)}
    skills = {skill["skill_id"]: admin_room.titled(skill) for skill in skill_book.every(session)}
    return {"all_queues": list(titles.items()), "all_skills": list(skills.items()), "zones": sorted(zones()),
            "titles": titles, "skill_titles": skills, "capacity": CAPACITY,
            "all_languages": [(tag, words(f"languages.{tag}")) for tag in LANGUAGES],
            "roles": [(role, words(f"me.roles.{role}")) for role in ROLES]}


def _facts(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in FACTS} | {"second_factor": row["second_factor_at"] is not None}


def _twin(summary: str, body: type[BaseModel] | None = None) -> Twin:
    return Twin(summary, body, "admin")


ROUTES = (
    Route("/admin/agents", "admin_agents", show_all, entry=Entry("admin_agents", "user-round", 40, ADMINS, "admin"),
          twin=_twin("All people, active or not.")),
    Route("/admin/agents", "invite_agent", invite, ("POST",), twin=_twin("Invite somebody; gives her link.", Invitation)),
    Route("/admin/agents/<agent_id>", "admin_agent", show_one, twin=_twin("One person.")),
    Route("/admin/agents/<agent_id>", "change_agent", change, ("POST",),
          twin=_twin("Change a person's role, queues, skills or capacity; what is left out stays.", PersonFields)),
    Route("/admin/agents/<agent_id>/deactivate", "deactivate_agent", deactivate, ("POST",),
          twin=_twin("She cannot come in any more; what she holds goes back to its queues.")),
    Route("/admin/agents/<agent_id>/revive", "revive_agent", revive, ("POST",),
          twin=_twin("Let a deactivated person in again; gives her new link.")),
    Route("/admin/agents/<agent_id>/sign-out", "sign_out_agent", sign_out, ("POST",), twin=_twin("End all her log-ins.")),
    Route("/admin/agents/<agent_id>/password", "reset_agent_password", reset_password, ("POST",),
          twin=_twin("End her password; gives a new link.")),
    Route("/admin/agents/<agent_id>/second-factor", "reset_agent_factor", reset_second, ("POST",),
          twin=_twin("Take off a second factor that was lost.")),
)  # fmt: skip
