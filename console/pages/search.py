"""Search."""

from __future__ import annotations

from werkzeug.wrappers import Response

from console.route import Route


def search() -> Response:
    return Response("")


ROUTES = (Route("/search", "search", search),)
