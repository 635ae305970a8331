"""How an agent comes in: her password, her second factor, her recovery codes, and the log-ins that are open.

In a browser alone: a program that holds a key must not be able to take over the account it acts for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import redirect, url_for
from werkzeug.wrappers import Response

from console import here, login, nav, screens
from console.answers import answer_problem, saved
from console.errors import BadField
from console.pages import me
from console.pages.login import MAX_PASSWORD
from console.pages.second_step import recovery_page, spaced
from console.problems import problem
from console.rendering import page
from console.route import Route
from handoff import known_browsers, passwords, second_factor, sessions
from handoff.entrance_errors import NoSecondFactor, UnknownSession, WrongCode, WrongPassword
from handoff.errors import LockedOut, WeakPassword


def change_password() -> Response:
    """The present one and another; every other log-in ends."""
    given = _secret("current"), _secret("password")
    return _as_herself("current", lambda: passwords.change(
        here.desk().database, here.agent(), given, login.source(), login.token()), "me.password_changed")


def show_second() -> Response:
    """The square code and the typed key; whoever has one already is sent back."""
    if second_factor.is_on(here.agent()):
        return redirect(url_for("console.me"), 303)
    return _second(200)


def confirm_second() -> Response:
    """From now on a code is asked for; the recovery codes are shown this once."""
    if second_factor.is_on(here.agent()):
        return redirect(url_for("console.me"), 303)
    secret = login.candidate()
    try:
        with here.desk().database.work() as work:
            codes = second_factor.confirm(
                work, here.viewer().agent_id, login.seal(), secret, here.text_field("code")[:40])
    except WrongCode:
        return _second(422, here.texts()("second.wrong"))
    login.forget_candidate()
    return recovery_page(codes, url_for("console.me"))


def remove_second() -> Response:
    """The password alone opens again."""

    def do() -> None:
        _require_herself()
        with here.desk().database.work() as work:
            second_factor.remove(work, here.viewer().agent_id, here.viewer().agent_id)

    return _as_herself("second_password", do, "second.removed")


def renew_recovery() -> Response:
    """Ten new codes; the old ones open nothing."""
    codes: list[Sequence[str]] = []

    def do() -> None:
        _require_herself()
        with here.desk().database.work() as work:
            codes.append(second_factor.renew_recovery(work, here.viewer().agent_id))

    answer = _as_herself("second_password", do, "done.saved")
    return recovery_page(codes[0], url_for("console.me")) if codes else answer


def end_session(key: str) -> Response:
    """Sign out there; the one of this browser ends with “log out”."""
    try:
        with here.desk().database.work() as work:
            sessions.end_one(work, here.viewer().agent_id, key)
    except UnknownSession as error:
        return answer_problem(problem(error))
    return saved(url_for("console.me") + "#sessions", here.texts()("me.session_ended"))


def end_other_sessions() -> Response:
    with here.desk().database.work() as work:
        count = sessions.revoke_all(work, here.viewer().agent_id, login.token())
    return saved(url_for("console.me") + "#sessions", here.texts()("me.sessions_ended", n=count), ended=count)


def forget_browsers() -> Response:
    """Every browser is asked for the second factor again."""
    with here.desk().database.work() as work:
        count = known_browsers.revoke_all(work, here.viewer().agent_id)
    return saved(url_for("console.me") + "#sessions", here.texts()("me.browsers_forgotten"), forgotten=count)


def _as_herself(field: str, do: Callable[[], None], told: str) -> Response:
    """Do what needs her password; what is wrong with it is said at `field`."""
    words = here.texts()
    try:
        do()
    except LockedOut as error:
        return _refused(429, field, words("login.locked", time=here.formats().clock(error.until)))
    except WrongPassword:
        return _refused(422, field, words("error.wrong_password"))
    except WeakPassword:
        return _refused(422, "password", words("invitation.short"))
    except NoSecondFactor as error:
        return answer_problem(problem(error))
    return saved(url_for("console.me"), words(told))


def _refused(status: int, field: str, sentence: str) -> Response:
    if here.wants_json():
        trouble = problem(BadField(field))
        return answer_problem(type(trouble)(status, trouble.kind, trouble.code, sentence, field))
    return me.form(status, {field: sentence})


def _require_herself() -> None:
    passwords.require(here.desk().database, here.agent(), _secret("second_password"), login.source())


def _secret(name: str) -> str:
    """A password as it was typed, with its white space."""
    return str(here.fields().get(name, ""))[:MAX_PASSWORD]


def _second(status: int, error: str = "") -> Response:
    with here.desk().database.reading() as session:
        left = nav.nav(session, here.viewer(), None, "me")
    return page("me_second.html", status, nav=left, me=nav.me(here.agent()), secret=spaced(login.candidate()), error=error,
                banner=screens.flashed(), csrf_header=screens.csrf_header())


ROUTES = (
    Route("/me/password", "change_password", change_password, ("POST",)),
    Route("/me/second-factor", "second_factor", show_second),
    Route("/me/second-factor", "confirm_second_factor", confirm_second, ("POST",)),
    Route("/me/second-factor/removal", "remove_second_factor", remove_second, ("POST",)),
    Route("/me/recovery-codes", "renew_recovery", renew_recovery, ("POST",)),
    Route("/me/sessions/<key>/end", "end_session", end_session, ("POST",)),
    Route("/me/sessions/end", "end_other_sessions", end_other_sessions, ("POST",)),
    Route("/me/browsers/end", "forget_browsers", forget_browsers, ("POST",)),
)
