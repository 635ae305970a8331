"""Whole screens: list, conversation and panel of one agent, read in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flask import get_flashed_messages, json, request, url_for
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from console import composer, here, nav, panels, rows, threads
from console.asked import read as read_asked
from console.composer import Writing
from console.failures import failure_text, may_send_again
from console.rows import Asked
from handoff import access
from handoff.access import Sight
from handoff.blocking import REASONS
from handoff.closing import DISPOSITIONS

MODES = ("reply", "note")


def asked(query: Mapping[str, str] | None = None) -> Asked:
    """Which list an address (this page's) names; anything unknown is the agent's own."""
    return read_asked(request.args if query is None else query)


def writing() -> Writing:
    mode, chosen = request.args.get("mode", "reply"), request.args.get("saved", "")[:80]
    return Writing(mode if mode in MODES else "reply", focus=mode == "note" or bool(chosen), saved_reply_id=chosen)


def list_screen(session: Session, found: Asked, current: str = "") -> dict[str, Any]:
    """Everything of a page but its conversation."""
    viewer = here.viewer()
    as_of = nav.as_of(session)
    counts = here.reckoning().counts(session, viewer, as_of)
    left = nav.nav(session, viewer, found, counts=counts)
    return {
        "list": rows.listing(session, viewer, found, current, (counts, as_of)),
        "nav": left,
        "me": nav.me(here.agent()),
        "thread": None,
        "screen": "list",
        "banner": flashed(),
        "stream_url": url_for("console.stream", after=as_of.line, conversation=current or None, list=found.tab),
        "csrf_header": csrf_header(),
        "notices": left["live"]["notices"],
        "version": left["live"]["version"],
    }


def numbers(session: Session, found: Asked) -> dict[str, Any]:
    """The left column with its numbers, and the one above the list."""
    viewer, as_of = here.viewer(), nav.as_of(session)
    counts = here.reckoning().counts(session, viewer, as_of)
    return {"list": {"total": rows.total(session, viewer, found, counts)},
            "nav": nav.nav(session, viewer, found, counts=counts), "me": nav.me(here.agent())}


def conversation_screen(session: Session, sight: Sight, wrote: Writing, found: Asked | None = None) -> dict[str, Any]:
    """A whole page: the list, the conversation, its panel."""
    key = sight.conversation["conversation_id"]
    return list_screen(session, found or asked(), key) | middle(session, sight, wrote) | {"screen": "thread"}


def middle(session: Session, sight: Sight, wrote: Writing, before: int = 0) -> dict[str, Any]:
    """The conversation and its panel."""
    viewer = here.viewer()
    thread = threads.thread(session, viewer, sight, before)
    return {
        "thread": thread,
        "panel": panels.panel(session, sight, thread),
        "dispositions": DISPOSITIONS,
        "block_reasons": REASONS,
        "composer": composer.composer(session, viewer, sight, thread, wrote),
        "max_text": composer.MAX_TEXT,
        "passing_text": partial(threads.passing_text, rows.queue_titles(session, here.language())),
        "case_text": threads.case_text,
        "failure_text": failure_text,
        "may_send_again": may_send_again,
        "screen": "thread",
        "composer_changed": True,
        "with_list": False,
        "banner": None,
        "return_flows": _flows(thread["actions"]),
    }


def _flows(actions: Sequence[str]) -> list[dict[str, str]]:
    """Those that the bot can begin when it gets a conversation back."""
    library = here.desk().flows.library() if "return" in actions else None
    found = library.flows.items() if library else ()
    return sorted(({"name": name, "title": flow.title or name} for name, flow in found), key=lambda one: one["title"].casefold())


def sight_of(session: Session, conversation_id: str) -> Sight:
    """The conversation as this agent may see it. Raises UnknownTicket."""
    return access.conversation_for(session, here.viewer(), conversation_id)


def csrf_header() -> str:
    return json.dumps({"X-CSRFToken": generate_csrf()})


def flashed() -> Mapping[str, Any] | None:
    """What the last action has to say, once."""
    messages = get_flashed_messages(with_categories=True)
    if not messages:
        return None
    tone, told = messages[-1]
    return banner(told["text"], tone, told["form"]) if isinstance(told, Mapping) else banner(told, tone)


def banner(text: str, tone: str = "good", form: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A line at the foot of the page. `tone` good, person or harm; `form` is something to do about it."""
    icon = {"good": "check", "person": "hand", "harm": "circle-alert"}[tone]
    return {"text": text, "tone": tone, "icon": icon, "head": "", "form": form}
