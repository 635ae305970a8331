"""The live stream's address."""

from __future__ import annotations

from flask import current_app, request
from werkzeug.wrappers import Response

from console import here, login, stream
from console.rendering import version
from console.route import Route
from console.stream import Tab
from console.tail import Tail
from handoff import sessions
from handoff.access import Viewer

TAIL = "relevo_console_tail"
AGAIN_SECONDS = 10


def events() -> Response:
    """One stream a tab; beyond the threads that may serve them, the page is told to come back and looks by itself."""
    desk, tail = here.desk(), _tail()
    if tail.listeners >= desk.max_streams:
        return Response("", 503, {"Retry-After": str(AGAIN_SECONDS)}, mimetype="text/plain")
    token = login.token()

    def who() -> Viewer | None:
        return sessions.resolve(desk.database, token)

    tab = Tab(desk.database, who, request.args.get("conversation", ""), _last_id(), version(), request.args.get("list", ""))
    return Response(stream.events(tail, tab), mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _tail() -> Tail:
    return current_app.extensions[TAIL]


def _last_id() -> int:
    """Where the browser was cut off, else what its page was read at."""
    for text in (request.headers.get("Last-Event-ID", ""), request.args.get("after", "")):
        if text.isascii() and text.isdigit() and len(text) <= 18:
            return int(text)
    return 0


ROUTES = (Route("/stream", "stream", events),)
