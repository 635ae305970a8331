"""Many conversations at once, each by itself and under its own rules; and what hangs on one: tags, unread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import flash, redirect, url_for
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response

from console import here, people, problems, screens
from console.answers import Said, answer_problem, perform, saved
from console.errors import BadField, ConsoleError
from console.route import Route, Twin
from conversation.work import Work
from handoff import access, claims, closing, tagging
from handoff.errors import HandoffError, IllegalMove, UnknownTicket

AT_ONCE = 100
NAMED = 4
MOST_MINUTES = 60 * 24 * 30

Act = Callable[[Work, str], object]


class Bulk(BaseModel):
    """Conversations, and what to do with each of them."""

    model_config = ConfigDict(extra="forbid")
    conversations: list[str] = Field(max_length=AT_ONCE)
    action: str = Field(description="resolve:<disposition>, snooze:<minutes>, transfer:queue:<queue>, "
                                    "transfer:agent:<agent>, claim, unread, tag or untag")
    text: str = Field("", description="the note of a transfer, or the tag")


class Tag(BaseModel):
    """A tag."""

    model_config = ConfigDict(extra="forbid")
    tag: str


@dataclass
class Outcome:
    """How it went: ids that were done, and (id, name, sentence) of those that were not."""

    done: list[str] = field(default_factory=list)
    failed: list[tuple[str, str, str]] = field(default_factory=list)


def bulk() -> Response:
    """Each in a transaction of its own: what one refuses does not stop the others, and is told."""
    try:
        chosen, act = _chosen(), _act(here.text_field("action"), here.text_field("text")[:4000])
    except BadField as error:
        return _refused(error)
    outcome = Outcome()
    for conversation_id in chosen:
        _do(conversation_id, act, outcome)
    return saved(_back(), _told(outcome), done=outcome.done, failed=[
        {"conversation": key, "message": sentence} for key, _, sentence in outcome.failed])


def _chosen() -> list[str]:
    chosen = list(dict.fromkeys(here.list_field("conversations")))
    if not chosen:
        raise BadField("conversations", "error.bulk_none")
    if len(chosen) > AT_ONCE:
        raise BadField("conversations", "error.bulk_many")
    return chosen


def _refused(error: BadField) -> Response:
    """Back to the list, which says what is missing."""
    if here.wants_json():
        return answer_problem(problems.problem(error))
    flash(problems.problem(error).message, "harm")
    return redirect(_back(), 303)


def _do(conversation_id: str, act: Act, outcome: Outcome) -> None:
    try:
        with here.desk().database.work() as work:
            act(work, conversation_id)
    except (HandoffError, ConsoleError) as error:
        name = _name(conversation_id)
        outcome.failed.append((conversation_id, name, problems.problem(error, name).message))
    else:
        outcome.done.append(conversation_id)


def _act(action: str, text: str) -> Act:
    """The deed behind an action's words. Raises BadField."""
    kind, _, value = action.partition(":")
    me = here.viewer().agent_id
    if kind == "resolve":
        return lambda work, one: closing.resolve(work, _ticket(work, one), me, value or "solved")
    if kind == "snooze" and value.isascii() and value.isdigit() and 0 < int(value[:6]) <= MOST_MINUTES:
        return lambda work, one: claims.snooze(work, _ticket(work, one), me, work.now + timedelta(minutes=int(value)))
    if kind == "transfer":
        return _transfer(value, text)
    plain: dict[str, Act] = {
        "claim": _claim,
        "unread": lambda work, one: tagging.mark_unread(work, one, me),
        "tag": lambda work, one: tagging.add(work, one, me, text),
        "untag": lambda work, one: tagging.remove(work, one, me, text),
    }
    if action not in plain:
        raise BadField("action", "error.bad_action")
    return plain[action]


def _transfer(to: str, note: str) -> Act:
    kind, _, target = to.partition(":")
    me = here.viewer().agent_id
    if kind == "queue":
        return lambda work, one: claims.transfer_to_queue(work, _ticket(work, one), me, target, note)
    if kind == "agent":
        return lambda work, one: claims.transfer_to_agent(work, _ticket(work, one), me, target, note)
    raise BadField("action", "error.bad_action")


