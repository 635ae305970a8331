"""An agent's own settings: her name, language, look, time zone, sounds, keys, and how she is told of what happens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from flask import url_for
from pydantic import BaseModel, ConfigDict
from sqlalchemy import update
from werkzeug.wrappers import Response

from console import here, profile
from console.answers import answer_problem, saved
from console.errors import BadField
from console.problems import problem
from console.rendering import page
from console.route import Entry, Route, Twin
from console.words import words
from conversation.events import TimelineLine
from conversation.work import Work
from handoff import notify
from handoff.tables import Agent

Kind = Literal["assigned", "queued", "offered", "transferred", "replied", "mentioned", "whispered", "moved", "presence",
               "warned", "breached", "approval", "approved", "declined", "action_failed", "action_unsure"]


class Profile(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")
    name: str | None = None
    language: Literal["es", "en", "pt"] | None = None
    theme: Literal["system", "light", "dark"] | None = None
    time_zone: str | None = None
    signature: str | None = None
    sounds: bool | None = None
    single_keys: bool | None = None


class Ways(BaseModel):
    """By kind of notice; a kind that is left out goes back to its default."""

    model_config = ConfigDict(extra="forbid")
    notify: dict[Kind, list[Literal["email", "push"]]]


def show() -> Response:
    return form(200)


def save() -> Response:
    """Each setting is optional; one we do not know is refused and nothing is saved."""
    try:
        wanted = profile.changes()
    except BadField as error:
        return refused(error)
    if wanted:
        with here.desk().database.work() as work:
            _write(work, wanted)
    told = words(wanted.get("language", here.language()))("done.saved")
    return saved(url_for("console.me"), told, **wanted)


def save_ways() -> Response:
    """How she is told while no page of hers is open."""
    try:
        wanted = profile.ways_wanted()
    except BadField as error:
        return refused(error)
    with here.desk().database.work() as work:
        kept = notify.choose(work, here.viewer().agent_id, wanted)
    return saved(url_for("console.me") + "#ways", here.texts()("done.saved"), notify=kept)


def refused(error: BadField) -> Response:
    """At its field, where the page has one; a choice that no list offers is a page of its own."""
    trouble = problem(error)
    if here.wants_json() or error.field not in ("name", "signature", "time_zone"):
        return answer_problem(trouble)
    return form(trouble.status, {error.field: trouble.message})


def form(status: int, errors: Mapping[str, str] | None = None) -> Response:
    """The page; `errors` stand at the field of their name."""
    with here.desk().database.reading() as session:
        values = profile.screen(session, errors or {})
    return page("me.html", status, **values)


def _write(work: Work, wanted: Mapping[str, Any]) -> None:
    agent, agent_id, name = Agent.__table__, here.viewer().agent_id, here.agent()["name"]
    work.connection.execute(update(agent).where(agent.c.agent_id == agent_id).values(**wanted))
    if wanted.get("name", name) != name:
        data = {"subject": agent_id, "changes": {"name": [name, wanted["name"]]}}
        work.record(TimelineLine("agent_changed", "", agent_id, data=data))


ROUTES = (
    Route("/me", "me", show, entry=Entry("me", "user-round", 100)),
    Route("/me", "save_me", save, ("POST",), twin=Twin("Change your own settings.", Profile, "me")),
    Route("/me/notices", "save_ways", save_ways, ("POST",),
          twin=Twin("Choose how you are told while no page of yours is open.", Ways, "me")),
)
