"""Start."""

from __future__ import annotations

from werkzeug.wrappers import Response

from console.route import Route


def start() -> Response:
    return Response("")


ROUTES = (Route("/conversations/new", "start", start),)
