"""What agents have the shop do with an order: asked for, approved where it is much, done once, told.

The same key is the same action, however often its form is sent. Of one kind at most one is under way for an order. The
worker does it (pipeline/order_actions.py); here are the rules and the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from conversation import holders, ids
from conversation.events import TimelineLine
from conversation.work import Work
from handoff import access, ledger, notices
from handoff.access import Sight, Viewer
from handoff.errors import NotHolder
from handoff.order_errors import (
    AboveYourLimit,
    ActionDecided,
    ActionOpen,
    ActionUnsure,
    BadAmount,
    KeyReused,
    ReasonMissing,
    UnknownOrderAction,
)
from handoff.order_limits import PAID, is_above, limit_of
from handoff.order_tables import OrderAction
from handoff.tables import Agent
from order_number import fold

KINDS = ("resend_tracking", "change_address", "cancel", "refund", "coupon")
OPEN = ("proposed", "approved", "running")
MAX_REASON = 500
_SHORTEST_REASON = 3
_LARGEST = Decimal(10) ** 9

_action, _agent = OrderAction.__table__, Agent.__table__
_by_key = select(_action).where(_action.c.key == bindparam("key"))
_by_id = select(_action).where(_action.c.order_action_id == bindparam("id"))
_under_way = select(_action.c.asked_by, _action.c.state).where(  # of an unsure one nobody knows yet: another could be the second
    _action.c.order_key == bindparam("order"), _action.c.kind == bindparam("kind"), _action.c.state.in_((*OPEN, "unsure")))
_approvers = select(_agent.c.agent_id).where(
    _agent.c.role.in_(access.SEES_EVERYTHING), _agent.c.deactivated_at.is_(None), _agent.c.is_integration.is_(False))
_decide = (
    update(_action).where(_action.c.order_action_id == bindparam("id"), _action.c.state == "proposed")
    .values(state=bindparam("new_state"), decided_by=bindparam("by"), decided_at=bindparam("now"),
            ended_at=bindparam("ends"), version=_action.c.version + 1)
)
_running = (
    select(_action).where(_action.c.state == "running")
    .order_by(_action.c.conversation_id).limit(100)  # two workers lock the conversations one after the other
)
_startable = (
    select(_action).where(_action.c.state == "approved")
    .order_by(_action.c.created_at).limit(bindparam("limit")).with_for_update(skip_locked=True)
)
_start = (
    update(_action).where(_action.c.order_action_id == bindparam("id"), _action.c.state == "approved")
    .values(state="running", owner=bindparam("by"), lease_until=bindparam("until"), version=_action.c.version + 1)
)
_finish = (
    update(_action).where(  # a worker that was only slow knows better than whoever gave it up
        _action.c.order_action_id == bindparam("id"), _action.c.state != bindparam("new_state"),
        _action.c.state.in_(("running", "unsure")))
    .values(state=bindparam("new_state"), result=bindparam("facts"), error=bindparam("why"), ended_at=bindparam("now"),
            owner=None, lease_until=None, version=_action.c.version + 1)
)
_settle = (
    update(_action).where(_action.c.order_action_id == bindparam("id"), _action.c.state == "unsure")
    .values(state=bindparam("new_state"), decided_by=bindparam("by"), decided_at=bindparam("now"), ended_at=bindparam("now"),
            version=_action.c.version + 1)
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One action as its form asks for it. `values` are plain: `amount` as decimal text, an address's lines.

    `preview` is what the agent saw before she sent it.
    """

    key: str
    kind: str
    reference: str
    reason: str
    values: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    tells_customer: bool = True
    preview: Mapping[str, Any] = field(default_factory=dict)
    incident_id: str | None = None


