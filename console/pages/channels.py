"""Channels: how each number, page and account of ours stands, what is wrong and what to do. For supervisors and admins."""

from __future__ import annotations

from dataclasses import asdict

from flask import flash, jsonify, redirect, url_for
from werkzeug.wrappers import Response

from console import channel_cards, channel_trial, here, nav, overseers, screens
from console.answers import answer_problem
from console.bodies import TrialBody
from console.errors import CannotTry, NothingHere
from console.problems import Problem
from console.rendering import page
from console.route import SUPERVISORS, Entry, Route, Twin
from conversation import alarms, channel_health
from conversation.channel_health import Ours
from conversation.events import TimelineLine


def channels() -> Response:
    overseers.require()
    words, now = here.texts(), here.formats().now
    with here.desk().database.reading() as session:
        cards = [channel_cards.card(one, words) for one in channel_health.standings(session, here.desk().channels, now)]
        found = [channel_cards.alarm(one, words, here.desk().channels) for one in channel_health.open_alarms(session)]
        if here.wants_json():
            return jsonify({"channels": [asdict(card) for card in cards],
                            "alarms": [channel_cards.as_data(one, here.formats()) for one in found]})
        return page(
            "channels.html",
            cards=cards,
            alarms=found,
            nav=nav.nav(session, here.viewer(), None, "channels"),
            me=nav.me(here.agent()),
            banner=screens.flashed(),
            csrf_header=screens.csrf_header(),
        )


def check_channel(kind: str, account: str) -> Response:
    """Ask the provider now; the worker does it within a second or two."""
    ours = _ours(kind, account)
    with here.desk().database.work() as work:
        channel_health.check_soon(work, ours.kind, ours.account)
    return _done("done.checking")


def resume_channel(kind: str, account: str) -> Response:
    """Send again, before the pause is over."""
    ours = _ours(kind, account)
    with here.desk().database.work() as work:
        channel_health.resume(work, ours.kind, ours.account, here.viewer().agent_id)
    return _done("done.resumed")


def try_channel(kind: str, account: str) -> Response:
    """Send a test message to whoever tests."""
    ours, address = _ours(kind, account), here.text_field("address")
    window = here.desk().window(ours.kind)
    try:
        with here.desk().database.work() as work:
            channel_trial.send(work, (ours.kind, ours.account), address, window, here.viewer().agent_id)
    except CannotTry as error:
        return _refused(Problem(409, "conflict", error.reason, here.texts()(f"health.cannot.{error.reason}")))
    return _done("done.tried")


def settle_alarm(alarm_id: str) -> Response:
    """A person says that it is over. What is still so comes back with the next check."""
    overseers.require()
    with here.desk().database.work() as work:
        key = channel_health.key_of(work.connection, alarm_id)
        if key and alarms.clear(work, key):
            work.record(TimelineLine("alarm_settled", "", here.viewer().agent_id, data={"key": key}))
    return _done("done.settled")


def _ours(kind: str, account: str) -> Ours:
    """The channel of this address, if it is ours and she may see it."""
    overseers.require()
    found = next((one for one in here.desk().channels if (one.kind, one.account) == (kind, account)), None)
    if found is None:
        raise NothingHere(f"No channel of ours is {kind} {account}.")
    return found


def _done(key: str) -> Response:
    words = here.texts()
    if here.wants_json():
        return jsonify({"ok": True, "message": words(key)})
    flash(words(key), "good")
    return redirect(url_for("console.channels"), 303)


def _refused(trouble: Problem) -> Response:
    if here.wants_json():
        return answer_problem(trouble)
    flash(trouble.message, "harm")
    return redirect(url_for("console.channels"), 303)


ROUTES = (
    Route("/channels", "channels", channels, entry=Entry("channels", "activity", 50, SUPERVISORS),
          twin=Twin("How every channel stands", None, "channels")),
    Route("/channels/<kind>/<account>/check", "check_channel", check_channel, ("POST",),
          twin=Twin("Ask the provider now", None, "channels")),
    Route("/channels/<kind>/<account>/resumption", "resume_channel", resume_channel, ("POST",),
          twin=Twin("Send again, before the pause is over", None, "channels")),
    Route("/channels/<kind>/<account>/test", "try_channel", try_channel, ("POST",),
          twin=Twin("Send a test message", TrialBody, "channels")),
    Route("/channels/alarms/<alarm_id>/settled", "settle_alarm", settle_alarm, ("POST",),
          twin=Twin("Say that an alarm is over", None, "channels")),
)
