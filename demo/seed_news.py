"""A carrier's depot stood still this morning: five buyers of the demo shop heard that their parcels come later, one wants
no notices, and one has a person who tells him. So the page of news has its group, and the conversations their tag.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy import insert, select, update

from conversation.tables import Conversation
from conversation.work import Work
from demo import seed_stories
from demo.seed_stories import Telling, Told
from orders.demo_shop import Sale, record, sales
from outreach import taking
from outreach.news import News
from outreach.policy import Policy
from outreach.tables import NewsDay, NewsGroup, OrderNews

TITLE, CAUSE, CARRIER = "Nave de SEUR parada en Zaragoza", "seur:zaragoza", "SEUR"
TOLD = ("AH-92688", "NH-42873", "SF-14579", "TA-97009", "GG-11250")
NOT_TOLD = {"JL-19360": "no_consent", "AD-21911": "held_by_person"}
MINUTES = 95  # before the demo began
WENT_ON = {
    "NH-42873": ((71, "contact", "Vaya. Gracias por avisar"), (71, "bot", "¡Gracias a ti! Si necesitas algo más, escríbelo por aquí.")),
    "TA-97009": ((58, "contact", "Ok, gracias!"), (58, "bot", "¡Gracias a ti! Si necesitas algo más, escríbelo por aquí.")),
}
_news, _group, _talk = OrderNews.__table__, NewsGroup.__table__, Conversation.__table__


def add(work: Work, telling: Telling, zone: str) -> list[Told]:
    """Tell it; returns the conversations in which it was said."""
    at, known = work.now - timedelta(minutes=MINUTES), {sale.reference: sale for sale in sales()}
    day = (work.now.astimezone(ZoneInfo(zone)) + timedelta(days=3)).date()
    told = [seed_stories.tell(work, telling, _story(known[reference], day)) for reference in TOLD]
    taking.take(work, "demo", [_of(known[one], at, day) for one in (*TOLD, *NOT_TOLD)], Policy())
    work.connection.execute(update(_group).where(_group.c.cause == CAUSE).values(title=TITLE, created_at=at, last_at=at))
    _settle(work, told, at)
    work.connection.execute(insert(NewsDay.__table__), [
        {"day": at.astimezone(ZoneInfo(zone)).date().isoformat(), "canonical": "", "count": len(TOLD)}])
    return told


def _story(sale: Sale, day: date) -> Mapping[str, Any]:
    when = format_date(day, "EEEE, d 'de' MMMM", locale="es_ES")
    notice = (f"Perdona: tu pedido *{sale.reference}* va con retraso en {CARRIER}. Ahora se espera para el {when}. "
              "Lo vigilamos; no tienes que hacer nada.")
    return {"name": sale.person.name, "phone": sale.person.phone, "language": "es",
            "talk": [(MINUTES, "bot", notice), *WENT_ON.get(sale.reference, ())]}


def _of(sale: Sale, at: datetime, day: date) -> News:
    found = record(sale, at.date())
    return News(
        f"demo:{sale.reference}:late", "delayed", sale.reference, at, {"carrier": CARRIER, "eta": day.isoformat()},
        phone=sale.person.phone, email=sale.person.email, language="es", country="ES", cause=CAUSE,
        postcode=found.holder.postcode, city=sale.person.city)


def _settle(work: Work, told: Sequence[Told], at: datetime) -> None:
    """What became of each piece of news."""
    for reference, one in zip(TOLD, told, strict=True):
        work.connection.execute(update(_news).where(_news.c.order_reference == reference).values(
            state="told", conversation_id=one.conversation_id, told_at=at, created_at=at))
        tags = work.connection.execute(select(_talk.c.tags).where(_talk.c.conversation_id == one.conversation_id)).scalar()
        work.connection.execute(update(_talk).where(_talk.c.conversation_id == one.conversation_id).values(
            tags=[*(tags or ()), TITLE]))
    for reference, why in NOT_TOLD.items():
        work.connection.execute(update(_news).where(_news.c.order_reference == reference).values(
            state="dropped", why=why, created_at=at))
