"""What one request knows: the desk, the agent who asks, her words and formats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import current_app, g, request
from werkzeug.datastructures import MultiDict

from console.desk_context import Desk
from console.formats import Formats
from console.reckoning import Reckoning
from console.shared_pieces import SharedPieces
from console.words import DEFAULT, LANGUAGES, Words, words
from handoff.access import Viewer

EXTENSION = "relevo_console"
RECKONING = "relevo_console_reckoning"
PIECES = "relevo_console_pieces"
API = "/api/v1/"
HIDDEN = "Relevo-Hidden"  # a page says so while nobody sees it
UTC = ZoneInfo("UTC")


def desk() -> Desk:
    return current_app.extensions[EXTENSION]


def reckoning() -> Reckoning:
    return current_app.extensions[RECKONING]


def pieces() -> SharedPieces:
    return current_app.extensions[PIECES]


def viewer() -> Viewer:
    """The agent who asks; only on pages that need one."""
    return g.viewer


def agent() -> Mapping[str, Any]:
    """Her row."""
    return g.agent_row


def language() -> str:
    """The agent's; before the log-in the one asked for, or what the browser prefers."""
    row = getattr(g, "agent_row", None)
    known = getattr(g, "spoken", None)
    if known is None or known[0] is not row:  # a page asks for it some hundred times
        known = g.spoken = (row, _language(row))
    return known[1]


def _language(row: Mapping[str, Any] | None) -> str:
    is_program = request.path.startswith(API)
    asked = request.args.get("language", "")
    if row is None and asked in LANGUAGES:
        return asked
    if row is None or is_program:
        preferred = (tag.split("-")[0].lower() for tag, _ in request.accept_languages)
        known = next((tag for tag in preferred if tag in LANGUAGES), "")
        if known or row is None:
            return known or DEFAULT
    return row["language"] if row["language"] in LANGUAGES else DEFAULT


def texts() -> Words:
    return words(language())


def zone() -> ZoneInfo:
    row = getattr(g, "agent_row", None)
    return zone_of(row["time_zone"]) if row else UTC


def shop_zone() -> ZoneInfo:
    """Where the shop's clock is."""
    return zone_of(desk().shop_zone())


def zone_of(name: str) -> ZoneInfo:
    """The zone of this name; UTC for one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def formats() -> Formats:
    row = getattr(g, "agent_row", None)
    known = getattr(g, "reads", None)
    if known is None or known[0] is not row:  # a page asks for it some hundred times; its time is one
        known = g.reads = (row, Formats(language(), zone(), desk().database.wiring.now()))
    return known[1]


def wants_json() -> bool:
    """Whether a program asks: JSON is wanted above a page, or the path is a program's."""
    if request.path.startswith((API, "/console/api/")):
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json" and (
        "application/json" in request.headers.get("Accept", "")
    )


def wants_fragment() -> bool:
    """Whether htmx asks and will put what it gets into the page."""
    return request.headers.get("HX-Request") == "true" and not request.path.startswith(API)


def is_unseen() -> bool:
    """Whether the page that asks lies behind others, so that nobody reads what it gets (static/js/live.js)."""
    return request.headers.get(HIDDEN) == "1"


def fields() -> Mapping[str, Any]:
    """What a form or a JSON body says; never a list. A program's has been looked through before (`programs/bodies.py`)."""
    given = getattr(g, "given_fields", None)
    if given is not None:
        return given
    if request.is_json:
        try:
            body = clean(request.get_json(silent=True))
        except RecursionError:  # nested without end: no page of ours writes that
            body = None
        return body if isinstance(body, dict) else {}
    return request.form


def clean(value: Any) -> Any:
    """JSON without NUL and lone surrogates in its texts, however deep: databases refuse both."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
    if isinstance(value, dict):
        return {clean(name): clean(one) for name, one in value.items()}
    return [clean(one) for one in value] if isinstance(value, list) else value


def text_field(name: str) -> str:
    """A field as text without its outer white space; NUL and lone surrogates, which databases refuse, are dropped."""
    value = fields().get(name)
    if not isinstance(value, str | int):
        return ""
    return str(value).replace("\x00", "").encode("utf-8", "ignore").decode("utf-8").strip()


def list_field(name: str) -> list[str]:
    """All values of a field that may be there several times; in JSON a list of texts."""
    given = fields()
    values = given.getlist(name) if isinstance(given, MultiDict) else given.get(name) or []
    kept = values if isinstance(values, list) else [values]
    return [str(one).replace("\x00", "").encode("utf-8", "ignore").decode("utf-8").strip() for one in kept
            if isinstance(one, str | int)]


def number_field(name: str, default: int = -1) -> int:
    """A field as a number in the range of the tables; `default` for anything else."""
    text = text_field(name)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else default


def is_known() -> bool:
    """Whether an agent asks."""
    return getattr(g, "viewer", None) is not None
