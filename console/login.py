"""Who asks: a cookie that names a session kept on the server, so that a log-in can be ended from there.

Between the password and the second factor nobody is logged in: the cookie then says, signed, whose password was right and
when, and opens nothing but the page that asks for the code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, login_user, logout_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from console import here, safety
from console.devices import device
from handoff import access, known_browsers, second_factor, sessions, settings
from handoff.sealing import Seal
from handoff.sessions import Known
from handoff.tables import Agent

BROWSER_COOKIE = "relevo_browser"
BETWEEN = timedelta(minutes=10)  # from the password to the code

_TOKEN = "desk"
_HALFWAY = "halfway"
_CANDIDATE = "candidate"
_agent = Agent.__table__


@dataclass(frozen=True, slots=True)
class Halfway:
    """Whose password was right, where she wants to go, and whether the log-in shall last."""

    agent: Mapping[str, Any]
    following: str
    kept: bool


class Person(UserMixin):
    """An agent as Flask-Login wants her."""

    def __init__(self, known: Known) -> None:
        self.id = known.viewer.agent_id
        self.viewer, self.row = known.viewer, known.row


def install(app: Flask) -> None:
    """Let Flask-Login ask us who a cookie belongs to."""
    manager = LoginManager()
    manager.session_protection = None  # the session lives on the server; an agent's network may change under her
    manager.user_loader(_load)
    manager.init_app(app, add_context_processor=False)


def _load(agent_id: str) -> Person | None:
    known = sessions.known(here.desk().database, session.get(_TOKEN, ""))
    return Person(known) if known is not None and known.viewer.agent_id == agent_id else None


def proceed(agent_id: str, following: str, kept: bool = False) -> Response:
    """Her password was right: on to the desk, or to the second factor where there is one or must be one."""
    database = here.desk().database
    with database.reading() as reader:
        row = _row(reader, agent_id)
        knows = known_browsers.is_known(reader, agent_id, request.cookies.get(BROWSER_COOKIE, ""), database.wiring.now())
        must = settings.get(reader, "requires_second_factor")
    has = second_factor.is_on(row)
    if (has and knows) or not (has or must):
        begin_as(agent_id, kept)
        return redirect(following, 303)
    session.clear()
    session[_HALFWAY] = {"agent": agent_id, "mark": _mark(row), "at": database.wiring.now().timestamp(),
                         "next": following, "kept": kept}
    return redirect(url_for("console.login_code" if has else "console.login_setup"), 303)


def halfway() -> Halfway | None:
    """Who stands between password and code; None once that is too long ago, or her password is another."""
    kept, database = session.get(_HALFWAY), here.desk().database
    if not kept or not 0 <= database.wiring.now().timestamp() - kept["at"] < BETWEEN.total_seconds():
        return None
    with database.reading() as reader:
        row = _row(reader, kept["agent"])
    if row is None or row["deactivated_at"] is not None or _mark(row) != kept["mark"]:
        return None
    return Halfway(row, kept["next"], kept["kept"])


def begin_as(agent_id: str, kept: bool = False) -> None:
    """Log in whoever this is: a new session with a new id, whatever the browser brought. One that is `kept` is never idle."""
    session.clear()
    with here.desk().database.work() as work:
        row = access.active(work.connection, agent_id)
        session[_TOKEN] = sessions.create(work, agent_id, this_device(), kept)
        known = Known(access.viewer_of(work.connection, row), row)
    login_user(Person(known))


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


def this_device() -> str:
    return device(request.headers.get("User-Agent", ""))


def candidate() -> str:
    """The key of an authenticator that is being set up in this browser; made where there is none, kept sealed."""
    secret = seal().open(session.get(_CANDIDATE, "")) or second_factor.new_secret()
    if _CANDIDATE not in session:
        session[_CANDIDATE] = seal().close(secret)
    return secret


def forget_candidate() -> None:
    session.pop(_CANDIDATE, None)


def seal() -> Seal:
    return _seal(current_app.config["SECRET_KEY"])


@cache
def _seal(secret_key: str | bytes) -> Seal:
    return Seal(secret_key)


def _row(reader: access.Reader, agent_id: str) -> Any:
    return reader.execute(select(_agent).where(_agent.c.agent_id == agent_id)).mappings().first()


def _mark(row: Mapping[str, Any]) -> str:
    """Changes with her password, so that what began with an old one leads nowhere."""
    return hashlib.sha256(row["password_hash"].encode()).hexdigest()[:16]
