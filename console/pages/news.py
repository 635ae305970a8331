"""News before anybody asks: what was told today and why not, causes that hit many orders, and what people do with them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import jsonify, url_for
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import here, nav, news_desk, overseers, screens
from console.answers import answer_problem, saved
from console.errors import BadField, ConsoleError, NothingHere
from console.problems import Problem, problem
from console.programs.once import once
from console.rendering import page
from console.route import SUPERVISORS, Entry, Route, Twin
from conversation import inbox
from conversation.events import Outgoing, TimelineLine
from conversation.tables import TimelineEntry
from conversation.work import Work
from handoff.errors import HandoffError
from order_number import fold
from outreach import groups, showing
from outreach.errors import GroupEnded, GroupTold, UnknownGroup
from outreach.groups import Marked
from outreach.news import KINDS

LANGUAGES = ("es", "en", "pt")
LONGEST = 600
SAME_REPLY = timedelta(minutes=5)
_SPLIT = re.compile(r"[\s,;]+")
_entry = TimelineEntry.__table__


class Marking(BaseModel):
    """Orders that one cause hit: their numbers, what it is called, and what their buyers read (at least one language)."""

    model_config = ConfigDict(extra="forbid")
    title: str = Field(min_length=1, max_length=40)
    orders: str = Field(description="Order numbers, separated by spaces, commas or lines.")
    kind: str = Field("delayed", description="What happened: shipped, delayed, attempted, lost …")
    es: str = Field("", max_length=LONGEST)
    en: str = Field("", max_length=LONGEST)
    pt: str = Field("", max_length=LONGEST)


class GroupReply(BaseModel):
    """One reply to all of a group whose window is open; at least one language."""

    model_config = ConfigDict(extra="forbid")
    es: str = Field("", max_length=LONGEST)
    en: str = Field("", max_length=LONGEST)
    pt: str = Field("", max_length=LONGEST)


def show() -> Response:
    """What was told today, and what was not."""
    overseers.require()
    return _page()


def group(group_id: str) -> Response:
    """One cause: its orders, and who would get a reply now."""
    overseers.require()
    with here.desk().database.reading() as session:
        found = showing.group(session, group_id)
        if found is None:
            raise NothingHere("There is no such group.")
        orders, readers = news_desk.orders(session, group_id), news_desk.readers(session, group_id)
        if here.wants_json():
            people = [{"conversation": one.conversation_id, "name": one.name, "orders": list(one.orders), "why": one.why}
                      for one in readers]
            return jsonify(news_desk.plain(found) | {"lines": orders, "people": people})
        return page("news_group.html", group=news_desk.plain(found), orders=orders, readers=readers, first_at=found["first_at"],
                    languages=LANGUAGES, typed={}, **_frame(session))


def mark() -> Response:
    """Mark orders that one cause hit, and let their buyers know in these words."""
    overseers.require()
    desk = here.desk().news
    try:
        marked = _marked()
    except ConsoleError as error:
        return _refused(error)
    buyers = desk.buyers(marked.orders)  # before the transaction: the shop may take its time

    def do(work: Work) -> dict[str, Any]:
        group_id, n = groups.mark(work, marked, buyers, desk.policy())
        return {"group": group_id, "orders": n, "unknown": [one for one in marked.orders if fold(one) not in buyers]}

    return _do(do, lambda done: here.texts()("news.done.marked", n=done["orders"]))


def hold(group_id: str) -> Response:
    """Keep back what waits."""
    return _change(group_id, lambda work: groups.hold(work, group_id), "held")


def let_go(group_id: str) -> Response:
    """Tell what was held back."""
    return _change(group_id, lambda work: groups.let_go(work, group_id, here.viewer().agent_id), "let_go")


def stop(group_id: str) -> Response:
    """Nobody more is told."""
    return _change(group_id, lambda work: groups.stop(work, group_id), "stopped")


def undo(group_id: str) -> Response:
    """As if it had not been marked, while nobody was told."""
    return _change(group_id, lambda work: groups.undo(work, group_id), "undone")


def reply(group_id: str) -> Response:
    """One reply to everybody of the group who may be written to; each is looked at once more, and again when it is sent."""
    overseers.require()
    try:
        words = _words()
    except ConsoleError as error:
        return _refused(error)

    def do(work: Work) -> dict[str, Any]:
        if showing.group(work.session, group_id) is None:
            raise UnknownGroup(group_id)
        sent = _reply_all(work, group_id, words)
        return {"group": group_id, "sent": len(sent), "conversations": sent}

    return _do(do, lambda done: here.texts()("news.done.replied", n=done["sent"]))


def _reply_all(work: Work, group_id: str, words: dict[str, str]) -> list[str]:
    """Say it to who may be written to and did not hear just this a moment ago; written in one go, for customers wait."""
    talks = inbox.load_all(work, [one.conversation_id for one in news_desk.readers(work.session, group_id) if not one.why])
    heard, told = _heard_lately(work, list(talks), group_id), []
    for key, talk in talks.items():
        text = words.get(talk.row["language"][:2]) or next(iter(words.values()))
        if talk.row["owner"] != "bot" or talk.row["opted_out_at"] or talk.row["news_stopped_at"] or (key, _mark(text)) in heard:
            continue
        talk.say(work, Outgoing(text, author="system", purpose="utility"))
        work.record(TimelineLine("group_reply", key, here.viewer().agent_id, data={"group": group_id, "mark": _mark(text)}))
        told.append(talk)
    inbox.write(work, told)
    return [talk.conversation_id for talk in told]


def _heard_lately(work: Work, conversations: list[str], group_id: str) -> set[tuple[str, str]]:
    """Who heard which reply a moment ago: a form that is sent twice is one reply."""
    query = select(_entry.c.conversation_id, _entry.c.data).where(
        _entry.c.conversation_id.in_(conversations), _entry.c.kind == "group_reply", _entry.c.at > work.now - SAME_REPLY)
    return {(row.conversation_id, row.data.get("mark", "")) for row in work.connection.execute(query)
            if row.data.get("group") == group_id}


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _change(group_id: str, act: Callable[[Work], int], name: str) -> Response:
    overseers.require()
    return _do(lambda work: {"group": group_id, "notices": act(work)},
               lambda done: here.texts()(f"news.done.{name}", n=done["notices"]))


def _do(act: Callable[[Work], dict[str, Any]], say: Callable[[dict[str, Any]], str]) -> Response:
    try:
        with here.desk().database.work() as work:
            done: dict[str, Any] = once(work, lambda work: act(work))
    except UnknownGroup as error:
        raise NothingHere(str(error)) from None
    except (GroupEnded, GroupTold) as error:
        return _refused(error)
    except (HandoffError, ConsoleError) as error:
        return _refused(error)
    return saved(url_for("console.news_group", group_id=done["group"]), say(done), **done)


def _refused(error: Exception) -> Response:
    trouble = _trouble(error)
    if here.wants_json() or trouble.status == 404:
        return answer_problem(trouble)
    return _page(trouble.status, screens.banner(trouble.message, "harm"))


def _trouble(error: Exception) -> Problem:
    words = here.texts()
    match error:
        case GroupTold(told=told):
            return Problem(409, "conflict", "group_told", words("error.group_told", n=told), facts={"told": told})
        case GroupEnded(state=state):
            return Problem(409, "conflict", "group_ended", words(f"error.group_ended.{state}"), facts={"state": state})
    return problem(error)


def _marked() -> Marked:
    orders = list(dict.fromkeys(one for one in _SPLIT.split(here.text_field("orders")) if fold(one)))
    title, kind = here.text_field("title")[:40], here.text_field("kind") or "delayed"
    if not title:
        raise BadField("title")
    if not orders or len(orders) > groups.MOST_ORDERS:
        raise BadField("orders")
    if kind not in KINDS:
        raise BadField("kind")
    return Marked(title, kind, _words(), orders, here.viewer().agent_id, facts={"eta": None})  # the words say the day


def _words() -> dict[str, str]:
    words = {language: here.text_field(language)[:LONGEST] for language in LANGUAGES}
    found = {language: text for language, text in words.items() if text}
    if not found:
        raise BadField("es")
    return found


def _page(status: int = 200, banner: Any = None) -> Response:
    with here.desk().database.reading() as session:
        found = news_desk.overview(session)
        if here.wants_json():
            return jsonify(found)
        typed = {name: here.text_field(name) for name in ("title", "orders", *LANGUAGES)}
        return page("news.html", status, found=found, kinds=KINDS, languages=LANGUAGES, typed=typed, is_typed=any(typed.values()),
                    **(_frame(session) | ({"banner": banner} if banner else {})))


def _frame(session: Session) -> dict[str, Any]:
    return {"nav": nav.nav(session, here.viewer(), None, "news"), "me": nav.me(here.agent()),
            "banner": screens.flashed(), "csrf_header": screens.csrf_header()}


_TAG = "news"
ROUTES = (
    Route("/news", "news", show, entry=Entry("news", "truck", 47, SUPERVISORS),
          twin=Twin("What customers were told of their orders today, what not and why; causes that hit many orders", None, _TAG)),
    Route("/news/<group_id>", "news_group", group,
          twin=Twin("A cause that hit many orders, with its orders and who would get a reply", None, _TAG)),
    Route("/news", "mark_orders", mark, ("POST",),
          twin=Twin("Mark orders that one cause hit, and tell their buyers in these words.", Marking, _TAG)),
    Route("/news/<group_id>/hold", "hold_news", hold, ("POST",), twin=Twin("Keep back what a group still has to tell.", None, _TAG)),
    Route("/news/<group_id>/release", "release_news", let_go, ("POST",), twin=Twin("Tell what a group held back.", None, _TAG)),
    Route("/news/<group_id>/stop", "stop_news", stop, ("POST",), twin=Twin("Tell nobody more of a group.", None, _TAG)),
    Route("/news/<group_id>/undo", "undo_news", undo, ("POST",),
          twin=Twin("Take a marked group back, while nobody was told.", None, _TAG)),
    Route("/news/<group_id>/replies", "reply_news", reply, ("POST",),
          twin=Twin("Reply to everybody of a group who may be written to now.", GroupReply, _TAG)),
)  # fmt: skip
