"""The list and the conversation: whole pages, and the pieces of them that live pages fetch."""

from __future__ import annotations

from collections.abc import Callable

from flask import redirect, request, url_for
from flask import session as flask_session
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import here, login, nav, screens
from console.rendering import page, render
from console.route import Entry, Route
from conversation.one_writer import unless_busy
from handoff import replies, ringing
from handoff.access import Sight


def front() -> Response:
    return redirect(url_for("console.conversations"))


def conversations() -> Response:
    """The list of a tab."""
    with here.desk().database.reading() as session:
        return page("conversations.html", **screens.list_screen(session, screens.asked()))


def conversation(conversation_id: str) -> Response:
    """The whole desk with one conversation open."""
    return _conversation(conversation_id, "thread")


def panel(conversation_id: str) -> Response:
    """The same, where a narrow screen shows the panel."""
    return _conversation(conversation_id, "panel")


def _conversation(conversation_id: str, screen: str) -> Response:
    _mark_seen(conversation_id)
    with here.desk().database.reading() as session:
        sight = screens.sight_of(session, conversation_id)
        before = _number("before")
        values = screens.list_screen(session, screens.asked(), conversation_id)
        told = values["banner"]
        values |= screens.middle(session, sight, screens.writing(), before) | {"screen": screen, "banner": told}
        answer = page("conversations.html", **values)
    _mark_read(sight)
    return answer


def list_fragment() -> Response:
    """The list and the left column, for a page that is told they changed."""
    def made() -> str:
        with here.desk().database.reading() as session:
            values = screens.list_screen(session, screens.asked(), request.args.get("current", ""))
            return render("_list_fragment.html", **values)

    return _shared(made)


def counts_fragment() -> Response:
    """The left column and the number above the list, where no row can be another."""
    def made() -> str:
        with here.desk().database.reading() as session:
            return render("_counts_fragment.html", **screens.numbers(session, screens.asked()))

    return _shared(made)


def nav_fragment() -> Response:
    """The left column alone, for pages without a list."""
    with here.desk().database.reading() as session:
        left = nav.nav(session, here.viewer(), None, request.args.get("page", ""))
        return _fragment("_nav.html", oob=True, nav=left, me=nav.me(here.agent()))


def thread_fragment(conversation_id: str) -> Response:
    """The conversation's pieces; the composer only if another is on the page, for somebody may be typing there."""
    with here.desk().database.reading() as session:
        sight = screens.sight_of(session, conversation_id)
        values = _pieces(session, sight)
        answer = _fragment("_fragments.html", **values)
    _mark_read(sight)
    return answer


def _pieces(session: Session, sight: Sight) -> dict[str, object]:
    values = screens.middle(session, sight, screens.writing())
    values["composer_changed"] = values["composer"]["key"] != request.args.get("composer", "")
    return values


def _shared(make: Callable[[], str]) -> Response:
    """A piece that all tabs of this browser fetch at the same change; what an action left to be said is for one alone."""
    is_shared = here.wants_fragment() and "_flashes" not in flask_session
    made = here.pieces().get((login.token(), request.full_path), make) if is_shared else make()
    return Response(made, mimetype="text/html")


def _fragment(template: str, **values: object) -> Response:
    return Response(render(template, **values), mimetype="text/html")


def _mark_read(sight: Sight) -> None:
    """Her own conversation is read once she has it before her eyes: not while its page lies behind others."""
    ticket = sight.live_ticket
    if here.is_unseen():
        return
    if ticket is None or ticket["holder_id"] != here.viewer().agent_id or not sight.conversation["unread"]:
        return
    with unless_busy(), here.desk().database.work() as work:
        replies.mark_read(work, sight.conversation["conversation_id"], here.viewer().agent_id)


def _mark_seen(conversation_id: str) -> None:
    """What rang for this conversation rings no more: she has opened it."""
    desk, agent_id = here.desk(), here.viewer().agent_id
    with desk.database.reading() as session:
        rung = any(one["conversation_id"] == conversation_id for one in ringing.unseen(session, agent_id, here.formats().now))
    if rung:
        with unless_busy(), desk.database.work() as work:
            ringing.saw(work, agent_id, conversation_id=conversation_id)


def _number(name: str) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0


ROUTES = (
    Route("/", "front", front),
    Route("/conversations", "conversations", conversations, entry=Entry("desk", "message-square", 10)),
    Route("/conversations/<conversation_id>", "conversation", conversation),
    Route("/conversations/<conversation_id>/panel", "panel", panel),
    Route("/conversations/<conversation_id>/fragment", "thread_fragment", thread_fragment),
    Route("/list", "list_fragment", list_fragment),
    Route("/counts", "counts_fragment", counts_fragment),
    Route("/nav", "nav_fragment", nav_fragment),
)
