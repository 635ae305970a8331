"""What waits for somebody who may: the list for who supervises, and her word on each."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import jsonify, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import here, nav, overseers, screens
from console import order_actions_shown as shown
from console.answers import answer_problem, later, saved
from console.errors import ConsoleError
from console.order_answers import trouble
from console.programs.once import once
from console.rendering import page
from console.route import SUPERVISORS, Entry, Route, Twin
from console.transcripts import agent_names
from conversation.work import Work
from handoff import order_actions, order_book, order_limits
from handoff.errors import HandoffError

Row = Mapping[str, Any]


def approvals() -> Response:
    """What waits, the oldest first, and what was decided lately."""
    overseers.require()
    with here.desk().database.reading() as session:
        waiting, decided = order_book.waiting(session), order_book.decided(session, here.formats().now)
        if here.wants_json():
            return jsonify({"waiting": [shown.as_data(row) for row in waiting],
                            "decided": [shown.as_data(row) for row in decided]})
        names, viewer = agent_names(session), here.viewer()
        return page(
            "approvals.html", waiting=[shown.shown(row, names, viewer) | {
                "above": _above(session, row), "name": row["contact_name"] or row["address"]} for row in waiting],
            decided=[shown.shown(row, names, viewer) for row in decided], nav=nav.nav(session, viewer, None, "approvals"),
            me=nav.me(here.agent()), banner=screens.flashed(), csrf_header=screens.csrf_header())


def _above(session: Session, row: Row) -> str:
    """Why she may not approve it; empty where she may."""
    words, viewer = here.texts(), here.viewer()
    limit = order_limits.limit_of(session, viewer.role, row["kind"])
    if limit is None:
        return ""
    if row["asked_by"] == viewer.agent_id:
        return words("approvals.own")
    if not order_limits.is_above(session, viewer.role, row["kind"], row["order_reference"], Decimal(row["amount"])):
        return ""
    return words("approvals.your_limit", limit=shown.money(f"{limit:f}", row["currency"]))


def approve(order_action_id: str) -> Response:
    """The shop does it next."""
    return _decide(order_action_id, approves=True)


def decline(order_action_id: str) -> Response:
    """It is not done; who asked for it may take it back the same way."""
    return _decide(order_action_id, approves=False)


def _decide(order_action_id: str, *, approves: bool) -> Response:
    me = here.viewer()

    def do(work: Work) -> dict[str, Any]:
        row = order_actions.decide(work, order_action_id, me.agent_id, approves=approves)
        return {"order_action": order_action_id, "conversation": row["conversation_id"], "state": row["state"]}

    try:
        with here.desk().database.work() as work:
            done = once(work, do)
    except (HandoffError, ConsoleError) as error:
        return later(answer_problem(trouble(error)))
    told = here.texts()("approvals.approved" if approves else "approvals.declined")
    to = url_for("console.approvals") if me.sees_everything and (approves or here.text_field("back")) else url_for(
        "console.conversation", conversation_id=done["conversation"])
    return saved(to, told, **done)


ROUTES = (
    Route("/approvals", "approvals", approvals, entry=Entry("approvals", "shield-check", 25, SUPERVISORS),
          twin=Twin("What waits for approval, and what was decided lately.", None, "orders")),
    Route("/order-actions/<order_action_id>/approval", "approve_order_action", approve, ("POST",),
          twin=Twin("Approve an action on an order.", None, "orders")),
    Route("/order-actions/<order_action_id>/refusal", "decline_order_action", decline, ("POST",),
          twin=Twin("Decline an action on an order, or take back one's own.", None, "orders")),
)  # fmt: skip
