"""What a customer hears once the shop did what an agent asked of it: the house's text, in her language, exactly once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import format_currency
from sqlalchemy import bindparam, select, update

from conversation import outbox
from conversation.events import Outgoing
from conversation.tables import Conversation
from conversation.work import Database, Work
from handoff import ledger
from handoff.order_tables import OrderAction

AT_ONCE = 50
LOCALES = {"es": "es_ES", "en": "en_GB", "pt": "pt_BR"}
Text = Callable[..., str]
_SPACES = re.compile(" {2,}")  # where the shop knows no carrier, or no plain words

_action, _conversation = OrderAction.__table__, Conversation.__table__
_untold = (
    select(_action.c.order_action_id, _action.c.conversation_id)
    .where(_action.c.state == "done", _action.c.tells_customer, _action.c.told_at.is_(None))
    .order_by(_action.c.ended_at).limit(AT_ONCE)
)
_whole = select(_action).where(_action.c.order_action_id == bindparam("id"))
_mark = (
    update(_action).where(_action.c.order_action_id == bindparam("id"), _action.c.told_at.is_(None))
    .values(told_at=bindparam("now"))
)
_language = select(_conversation.c.language).where(_conversation.c.conversation_id == bindparam("id"))


def sentence(say: Text, row: Mapping[str, Any], language: str) -> str:
    """The text about this action; what the shop has not said yet (a coupon's code) is left as `…`."""
    facts = {**row.get("preview", {}), **row.get("result", {})}
    address = row["asked"] if row["kind"] == "change_address" else {}
    lines = (address.get("name"), address.get("street"), " ".join(
        filter(None, (address.get("postcode"), address.get("city")))))
    url = str(facts.get("tracking_url") or "")
    said = say(
        f"action_{row['kind']}", language, order=row["order_reference"], amount=money(row["amount"], row["currency"], language),
        coupon=str(facts.get("coupon") or "…"), address=", ".join(filter(None, lines)),
        carrier=str(facts.get("carrier") or "").strip(), number=str(facts.get("tracking_number") or ""),
        parcel=" ".join(str(facts[name]) for name in ("parcel_means", "parcel_next") if facts.get(name)),
        link=url if url.startswith(("https://", "http://")) else "")
    return _SPACES.sub(" ", said).strip()


def money(amount: str, currency: str, language: str) -> str:
    """As people there write it; empty where there is none."""
    try:
        value = Decimal(amount)
    except InvalidOperation:
        return ""
    if not currency:
        return f"{value:f}"
    return str(format_currency(value, currency, locale=LOCALES.get(language, LOCALES["es"])))


def tick(database: Database) -> int:
    """Tell whoever waits for it, each in a transaction of its own; returns how many were told."""
    with database.reading() as session:
        rows = session.execute(_untold).all()
    told = 0
    for row in rows:
        with database.work() as work:
            told += tell(work, row.order_action_id, row.conversation_id)
    return told


def tell(work: Work, order_action_id: str, conversation_id: str) -> int:
    """Say it, and that it was said, in one."""
    ledger.lock(work, conversation_id)
    if work.connection.execute(_mark, {"id": order_action_id, "now": work.now}).rowcount != 1:
        return 0  # another process was faster
    row = work.connection.execute(_whole, {"id": order_action_id}).mappings().one()
    language = work.connection.execute(_language, {"id": conversation_id}).scalar_one()
    words = sentence(work.text, row, language)
    if words:
        outbox.queue(work, conversation_id, Outgoing(words, author="system"), ticket_id=row["ticket_id"])
    return 1
