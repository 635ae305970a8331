"""Who asks: a cookie that names a session kept on the server, so that a log-in can be ended from there."""

from __future__ import annotations

from flask import Flask, g, request, session
from flask_login import LoginManager, UserMixin, login_user, logout_user

from console import here, safety
from handoff import sessions
from handoff.access import Viewer

_TOKEN = "desk"


class Person(UserMixin):
    """An agent as Flask-Login wants her."""

    def __init__(self, viewer: Viewer) -> None:
        self.id = viewer.agent_id
        self.viewer = viewer


def install(app: Flask) -> None:
    """Let Flask-Login ask us who a cookie belongs to."""
    manager = LoginManager()
    manager.session_protection = None  # the session lives on the server; an agent's network may change under her
    manager.user_loader(_load)
    manager.init_app(app, add_context_processor=False)


def _load(agent_id: str) -> Person | None:
    viewer = sessions.resolve(here.desk().database, session.get(_TOKEN, ""))
    return Person(viewer) if viewer is not None and viewer.agent_id == agent_id else None


def begin(viewer: Viewer) -> None:
    """Log her in: a new session with a new id, whatever the browser brought."""
    session.clear()
    with here.desk().database.work() as work:
        session[_TOKEN] = sessions.create(work, viewer.agent_id)
    login_user(Person(viewer))


def end() -> None:
    """Log her out, on the server too."""
    with here.desk().database.work() as work:
        sessions.revoke(work, session.get(_TOKEN, ""))
    logout_user()
    session.clear()
    g.pop("agent_row", None)


def token() -> str:
    """The session's token, for a stream that asks now and then whether it still holds."""
    return session.get(_TOKEN, "")


def source() -> str:
    """The address that failed log-ins are counted for."""
    return safety.source(request.remote_addr, request.headers.get("X-Forwarded-For", ""), here.desk().trusted_proxies)
