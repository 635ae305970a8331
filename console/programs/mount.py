"""`/api/v1`: every action of the console for programs, by its own view, under the same permissions.

Who asks says so by a key (`Authorization: Bearer rlv_…`) or by the cookie of the console, then with its CSRF token. A
key gets no cookie. The answer is always JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import structlog
from flask import Blueprint, Flask, current_app, g, get_flashed_messages, jsonify, request, session
from flask_login import current_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from console import here, login, safety
from console.answers import answer_problem
from console.errors import NothingHere
from console.problems import Problem, problem
from console.programs import bodies
from console.programs.bodies import BadBody
from console.programs.pace import Pace
from console.route import Route, Twin
from handoff import keys

PREFIX = "/api/v1"
READS = "/api/"
PACE = "relevo_api_pace"
WAYS = "relevo_api_ways"
MOUNTED = "relevo_api_routes"
SAFE = ("GET", "HEAD", "OPTIONS")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Door:
    """What this needs of the console's own blueprint: its CSRF, how an agent is known, how much a body may hold."""

    csrf: CSRFProtect
    know: Callable[[], None]
    longest: Callable[[str], int]


def mounted(routes: Sequence[Route]) -> tuple[Route, ...]:
    """The routes that programs have, with the rules below `/api/v1`. Pure."""
    reads = [replace(route, rule=route.rule.removeprefix("/api"), twin=route.twin or _told(route))
             for route in routes if route.rule.startswith(READS)]
    taken = {(route.rule, method) for route in reads for method in route.methods}
    twins = [route for route in routes if route.twin is not None and not route.rule.startswith(READS)
             and not taken & {(route.rule, method) for method in route.methods}]
    return tuple(sorted([*reads, *twins], key=lambda route: (route.rule, route.methods)))


def install(app: Flask, routes: Sequence[Route], door: Door) -> None:
    """Mount them on the app."""
    found = mounted(routes)
    app.extensions |= {MOUNTED: found, WAYS: _ways(found)}
    made = Blueprint("api", __name__, url_prefix=PREFIX)
    made.add_url_rule("/<path:rest>", "answer", _answer, methods=METHODS)
    made.before_request(lambda: _enter(door))
    made.after_request(_leave)
    made.register_error_handler(Exception, _failed)
    app.register_blueprint(made)


def _told(route: Route) -> Twin:
    """A read that says of itself what it is."""
    first = " ".join((route.view.__doc__ or route.endpoint).strip().split("\n\n")[0].split())
    return Twin(first, None, "read")


@cache
def _ways(routes: tuple[Route, ...]) -> Map:
    """Where each route is: one map for all apps of a process, because making it takes as long as making an app."""
    rules = [Rule(route.rule, endpoint=str(place), methods=route.methods) for place, route in enumerate(routes)]
    return Map(rules, strict_slashes=False, merge_slashes=False)


def _found() -> tuple[Route, Mapping[str, Any]] | HTTPException:
    """What is asked for; or why there is no such thing, which only who may come in is told."""
    ways: Map = current_app.extensions[WAYS]
    try:
        place, values = ways.bind("").match(request.path.removeprefix(PREFIX), request.method)
    except HTTPException as error:
        return error
    return current_app.extensions[MOUNTED][int(place)], values


def _answer(rest: str) -> Response:
    """The view of `rest`, once its body was looked through."""
    if isinstance(g.way, HTTPException):
        raise g.way
    route, values = g.way
    model = route.twin.body if route.twin else None
    try:
        (bodies.query if request.method in SAFE else bodies.take)(model)
    except BadBody as error:
        return answer_problem(error.trouble)
    return _as_json(route.view(**values))


