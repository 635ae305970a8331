"""All flows at a glance: where each begins, who is in it, how it fares; what was published; what nobody could answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.flow import live
from bot.flow.findings import ERROR, Finding
from bot.flow.live import FlowSet
from bot.flow.model import Triggers
from console import (
    flow_drafts,
    flow_files,
    flow_findings,
    flow_pace,
    flow_room,
    flow_shop,
    flow_trials,
    here,
    nav,
    overseers,
    screens,
)
from console.bodies import NewFlowBody
from console.errors import BadField
from console.flow_room import Room, room
from console.flow_skeleton import skeleton
from console.flow_trials import Trials
from console.formats import as_utc
from console.rendering import page
from console.route import SUPERVISORS, Entry, Route, Twin
from conversation.tables import Message, TimelineEntry

SHOWN_SETS = 12
SHOWN_QUESTIONS = 50
MAX_TITLE = 80
MAX_QUESTION = 300
_entry, _message = TimelineEntry.__table__, Message.__table__


@dataclass(frozen=True, slots=True)
class FlowRow:
    """One flow of the list. `start` are its first phrases, `others` counts the rest of what starts it."""

    slug: str
    title: str
    start: tuple[str, ...]
    others: int
    first: bool
    inside: int
    errors: int
    warnings: int
    trials: Trials | None
    has_tests: bool
    draft: str
    changed: Mapping[str, Any] | None


def flows() -> Response:
    """The page."""
    overseers.require()
    now, shop = room(), here.desk().flows
    with flow_pace.turn(here.viewer().agent_id):
        played = _played(now, "tests" in request.args)
        checked = now.checked()
    with flow_shop.reading(here.desk().database) as (work, session):
        history = list(shop.history(work, SHOWN_SETS + 1))
        known = flow_room.names(session, {one.published_by for one in history})
        told, folder = _history(history, known), shop.status(work)
        return page(
            "flows.html",
            rows=_rows(now, checked.findings, played, _last_changes(history, told)),
            shared=_shared(now),
            sets=told[:SHOWN_SETS],
            folder=folder,
            wrong=flow_findings.shown(folder.findings, {}, here.language()),
            drafts=len(now.drafts),
            is_played=played is not None,
            questions=_questions(session),
            nav=nav.nav(session, here.viewer(), None, "flows"),
            me=nav.me(here.agent()),
            banner=screens.flashed(),
            csrf_header=screens.csrf_header(),
        )


def new_flow() -> Response:
    """A flow that asks one thing and passes to a person, as a draft."""
    overseers.require()
    now, name = room(), here.text_field("name").lower().replace(" ", "_").replace("-", "_")
    file = flow_files.file_of(name)
    if not file or flow_files.kind_of(file) != "flow":
        raise BadField("name", "flows.bad_name")
    if file in now.files:
        raise BadField("name", "flows.name_taken")
    library = now.checked().library
    title = here.text_field("title")[:MAX_TITLE] or name.replace("_", " ").capitalize()
    languages, queue = (library.project.languages, library.project.default_queue) if library else (("es",), "general")
    with here.desk().database.work() as work:
        text = skeleton(name, title, languages, queue)
        flow_drafts.keep(work, here.viewer().agent_id, file, text, now.base)
    return redirect(url_for("console.flow", name=name), 303)


def _rows(
    now: Room, findings: Sequence[Finding], played: Mapping[str, Trials] | None, changed: Mapping[str, Mapping[str, Any]]
) -> list[FlowRow]:
    library = now.checked().library or here.desk().flows.library()
    names = sorted({*now.files, *(file for file in now.drafts)})
    rows = []
    for file in (name for name in names if flow_files.kind_of(name) == "flow"):
        slug = flow_files.slug_of(file)
        found = library.flows.get(slug) if library else None
        phrases, others = _starts(found.triggers) if found else ((), 0)
        mine = [one for one in findings if one.file == file]
        rows.append(FlowRow(
            slug=slug, title=(found.title if found else "") or slug, start=phrases, others=others,
            first=bool(found and found.triggers.first_message), inside=live.waiting(now.standings, slug),
            errors=sum(one.level == ERROR for one in mine), warnings=sum(one.level != ERROR for one in mine),
            trials=(played or {}).get(slug), has_tests=flow_files.test_of(file) in now.files, draft=_draft(now, file),
            changed=changed.get(file),
        ))  # fmt: skip
    return rows


def _starts(triggers: Triggers) -> tuple[tuple[str, ...], int]:
    phrases = [" ".join(words) for words in triggers.words]
    others = [*phrases[2:], *triggers.payloads, *([triggers.event] if triggers.event else [])]
    return tuple(phrases[:2]), len(others)


def _draft(now: Room, file: str) -> str:
    """How she is changing a file: new, edited, deleted; empty when she is not."""
    draft = now.drafts.get(file)
    if draft is None:
        return ""
    return "deleted" if draft.text is None else "edited" if file in now.published else "new"


def _shared(now: Room) -> list[dict[str, Any]]:
    """The files that all flows share."""
    words = here.texts()
    return [
        {"slug": slug, "file": file, "draft": _draft(now, file), "about": words.either(f"flows.files.{slug}", "flows.shared")}
        for file in sorted({*now.files, *now.drafts})
        if flow_files.kind_of(file) == "shared"
        for slug in (flow_files.slug_of(file),)
    ]


def _played(now: Room, wanted: bool) -> Mapping[str, Trials] | None:
    """The tests of what is live, when they were played already or are asked for."""
    return flow_trials.kept(now.published, flow_pace.deadline(flow_pace.TURN_SECONDS), wanted)


def _history(history: Sequence[FlowSet], known: Mapping[str, str]) -> list[dict[str, Any]]:
    told = []
    for at, one in enumerate(history):
        before = history[at + 1].files if at + 1 < len(history) else {}
        told.append({
            "set": one, "who": flow_room.published_by(one, known), "at": as_utc(one.published_at), "is_live": at == 0,
            "files": [name for name in sorted({*before, *one.files}) if before.get(name) != one.files.get(name)],
        })  # fmt: skip
    return told


def _last_changes(history: Sequence[FlowSet], told: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """For each file the newest set that changed it, as far back as the page looks."""
    found: dict[str, Mapping[str, Any]] = {}
    for line in told:
        for name in line["files"]:
            found.setdefault(name, line)
    return found


def _questions(session: Session) -> list[dict[str, Any]]:
    """What contacts asked and nothing in the flows answered, the newest first."""
    query = (
        select(_entry.c.conversation_id, _entry.c.data, _entry.c.at)
        .where(_entry.c.kind == "unanswered")
        .order_by(_entry.c.entry_id.desc())
        .limit(SHOWN_QUESTIONS)
    )
    rows = session.execute(query).mappings().all()
    asked = [str(row["data"].get("message_id", "")) for row in rows]
    texts: dict[str, str] = dict(session.execute(select(_message.c.message_id, _message.c.text).where(_message.c.message_id.in_(asked))).all())
    return [
        {"conversation_id": row["conversation_id"], "text": (texts.get(message) or "…")[:MAX_QUESTION], "at": as_utc(row["at"])}
        for row, message in zip(rows, asked, strict=True)
    ]


ROUTES = (
    Route("/flows", "flows", flows, entry=Entry("flows", "workflow", 60, SUPERVISORS)),
    Route("/flows", "new_flow", new_flow, ("POST",), twin=Twin("A new flow, as your draft", NewFlowBody, "flows")),
)
