"""Search: a page, and the same as JSON for the command bar."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request
from werkzeug.wrappers import Response

from console import here, nav, screens
from console.found import found
from console.rendering import page
from console.route import Route
from handoff.search_question import LONGEST

IN_THE_BAR = 8


def search() -> Response:
    """`?q=`: words, `pedido:`, `tel:`, `de:`, `antes:`, `cola:`."""
    with here.desk().database.reading() as session:
        return page(
            "search.html",
            found=found(session, _typed()),
            nav=nav.nav(session, here.viewer(), None, "search"),
            me=nav.me(here.agent()),
            banner=screens.flashed(),
            csrf_header=screens.csrf_header(),
        )


def search_json() -> Response:
    """The same for a program; `limit` results."""
    text = request.args.get("limit", "")
    limit = int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else IN_THE_BAR
    with here.desk().database.reading() as session:
        answer = found(session, _typed())
    results = [_plain(one) for one in answer["results"][: max(1, limit)]]
    return jsonify({"q": answer["q"], "results": results, "unread": answer["unread"]})


def _typed() -> str:
    return request.args.get("q", "").replace("\x00", "").strip()[:LONGEST]


def _plain(result: dict[str, Any]) -> dict[str, Any]:
    places = [{**place, "at": place["at"] and place["at"].isoformat(),
               "text": "".join(text for text, _ in place["pieces"]), "pieces": None} for place in result["places"]]
    kept = {"conversation": result["id"], "contact": result["contact_id"]} | {
        name: result[name] for name in ("name", "address", "channel", "order", "owner", "holder", "url")}
    shown = [{name: value for name, value in place.items() if name != "pieces"} for place in places]
    return {**kept, "at": result["at"].isoformat(), "places": shown}


ROUTES = (
    Route("/search", "search", search),
    Route("/api/search", "api_search", search_json),
)
