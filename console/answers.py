"""How an action is answered: a redirect for a plain form, pieces of the page for htmx, JSON for a program.

What went wrong is said in the agent's language, on the page she was on, with what she typed still there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import structlog
from flask import flash, jsonify, redirect, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import here, naming, problems, screens, transcripts
from console.composer import Writing
from console.errors import ConsoleError
from console.problems import Problem
from console.programs.once import once
from console.rendering import page, render
from console.rows import Asked
from console.stretches import Bubble
from conversation.one_writer import is_busy
from conversation.tables import Channel, Contact
from conversation.work import Work
from handoff.access import Sight
from handoff.errors import AlreadyClaimed, HandoffError, NoRoom, SomeoneAnswered, StaleEpoch, UnknownTicket

Result = TypeVar("Result")

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Said:
    """What there is to say of an action that worked: a sentence for her, facts for a program.

    `focus` puts her into the composer, `mode` says into which: what she wrote in stays open. `quiet` leaves the
    sentence out where the page shows the result by itself.
    `offer` is what one may do next: {action, label, fields} of a form.
    """

    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    focus: bool = False
    mode: str = "reply"
    quiet: bool = False
    offer: Mapping[str, Any] | None = None


def perform(
    conversation_id: str, do: Callable[[Work], Result], say: Callable[[Result], Said], wrote: Writing | None = None
) -> Response:
    """Do something to a conversation in one transaction, and answer."""
    try:
        with here.desk().database.work() as work:
            result = once(work, do)
    except (HandoffError, ConsoleError, SQLAlchemyError) as error:
        if isinstance(error, SQLAlchemyError) and not is_busy(error):
            raise
        return later(refused(conversation_id, error, wrote or Writing()))
    return done(conversation_id, say(result))


def done(conversation_id: str, said: Said) -> Response:
    """It worked."""
    if here.wants_json():
        return jsonify({"ok": True, "conversation": conversation_id, "message": said.text, **said.facts})
    with here.desk().database.reading() as session:
        sight = _seen(session, conversation_id)
        if sight is None:
            return _go(url_for("console.conversations"), said)
        if not here.wants_fragment() or shown_conversation() != conversation_id:
            mode = None if said.mode == "reply" else said.mode
            return _go(url_for("console.conversation", conversation_id=conversation_id, mode=mode), said)
        told = None if said.quiet else screens.banner(said.text, form=said.offer)
        return _pieces(session, sight, Writing(said.mode, focus=said.focus), told)


def saved(address: str, text: str, **facts: Any) -> Response:
    """Something was kept that belongs to no conversation: back to a page, or JSON for a program."""
    if here.wants_json():
        return jsonify({"ok": True, "message": text, **facts})
    return _go(address, Said(text))


def refused(conversation_id: str, error: Exception, wrote: Writing) -> Response:
    """It did not; the page shows how things stand now."""
    with here.desk().database.reading() as session:
        sight = _seen(session, conversation_id)
        if sight is None:
            return answer_problem(problems.problem(UnknownTicket(conversation_id)))
        name, channel = _spoken_of(session, sight)
        trouble = problems.problem(error, name, channel)
        trouble = replace(trouble, facts=_who_was_faster(session, error, sight) | trouble.facts)
        logger.info("action refused", conversation=conversation_id, code=trouble.code)
        if here.wants_json():
            return answer_problem(trouble)
        tone = "person" if isinstance(error, AlreadyClaimed) else "harm"
        told = screens.banner(trouble.message, tone, _offer(error, sight))
        if here.wants_fragment() and shown_conversation() != conversation_id:
            return _list_only(session, told, trouble.status)
        if isinstance(error, SomeoneAnswered):  # the guard above the text says it, with the colleague's words
            wrote, told = replace(wrote, guard=_guard(session, error), focus=True), None
        if here.wants_fragment():
            return _pieces(session, sight, wrote, told, trouble.status)
        values = screens.conversation_screen(session, sight, wrote) | {"banner": told}
        return page("conversations.html", trouble.status, **values)


def later(answer: Response) -> Response:
    """The same; where the database was busy it says when to come again."""
    if answer.status_code == 503:
        answer.headers["Retry-After"] = str(problems.BUSY_SECONDS)
    return answer


def answer_problem(trouble: Problem) -> Response:
    """An error that is a page of its own."""
    return later(_problem_answer(trouble))


def _problem_answer(trouble: Problem) -> Response:
    if here.wants_json():
        answer = jsonify(trouble.as_json())
        answer.status_code = trouble.status
        return answer
    words = here.texts()
    key = {
        404: "not_found",
        405: "method",
        403: "csrf" if trouble.code == "csrf" else "not_allowed",
        413: "too_large",
        429: "too_fast",
        503: "busy_head",
    }.get(trouble.status, "" if trouble.status in (409, 422) else "server")  # of these two the sentence itself says what is to know
    shown = {
        "head": words(f"error.{key}") if key else trouble.message,
        "next": words(f"error.{key}_next") if key and words.has(f"error.{key}_next") else "",
    }
    if here.wants_fragment():
        told = screens.banner(trouble.message, "harm")
        return Response(render("_banner.html", oob=True, banner=told), trouble.status, mimetype="text/html")
    return page("problem.html", trouble.status, problem=shown)


def shown_conversation() -> str:
    """The conversation that the browser shows while htmx asks; empty on a page of its own address."""
    parts = urlsplit(request.headers.get("HX-Current-URL", "")).path.strip("/").split("/")
    return parts[2] if len(parts) >= 3 and parts[:2] == ["console", "conversations"] else ""


def _go(address: str, said: Said) -> Response:
    flash({"text": said.text, "form": said.offer} if said.offer else said.text, "good")
    if here.wants_fragment():
        return Response("", 200, {"HX-Redirect": address})
    return redirect(address, 303)


def _pieces(
    session: Session, sight: Sight, wrote: Writing, told: Mapping[str, Any] | None, status: int = 200
) -> Response:
    """Everything on the page of a conversation that may have changed, the list too."""
    values = screens.conversation_screen(session, sight, wrote, _asked_on_page())
    values |= {"with_list": True, "banner": told, "composer_changed": True}
    return Response(render("_fragments.html", **values), status, mimetype="text/html")


def _list_only(session: Session, told: Mapping[str, Any], status: int) -> Response:
    values = screens.list_screen(session, _asked_on_page(), shown_conversation()) | {"banner": told}
    return Response(
        render("_list_fragment.html", **values),
        status,
        {"HX-Retarget": "#list-rows", "HX-Reswap": "outerHTML"},
        mimetype="text/html",
    )


def _asked_on_page() -> Asked:
    """The list that the browser shows while htmx asks."""
    return screens.asked(dict(parse_qsl(urlsplit(request.headers.get("HX-Current-URL", "")).query)))


def _seen(session: Session, conversation_id: str) -> Sight | None:
    try:
        return screens.sight_of(session, conversation_id)
    except UnknownTicket:
        return None


def _spoken_of(session: Session, sight: Sight) -> tuple[str, str]:
    """The contact's name and the channel's, for a sentence about them."""
    contact, channel = Contact.__table__, Channel.__table__
    name = session.execute(
        contact.select()
        .with_only_columns(contact.c.name)
        .where(contact.c.contact_id == sight.conversation["contact_id"])
    ).scalar_one()
    kind = session.execute(
        channel.select()
        .with_only_columns(channel.c.kind)
        .where(channel.c.channel_id == sight.conversation["channel_id"])
    ).scalar_one()
    shown = naming.first_name(naming.shown_name(name, sight.conversation["address"]))
    return shown, here.texts()(f"channels.{naming.channel(kind)}")


def _offer(error: Exception, sight: Sight) -> dict[str, Any] | None:
    """What can be done about it at once: claim beyond one's capacity."""
    ticket = sight.live_ticket
    if not isinstance(error, NoRoom) or ticket is None or ticket["state"] != "queued":
        return None
    return {
        "action": url_for("console.claim", ticket_id=ticket["ticket_id"]),
        "label": here.texts()("error.no_room_force"),
        "fields": {"epoch": sight.conversation["epoch"], "force": "1"},
    }


def _who_was_faster(session: Session, error: Exception, sight: Sight) -> dict[str, Any]:
    """Who holds it now, or who answered, where the error itself does not name anybody."""
    if not isinstance(error, StaleEpoch | SomeoneAnswered):
        return {}
    holder = sight.live_ticket["holder_id"] if sight.live_ticket else None
    found = error.message["agent_id"] if isinstance(error, SomeoneAnswered) else holder
    winner = transcripts.agent_names(session).get(found or "", "")
    return {"winner": winner, "owner": sight.conversation["owner"], "epoch": sight.conversation["epoch"]}


def _guard(session: Session, error: SomeoneAnswered) -> tuple[Bubble, ...]:
    return (transcripts.single(session, error.message),)