def _claim(work: Work, conversation_id: str) -> None:
    me = here.viewer()
    sight = access.conversation_for(work.connection, access.viewer(work.connection, me.agent_id), conversation_id)
    if sight.live_ticket is None:
        raise IllegalMove("bot", "claim")
    claims.claim(work, sight.live_ticket["ticket_id"], me.agent_id, sight.conversation["epoch"])


def _ticket(work: Work, conversation_id: str) -> str:
    """The live ticket of a conversation that she may see. Raises UnknownTicket, IllegalMove."""
    viewer = access.viewer(work.connection, here.viewer().agent_id)
    ticket = access.conversation_for(work.connection, viewer, conversation_id).live_ticket
    if ticket is None:
        raise IllegalMove("bot", "resolve")
    return str(ticket["ticket_id"])


def _name(conversation_id: str) -> str:
    """Whose conversation it is, if she may know; else its own name."""
    with here.desk().database.reading() as session:
        try:
            sight = screens.sight_of(session, conversation_id)
        except UnknownTicket:
            return conversation_id[:40]
        return str(people.who(session, sight)["name"])


def _told(outcome: Outcome) -> str:
    """“12 hechas, 2 no: Marta (la lleva Bo), …”."""
    words = here.texts()
    done = words("bulk.done", n=len(outcome.done))
    if not outcome.failed:
        return f"{done}."
    which = [f"{name} ({sentence.rstrip('.')})" for _, name, sentence in outcome.failed[:NAMED]]
    if len(outcome.failed) > NAMED:
        which.append(words("bulk.and_more", n=len(outcome.failed) - NAMED))
    failed = words("bulk.failed", n=len(outcome.failed), which=", ".join(which))
    return words("bulk.some", done=done, failed=failed) + "."


def _back() -> str:
    """The list that the form stood on; nothing but a path of the console."""
    parts = urlsplit(here.text_field("from"))
    if parts.netloc or parts.scheme or parts.path != "/console/conversations":
        return url_for("console.conversations")
    return parts.path + (f"?{parts.query}" if parts.query else "")


def unread(conversation_id: str) -> Response:
    """Back to the list: on its own page it would be read at once."""
    me = here.viewer().agent_id
    with here.desk().database.work() as work:
        tagging.mark_unread(work, conversation_id, me)
    return saved(url_for("console.conversations"), here.texts()("mark_unread.done"), conversation=conversation_id)


def add_tag(conversation_id: str) -> Response:
    tag, me = here.text_field("tag"), here.viewer().agent_id
    return perform(conversation_id, lambda work: tagging.add(work, conversation_id, me, tag),
                   lambda _: _tagged(conversation_id, "tag.added", tag))


def remove_tag(conversation_id: str) -> Response:
    tag, me = here.text_field("tag"), here.viewer().agent_id
    return perform(conversation_id, lambda work: tagging.remove(work, conversation_id, me, tag),
                   lambda _: _tagged(conversation_id, "tag.removed", tag))


def _tagged(conversation_id: str, key: str, tag: str) -> Said:
    with here.desk().database.reading() as session:
        tags: Sequence[Any] = screens.sight_of(session, conversation_id).conversation["tags"]
    return Said(here.texts()(key, tag=tag), {"tags": list(tags)})


ROUTES = (
    Route("/conversations/bulk", "bulk", bulk, ("POST",),
          twin=Twin("Do one thing with many conversations, each by itself.", Bulk, "conversations")),
    Route("/conversations/<conversation_id>/unread", "mark_unread", unread, ("POST",),
          twin=Twin("Mark a conversation as unread.", None, "conversations")),
    Route("/conversations/<conversation_id>/tags", "add_tag", add_tag, ("POST",),
          twin=Twin("Hang a tag on a conversation.", Tag, "conversations")),
    Route("/conversations/<conversation_id>/tags/removal", "remove_tag", remove_tag, ("POST",),
          twin=Twin("Take a tag off a conversation.", Tag, "conversations")),
)
