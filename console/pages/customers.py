"""A customer's own page: what is known of her, and that she is one person on several channels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import jsonify, request, url_for
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import here, nav, screens
from console.answers import answer_problem, saved
from console.contact_card import card
from console.found import found
from console.problems import problem
from console.rendering import page
from console.route import Route, Twin
from conversation.work import Work
from handoff import people_merge, tagging
from handoff.errors import HandoffError
from handoff.search_question import LONGEST


class Join(BaseModel):
    """The other contact of the same person."""

    model_config = ConfigDict(extra="forbid")
    other: str


class Vip(BaseModel):
    """Whether she is one of those who go first: 1 or 0."""

    model_config = ConfigDict(extra="forbid")
    vip: str = Field(pattern="^[01]$")


def contact(contact_id: str) -> Response:
    """Her page; `?find=` looks for the contact she may be one with, `?page=` goes back in what was said."""
    with here.desk().database.reading() as session:
        shown = card(session, contact_id, _number("page"))
        if here.wants_json():
            return jsonify(_plain(shown))
        return page("contact.html", contact=shown, **_around(session, contact_id, shown))


def _around(session: Session, contact_id: str, shown: dict[str, Any]) -> dict[str, Any]:
    typed = request.args.get("find", "").strip()[:LONGEST]
    known = {contact_id, *(one["id"] for one in shown["people"])}
    others = {one["contact_id"]: one for one in found(session, typed)["results"] if one["contact_id"] not in known}
    return {
        "find": typed,
        "others": list(others.values())[:10],
        "nav": nav.nav(session, here.viewer(), None, "contact"),
        "me": nav.me(here.agent()),
        "banner": screens.flashed(),
        "csrf_header": screens.csrf_header(),
    }


def join(contact_id: str) -> Response:
    other, me = here.text_field("other"), here.viewer().agent_id
    return _do(contact_id, lambda work: people_merge.join(work, contact_id, other, me), "contact_page.joined")


def part(contact_id: str) -> Response:
    me = here.viewer().agent_id
    return _do(contact_id, lambda work: people_merge.part(work, contact_id, me), "contact_page.parted")


def vip(contact_id: str) -> Response:
    is_vip, me = here.text_field("vip") == "1", here.viewer().agent_id
    return _do(contact_id, lambda work: tagging.set_vip(work, contact_id, me, is_vip),
               "contact_page.vip_set" if is_vip else "contact_page.vip_unset")


def _do(contact_id: str, act: Callable[[Work], object], key: str) -> Response:
    try:
        with here.desk().database.work() as work:
            act(work)
    except HandoffError as error:
        return answer_problem(problem(error))
    return saved(url_for("console.contact", contact_id=contact_id), here.texts()(key), contact=contact_id)


def _number(name: str) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0


def _plain(value: Any) -> Any:
    """Values as JSON has them."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value


ROUTES = (
    Route("/contacts/<contact_id>", "contact", contact),
    Route("/contacts/<contact_id>/joining", "join_contact", join, ("POST",),
          twin=Twin("Say that two contacts are one person.", Join, "contacts")),
    Route("/contacts/<contact_id>/parting", "part_contact", part, ("POST",),
          twin=Twin("Say that a contact is nobody else.", None, "contacts")),
    Route("/contacts/<contact_id>/vip", "set_vip", vip, ("POST",),
          twin=Twin("Set or unset that a contact goes first.", Vip, "contacts")),
)
