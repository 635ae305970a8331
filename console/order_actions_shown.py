"""Actions on orders as pages show them: what was asked for, by whom, how it stands, and what may be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import url_for

from console import here
from handoff.access import Viewer

ICONS = {"resend_tracking": "truck", "change_address": "map-pin", "cancel": "ban", "refund": "undo-2", "coupon": "tag"}
TONES = {"proposed": "wait", "approved": "person", "running": "person", "done": "good", "failed": "harm", "unsure": "harm",
         "declined": "line"}

Row = Mapping[str, Any]


def kind(code: str) -> str:
    return here.texts().either(f"order_action.kinds.{code}", "order_action.menu")


def deed(code: str, amount: str, currency: str) -> str:
    """What is done, with its amount: “Refund 30.00 €”."""
    words = here.texts()
    if not words.has(f"order_action.do.{code}"):
        return words("order_action.menu")
    return words(f"order_action.do.{code}", amount=money(amount, currency))


def money(amount: str, currency: str) -> str:
    """As people write it; an amount without a currency as it is."""
    try:
        value = Decimal(amount)
    except InvalidOperation:
        return amount
    return here.formats().money(amount, currency) if currency else f"{value:f}"


def happened(data: Row, name: str) -> str:
    """Its line in the transcript."""
    return here.texts()(f"happened.order_action_{data.get('what')}", name=name, order=str(data.get("order", "")), deed=deed(
        str(data.get("kind", "")), str(data.get("amount", "")), str(data.get("currency", ""))))


def shown(row: Row, names: Mapping[str, str], viewer: Viewer) -> dict[str, Any]:
    """One action on a page. `may_settle`, `may_withdraw`: what this agent may do about it."""
    words, key = here.texts(), row["order_action_id"]
    is_hers = row["asked_by"] == viewer.agent_id
    return {
        "id": key, "text": deed(row["kind"], row["amount"], row["currency"]), "icon": ICONS.get(row["kind"], "package"),
        "order": row["order_reference"], "state": row["state"], "state_text": words(f"order_action.state.{row['state']}"),
        "tone": TONES[row["state"]], "at": row["created_at"], "reason": row["reason"],
        "by": words("order_action.by", name=names.get(row["asked_by"], "")), "decided": _decided(row, names),
        "came": _came(row), "told": row["told_at"] is not None, "next": _next(row), "url": url_for(
            "console.conversation", conversation_id=row["conversation_id"]), "is_hers": is_hers,
        "may_settle": row["state"] == "unsure" and (is_hers or viewer.sees_everything),
        "may_withdraw": row["state"] == "proposed" and is_hers,
    }  # fmt: skip


def as_data(row: Row) -> dict[str, Any]:
    """One action for a program."""
    f = here.formats()
    moments = {name: f.iso(row[name]) if row[name] else None for name in ("created_at", "decided_at", "ended_at", "told_at")}
    plain = ("state", "kind", "amount", "currency", "reason", "tells_customer", "asked_by", "decided_by")
    return {"order_action": row["order_action_id"], "failure": row["error"], "conversation": row["conversation_id"], "order": row["order_reference"],
            "asked": dict(row["asked"]), "result": dict(row["result"]), **{name: row[name] for name in plain}, **moments}


def _decided(row: Row, names: Mapping[str, str]) -> str:
    if not row["decided_by"]:
        return ""
    name, words = names.get(row["decided_by"], ""), here.texts()
    if row["decided_by"] == row["asked_by"] and row["state"] == "declined":
        return ""  # taken back
    if row["state"] == "declined":
        return words("order_action.decided_declined", name=name)
    settled = row["ended_at"] is not None and row["decided_at"] == row["ended_at"]
    return words("order_action.settled_by" if settled else "order_action.decided_approved", name=name)


def _came(row: Row) -> str:
    """What the shop said: the coupon's code, the number of the refund, or why it did not."""
    words, result = here.texts(), row["result"]
    if row["state"] == "failed":
        return words.either(f"order_action.refused.{result.get('code', '')}", "order_action.refused.other")
    if coupon := result.get("coupon"):
        return words("order_action.coupon_is", code=str(coupon))
    refund = str(result.get("refund_id") or "").rpartition("/")[2]
    return words("order_action.refund_is", code=refund) if refund else ""


def _next(row: Row) -> str:
    return here.texts()("order_action.unsure_next") if row["state"] == "unsure" else ""