def _as_json(answer: Response) -> Response:
    """A view that only knows pages has said what it did on the page it leads to."""
    if answer.is_json or answer.mimetype in ("text/csv", "application/pdf") or not _is_page(answer):
        return answer
    flashed = get_flashed_messages(with_categories=True)
    tone, told = flashed[-1] if flashed else ("good", "")
    text = told["text"] if isinstance(told, dict) else str(told)
    if tone == "harm" or answer.status_code >= 400:
        status = answer.status_code if answer.status_code >= 400 else 409
        return answer_problem(Problem(status, "conflict" if status == 409 else "invalid", "refused",
                                      text or here.texts()("error.title")))
    return jsonify({"ok": True, "message": text})


def _is_page(answer: Response) -> bool:
    return answer.mimetype == "text/html" or 300 <= answer.status_code < 400


def _enter(door: Door) -> Response | None:
    g.way = _found()
    request.max_content_length = door.longest("" if isinstance(g.way, HTTPException) else g.way[0].endpoint)
    request.max_form_memory_size = request.max_content_length
    if "\x00" in request.path or b"%00" in request.query_string:
        raise NothingHere("No address of ours has a NUL in it, and PostgreSQL refuses one.")
    refusal = _by_key() if "Authorization" in request.headers else _by_cookie(door)
    if refusal is not None:
        return refusal
    return _too_fast(_pace().wait_for(g.get("api_key_id") or here.viewer().agent_id))


def _by_key() -> Response | None:
    scheme, _, token = request.headers["Authorization"].partition(" ")
    known = keys.resolve(here.desk().database, token.strip()) if scheme.lower() == "bearer" else None
    if known is None:
        return _too_fast(_pace().wait_for_stranger(login.source())) or _unknown("bad_key")
    g.viewer, g.api_key_id = known.viewer, known.api_key_id
    g.agent_row = known.row
    return None


def _by_cookie(door: Door) -> Response | None:
    if not current_user.is_authenticated:
        return _unknown("signed_out")
    door.know()
    if request.method not in SAFE:
        if not safety.is_own_origin(request.headers.get("Origin"), {request.host, *here.desk().public_hosts}):
            raise CSRFError("The post comes from another page.")
        door.csrf.protect()
    return None


def _unknown(code: str) -> Response:
    key = "api.bad_key" if code == "bad_key" else "error.signed_out"
    answer = answer_problem(Problem(401, "forbidden", code, here.texts()(key)))
    answer.headers["WWW-Authenticate"] = 'Bearer realm="Relevo"'
    return answer


def _too_fast(seconds: int) -> Response | None:
    if not seconds:
        return None
    trouble = Problem(429, "conflict", "too_fast", here.texts()("api.too_fast", seconds=seconds), facts={"retry_after": seconds})
    answer = answer_problem(trouble)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _pace() -> Pace:
    found: Pace = current_app.extensions[PACE]
    return found


def _leave(answer: Response) -> Response:
    for name, value in safety.headers(here.desk().mode).items():
        answer.headers.setdefault(name, value)
    answer.headers.setdefault("Cache-Control", "no-store")
    if g.get("api_key_id"):  # a program keeps no cookies: whatever a view left for the next page is dropped
        session.clear()
        session.modified = False
    return answer


def _failed(error: Exception) -> Response:
    if isinstance(error, CSRFError):
        return answer_problem(Problem(403, "forbidden", "csrf", here.texts()("api.csrf")))
    if isinstance(error, HTTPException):
        return of_http(error)
    trouble = problem(error)
    if trouble.kind == "busy":
        logger.warning("the database was busy", path=request.path, error=type(error).__name__)
    elif trouble.kind == "broken":
        logger.error("an action of the API failed", path=request.path, error=type(error).__name__, exc_info=error)
    return answer_problem(trouble)


def of_http(error: HTTPException) -> Response:
    """What Flask refuses, as JSON."""
    if error.code is None or error.code < 400:
        return Response(error.get_body(), error.code, error.get_headers())
    known = {404: ("missing", "not_found"), 405: ("invalid", "method"), 413: ("invalid", "too_large")}
    kind, code = known.get(error.code, ("invalid", "bad_request"))
    words = here.texts()
    return answer_problem(Problem(error.code, kind, code, words.either(f"error.{code}", "error.title")))
