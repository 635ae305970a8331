"""What a shop told, as outreach has it: of the order only what a notice says, of the buyer only where she is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

import orders.news
from channels import countries, identity
from orders.base import Connector
from orders.errors import ConnectorError
from orders.news import Completes, Hears
from orders.service import facts
from outreach.news import News

TOLD = ("carrier", "tracking_url", "pickup_point", "promised_on", "eta", "delivered_on")
MOST = 1_000
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
Kind = Literal["shipped", "out_for_delivery", "delayed", "attempted", "at_pickup_point", "delivered", "lost", "returning",
               "cancelled"]


class Told(BaseModel):
    """One piece of news in our own form. `key` makes it the same however often it is posted; without it order, kind and
    time do. Without phone and e-mail the shop's connector is asked whose order it is, where it can tell."""

    model_config = ConfigDict(extra="forbid")
    kind: Kind
    order: str = Field(min_length=1, max_length=64)
    at: AwareDatetime | None = Field(None, ge=EARLIEST, le=LATEST)
    key: str = Field("", max_length=200)
    phone: str = Field("", max_length=40)
    email: str = Field("", max_length=254)
    language: str = Field("", max_length=8)
    postcode: str = Field("", max_length=16)
    city: str = Field("", max_length=80)
    carrier: str = Field("", max_length=80)
    tracking_url: str = Field("", max_length=500, pattern=r"^(https?://\S+)?$")
    pickup_point: str = Field("", max_length=200)
    promised_on: date | None = None
    eta: date | None = None
    delivered_on: date | None = None
    cause: str = Field("", max_length=200)
    consent: bool | None = None

    @field_validator("*")
    @classmethod
    def _can_be_kept(cls, value: Any) -> Any:
        if isinstance(value, str) and "\x00" in value:
            raise ValueError("a character with the number zero cannot be kept; leave it out")
        return value


class Many(BaseModel):
    """Several pieces of news under one name."""

    model_config = ConfigDict(extra="forbid")
    news: list[Told] = Field(max_length=MOST)


Post = Many | Annotated[list[Told], Field(max_length=MOST)]


def as_news(told: Told, connector: Connector, now: datetime) -> News:
    """Our own form as outreach has it."""
    at = told.at or now
    values = told.model_dump(mode="json")
    phone = _phone(told.phone, "")
    asks = not told.phone and not told.email and isinstance(connector, Completes) and not isinstance(connector, Hears)
    when = f":{at.isoformat()}" if told.at else f":{told.eta or ''}:{now.date().isoformat()}"
    return News(
        key=told.key or f"told:{told.order.casefold()}:{told.kind}{when}", kind=told.kind, reference=told.order, happened_at=at,
        facts={name: values[name] for name in TOLD if values[name]}, phone=phone, email=told.email, language=told.language,
        country=countries.country_of(phone) if phone else "", cause=told.cause, consent=told.consent,
        postcode=told.postcode, city=told.city, about=told.order if asks else "")


def buyer_of(connector: Connector, now: Callable[[], datetime], reference: str) -> News | None:
    """Whose order this is, as the shop tells; None where it cannot tell, or does not answer."""
    shop = connector.on(now().date()) if hasattr(connector, "on") else connector
    asked = orders.news.News(reference, "shipped", now(), orders.news.Order(reference, "unknown"), orders.news.Holder(),
                             about=reference)
    try:
        if hasattr(shop, "record"):
            record = shop.record(reference)
            found = replace(asked, order=record.order, buyer=record.holder, about="") if record else None
        else:
            found = shop.complete(asked) if isinstance(shop, Completes) else None
    except ConnectorError:
        return None
    return news_of(found, now().date()) if found else None


def news_of(told: orders.news.News, today: date) -> News:
    """What a connector tells as outreach has it: of the order only what a notice says."""
    known = facts(told.order, today)
    phone = _phone(told.buyer.phone, told.buyer.country_code)
    return News(
        key=told.key, kind=told.kind, reference=told.order.reference, happened_at=told.at,
        facts={name: known[name] for name in TOLD if known.get(name)}, phone=phone, email=told.buyer.email,
        language=told.language, country=countries.country_of(phone) if phone else "", cause=told.cause, about=told.about,
        postcode=told.buyer.postcode, city=str((told.order.extra.get("address") or {}).get("city") or ""))


def _phone(written: str, calling_code: str) -> str:
    """A shop keeps phones as their buyers wrote them; "" for what is no number that can be written to.

    Nobody guesses a country: as a number of Malaysia, 600 111 222 would tell a stranger of somebody's order.
    """
    phone = countries.international(written, calling_code)
    return phone if identity.is_phone(phone) and countries.country_of(phone) else ""
