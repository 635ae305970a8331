"""Log in, log out, and the first log-in of somebody invited."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from console import here, login, safety, screens
from console.rendering import page
from console.route import Route
from handoff import agents
from handoff.errors import BadCredentials, BadInvitation, LockedOut, WeakPassword

MAX_PASSWORD = 256


def show() -> Response:
    """The form; whoever is logged in goes on to the desk."""
    if here.is_known():
        return redirect(safety.local_path(request.args.get("next", "")))
    return _form(200)


def submit() -> Response:
    """Wrong e-mail and wrong password look the same; too many tries are told until when."""
    email, password = here.text_field("email")[:254], str(here.fields().get("password", ""))[:MAX_PASSWORD]
    words = here.texts()
    try:
        viewer = agents.authenticate(here.desk().database, email, password, login.source())
    except LockedOut as error:
        return _form(429, email, words("login.locked", time=here.formats().clock(error.until)))
    except BadCredentials:
        return _form(401, email, words("login.wrong"))
    return login.proceed(viewer.agent_id, safety.local_path(here.text_field("next")), here.text_field("kept") == "1")


def logout() -> Response:
    login.end()
    return redirect(url_for("console.login"), 303)


def invitation(token: str) -> Response:
    """Where somebody new sets her password, once."""
    with here.desk().database.reading() as session:
        agent = agents.invited(session, token, here.formats().now)
    return page("invitation.html", 200 if agent else 410, name=agent["name"] if agent else "", error="", next="")


def accept(token: str) -> Response:
    database = here.desk().database
    try:
        agent_id = agents.accept(database, token, str(here.fields().get("password", ""))[:MAX_PASSWORD])
    except BadInvitation:
        return page("invitation.html", 410, name="", error="", next="")
    except WeakPassword:
        with database.reading() as session:
            agent = agents.invited(session, token, here.formats().now)
        return page(
            "invitation.html",
            422 if agent else 410,
            name=agent["name"] if agent else "",
            error=here.texts()("invitation.short"),
            next="",
        )
    return login.proceed(agent_id, url_for("console.conversations"))


def _form(status: int, email: str = "", error: str = "") -> Response:
    following = here.text_field("next") if request.method == "POST" else request.args.get("next", "")
    following = safety.local_path(following) if following else ""
    kept = request.method != "POST" or here.text_field("kept") == "1"
    notice = (screens.flashed() or {}).get("text", "") if request.method == "GET" else ""
    return page("login.html", status, next=following, email=email, error=error, notice=notice, kept=kept)


ROUTES = (
    Route("/login", "login", show, public=True),
    Route("/login", "submit_login", submit, ("POST",), public=True),
    Route("/logout", "logout", logout, ("POST",)),
    Route("/invitations/<token>", "invitation", invitation, public=True),
    Route("/invitations/<token>", "accept_invitation", accept, ("POST",), public=True),
)
