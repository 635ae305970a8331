"""Browsers that are rung while no page is open: the service worker, and the two posts of its page."""

from __future__ import annotations

from flask import url_for
from werkzeug.wrappers import Response

from console import here, login
from console.answers import answer_problem, saved
from console.problems import problem
from console.rendering import STATIC
from console.route import Route
from handoff import subscriptions
from handoff.entrance_errors import BadSubscription


def worker() -> Response:
    """Served from here, not from static files: a service worker's scope is the folder that it came from."""
    return Response((STATIC / "sw.js").read_bytes(), mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


def subscribe() -> Response:
    """Ring this browser; its fields are those of a PushSubscription."""
    told = {name: here.text_field(name) for name in ("endpoint", "p256dh", "auth")}
    try:
        with here.desk().database.work() as work:
            subscriptions.keep(work, here.viewer().agent_id, told, login.this_device())
    except BadSubscription as error:
        return answer_problem(problem(error))
    return saved(url_for("console.me") + "#ways", here.texts()("me.push_on"))


def unsubscribe() -> Response:
    """Do not ring it any more."""
    with here.desk().database.work() as work:
        subscriptions.forget(work, here.viewer().agent_id, here.text_field("endpoint"))
    return saved(url_for("console.me") + "#ways", here.texts()("me.push_off"))


ROUTES = (
    Route("/sw.js", "service_worker", worker, public=True),
    Route("/me/push", "subscribe", subscribe, ("POST",)),
    Route("/me/push/end", "unsubscribe", unsubscribe, ("POST",)),
)
