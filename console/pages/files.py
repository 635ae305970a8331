"""What every browser may have: the icons. Styles, fonts and scripts are Flask's own static files."""

from __future__ import annotations

from werkzeug.wrappers import Response

from console.rendering import sprite as made
from console.route import Route


def sprite() -> Response:
    return Response(made(), mimetype="image/svg+xml", headers={"Cache-Control": "public, max-age=31536000, immutable"})


ROUTES = (Route("/icons.svg", "sprite", sprite, public=True),)
