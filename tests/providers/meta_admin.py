"""What the stand-in for Meta says of an app, its numbers and its pages.

Written from Meta's "Debug-Token", "App subscriptions", "Page Subscribed Apps", "Subscribed Apps API" and "Webhook
overrides" of WhatsApp, "Health Status", "Phone Number API" and "Message templates" (read 2026-11-22). What concerns the
app asks for the app's own token, everything else for the access token.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Tree = dict[str, Any]


@dataclass(slots=True)
class Administration:
    """What Meta holds. `nodes` are facts of numbers by id, `subscriptions` those of the app, `apps` of an account."""

    app_id: str
    app_secret: str
    access_token: str
    token: Tree = field(default_factory=lambda: {"is_valid": True, "expires_at": 0})
    nodes: dict[str, Tree] = field(default_factory=dict)
    subscriptions: list[Tree] = field(default_factory=list)
    apps: dict[str, list[Tree]] = field(default_factory=dict)
    templates: dict[str, list[Tree]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


def mount(application: web.Application, held: Administration) -> None:
    """Answer for the app on this application."""
    pages = _Pages(held)
    version = "/{version:v[0-9]+\\.[0-9]+}"
    application.router.add_get(version + "/debug_token", pages.debug_token)
    application.router.add_get(version + "/{node}/subscriptions", pages.subscriptions)
    application.router.add_get(version + "/{node}/subscribed_apps", pages.subscribed_apps)
    application.router.add_get(version + "/{node}/message_templates", pages.message_templates)
    application.router.add_get(version + "/{node}", pages.node)


class _Pages:
    def __init__(self, held: Administration) -> None:
        self._held = held

    async def debug_token(self, request: web.Request) -> web.Response:
        held = self._held
        if request.query.get("input_token") != held.access_token:
            return web.json_response({"data": {"is_valid": False, "error": {"code": 190}}})
        data = {"app_id": held.app_id, "type": "SYSTEM_USER"} | held.token
        return self._refused(request, app=True) or web.json_response({"data": data})

    async def subscriptions(self, request: web.Request) -> web.Response:
        return self._refused(request, app=True) or web.json_response({"data": self._held.subscriptions})

    async def subscribed_apps(self, request: web.Request) -> web.Response:
        found = self._held.apps.get(request.match_info["node"], [])
        return self._refused(request) or web.json_response({"data": found})

    async def message_templates(self, request: web.Request) -> web.Response:
        every = self._held.templates.get(request.match_info["node"], [])
        at, size = int(request.query.get("after", "0")), 2
        paging: Tree = {"cursors": {"before": str(at), "after": str(at + size)}}
        if at + size < len(every):
            paging["next"] = f"{request.url.origin()}{request.path}?after={at + size}&access_token=shown-by-meta"
        return self._refused(request) or web.json_response({"data": every[at : at + size], "paging": paging})

    async def node(self, request: web.Request) -> web.Response:
        facts = self._held.nodes.get(request.match_info["node"])
        wanted = request.query.get("fields", "").split(",")
        if facts is None:
            return self._refused(request) or _error(400, 100, "Unsupported get request. Object does not exist.")
        told = {name: facts[name] for name in wanted if name in facts}
        return self._refused(request) or web.json_response(told | {"id": request.match_info["node"]})

    def _refused(self, request: web.Request, app: bool = False) -> web.Response | None:
        held = self._held
        held.asked.append(request.path)
        wanted = f"{held.app_id}|{held.app_secret}" if app else held.access_token
        if request.headers.get("Authorization") == f"Bearer {wanted}":
            return None
        return _error(401, 190, "Invalid OAuth access token.")


def _error(status: int, code: int, message: str) -> web.Response:
    return web.json_response({"error": {"message": message, "type": "OAuthException", "code": code}}, status=status)
