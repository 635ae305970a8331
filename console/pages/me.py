"""An agent's own settings: language, look, time zone."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from flask import flash, jsonify, redirect, url_for
from sqlalchemy import update
from werkzeug.wrappers import Response

from console import here, nav, screens
from console.answers import answer_problem
from console.errors import BadField
from console.problems import problem
from console.rendering import page
from console.route import Entry, Route
from console.words import LANGUAGES, words
from handoff.tables import Agent

THEMES = ("system", "light", "dark")


def show() -> Response:
    return _form(200, here.agent()["time_zone"])


def save() -> Response:
    """Each setting is optional; one we do not know is refused and nothing is saved."""
    changes = {name: value for name in ("language", "theme", "time_zone") if (value := here.text_field(name)[:64])}
    wrong = next((name for name, value in changes.items() if value not in _known(name)), "")
    if wrong and (here.wants_json() or wrong != "time_zone"):
        return answer_problem(problem(BadField(wrong)))
    if wrong:
        return _form(422, changes["time_zone"], here.texts()("error.bad_choice"))
    if changes:
        with here.desk().database.work() as work:
            mine = Agent.__table__.c.agent_id == here.viewer().agent_id
            work.connection.execute(update(Agent.__table__).where(mine).values(**changes))
    if here.wants_json():
        return jsonify({"ok": True, **changes})
    flash(words(changes.get("language", here.language()))("done.saved"), "good")
    return redirect(url_for("console.me"), 303)


def _known(name: str) -> frozenset[str]:
    return {"language": frozenset(LANGUAGES), "theme": frozenset(THEMES)}.get(name) or zones()


@cache
def zones() -> frozenset[str]:
    """Zones of places and UTC; not the abbreviations and offsets of old."""
    return frozenset(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")) | {"UTC"}


def _form(status: int, zone: str, error: str = "") -> Response:
    with here.desk().database.reading() as session:
        left = nav.nav(session, here.viewer(), None, "me")
    return page(
        "me.html",
        status,
        nav=left,
        me=nav.me(here.agent()),
        languages=LANGUAGES,
        themes=THEMES,
        zone=zone,
        zones=sorted(zones()),
        error=error,
        banner=screens.flashed(),
        csrf_header=screens.csrf_header(),
    )


ROUTES = (Route("/me", "me", show, entry=Entry("me", "user-round", 100)), Route("/me", "save_me", save, ("POST",)))