def propose(work: Work, conversation_id: str, agent_id: str, asked: Asked) -> dict[str, Any]:
    """Ask for it; returns its row, the one of before where the same form came before.

    Within her limit it is `approved` and a worker does it next (pipeline/order_actions.py); above it, it waits for somebody
    who may. Raises UnknownTicket, NotHolder, UnknownOrderAction, ReasonMissing, BadAmount, ActionOpen,
    ActionUnsure, KeyReused.
    """
    viewer = access.viewer(work.connection, agent_id)
    ledger.lock(work, conversation_id)
    sight = access.conversation_for(work.connection, viewer, conversation_id)
    amount = check(asked)
    before = work.connection.execute(_by_key, {"key": asked.key}).mappings().first()
    if before is not None:
        return _the_same(before, conversation_id, asked, agent_id)
    _require_hers(work, viewer, sight)
    order_key = fold(asked.reference)
    _lock_order(work, order_key)
    other = work.connection.execute(_under_way, {"order": order_key, "kind": asked.kind}).first()
    if other is not None:
        raise (ActionUnsure if other.state == "unsure" else ActionOpen)(ledger.name_of(work, other.asked_by))
    state = "proposed" if is_above(work.connection, viewer.role, asked.kind, asked.reference, amount) else "approved"
    row = _row(work.now, sight, viewer, asked) | {"order_key": order_key, "state": state}
    try:
        with work.connection.begin_nested():
            work.connection.execute(insert(_action).values(row))
    except IntegrityError:  # the same form, sent twice at once through another conversation's page
        raise KeyReused() from None
    _record(work, row, "asked", agent_id)
    if state == "proposed":
        approvers = [one for one in work.connection.execute(_approvers).scalars() if one != agent_id]
        notices.add(work, "approval", approvers, conversation_id, row["ticket_id"] or "", data={
            "by": viewer.name, "kind": asked.kind, "order": asked.reference, "amount": row["amount"],
            "currency": asked.currency})
    return row


def decide(work: Work, order_action_id: str, agent_id: str, *, approves: bool) -> dict[str, Any]:
    """Approve or decline what waits; who asked may only take it back, an admin apart.

    Raises UnknownOrderAction, AboveYourLimit, ActionDecided.
    """
    viewer = access.viewer(work.connection, agent_id)
    row = _locked(work, order_action_id)
    is_hers = row is not None and row["asked_by"] == agent_id
    if row is None or not (viewer.sees_everything or is_hers):
        raise UnknownOrderAction(order_action_id)
    if row["state"] != "proposed":
        raise ActionDecided(ledger.name_of(work, row["decided_by"] or row["asked_by"]), row["state"])
    if approves:
        _require_may(work, viewer, row, is_hers)
    state = "approved" if approves else "declined"
    changed = work.connection.execute(_decide, {
        "id": order_action_id, "new_state": state, "by": agent_id, "now": work.now,
        "ends": None if approves else work.now})
    if changed.rowcount != 1:
        raise ActionDecided("", "decided")
    row |= {"state": state, "decided_by": agent_id, "decided_at": work.now}
    _record(work, row, state, agent_id)
    if agent_id != row["asked_by"]:
        notices.add(work, "approved" if approves else "declined", [row["asked_by"]], row["conversation_id"],
                    row["ticket_id"] or "", data={"by": viewer.name, "kind": row["kind"], "order": row["order_reference"]})
    return row


def settle(work: Work, order_action_id: str, agent_id: str, *, was_done: bool) -> dict[str, Any]:
    """Somebody looked into the shop: it was done after all, or it was not. Raises UnknownOrderAction, ActionDecided."""
    viewer = access.viewer(work.connection, agent_id)
    row = _locked(work, order_action_id)
    if row is None or not (viewer.sees_everything or row["asked_by"] == agent_id):
        raise UnknownOrderAction(order_action_id)
    state = "done" if was_done else "failed"
    values = {"id": order_action_id, "new_state": state, "by": agent_id, "now": work.now}
    if work.connection.execute(_settle, values).rowcount != 1:
        raise ActionDecided(ledger.name_of(work, row["decided_by"] or row["asked_by"]), row["state"])
    row |= {"state": state, "decided_by": agent_id, "decided_at": work.now, "ended_at": work.now}
    _record(work, row, f"found_{state}", agent_id)
    return row


def take(work: Work, until: datetime, limit: int) -> list[dict[str, Any]]:
    """What is to be done now, ours until the lease ends. What a worker left half done ends `unsure` and is not among it."""
    for row in work.connection.execute(_running).mappings().all():
        if row["lease_until"] > work.now and not holders.is_dead(row["owner"]):
            continue
        finish(work, row, "unsure", {}, "A worker ended while it was asking the shop; whether it was done is unknown.")
    rows, me = work.connection.execute(_startable, {"limit": limit}).mappings().all(), holders.name_of_this_process()
    return [dict(row) for row in rows
            if work.connection.execute(_start, {"id": row["order_action_id"], "by": me, "until": until}).rowcount == 1]


