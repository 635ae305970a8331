"""The room of the settings: who comes in, and the frame of its pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import here, nav, screens
from console.errors import NothingHere
from console.rendering import page
from console.route import ADMINS, SUPERVISORS
from handoff import queues

View = Callable[..., Response]


def admins(view: View) -> View:
    """For admins alone; to everybody else there is no such page."""
    return _for(ADMINS, view)


def overseers(view: View) -> View:
    """For supervisors and admins."""
    return _for(SUPERVISORS, view)


def roles_of(view: View) -> tuple[str, ...]:
    """Who may: what its guard says, which is also what the page of roles shows."""
    found: tuple[str, ...] = getattr(view, "roles", ())
    return found


def is_admin() -> bool:
    return here.viewer().role in ADMINS


def show(template: str, session: Session, status: int = 200, **values: Any) -> Response:
    """A page of the settings."""
    return page(
        template, status, nav=nav.nav(session, here.viewer(), None, "admin"), me=nav.me(here.agent()),
        banner=screens.flashed(), csrf_header=screens.csrf_header(), home_of_settings=url_for("console.admin"),
        languages=("es", "en", "pt"), is_admin=is_admin(), **values,
    )  # fmt: skip


def titled(row: Any) -> str:
    """A queue's or skill's name in the agent's language."""
    titles = row["titles"]
    return titles.get(here.language()) or titles.get("es") or next(iter(titles.values()), "") or row.get("queue_id", "")


def queue_of(session: Session, queue_id: str) -> Any:
    """The queue of an address. Raises NothingHere."""
    found = next((one for one in queues.every(session) if one["queue_id"] == queue_id), None)
    if found is None:
        raise NothingHere(f"There is no queue {queue_id}.")
    return found


def _for(roles: tuple[str, ...], view: View) -> View:
    @wraps(view)
    def guarded(*values: Any, **named: Any) -> Response:
        if here.viewer().role not in roles:
            raise NothingHere("This page is not for her role.")
        return view(*values, **named)

    guarded.roles = roles  # type: ignore[attr-defined]
    return guarded


