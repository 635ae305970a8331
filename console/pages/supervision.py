"""Supervision: the wall, and what a supervisor does from it. For supervisors and admins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import jsonify, request, url_for
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import channel_cards, here, nav, overseers, screens, wall_views
from console.answers import answer_problem, saved
from console.errors import BadField, ConsoleError
from console.problems import problem
from console.rendering import page
from console.route import SUPERVISORS, Entry, Route, Twin
from console.wall_facts import facts
from console.wall_views import Around
from conversation import channel_health
from conversation.work import Work
from handoff import claims, figure_bot, figure_rows, order_book, queue_book, wall, window_radar
from handoff.errors import HandoffError
from handoff.window_radar import Closing

SAVED_FOR = timedelta(days=30)


class WallPause(BaseModel):
    model_config = ConfigDict(extra="forbid")
    paused: bool = Field(description="Whether new tickets go elsewhere.")


class Presence(BaseModel):
    model_config = ConfigDict(extra="forbid")
    presence: str = Field(max_length=10, description="online or away.")


class Pulling(BaseModel):
    model_config = ConfigDict(extra="forbid")
    tickets: list[str] = Field(default_factory=list, max_length=window_radar.MOST_SHOWN,
                               description="Which; empty: all that the radar shows.")


def show() -> Response:
    """How everything stands now."""
    overseers.require()
    return _page()


def pause(queue_id: str) -> Response:
    """New tickets go elsewhere until it goes on; who waits keeps her place."""
    overseers.require()
    paused = here.text_field("paused").lower() in ("1", "true")
    return _do(lambda work: queue_book.pause(work, queue_id, _me(), paused=paused),
               lambda _: here.texts()("wall.done.paused" if paused else "wall.done.resumed"))


def set_presence(agent_id: str) -> Response:
    """Say for somebody whether she takes conversations."""
    overseers.require()
    to = here.text_field("presence")

    def act(work: Work) -> str:
        try:
            return wall.send_away(work, agent_id, to, _me())
        except ValueError:
            raise BadField("presence") from None

    return _do(act, lambda name: here.texts()(f"wall.done.{to}", name=name))


def requeue(agent_id: str) -> Response:
    """Everything she has in hand goes back to its queues."""
    overseers.require()
    return _do(lambda work: claims.requeue_all(work, _me(), agent_id),
               lambda n: here.texts()("wall.done.requeued", n=n), "requeued")


def pull() -> Response:
    """Raise the priority of whose window closes before anybody is on duty."""
    overseers.require()
    wanted = here.list_field("tickets")

    def act(work: Work) -> int:
        found = [one for one in _radar(work.session) if not wanted or one.ticket_id in wanted]
        return window_radar.pull_forward(
            work, _me(), [one.ticket_id for one in found], {one.ticket_id: one.closes_at for one in found})

    return _do(act, lambda n: here.texts()("wall.done.pulled", n=n), "pulled")


def _do(act: Callable[[Work], Any], say: Callable[[Any], str], fact: str = "") -> Response:
    try:
        with here.desk().database.work() as work:
            result = act(work)
    except (HandoffError, ConsoleError) as error:
        trouble = problem(error)
        if here.wants_json() or trouble.status == 404:
            return answer_problem(trouble)
        return _page(trouble.status, screens.banner(trouble.message, "harm"))
    return saved(url_for("console.supervision"), say(result), **({fact: result} if fact else {}))


def _page(status: int = 200, banner: Any = None) -> Response:
    now, midnight = here.formats().now, overseers.midnight()
    with here.desk().database.reading() as session:
        found = wall.read(session, midnight, now)
        broken = [one.facts.ticket_id for one in found.broken[:wall_views.MOST_LINES]]
        alarms = [channel_cards.alarm(one, here.texts(), here.desk().channels) for one in channel_health.open_alarms(session)]
        around = Around(_radar(session), window_radar.avoided(session, now - SAVED_FOR),
                        figure_bot.today(session, midnight), figure_rows.told_of(session, broken), alarms,
                        order_book.waiting(session))
        if here.wants_json():
            return jsonify(facts(found, around))
        return page(
            "supervision.html",
            status,
            wall=wall_views.view(found, around),
            full=request.args.get("full") == "1",
            nav=nav.nav(session, here.viewer(), None, "supervision"),
            me=nav.me(here.agent()),
            banner=banner or screens.flashed(),
            csrf_header=screens.csrf_header(),
        )


def _radar(session: Session) -> list[Closing]:
    window = here.desk().window
    return window_radar.find(session, lambda kind, *heard: window(kind).ends_for_people_at(*heard), here.formats().now)


def _me() -> str:
    return here.viewer().agent_id


ROUTES = (
    Route("/supervision", "supervision", show, entry=Entry("supervision", "radar", 20, SUPERVISORS),
          twin=Twin("How queues and people stand now", None, "supervision")),
    Route("/supervision/queues/<queue_id>/pause", "wall_pause", pause, ("POST",),
          twin=Twin("Pause a queue, or let it go on", WallPause, "supervision")),
    Route("/supervision/people/<agent_id>/presence", "wall_presence", set_presence, ("POST",),
          twin=Twin("Say for somebody whether she takes conversations", Presence, "supervision")),
    Route("/supervision/people/<agent_id>/requeue", "requeue_all", requeue, ("POST",),
          twin=Twin("Give all that somebody has in hand back to the queues", None, "supervision")),
    Route("/supervision/radar", "pull_forward", pull, ("POST",),
          twin=Twin("Pull forward whose window closes before anybody is on duty", Pulling, "supervision")),
)  # fmt: skip