def finish(work: Work, row: Mapping[str, Any], state: str, facts: Mapping[str, Any], why: str = "") -> bool:
    """It is `done`, `failed` (certainly not) or `unsure`; False where it had ended before."""
    values = {"id": row["order_action_id"], "new_state": state, "facts": dict(facts), "why": why[:MAX_REASON], "now": work.now}
    ledger.lock(work, row["conversation_id"])  # before the action, as whoever settles it by hand does
    if work.connection.execute(_finish, values).rowcount != 1:
        return False
    _record(work, {**row, "result": dict(facts)}, state, "system")
    if state != "done":
        notices.add(work, f"action_{state}", [row["asked_by"]], row["conversation_id"], row["ticket_id"] or "",
                    data={"kind": row["kind"], "order": row["order_reference"]})
    return True


def check(asked: Asked) -> Decimal | None:
    """The amount, where the kind has one. Raises UnknownOrderAction, ReasonMissing, BadAmount."""
    if asked.kind not in KINDS:
        raise UnknownOrderAction(asked.kind)
    if len(asked.reason.strip()) < _SHORTEST_REASON:
        raise ReasonMissing()
    if asked.kind not in PAID:
        return None
    try:
        amount = Decimal(asked.values.get("amount", "").strip().replace(",", "."))
    except InvalidOperation:
        raise BadAmount() from None
    if not amount.is_finite() or not 0 < amount <= _LARGEST or amount != round(amount, 2):
        raise BadAmount()
    return amount


def _the_same(row: Mapping[str, Any], conversation_id: str, asked: Asked, agent_id: str) -> dict[str, Any]:
    before = (row["conversation_id"], row["kind"], row["order_reference"], row["asked"], row["asked_by"])
    if before != (conversation_id, asked.kind, asked.reference, dict(asked.values), agent_id):
        raise KeyReused()
    return dict(row)


def _require_may(work: Work, viewer: Viewer, row: Mapping[str, Any], is_hers: bool) -> None:
    """Of one kind at most one waits for an order, so that no other approval can use up its limit at the same time."""
    limit = limit_of(work.connection, viewer.role, row["kind"])
    if limit is None:
        return
    if is_hers or is_above(work.connection, viewer.role, row["kind"], row["order_reference"], Decimal(row["amount"])):
        raise AboveYourLimit(f"{limit:f}")


def _require_hers(work: Work, viewer: Viewer, sight: Sight) -> None:
    live = sight.live_ticket
    if not viewer.sees_everything and (live is None or live["holder_id"] != viewer.agent_id):
        raise NotHolder(_holder_name(work, live), "order_action")


def _holder_name(work: Work, live: Mapping[str, Any] | None) -> str:
    return ledger.name_of(work, live["holder_id"]) if live is not None and live["holder_id"] else ""


def _lock_order(work: Work, order_key: str) -> None:
    """Two agents in two conversations about one order wait for each other."""
    if not work.is_sqlite:
        work.connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"order_action:{order_key}",))


def _row(now: datetime, sight: Sight, viewer: Viewer, asked: Asked) -> dict[str, Any]:
    amount = asked.values.get("amount", "").strip().replace(",", ".") if asked.kind in PAID else ""
    return {
        "order_action_id": ids.new("act"), "key": asked.key, "conversation_id": sight.conversation["conversation_id"],
        "ticket_id": (sight.live_ticket or {}).get("ticket_id"), "incident_id": asked.incident_id,
        "order_reference": asked.reference, "kind": asked.kind, "asked": dict(asked.values),
        "preview": dict(asked.preview), "result": {}, "amount": amount, "currency": asked.currency,
        "reason": asked.reason.strip()[:MAX_REASON], "tells_customer": asked.tells_customer, "asked_by": viewer.agent_id,
        "error": "", "created_at": now, "version": 1,
    }  # fmt: skip


def _locked(work: Work, order_action_id: str) -> dict[str, Any] | None:
    """The action as it stands once its conversation is ours."""
    row = work.connection.execute(_by_id, {"id": order_action_id}).mappings().first()
    if row is None:
        return None
    ledger.lock(work, row["conversation_id"])
    return dict(work.connection.execute(_by_id, {"id": order_action_id}).mappings().one())


def _record(work: Work, row: Mapping[str, Any], what: str, actor: str) -> None:
    work.record(TimelineLine("order_action", row["conversation_id"], actor, ticket_id=row["ticket_id"], data={
        "id": row["order_action_id"], "what": what, "kind": row["kind"], "order": row["order_reference"],
        "amount": row["amount"], "currency": row["currency"], "reason": row["reason"]}))
