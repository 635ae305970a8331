"""The console as one Flask blueprint: its routes, who may come in, what every answer carries, how errors look."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import structlog
from flask import Blueprint, Flask, g, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_login import current_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from console import here, login, nav, pages, safety
from console.answers import answer_problem
from console.desk_context import Desk
from console.errors import NothingHere
from console.pages import live
from console.problems import Problem, problem
from console.programs import mount
from console.programs.mount import Door
from console.programs.pace import Pace
from console.reckoning import Reckoning
from console.route import Route
from console.shared_pieces import SharedPieces
from console.tail import Tail

# a module of `pages/` is a page: whoever adds one adds it there and nowhere else
PAGES = tuple(import_module(f"{pages.__name__}.{found.name}") for found in iter_modules(pages.__path__))
ROUTES: tuple[Route, ...] = tuple(route for page in PAGES for route in page.ROUTES)
PUBLIC = frozenset(f"console.{route.endpoint}" for route in ROUTES if route.public) | {"console.static"}
MAX_BODY = 256 * 1024
# A flow's text as a form writes it, three signs for every one that is not plain ASCII, and a talk beside it.
MAX_FLOW_BODY = 2 * 1024 * 1024
TAKES_FILES = frozenset(("console.reply", "console.add_reply", "console.change_reply"))
TAKES_FLOWS = frozenset(
    ("console.save_flow_draft", "console.save_flow_case", "console.try_flow", "console.test_flow", "console.hint_flow")
)

logger = structlog.get_logger(__name__)
_csrf = CSRFProtect()


def blueprint(desk: Desk) -> Blueprint:
    """Everything below `/console`, for this desk."""
    made = Blueprint("console", __name__, url_prefix="/console", static_folder="static")
    for route in ROUTES:
        made.add_url_rule(route.rule, route.endpoint, route.view, methods=route.methods)
    made.before_request(_enter)
    made.after_request(_leave)
    made.register_error_handler(Exception, _failed)
    made.app_errorhandler(HTTPException)(_not_routed)
    made.record_once(lambda state: _install(state, desk))
    return made


def _install(state: BlueprintSetupState, desk: Desk) -> None:
    app: Flask = state.app
    app.extensions[nav.ENTRIES] = {route.endpoint: route.entry for route in ROUTES if route.entry}
    app.extensions[nav.PAGES] = tuple(page.ROUTES for page in PAGES)
    app.config.update(
        SESSION_COOKIE_NAME="relevo",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )  # the token lasts as long as the session; Origin is checked here
    login.install(app)
    _csrf.init_app(app)
    mount.install(app, ROUTES, Door(_csrf, _know, _longest))
    serve(app, desk)


def serve(app: Flask, desk: Desk) -> None:
    """Let these pages show this desk, and no other from now on."""
    tail = Tail(desk.database, desk.redis_url)
    desk.database.hear(tail.ring)
    app.extensions |= {here.EXTENSION: desk, live.TAIL: tail, here.RECKONING: Reckoning(tail),
                       here.PIECES: SharedPieces(tail),
                       mount.PACE: Pace(desk.api_rate, desk.redis_url)}
    app.config["SESSION_COOKIE_SECURE"] = desk.secure_cookies


def _enter() -> Response | None:
    """Whoever comes in: known, or at a page for everybody; a post is one of our own pages'."""
    if request.endpoint == "console.static":
        return None
    request.max_content_length = MAX_BODY
    if current_user.is_authenticated:
        _know()
        request.max_content_length = _longest((request.endpoint or "").removeprefix("console."))
        if request.endpoint in TAKES_FLOWS:
            request.max_form_memory_size = MAX_FLOW_BODY
    if "\x00" in request.path or b"%00" in request.query_string:
        raise NothingHere("No address of ours has a NUL in it, and PostgreSQL refuses one.")
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        if not safety.is_own_origin(request.headers.get("Origin"), {request.host, *here.desk().public_hosts}):
            raise CSRFError("The post comes from another page.")
        _csrf.protect()
    return None if here.is_known() or request.endpoint in PUBLIC else _to_login()


def _longest(endpoint: str) -> int:
    """How many bytes an action may be sent."""
    if f"console.{endpoint}" in TAKES_FILES:
        return MAX_BODY + here.desk().media_max_bytes
    return MAX_FLOW_BODY if f"console.{endpoint}" in TAKES_FLOWS else MAX_BODY


def _know() -> None:
    g.viewer, g.agent_row = current_user.viewer, current_user.row


def _to_login() -> Response:
    words = here.texts()
    if here.wants_json() or request.endpoint == "console.stream":
        return answer_problem(Problem(401, "forbidden", "signed_out", words("error.signed_out")))
    following = request.full_path.rstrip("?") if request.method == "GET" and not here.wants_fragment() else None
    address = url_for("console.login", next=following)
    if here.wants_fragment():
        return Response("", 401, {"HX-Redirect": address})
    return redirect(address, 303)


def _leave(answer: Response) -> Response:
    if request.method != "GET" and here.is_known():
        here.pieces().forget(login.token())
    for name, value in safety.headers(here.desk().mode).items():
        answer.headers.setdefault(name, value)
    if request.endpoint == "console.static":
        lasting = "public, max-age=31536000, immutable" if request.args.get("v") else "public, max-age=3600"
        answer.headers["Cache-Control"] = lasting
    elif "Cache-Control" not in answer.headers:
        answer.headers["Cache-Control"] = "no-store"
    return answer


def _failed(error: Exception) -> Response:
    """An error as a page: never a stack trace to anybody, and a line in the log for what we did not expect."""
    if isinstance(error, CSRFError):
        return answer_problem(Problem(403, "forbidden", "csrf", here.texts()("error.csrf")))
    if isinstance(error, HTTPException):
        return _of_http(error)
    trouble = problem(error)
    if trouble.kind == "busy":
        logger.warning("the database was busy", endpoint=request.endpoint, error=type(error).__name__)
    elif trouble.kind == "broken":
        logger.error("console page failed", endpoint=request.endpoint, error=type(error).__name__, exc_info=error)
    return answer_problem(trouble)


def _not_routed(error: HTTPException) -> Response | HTTPException:
    """What Flask refuses before it knows that it was ours."""
    if not request.path.startswith(("/console/", here.API)) or request.blueprint:
        return error
    if request.path.startswith(here.API):
        return mount.of_http(error)
    if current_user.is_authenticated:
        _know()
    return _leave(_of_http(error))


def _of_http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return Response(error.get_body(), error.code, error.get_headers())
    words, known = (
        here.texts(),
        {404: ("missing", "not_found"), 405: ("invalid", "method"), 413: ("invalid", "too_large")},
    )
    kind, code = known.get(error.code, ("invalid", "bad_request"))
    sentence = words(f"error.{code}") if words.has(f"error.{code}") else words("error.title")
    return answer_problem(Problem(error.code, kind, code, sentence))
