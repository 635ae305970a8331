"""The console as an app of one's own: what a phone or a computer is told that puts it on its home screen."""

from __future__ import annotations

import json

from flask import url_for
from werkzeug.wrappers import Response

from console.rendering import static
from console.route import Route

PAPER, PERSON = "#f7f8f5", "#0a5c57"
# file, size, and whether a system may cut it to its own shape
_ICONS = (("app-192", 192, "any"), ("app-512", 512, "any"), ("app-512-whole", 512, "maskable"))


def manifest() -> Response:
    """The web app manifest. Without it an iPhone keeps the console a tab, and a tab there is rung by nobody."""
    icons = [{"src": static(f"icons/{name}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
             for name, size, purpose in _ICONS]
    told = {
        "id": url_for("console.front"), "name": "Relevo", "short_name": "Relevo", "display": "standalone",
        "start_url": url_for("console.conversations"), "scope": url_for("console.front"),
        "background_color": PAPER, "theme_color": PERSON, "icons": icons,
    }
    return Response(json.dumps(told), mimetype="application/manifest+json", headers={"Cache-Control": "no-cache"})


ROUTES = (Route("/manifest.webmanifest", "manifest", manifest, public=True),)
