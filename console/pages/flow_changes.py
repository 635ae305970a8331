"""From draft to live: what she is about to change and whom it touches, publishing, older sets and the way back to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, jsonify, redirect, url_for
from werkzeug.wrappers import Response

from bot.flow import live
from bot.flow.findings import Finding
from bot.flow.live import FlowSet, FlowsRefused, UnknownFlowSet
from console import (
    flow_drafts,
    flow_files,
    flow_findings,
    flow_merge,
    flow_pace,
    flow_publishing,
    flow_room,
    flow_shop,
    flow_trials,
    here,
    nav,
    overseers,
    screens,
)
from console.answers import answer_problem
from console.bodies import PublishBody, RollbackBody
from console.errors import NothingHere
from console.flow_files import Files
from console.flow_publishing import Overtaken
from console.flow_room import Room, room
from console.problems import Problem
from console.rendering import page
from console.route import Route, Twin
from conversation.work import Work

LEAST_COMMENT = 3
MAX_COMMENT = 500
MAX_NEWS = 20


@dataclass(frozen=True, slots=True)
class Clash:
    """A file that somebody else published while she was writing it: what they changed, and hers put on top of theirs
    where the two touch different lines (None where they do not fit)."""

    file: str
    slug: str
    theirs: tuple[flow_files.DiffLine, ...]
    both: str | None


@dataclass(frozen=True, slots=True)
class News:
    """A set that somebody else published since she began, and what it changed of the files she is writing."""

    set_id: str
    who: str
    found: FlowSet
    files: tuple[str, ...]


def flow_changes() -> Response:
    """Everything she has not published, against what is live now."""
    overseers.require()
    return _review(room())


def publish_flows() -> Response:
    """All of her drafts become live together, or nothing does."""
    overseers.require()
    now, comment = room(), here.text_field("comment")[:MAX_COMMENT]
    if not now.drafts:
        return _done("flows.done.nothing")
    if len(comment) < LEAST_COMMENT:
        return _review(now, Problem(422, "invalid", "comment", here.texts()("flows.comment_missing"), "comment"), comment)
    if here.text_field("base") != now.base:
        return _review(now, _overtaken(), comment)
    if here.text_field("seen") != now.base and _clashes_now(now):
        return _review(now, Problem(409, "conflict", "clash", here.texts()("flows.clash_unseen"), "seen"), comment)
    with flow_pace.turn(here.viewer().agent_id):
        errors = now.checked().errors
    if errors:
        return _review(now, _broken(), comment)
    me = here.viewer().agent_id
    try:
        made = flow_publishing.publish(now.files, comment, now.base, lambda work: flow_drafts.drop(work, me))
    except Overtaken:
        return _review(room(), _overtaken(), comment)
    except FlowsRefused:
        return _review(room(), _broken(), comment)
    return _done("flows.done.published", n=made.serial)


def discard_flow(name: str) -> Response:
    """She does not want this one after all."""
    overseers.require()
    file = flow_files.file_of(name)
    with here.desk().database.work() as work:
        flow_drafts.drop(work, here.viewer().agent_id, file or "-")
    flash(here.texts()("flows.done.discarded"), "good")
    return redirect(url_for("console.flow_changes" if room().drafts else "console.flows"), 303)


def merge_flow(name: str) -> Response:
    """Put her changes of a file on top of what somebody else published meanwhile."""
    overseers.require()
    now, file = room(), flow_files.file_of(name)
    clash = next((one for one in _clashes_now(now) if one.file == file), None)
    if clash is None or clash.both is None:
        raise NothingHere(f"There is nothing to put together in {name}.")
    me = here.viewer().agent_id
    with here.desk().database.work() as work:
        flow_drafts.drop(work, me, file)
        if clash.both != now.published.get(file):
            flow_drafts.keep(work, me, file, clash.both, now.base)
    flash(here.texts()("flows.done.merged"), "good")
    return redirect(url_for("console.flow_changes"), 303)


def flow_set(set_id: str) -> Response:
    """One set that was live once: who, when, why, and what going back to it would change."""
    overseers.require()
    return _set_page(set_id)


def roll_back_flows(set_id: str) -> Response:
    """Publish an older set again. Drafts of anybody stay what they are."""
    overseers.require()
    shop, comment = here.desk().flows, here.text_field("comment")[:MAX_COMMENT]
    with flow_shop.reading(here.desk().database) as (work, _):
        wanted = shop.fetch(work, set_id)
    with flow_pace.turn(here.viewer().agent_id):
        shop.prepare(wanted.files)
    try:
        with here.desk().database.work() as work:
            if here.text_field("base") != flow_shop.id_of(shop.live(work)):
                raise Overtaken
            made = shop.roll_back(work, set_id, by=here.viewer().agent_id, comment=comment)
            flow_publishing.still_on(work, here.text_field("base"), made)
    except Overtaken:
        return _set_page(set_id, _overtaken())
    except FlowsRefused as refused:
        return _set_page(set_id, _broken(), refused.findings)
    return _done("flows.done.rolled_back", n=made.serial)


def _review(now: Room, trouble: Problem | None = None, comment: str = "") -> Response:
    if trouble is not None and here.wants_json():
        return answer_problem(trouble)
    with flow_pace.turn(here.viewer().agent_id):
        checked = now.checked()
        touched = _touched(now, now.files)
        trials = _trials(now)
    changes = flow_files.changes(now.published, now.files)
    with flow_shop.reading(here.desk().database) as (work, session):
        return page(
            "flow_changes.html",
            trouble.status if trouble else 200,
            changes=changes,
            news=_news(work, now),
            clashes=_clashes(work, now),
            base=now.base,
            comment=comment,
            trouble=trouble,
            findings=flow_findings.shown(checked.findings, now.files, here.language()),
            errors=checked.errors,
            touched=touched,
            trials=trials,
            slug_of=flow_files.slug_of,
            nav=nav.nav(session, here.viewer(), None, "flows"),
            me=nav.me(here.agent()),
            banner=screens.flashed(),
            csrf_header=screens.csrf_header(),
        )


def _set_page(set_id: str, trouble: Problem | None = None, findings: Sequence[Finding] = ()) -> Response:
    if trouble is not None and here.wants_json():
        return answer_problem(trouble)
    shop = here.desk().flows
    with flow_shop.reading(here.desk().database) as (work, session):
        found, now_live = shop.fetch(work, set_id), shop.live(work)
        now = Room(now_live, {}, tuple(shop.standings(work)))
        known = flow_room.names(session, {found.published_by})
        with flow_pace.turn(here.viewer().agent_id):
            touched = _touched(now, found.files)
        return page(
            "flow_set.html",
            trouble.status if trouble else 200,
            set=found,
            who=flow_room.published_by(found, known),
            is_live=now.base == found.set_id,
            base=now.base,
            trouble=trouble,
            findings=flow_findings.shown(findings, found.files, here.language()),
            changes=flow_files.changes(now.published, found.files),
            touched=touched,
            slug_of=flow_files.slug_of,
            nav=nav.nav(session, here.viewer(), None, "flows"),
            me=nav.me(here.agent()),
            banner=screens.flashed(),
            csrf_header=screens.csrf_header(),
        )


def _touched(now: Room, files: Files) -> list[flow_findings.Shown]:
    """The customers whom this edit would touch, counted."""
    old, new = here.desk().flows.library(), flow_files.check(files).library
    if old is None or new is None:
        return []
    return flow_findings.shown(live.consequences(old, new, now.standings), files, here.language())


def _trials(now: Room) -> list[flow_trials.Trials]:
    """The tests of the flows that she touched."""
    flows = {flow_files.flow_of(file) for file in now.drafts} - {""}
    late = flow_pace.deadline()
    found = [flow_trials.run(now.files, late, flow).get(flow) for flow in sorted(flows)]
    return [one for one in found if one is not None and one.steps]


def _news(work: Work, now: Room) -> list[News]:
    """What others published since the oldest of her drafts began, the newest first."""
    stale = {draft.base for draft in now.drafts.values()} - {now.base}
    if not stale:
        return []
    history = list(here.desk().flows.history(work, MAX_NEWS + 1))
    oldest = max((at for at, one in enumerate(history) if one.set_id in stale), default=MAX_NEWS)
    newer = history[:oldest]
    known = flow_room.names(work.session, {one.published_by for one in newer})
    return [
        News(one.set_id, flow_room.published_by(one, known), one, _changed(history, at)) for at, one in enumerate(newer)
    ]


def _clashes_now(now: Room) -> list[Clash]:
    with flow_shop.reading(here.desk().database) as (work, _):
        return _clashes(work, now)


def _clashes(work: Work, now: Room) -> list[Clash]:
    """Files of hers that are live in another wording than the one she began with."""
    found, begun = [], dict[str, Files]()
    for file, draft in now.drafts.items():
        if draft.base in ("", now.base):
            continue
        if draft.base not in begun:
            begun[draft.base] = _files_of(work, draft.base)
        base, theirs = begun[draft.base].get(file, ""), now.published.get(file, "")
        if base != theirs:
            both = None if draft.text is None else flow_merge.merged(base, draft.text, theirs)
            found.append(Clash(file, flow_files.slug_of(file), tuple(flow_files.diff(base, theirs)), both))
    return found


def _files_of(work: Work, set_id: str) -> Files:
    try:
        return here.desk().flows.fetch(work, set_id).files
    except UnknownFlowSet:
        return {}


def _changed(history: Sequence[FlowSet], at: int) -> tuple[str, ...]:
    before: Mapping[str, str] = history[at + 1].files if at + 1 < len(history) else {}
    return tuple(change.file for change in flow_files.changes(before, history[at].files))


def _overtaken() -> Problem:
    return Problem(409, "conflict", "overtaken", here.texts()("flows.overtaken"))


def _broken() -> Problem:
    return Problem(422, "invalid", "flows_broken", here.texts()("flows.broken"))


def _done(key: str, **values: Any) -> Response:
    words = here.texts()
    if here.wants_json():
        return jsonify({"ok": True, "message": words(key, **values)})
    flash(words(key, **values), "good")
    return redirect(url_for("console.flows"), 303)


ROUTES = (
    Route("/flow-changes", "flow_changes", flow_changes),
    Route("/flow-changes", "publish_flows", publish_flows, ("POST",),
          twin=Twin("Publish all of your drafts", PublishBody, "flows")),
    Route("/flow-changes/<name>/discard", "discard_flow", discard_flow, ("POST",),
          twin=Twin("Drop a draft", None, "flows")),
    Route("/flow-changes/<name>/merge", "merge_flow", merge_flow, ("POST",),
          twin=Twin("Put a draft on top of what was published meanwhile", None, "flows")),
    Route("/flow-sets/<set_id>", "flow_set", flow_set),
    Route("/flow-sets/<set_id>/rollback", "roll_back_flows", roll_back_flows, ("POST",),
          twin=Twin("Publish an older set again", RollbackBody, "flows")),
)
