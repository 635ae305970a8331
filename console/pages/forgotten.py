"""A forgotten password: ask for a link, and set another with it. Whoever asks learns nothing of who works here."""

from __future__ import annotations

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from console import here, login
from console.pages.login import MAX_PASSWORD
from console.rendering import page
from console.route import Route
from handoff import passwords
from handoff.entrance_errors import BadReset, TooManyRequests
from handoff.errors import WeakPassword


def show() -> Response:
    return _form()


def submit() -> Response:
    """The same answer whoever was named."""
    if not here.desk().mails:
        return _form(422)
    try:
        with here.desk().database.work() as work:
            passwords.ask(work, here.text_field("email")[:254], login.source())
    except TooManyRequests as error:
        return _form(429, here.texts()("login.locked", time=here.formats().clock(error.until)))
    flash(here.texts()("forgotten.sent"), "good")
    return redirect(url_for("console.login", language=here.language()), 303)


def show_link(token: str) -> Response:
    """Where another password is set, once."""
    return _link(token)


def use_link(token: str) -> Response:
    """Every log-in of hers ends; the second factor is asked for as ever."""
    try:
        agent_id = passwords.set_anew(
            here.desk().database, token, str(here.fields().get("password", ""))[:MAX_PASSWORD])
    except WeakPassword:
        return _link(token, 422, here.texts()("invitation.short"))
    except BadReset:
        return _link(token)
    return login.proceed(agent_id, url_for("console.conversations"))


def _form(status: int = 200, error: str = "") -> Response:
    return page("forgotten.html", status, error=error, next="", mails=here.desk().mails)


def _link(token: str, status: int = 200, error: str = "") -> Response:
    with here.desk().database.reading() as session:
        agent = passwords.known(session, token, here.formats().now)
    name = agent["name"] if agent else ""
    return page("password_link.html", status if agent else 410, name=name, error=error, next="")


ROUTES = (
    Route("/forgotten", "forgotten", show, public=True),
    Route("/forgotten", "ask_for_link", submit, ("POST",), public=True),
    Route("/passwords/<token>", "password_link", show_link, public=True),
    Route("/passwords/<token>", "use_password_link", use_link, ("POST",), public=True),
)
