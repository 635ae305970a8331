"""What Relevo sees in a sentence or a talk, the policy tried on past conversations, and how right each rule is.

For supervisors and admins: the page quotes customers whom an agent may not see.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from bot.escalation import Policy, policy_from
from bot.flow.live import FlowsRefused
from bot.understanding.telling import Setting, tell_talk
from console import (
    flow_pace,
    flow_publishing,
    here,
    policy_form,
    policy_trial,
    reading_room,
    reading_views,
    talk_lines,
    trial_views,
)
from console.answers import answer_problem
from console.bodies import PolicyBody
from console.flow_publishing import Overtaken
from console.policy_trial import Means
from console.problems import Problem
from console.reading_room import CHANNELS, LANGUAGES, Rules
from console.rendering import render
from console.route import SUPERVISORS, Entry, Route, Twin

LEAST_COMMENT = 3
MAX_COMMENT = 500


def understanding() -> Response:
    """The whole page."""
    reading_room.require_overseer()
    return reading_room.whole(reading_room.rules())


def read_sentence() -> Response:
    """What was typed, as Relevo sees it."""
    reading_room.require_overseer()
    now = reading_room.rules()
    with flow_pace.turn(here.viewer().agent_id):
        values = _read(now)
    if here.wants_fragment():
        return Response(render("_reading.html", **values), mimetype="text/html")
    return reading_room.whole(now, **values)


def try_policy() -> Response:
    """The numbers of the form, over past conversations."""
    reading_room.require_overseer()
    now = reading_room.rules()
    values, status = _tried(now), 200
    if values["trouble"] is not None:
        status = values["trouble"].status
    if here.wants_fragment():
        return Response(render("_trial.html", **values), status, mimetype="text/html")
    return reading_room.whole(now, status, **values)


def apply_policy() -> Response:
    """These numbers become the policy, published with who and why."""
    reading_room.require_overseer()
    now, comment = reading_room.rules(), here.text_field("comment")[:MAX_COMMENT]
    values = reading_room.policy(now, here.fields()) | {"comment": comment}
    values["changed"] = trial_views.changed(values["groups"])
    trouble = _unfit(values["groups"], now, comment)
    if trouble is None:
        try:
            made = flow_publishing.publish(_files(now, values["groups"]), comment, here.text_field("base"))
        except Overtaken:
            trouble = Problem(409, "conflict", "overtaken", here.texts()("flows.overtaken"))
        except FlowsRefused:
            trouble = Problem(422, "invalid", "flows_broken", here.texts()("flows.broken"))
        else:
            flash(here.texts()("understanding.done.applied", n=made.serial), "good")
            return redirect(url_for("console.understanding", _anchor="policy"), 303)
    if here.wants_json():
        return answer_problem(trouble)
    return reading_room.whole(now, trouble.status, **values, trouble=trouble)


def _read(now: Rules) -> dict[str, Any]:
    typed = _typed()
    setting = Setting(now.policy, typed["language"] or None, typed["channel"], now.order_patterns, now.book)
    told = tell_talk(talk_lines.lines_of(typed["text"], bool(typed["is_one"])), setting)
    return {"typed": typed, "seen": reading_views.seen(told), "growth": reading_views.growth(told)}


def _typed() -> dict[str, str]:
    """What the box held, with a language and a channel that we know or none."""
    language, channel = here.text_field("language"), here.text_field("channel")
    return {
        "text": here.text_field("text")[: talk_lines.MAX_LETTERS],
        "language": language if language in LANGUAGES else "",
        "channel": channel if channel in CHANNELS else "",
        "is_one": "1" if here.text_field("is_one") else "",
    }


def _tried(now: Rules) -> dict[str, Any]:
    days = here.number_field("days", policy_trial.DAYS[0])
    days = days if days in policy_trial.DAYS else policy_trial.DAYS[0]
    values = reading_room.policy(now, here.fields()) | {"days": days, "trial": None, "changed": [], "comment": ""}
    values["trouble"] = _unsound(values["groups"], now)
    if values["trouble"] is None:
        policies = (now.policy, _policy(now, values["groups"]))
        found = policy_trial.run(here.desk().database, policies, days, Means(now.order_patterns, now.book))
        values |= {"trial": trial_views.trial(found), "changed": trial_views.changed(values["groups"])}
    return values


def _policy(now: Rules, groups: Mapping[str, tuple[policy_form.Field, ...]]) -> Policy:
    """The policy that the form describes. Raises ValueError."""
    return policy_from(policy_form.tree_with(policy_form.tree_of(now.text), policy_form.changes(groups)))


def _files(now: Rules, groups: Mapping[str, tuple[policy_form.Field, ...]]) -> dict[str, str]:
    return {**now.files, policy_form.FILE: policy_form.text_with(now.text, policy_form.changes(groups))}


def _unsound(groups: Mapping[str, tuple[policy_form.Field, ...]], now: Rules) -> Problem | None:
    """What keeps these numbers from being a policy."""
    words = here.texts()
    wrong = next((field for fields in groups.values() for field in fields if field.is_wrong), None)
    if wrong is not None:
        most = here.formats().number(wrong.most)
        said = words("understanding.wrong_number", name=trial_views.field_label(wrong), most=most)
        return Problem(422, "invalid", "number", said, wrong.name)
    crossed = policy_form.crossed(groups)
    if crossed is not None:
        low, high = (trial_views.field_label(field) for field in crossed)
        return Problem(422, "invalid", "crossed", words("understanding.crossed", low=low, high=high), crossed[0].name)
    try:
        _policy(now, groups)
    except ValueError as error:
        return Problem(422, "invalid", "policy", words("understanding.no_policy", why=error))
    return None


def _unfit(groups: Mapping[str, tuple[policy_form.Field, ...]], now: Rules, comment: str) -> Problem | None:
    """What keeps them from being published."""
    words = here.texts()
    if not now.base:
        return Problem(409, "conflict", "nothing_live", words("understanding.nothing_live"))
    if not policy_form.changes(groups):
        return _unsound(groups, now) or Problem(422, "invalid", "unchanged", words("understanding.unchanged"))
    if len(comment) < LEAST_COMMENT:
        return Problem(422, "invalid", "comment", words("flows.comment_missing"), "comment")
    return _unsound(groups, now)


ROUTES = (
    Route("/understanding", "understanding", understanding, entry=Entry("understanding", "text-search", 70, SUPERVISORS)),
    Route("/understanding/reading", "read_sentence", read_sentence, ("POST",)),
    Route("/understanding/trial", "try_policy", try_policy, ("POST",)),
    Route("/understanding/policy", "apply_policy", apply_policy, ("POST",),
          twin=Twin("Publish these numbers as the policy", PolicyBody, "flows")),
)
