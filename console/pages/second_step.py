"""The second step of a log-in: the code of her authenticator, and its set-up where the house asks for one.

Nobody is logged in here; these pages know only whose password was right (console/login.py).
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import segno
from flask import flash, redirect, session, url_for
from werkzeug.wrappers import Response

from console import here, login
from console.errors import NothingHere
from console.login import Halfway
from console.rendering import page
from console.route import Route
from handoff import agents, known_browsers, second_factor
from handoff.entrance_errors import NoSecondFactor, WrongCode
from handoff.errors import LockedOut

QR_SCALE = 4
FEW_CODES = 3


def ask() -> Response:
    """The page that asks for a code."""
    return _asks() if login.halfway() else _again()


def submit() -> Response:
    """A code of the authenticator, or a recovery code; counted like passwords."""
    half, words = login.halfway(), here.texts()
    if half is None:
        return _again()
    try:
        used = _checked(half, here.text_field("code")[:40])
    except LockedOut as error:
        return _asks(429, words("login.locked", time=here.formats().clock(error.until)))
    except NoSecondFactor:  # an admin took it off a moment ago: the password is asked for again
        return _again()
    except WrongCode:
        return _asks(422, words("second.wrong"))
    login.begin_as(half.agent["agent_id"], half.kept)
    _say_how_many_are_left(half, used)
    answer = redirect(half.following, 303)
    return _known_from_now(answer, half) if here.text_field("remember") == "1" else answer


def show_setup() -> Response:
    """Where the house asks for a second factor and she has none yet."""
    half = login.halfway()
    return _setup(half) if half and not second_factor.is_on(half.agent) else _again()


def confirm_setup() -> Response:
    half = login.halfway()
    if half is None or second_factor.is_on(half.agent):
        return _again()
    agent_id, secret = half.agent["agent_id"], login.candidate()
    try:
        with here.desk().database.work() as work:
            codes = second_factor.confirm(work, agent_id, login.seal(), secret, here.text_field("code")[:40])
    except WrongCode:
        return _setup(half, 422, here.texts()("second.wrong"))
    login.begin_as(agent_id, half.kept)
    return recovery_page(codes, half.following)


def square() -> Response:
    """The square code of the key that is being set up in this browser."""
    email = here.agent()["email"] if here.is_known() else half.agent["email"] if (half := login.halfway()) else ""
    if not email or "candidate" not in session:
        raise NothingHere("No key is being set up in this browser.")
    drawn = io.BytesIO()
    code = segno.make(second_factor.address(login.candidate(), email), error="m")
    code.save(drawn, kind="svg", scale=QR_SCALE, border=4, light="#fff", xmldecl=False)
    return Response(drawn.getvalue(), mimetype="image/svg+xml")


def recovery_page(codes: Sequence[str], following: str) -> Response:
    """Her recovery codes, shown this once."""
    return page("recovery.html", codes=codes, following=following, next="")


def spaced(secret: str) -> str:
    """A key in groups of four, as one types it."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def _checked(half: Halfway, code: str) -> str:
    database, agent = here.desk().database, half.agent
    with database.work() as work:
        attempt_id = agents.count_attempt(work, agent["email"], login.source())
    with database.work() as work:
        used = second_factor.check(work, agent["agent_id"], login.seal(), code)
        agents.forgive(work, attempt_id, agent["email"])
    return used


def _say_how_many_are_left(half: Halfway, used: str) -> None:
    left = len(half.agent["recovery"]) - 1
    if used == "recovery" and left <= FEW_CODES:
        flash(here.texts()("second.few_left", n=left), "good")


def _known_from_now(answer: Response, half: Halfway) -> Response:
    with here.desk().database.work() as work:
        token = known_browsers.remember(work, half.agent["agent_id"], login.this_device())
    answer.set_cookie(login.BROWSER_COOKIE, token, max_age=known_browsers.FOR, path="/console/", httponly=True,
                      samesite="Lax", secure=here.desk().secure_cookies)
    return answer


def _asks(status: int = 200, error: str = "") -> Response:
    return page("second_step.html", status, error=error, next="", days=known_browsers.FOR.days)


def _setup(half: Halfway, status: int = 200, error: str = "") -> Response:
    return page("second_setup.html", status, error=error, next="", name=half.agent["name"],
                secret=spaced(login.candidate()))


def _again() -> Response:
    """Too long ago, or nothing to ask for: from the start."""
    flash(here.texts()("second.from_the_start"), "good")
    return redirect(url_for("console.login"), 303)


ROUTES = (
    Route("/login/code", "login_code", ask, public=True),
    Route("/login/code", "submit_code", submit, ("POST",), public=True),
    Route("/login/setup", "login_setup", show_setup, public=True),
    Route("/login/setup", "confirm_login_setup", confirm_setup, ("POST",), public=True),
    Route("/second-factor.svg", "second_factor_square", square, public=True),
)
