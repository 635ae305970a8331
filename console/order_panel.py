"""The order panel's second half: what may be done with the order, what was asked for, and her other orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from console import here, order_card, order_sight
from console import order_actions_shown as shown
from console.transcripts import agent_names
from handoff import order_book
from handoff.access import Sight
from handoff.order_actions import KINDS
from orders.reference import fold

MOST_OTHERS = 5


def panel(session: Session, sight: Sight, reference: str) -> dict[str, Any]:
    """What `_order_actions.html` needs."""
    may, key = order_sight.may_act(sight), sight.conversation["conversation_id"]
    rows = order_book.of_conversation(session, key)
    names = agent_names(session) if rows else {}
    others = [one for one in order_sight.bought(sight) if fold(str(one["reference"])) != fold(reference)]
    return {
        "offers": _offers(key, reference) if may and reference else [],
        "lacks": _lacks(), "rows": [shown.shown(row, names, here.viewer()) for row in rows],
        "others": [_other(one, key, may) for one in others[:MOST_OTHERS]],
    }  # fmt: skip


def _offers(conversation_id: str, reference: str) -> list[dict[str, str]]:
    return [{"kind": kind, "text": shown.kind(kind), "icon": shown.ICONS[kind], "url": url_for(
        "console.order_form", conversation_id=conversation_id, action=kind, order=reference)}
        for kind in KINDS if kind in here.desk().orders.actions]


def _lacks() -> str:
    """What this shop cannot do from here, in a sentence."""
    can = here.desk().orders.actions
    kinds = [shown.kind(kind).lower() for kind in KINDS if kind not in can]
    return here.texts()("order_action.lacks", kinds=", ".join(kinds)) if kinds and can else ""


def _other(facts: Mapping[str, Any], conversation_id: str, may: bool) -> dict[str, Any]:
    reference, total = str(facts["reference"]), str(facts.get("total") or "")
    words, state = here.texts(), f"parcel.state.{facts['status']}"
    told = [words(state) if words.has(state) else order_card.status_text(facts, words), shown.money(total, str(facts.get("currency", ""))) if total else ""]
    return {"reference": reference, "text": " · ".join(filter(None, told)),
            "offers": _offers(conversation_id, reference) if may else []}
