"""The order panel's actions: the form with its preview, asking for it, and saying how an unsure one ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from flask import jsonify, request, url_for
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import here, nav, order_asking, order_sight, screens
from console import order_actions_shown as shown
from console.answers import answer_problem, later, saved
from console.errors import BadField, ConsoleError, NothingHere
from console.order_answers import trouble
from console.order_asking import Filled, Outlook
from console.problems import Problem
from console.programs.once import HEADER, once
from console.rendering import page
from console.route import Route, Twin
from conversation.one_writer import is_busy
from conversation.work import Work
from handoff import access, order_actions, order_book, order_limits
from handoff.access import Sight
from handoff.errors import HandoffError
from handoff.order_actions import MAX_REASON

Kind = Literal["resend_tracking", "change_address", "cancel", "refund", "coupon"]


class Wish(BaseModel):
    """What would happen: of the amount (refund, coupon) or the address only what the kind needs."""

    model_config = ConfigDict(extra="forbid")
    kind: Kind
    order: str = Field(max_length=64, description="The order's number.")
    amount: str = Field("", max_length=20, description="Decimal text, in the order's currency.", examples=["30.00"])
    name: str = Field("", max_length=120)
    street: str = Field("", max_length=120)
    postcode: str = Field("", max_length=120)
    city: str = Field("", max_length=120)
    country: str = Field("", max_length=120, description="Two letters.")
    tells_customer: bool = Field(True, description="Whether she reads our text once it is done.")


class Deed(Wish):
    """The same key is the same action, however often it is sent; without it, the header Idempotency-Key is the key."""

    key: str = Field("", max_length=80)
    reason: str = Field(max_length=MAX_REASON, description="Why, for the history.")


class Finding(BaseModel):
    """What somebody saw in the shop."""

    model_config = ConfigDict(extra="forbid")
    was_done: bool


def order_form(conversation_id: str, action: str) -> Response:
    """The form of one action, with how the order stands now; `?order=` is its number."""
    if action not in order_actions.KINDS:
        raise NothingHere(f"There is no action {action}.")
    order, values = request.args.get("order", "")[:64], order_asking.VALUES.get(action, ())
    return _form(conversation_id, Filled(action, order, order_asking.new_key(), values=dict.fromkeys(values, "")))


def preview_order_action(conversation_id: str) -> Response:
    """What an action would come to; changes nothing."""
    try:
        filled = order_asking.read(here.text_field("kind"))
    except BadField as error:
        return answer_problem(trouble(error))
    return _form(conversation_id, filled, is_checked=here.text_field("change") == "")


def _form(conversation_id: str, filled: Filled, is_checked: bool = False, problem: Problem | None = None) -> Response:
    with here.desk().database.reading() as session:
        sight, known = _sight(session, conversation_id)
    try:
        filled = order_asking.of_order(filled, order_sight.reference_of(sight, known, filled.reference))
        seen = order_asking.outlook(sight, filled)
    except ConsoleError as error:
        return later(answer_problem(trouble(error)))
    if here.wants_json():
        return jsonify(_outlook(filled, seen))
    if not filled.is_filled:
        filled = order_asking.begun(filled, seen)
    ready = filled.kind not in order_asking.VALUES or (is_checked and not seen.preview.refused)
    is_hers = order_sight.is_of_number(sight, filled.reference)
    with here.desk().database.reading() as session:
        frame = _frame(session)
    return page(
        "order_action.html", problem.status if problem else 200, form=filled, ready=ready, problem=problem,
        title=shown.kind(filled.kind), deed=shown.deed(filled.kind, filled.values.get("amount", ""), seen.currency),
        seen=seen, limit=_limit(seen), above=_above(seen), refused=_refused(seen), conversation_id=conversation_id,
        may=order_sight.may_act(sight), is_hers=is_hers, **order_asking.now_and_then(filled, seen), **frame)


def _sight(session: Session, conversation_id: str) -> tuple[Sight, list[str]]:
    """What she sees of the conversation, and the orders that it is about."""
    sight = access.conversation_for(session, here.viewer(), conversation_id)
    return sight, order_sight.references(session, sight)


def ask_order_action(conversation_id: str) -> Response:
    """Ask for it: within her limit the shop does it next, above it somebody approves it first."""
    try:
        filled = order_asking.read(here.text_field("kind"))
        row, is_new = _asked(conversation_id, filled)
    except (HandoffError, ConsoleError, SQLAlchemyError) as error:
        if isinstance(error, SQLAlchemyError) and not is_busy(error):
            raise
        return _refuse(conversation_id, error)
    words = here.texts()
    told = words("order_action.told.same") if not is_new else words(
        f"order_action.told.{'proposed' if row['state'] == 'proposed' else 'approved'}", by=here.viewer().name)
    return saved(url_for("console.conversation", conversation_id=conversation_id), told, **shown.as_data(row))


def _asked(conversation_id: str, filled: Filled) -> tuple[Mapping[str, Any], bool]:
    """The row, and whether this is the first time. The shop is asked before any transaction is open."""
    if not _names_itself():
        raise BadField("key")
    me = here.viewer().agent_id
    with here.desk().database.reading() as session:
        sight, known = _sight(session, conversation_id)
        before = order_book.of_key(session, filled.key)
    filled = order_asking.of_order(filled, order_sight.reference_of(sight, known, filled.reference))
    order_actions.check(order_asking.bare(filled))
    wish = order_asking.again(filled, before) if before else order_asking.asked(filled, order_asking.outlook(sight, filled))

    def do(work: Work) -> str:
        return str(order_actions.propose(work, conversation_id, me, wish)["order_action_id"])

    with here.desk().database.work() as work:
        key = once(work, do)
    with here.desk().database.reading() as session:
        return order_book.one(session, here.viewer(), key), before is None


def _names_itself() -> bool:
    return bool(here.text_field("key") or request.headers.get(HEADER))


def _refuse(conversation_id: str, error: Exception) -> Response:
    found = trouble(error)
    if here.wants_json() or found.status in (404, 503) or found.field == "kind":
        return later(answer_problem(found))
    return _form(conversation_id, order_asking.read(here.text_field("kind")), problem=found)


def settle_order_action(order_action_id: str) -> Response:
    """Somebody looked into the shop: it was done, or it was not."""
    said = here.fields().get("was_done", request.args.get("was_done"))  # the trouble page says it in the address
    if said is None:
        return answer_problem(trouble(BadField("was_done")))
    was_done = str(said).lower() in order_asking.YES
    try:
        with here.desk().database.work() as work:
            row = once(work, lambda work: _settled(work, order_action_id, was_done))
    except (HandoffError, ConsoleError) as error:
        return answer_problem(trouble(error))
    told = here.texts()("order_action.told.settled_done" if was_done else "order_action.told.settled_failed")
    return saved(url_for("console.conversation", conversation_id=row["conversation"]), told, **row)


def _settled(work: Work, order_action_id: str, was_done: bool) -> dict[str, Any]:
    row = order_actions.settle(work, order_action_id, here.viewer().agent_id, was_done=was_done)
    return {"order_action": order_action_id, "conversation": row["conversation_id"], "state": row["state"]}


def order_actions_of(conversation_id: str) -> Response:
    """What was asked of the shop in a conversation, what it can do, and up to how much this agent may."""
    with here.desk().database.reading() as session:
        sight, known = _sight(session, conversation_id)
        rows = order_book.of_conversation(session, conversation_id)
        role = here.viewer().role
        limits = {kind: order_limits.limit_of(session, role, kind) for kind in order_limits.PAID}
    orders = dict.fromkeys([*known, *(str(facts["reference"]) for facts in order_sight.bought(sight))])
    return jsonify({
        "order_actions": [shown.as_data(row) for row in rows], "orders": list(orders),
        "supported": [kind for kind in order_actions.KINDS if kind in here.desk().orders.actions],
        "limits": {kind: None if limit is None else f"{limit:f}" for kind, limit in limits.items()}})


def _outlook(filled: Filled, seen: Outlook) -> dict[str, Any]:
    return {"kind": filled.kind, "order": filled.reference, "refused": seen.preview.refused, "sentence": _refused(seen),
            "facts": dict(seen.preview.facts), "currency": seen.currency, "asks_approval": seen.asks,
            "limit": None if seen.limit is None else f"{seen.limit:f}", "given": f"{seen.given:f}", "customer_reads": seen.sentence, "unheard": seen.unheard}


def _refused(seen: Outlook) -> str:
    if not seen.preview.refused:
        return ""
    return here.texts().either(f"order_action.refused.{seen.preview.refused}", "order_action.refused.other")


def _limit(seen: Outlook) -> str:
    words = here.texts()
    if seen.limit is None:
        return words("order_action.no_limit")
    if seen.limit <= 0:
        return words("order_action.no_amount")
    limit = shown.money(f"{seen.limit:f}", seen.currency)
    if seen.given:
        return words("order_action.limit_given", limit=limit, given=shown.money(f"{seen.given:f}", seen.currency))
    return words("order_action.limit", limit=limit)


def _above(seen: Outlook) -> str:
    if not seen.asks or seen.limit is None:
        return ""
    return here.texts()("order_action.above", limit=shown.money(f"{seen.limit:f}", seen.currency))


def _frame(session: Session) -> dict[str, Any]:
    return {"nav": nav.nav(session, here.viewer(), None, "desk"), "me": nav.me(here.agent()),
            "banner": screens.flashed(), "csrf_header": screens.csrf_header()}


ROUTES = (
    Route("/conversations/<conversation_id>/order-actions/<action>", "order_form", order_form),
    Route("/conversations/<conversation_id>/order-actions/preview", "preview_order_action", preview_order_action, ("POST",),
          twin=Twin("What an action on an order would come to; changes nothing.", Wish, "orders")),
    Route("/conversations/<conversation_id>/order-actions", "ask_order_action", ask_order_action, ("POST",),
          twin=Twin("Have the shop do something with an order.", Deed, "orders")),
    Route("/order-actions/<order_action_id>/finding", "settle_order_action", settle_order_action, ("POST",),
          twin=Twin("Say of an action nobody knows of whether it was done.", Finding, "orders")),
    Route("/api/conversations/<conversation_id>/order-actions", "api_order_actions", order_actions_of),
)  # fmt: skip
