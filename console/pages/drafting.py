"""What is not sent yet: drafts, and the saved replies they are made of."""

from __future__ import annotations

from flask import jsonify, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import composer, here, saved, screens, threads
from console.answers import Said, done, refused
from console.composer import MAX_TEXT, Writing
from console.errors import BadField
from console.rendering import page, render
from console.route import Route, Twin
from console.writing_bodies import DraftBody
from handoff import blanks, drafts, saved_replies
from handoff.access import Sight
from handoff.drafts import MODES, Typed
from handoff.errors import HandoffError


def save_draft(conversation_id: str) -> Response:
    """Keep what she is typing; the page gets its line of what is kept back."""
    mode, text = here.text_field("mode") or "reply", here.text_field("text")
    wrote = Writing(mode if mode in MODES else "reply", text[:MAX_TEXT])
    if mode not in MODES:
        return refused(conversation_id, BadField("mode"), wrote)
    if len(text) > MAX_TEXT:
        return refused(conversation_id, BadField("text", "error.too_long"), wrote)
    typed = Typed(mode, text, here.number_field("last_seen_seq", 0), here.text_field("saved_reply")[:80])
    try:
        with here.desk().database.work() as work:
            kept_at = drafts.save(work, conversation_id, here.viewer().agent_id, typed)
    except HandoffError as error:
        return refused(conversation_id, error, wrote)
    if here.wants_fragment() and request.headers.get("HX-Trigger-Name") == "text":
        return Response(_status(conversation_id, wrote), mimetype="text/html")
    at = here.formats().iso(kept_at) if kept_at else None
    return done(conversation_id, Said(here.texts()("done.drafted" if kept_at else "done.undrafted"), {"saved_at": at}))


def _status(conversation_id: str, wrote: Writing) -> str:
    with here.desk().database.reading() as session:
        sight = screens.sight_of(session, conversation_id)
        line = composer.status_of(session, here.viewer(), sight, wrote)
    status = render("_status.html", status=line, thread={"id": conversation_id})
    if wrote.mode != "reply":
        return status
    gaps = {"blanks": blanks.gaps(wrote.text)}
    return status + "".join(render(name, oob=True, composer=gaps) for name in ("_blanks.html", "_send.html"))


def saved_list(conversation_id: str) -> Response:
    """`?q=`: those that fit here, as the picker shows them."""
    with here.desk().database.reading() as session:
        sight = screens.sight_of(session, conversation_id)
        query = request.args.get("q", "")[:80]
        found = _shown(session, sight, query)
        if here.wants_json():
            return jsonify({"saved_replies": [_plain(one) for one in found]})
        values = {"replies": found, "query": query, "thread": threads.thread(session, here.viewer(), sight)}
        if here.wants_fragment():
            name = "_saved_list.html" if request.args.get("options") else "_picker.html"
            return Response(render(name, **values), mimetype="text/html")
        screen = screens.list_screen(session, screens.asked(), conversation_id)
        return page("saved_list.html", **(screen | values))


def saved_one(conversation_id: str, saved_reply_id: str) -> Response:
    """One, filled in; as a page it is the conversation with the text in its field."""
    with here.desk().database.reading() as session:
        sight = screens.sight_of(session, conversation_id)
        row = saved_replies.one(session, here.viewer(), saved_reply_id)
        if here.wants_json():
            return jsonify(_plain(saved.shown(row, sight.conversation["language"], saved.values(session, sight))))
    return redirect(url_for("console.conversation", conversation_id=conversation_id, saved=saved_reply_id), 303)


def _shown(session: Session, sight: Sight, query: str) -> list[dict[str, object]]:
    filling = saved.values(session, sight)
    return [saved.shown(row, sight.conversation["language"], filling) for row in saved.fitting(session, sight, query)]


def _plain(one: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in one.items() if name not in ("pieces", "read")}


ROUTES = (
    Route("/conversations/<conversation_id>/draft", "save_draft", save_draft, ("POST",),
          twin=Twin("Keep what is being written", DraftBody, "conversations")),
    Route("/conversations/<conversation_id>/saved-replies", "saved_list", saved_list,
          twin=Twin("Saved replies that fit here, filled in", None, "conversations")),
    Route("/conversations/<conversation_id>/saved-replies/<saved_reply_id>", "saved_one", saved_one,
          twin=Twin("One saved reply, filled in", None, "conversations")),
)
