"""An agent writes first: whom she looks for, by which channel, and her first words."""

from __future__ import annotations

from typing import Any

import structlog
from flask import jsonify, request, url_for
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import here, nav, order_card, picker, problems, screens, ways
from console.answers import answer_problem, saved
from console.composer import MAX_TEXT
from console.errors import BadField, ConsoleError
from console.found import found
from console.programs.once import once
from console.rendering import page
from console.route import Route, Twin
from conversation.work import Work
from handoff import starting
from handoff.errors import HandoffError
from handoff.replies import Reply
from handoff.search_question import LONGEST
from handoff.starting import Begun, Start

MOST_BLANKS = 20
logger = structlog.get_logger(__name__)


class StartBody(BaseModel):
    """To whom, by which channel of ours, and the words or the template."""

    model_config = ConfigDict(extra="forbid")
    kind: str
    account: str
    address: str
    name: str = ""
    language: str = ""
    order: str = ""
    text: str = ""
    template: str = ""
    values: list[str] = Field(default_factory=list, max_length=MOST_BLANKS)
    force: str = Field("", description="1 beyond one's capacity")


def start() -> Response:
    """`?q=` looks for somebody; `?contact=` or `?to=` chose her, `&order=` is what it is about."""
    with here.desk().database.reading() as session:
        return _page(session, 200, None)


def begin() -> Response:
    """Send it; the conversation is hers."""
    try:
        with here.desk().database.work() as work:
            begun = once(work, lambda work: _facts(starting.start(work, here.viewer().agent_id, _asked(work))))
    except (HandoffError, ConsoleError) as error:
        return _refused(error)
    name = here.text_field("name") or here.text_field("address")
    return saved(url_for("console.conversation", conversation_id=begun["conversation"]),
                 here.texts()("start.done", name=name), **begun)


def _facts(begun: Begun) -> dict[str, str]:
    return {"conversation": begun.conversation_id, "ticket": begun.ticket_id, "message_id": begun.message_id}


def _asked(work: Work) -> Start:
    kind, language = here.text_field("kind"), here.text_field("language")[:8] or here.language()
    who = ways.sender(kind, here.text_field("account"), _address(), here.text_field("name"), language)
    text, name = here.text_field("text"), here.text_field("template")
    if len(text) > MAX_TEXT:
        raise BadField("text", "error.too_long")
    template, purpose = None, "service"
    if name:
        sight = ways.sight(language, here.text_field("order"))
        template, purpose = picker.chosen(sight, kind, name, _values())
    written = Reply(text if template is None else "", 0, 0, True, here.desk().window(kind), template, purpose)
    return Start(who, written, here.text_field("order")[:40], here.text_field("force") == "1")


def _address() -> str:
    typed = here.text_field("address")[:128]
    return ways.number(typed) or typed


def _values() -> tuple[str, ...]:
    listed = here.list_field("values")
    return tuple(listed or (here.text_field(f"value_{n}")[:MAX_TEXT] for n in range(1, MOST_BLANKS + 1)))


def _refused(error: Exception) -> Response:
    channel = here.text_field("kind")
    trouble = problems.problem(error, here.text_field("name"), channel)
    if here.wants_json():
        return answer_problem(trouble)
    with here.desk().database.reading() as session:
        return _page(session, trouble.status, screens.banner(trouble.message, "harm"))


def _page(session: Session, status: int, told: dict[str, Any] | None) -> Response:
    values = _chosen(session) or _looked_for(session)
    if here.wants_json():
        return jsonify(values)
    return page(
        "start.html",
        status,
        **values,
        typed=here.text_field("text") if request.method == "POST" else "",
        nav=nav.nav(session, here.viewer(), None, "start"),
        me=nav.me(here.agent()),
        banner=told or screens.flashed(),
        csrf_header=screens.csrf_header(),
    )


def _chosen(session: Session) -> dict[str, Any] | None:
    """Whom the address (or, when it was refused, the form) names, and the ways to her."""
    given = request.form if request.method == "POST" else request.args
    order, contact_id = given.get("order", "")[:40], given.get("contact", "")
    address = ways.number(given.get("to", "") or given.get("address", ""))
    if contact_id:
        known, found_ways = ways.of_contact(session, contact_id, order)
    elif address:
        known, found_ways = ways.of_number(session, address, given.get("name", "")[:80], order)
    else:
        return None
    return {"q": "", "known": {"name": known.name, "contact_id": known.contact_id, "order": known.order,
                               "language": known.language, "address": address},
            "ways": found_ways, "people": [], "order": None, "number": ""}


def _looked_for(session: Session) -> dict[str, Any]:
    typed = request.args.get("q", "").replace("\x00", "").strip()[:LONGEST]
    order = _order(typed)
    people = found(session, typed)["results"] if typed else []
    kept = {one["contact_id"]: {name: one[name] for name in ("contact_id", "name", "address", "channel")}
            for one in people}
    return {"q": typed, "known": None, "ways": [], "people": list(kept.values())[:10], "order": order,
            "number": ways.number(typed)}


def _order(reference: str) -> dict[str, Any] | None:
    """The order of this number, as far as the shop tells; one that does not answer is no order."""
    if not reference or len(reference) > 40 or not any(sign.isdigit() for sign in reference) or ":" in reference:
        return None
    try:
        facts = here.desk().find_order(reference)
    except Exception as error:  # noqa: BLE001 - a connector may fail in its own ways; the page goes on without it
        logger.warning("order not looked up", error=type(error).__name__)
        return None
    if facts is None:
        return None
    shown = order_card.shown(facts, here.texts(), here.formats())
    return {"reference": shown["reference"], "name": str(facts.get("customer_name", "")),
            "phone": ways.number(str(facts.get("phone", "")))}


ROUTES = (
    Route("/conversations/new", "start", start),
    Route("/conversations/new", "begin", begin, ("POST",),
          twin=Twin("Write to somebody first; the conversation is yours.", StartBody, "conversations")),
)
