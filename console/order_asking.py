"""The form of an action on an order: what was typed, what would happen, and how far this agent may go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

import structlog
from flask import request

from console import here, sending
from console import order_actions_shown as shown
from console.errors import BadField, ConsoleError
from console.formats import as_utc
from console.programs.once import HEADER
from conversation import ids
from handoff import order_limits, order_words
from handoff.access import Sight
from handoff.order_actions import KINDS, Asked
from handoff.order_limits import PAID
from orders.acting import Action, Preview
from orders.errors import ConnectorError

ADDRESS = ("name", "street", "postcode", "city", "country")
VALUES: Mapping[str, Sequence[str]] = {"refund": ("amount",), "coupon": ("amount",), "change_address": ADDRESS}
LONGEST = 120
YES = ("1", "true", "on")
# What only says that the form is not filled in yet.
_UNFILLED = ("too_much", "address", "unsupported")

logger = structlog.get_logger(__name__)
Row = Mapping[str, Any]


class ShopRefuses(ConsoleError):
    """The shop would not do it now. `code` is stable."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The shop would not do this now ({code}).")
        self.code = code


class ShopDown(ConsoleError):
    """The shop does not answer."""


@dataclass(frozen=True, slots=True)
class Filled:
    """The form as it came. `values` are the kind's own fields."""

    kind: str
    reference: str
    key: str
    reason: str = ""
    tells: bool = True
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def amount(self) -> Decimal | None:
        """The amount where it is one; what is none is refused when it is sent."""
        try:
            return Decimal(self.values.get("amount", "").replace(",", ".")) if self.kind in PAID else None
        except InvalidOperation:
            return None

    @property
    def is_filled(self) -> bool:
        """Whether there is enough of it to ask what would happen."""
        return any(self.values.values()) or self.kind not in VALUES


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would happen. `limit` None: none; `asks` whether somebody has to approve it; `sentence` is what she would read.

    `given` of the limit the order had already; `unheard` says why that would not leave now: `window`, `stopped`, or nothing.
    """

    preview: Preview
    currency: str
    limit: Decimal | None
    asks: bool
    sentence: str
    unheard: str = ""
    given: Decimal = Decimal(0)


def read(kind: str) -> Filled:
    """The form or body of this request. Raises BadField."""
    if kind not in KINDS:
        raise BadField("kind")
    values = {name: here.text_field(name)[:LONGEST] for name in VALUES.get(kind, ())}
    if "amount" in values:
        values["amount"] = values["amount"].replace(",", ".")
    tells = here.text_field("tells_customer").lower()  # a program leaves it out where it is the usual; a form where it is not
    is_told = tells in YES or (not tells and "form" not in here.fields() and "tells_customer" not in here.fields())
    return Filled(
        kind, here.text_field("order")[:64], here.text_field("key")[:80] or _named() or new_key(), here.text_field("reason"),
        kind == "resend_tracking" or is_told, values)


def new_key() -> str:
    """The key of a form that is shown now."""
    return ids.new("key")


def _named() -> str:
    """The key of a program that names its requests: hers alone."""
    name = request.headers.get(HEADER, "")
    return f"{here.viewer().agent_id}:{name}"[:240] if name else ""


def of_order(filled: Filled, reference: str) -> Filled:
    return replace(filled, reference=reference)


def bare(filled: Filled) -> Asked:
    """What was typed, before the shop was asked."""
    return Asked(filled.key, filled.kind, filled.reference, filled.reason, dict(filled.values))


def again(filled: Filled, before: Row) -> Asked:
    """The same form once more: what the shop said then holds."""
    return Asked(filled.key, filled.kind, filled.reference, filled.reason, dict(filled.values), before["currency"],
                 filled.tells, before["preview"])


def outlook(sight: Sight, filled: Filled) -> Outlook:
    """What would happen now, for the eyes of this agent. Asks the shop, so no transaction may be open. Raises ShopDown."""
    counter, language = here.desk().orders.counter, sight.conversation["language"]
    if counter is None:
        return Outlook(Preview("unsupported"), "", None, False, "")
    address = {name: filled.values[name] for name in ADDRESS if name in filled.values}
    action = Action(filled.kind, filled.reference, filled.key, filled.amount, address=address, reason=filled.reason)
    try:
        judged = counter.preview(action, language)
    except ConnectorError as error:
        logger.warning("no preview of an action", kind=filled.kind, code=error.code)
        raise ShopDown("The shop does not answer.") from error
    if judged.refused in _UNFILLED and not filled.is_filled:
        judged = Preview("", judged.facts)
    currency = str(judged.facts.get("currency") or "")
    role = here.viewer().role
    with here.desk().database.reading() as session:
        limit, given = order_limits.limit_of(session, role, filled.kind), order_limits.given(session, filled.kind, filled.reference)
        asks = order_limits.is_above(session, role, filled.kind, filled.reference, filled.amount)
    row = {"kind": filled.kind, "order_reference": filled.reference, "amount": filled.values.get("amount", ""),
           "currency": currency, "asked": filled.values, "preview": dict(judged.facts)}
    said = order_words.sentence(here.desk().database.wiring.text, row, language) if filled.tells else ""
    return Outlook(judged, currency, limit, asks, said, _unheard(sight) if said else "", given)


def _unheard(sight: Sight) -> str:
    """Why our text would not reach her now."""
    talk = sight.conversation
    if talk["opted_out_at"] is not None:
        return "stopped"
    window = here.desk().window(sending.kind_of(talk["conversation_id"]))
    last, until = (talk[name] and as_utc(talk[name]) for name in ("last_inbound_at", "free_until"))
    return "" if window.state(last, here.formats().now, until) == "free" else "window"


def asked(filled: Filled, seen: Outlook) -> Asked:
    """As the desk takes it. Raises ShopRefuses."""
    if seen.preview.refused:
        raise ShopRefuses(seen.preview.refused)
    return Asked(filled.key, filled.kind, filled.reference, filled.reason, dict(filled.values), seen.currency, filled.tells,
                 dict(seen.preview.facts))


def begun(filled: Filled, seen: Outlook) -> Filled:
    """The empty form, with the address that stands there: seldom is all of it another."""
    now = seen.preview.facts.get("address_now") or seen.preview.facts.get("address") or {}
    return replace(filled, values={name: str(now.get(name) or "") if name in ADDRESS else "" for name in filled.values})


def now_and_then(filled: Filled, seen: Outlook) -> dict[str, Any]:
    """What stands there now and what would, as lines of a list."""
    words, facts = here.texts(), seen.preview.facts
    new = facts.get("new_address") or (facts.get("address") if "address_now" in facts else {})
    now = [(name, _money(facts[name], seen.currency)) for name in ("total", "refundable") if facts.get(name)]
    now += [(name, str(facts[name])) for name in ("carrier", "tracking_number") if facts.get(name)]
    if filled.kind in ("change_address", "cancel"):
        now.append(("address", _line(facts.get("address_now") or facts.get("address") or {})))
    then = []
    if filled.kind in PAID and filled.amount is not None:
        then.append(("amount", _money(filled.amount, seen.currency)))
    if filled.kind == "refund" and filled.amount is not None and facts.get("refundable"):
        then.append(("left", _money(Decimal(str(facts["refundable"])) - filled.amount, seen.currency)))
    if filled.kind == "change_address" and filled.is_filled:
        then.append(("new_address", _line(new or {})))
    named = [[(words(f"order_action.fact.{name}"), text) for name, text in part if text] for part in (now, then)]
    will = words(f"order_action.will.{filled.kind}", amount=_money(filled.amount or 0, seen.currency)) if words.has(
        f"order_action.will.{filled.kind}") else ""
    return {"now": named[0], "then": named[1], "will": will}


def _money(amount: Any, currency: str) -> str:
    return shown.money(str(amount), currency)


def _line(address: Row) -> str:
    town = " ".join(str(address[name]) for name in ("postcode", "city") if address.get(name))
    return ", ".join(filter(None, (address.get("name"), address.get("street"), town, address.get("country"))))
