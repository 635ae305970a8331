"""The command bar: pages, tabs, what may be done with the conversation on the page, and conversations that are found."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import here, nav, screens, threads
from console.found import found
from console.listing import TABS
from console.rendering import render
from console.route import Route
from handoff.errors import UnknownTicket
from handoff.search_words import folded

# An action of the bar presses the button that stands on the page for it.
_BUTTONS = {"claim": ("claim", "hand"), "takeover": ("claim", "hand"), "resolve": ("resolve", "check"),
            "return": ("return", "bot"), "transfer": ("transfer", "arrow-right-left"), "snooze": ("snooze", "alarm-clock"),
            "release": ("release", "inbox")}

SHORTEST = 2  # letters before conversations are looked for
SHOWN = 6


def commands() -> Response:
    """`?q=`: everything whose name has these words, in the order of the groups."""
    query, conversation_id = request.args.get("q", "")[:80].strip(), request.args.get("conversation", "")
    with here.desk().database.reading() as session:
        groups = [
            {"key": "actions", "items": _having(_actions(session, conversation_id), query)},
            {"key": "pages", "items": _having(_pages(), query)},
            {"key": "found", "items": _found(session, query)},
        ]
    some = any(group["items"] for group in groups)
    asked = request.args.get("q", "")[:80]
    return Response(render("_commands.html", groups=groups, found=some, query=asked), mimetype="text/html")


def _actions(session: Session, conversation_id: str) -> list[dict[str, str]]:
    try:
        sight = screens.sight_of(session, conversation_id)
    except UnknownTicket:
        return []
    words, page = here.texts(), url_for("console.conversation", conversation_id=conversation_id)
    return [{"text": words(f"action.{key}"), "icon": _BUTTONS[key][1], "url": page, "press": _BUTTONS[key][0], "note": ""}
            for key in threads.allowed(here.viewer(), sight) if key in _BUTTONS]


def _pages() -> list[dict[str, str]]:
    words = here.texts()
    tabs = [_entry(words(f"tabs.{tab}"), nav.ICONS[tab], url_for("console.conversations", tab=tab)) for tab in TABS]
    return tabs + [_entry(words(f"app.{one['key']}"), one["icon"], url_for(f"console.{one['endpoint']}"))
                   for group in ("main", "admin") for one in nav.entries(here.viewer(), group)]


def _found(session: Session, query: str) -> list[dict[str, str]]:
    """The conversations with these words, each with what tells it from others; the last line leads to all of them."""
    if not query:
        return []
    shown = [_entry(one["name"], "message-square", one["places"][0]["url"] if one["places"] else one["url"])
             | {"note": " · ".join(filter(None, (one["order"], one["channel"], one["holder"])))}
             for one in found(session, query)["results"][:SHOWN]] if len(query) >= SHORTEST else []
    return [*shown, _entry(here.texts()("command.all", q=query), "text-search", url_for("console.search", q=query))]


def _entry(text: str, icon: str, url: str) -> dict[str, str]:
    return {"text": text, "icon": icon, "url": url, "press": "", "note": ""}


def _having(items: list[dict[str, Any]], query: str) -> list[dict[str, Any]]:
    words = folded(query).split()
    return [one for one in items if all(word in folded(one["text"]) for word in words)]


ROUTES = (Route("/commands", "commands", commands),)
