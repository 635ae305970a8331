"""From what a shop writes to an order: days, money and states in the shop's own hand, read one way for all.

A `Reading` says how this shop writes; `record(values)` reads one order. A value that cannot be read raises BadField,
which names the field and the value's kind but not the value: it may be somebody's address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from orders.base import Item, Order, TrackingEvent
from orders.proof import Holder, Record
from orders.settings import Settings

STATUSES = (
    "preparing", "shipped", "out_for_delivery", "at_pickup_point", "attempted", "delayed", "delivered",
    "returning", "lost", "cancelled", "refunded", "unknown",
)  # fmt: skip
TEXT_FIELDS = ("carrier", "tracking_number", "customer_name", "pickup_point")
DAY_FIELDS = ("ordered_on", "ships_on", "promised_on", "eta", "delivered_on")
HOLDER_FIELDS = ("phone", "email", "postcode")
ORDER_FIELDS = (
    "reference",
    "status",
    "tracking_url",
    *TEXT_FIELDS,
    *DAY_FIELDS,
    "total",
    "currency",
    "paid",
    *HOLDER_FIELDS,
)
ITEM_FIELDS = ("name", "quantity", "price")
EVENT_FIELDS = ("at", "text", "place")

MAX_TEXT_CHARACTERS = 300
MAX_ITEMS = 100
MAX_EVENTS = 100
_LARGEST_AMOUNT = Decimal(10) ** 12
_YEARS = range(1990, 2200)

# Control characters, line ends of Unicode, and signs that turn the direction of writing.
_control = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
# A sign of the currency before or behind; letters inside (1e9) make it no amount.
_amount_in = re.compile(r"[^0-9+-]*(?<![.,])([+-]?[0-9][0-9.,]*)[^0-9]*")
_blank = re.compile(r"\s+")
_currency = re.compile(r"[A-Z]{3}")
_yes_no = {
    "true": True, "yes": True, "1": True, "si": True, "sí": True, "sim": True, "paid": True,
    "false": False, "no": False, "0": False, "não": False, "nao": False, "unpaid": False,
}  # fmt: skip


class BadField(Exception):
    """A value of the shop cannot be read. `field` is our name for it, `why` a sentence."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name} {why}")
        self.field = name
        self.why = why


@dataclass(frozen=True, slots=True)
class Reading:
    """How a shop writes: its words for states, its days, its money."""

    statuses: Mapping[str, str] = field(default_factory=dict)
    dates: str = "iso"
    zone: tzinfo = UTC
    decimal_mark: str = "."
    in_cents: bool = False
    currency: str = "EUR"
    country_code: str = ""


def reading(settings: Settings) -> Reading:
    """From the settings that all connectors of files and of the web share. Raises BadConfiguration."""
    statuses = settings.mapping("statuses")
    for word, status in statuses.items():
        if status not in STATUSES:
            raise settings.wrong(f"statuses.{word}", f"“{status}” is no state: write one of {', '.join(STATUSES)}.")
    zone = settings.text("timezone", "UTC")
    try:
        zone_info = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise settings.wrong("timezone", f"“{zone}” is no time zone: write one such as Europe/Madrid.") from None
    country_code = settings.text("country_code", "").lstrip("+")
    if country_code and not country_code.isdigit():
        raise settings.wrong("country_code", "is not a number: write one such as 34.")
    currency = settings.text("currency", "EUR").upper()
    if not _currency.fullmatch(currency):
        raise settings.wrong("currency", f"“{currency}” is no currency: write three letters such as EUR.")
    return Reading(
        statuses={_word(word): status for word, status in statuses.items()},
        dates=_dates(settings),
        zone=zone_info,
        decimal_mark=settings.choice("decimal_mark", (".", ","), "."),
        in_cents=settings.flag("amounts_in_cents", False),
        currency=currency,
        country_code=country_code,
    )


def _dates(settings: Settings) -> str:
    written = settings.text("dates", "iso")
    if written not in ("iso", "epoch") and not ("%d" in written and "%m" in written):
        raise settings.wrong("dates", f"“{written}” is not a way to write days: write iso, epoch or, say, %d/%m/%Y.")
    return written


def record(
    values: Mapping[str, Any], how: Reading, items: Iterable[Mapping[str, Any]], events: Iterable[Mapping[str, Any]]
) -> Record:
    """One order of the shop. `values` by our names (ORDER_FIELDS); absent, None and empty are not known."""
    reference = text(values.get("reference"))
    if not reference:
        raise BadField("reference", "is missing.")
    shop_word = text(values.get("status"))
    paid = values.get("paid")
    texts: dict[str, Any] = {name: text(values.get(name)) for name in TEXT_FIELDS}
    days: dict[str, Any] = {name: day(name, values.get(name), how) for name in DAY_FIELDS}
    order = Order(
        reference=reference,
        status=status(shop_word, how),
        **texts,
        **days,
        tracking_url=_web_address(values.get("tracking_url")),
        total=money("total", values.get("total"), how),
        currency=_currency_of(values.get("currency"), how),
        paid=None if paid in (None, "") else _yes_no.get(str(paid).strip().lower()),
        items=tuple(_item(item, how) for item in list(items)[:MAX_ITEMS]),
        events=_events(events, how),
        extra={"status_text": shop_word} if shop_word else {},
    )
    known: dict[str, Any] = {name: text(values.get(name)) for name in HOLDER_FIELDS}
    return Record(order, Holder(country_code=how.country_code, **known))


def status(shop_word: str, how: Reading) -> str:
    """Our word for the shop's: as `statuses` says, or the same if it is one of ours; else unknown."""
    word = _word(shop_word)
    if word in how.statuses:
        return how.statuses[word]
    return word if word in STATUSES else "unknown"


def _word(text_of_shop: str) -> str:
    return text_of_shop.strip().casefold()


def text(value: Any) -> str:
    """One line of at most 300 characters; numbers as written, anything else that is no text as empty."""
    if isinstance(value, bool) or value is None:
        return ""
    if not isinstance(value, str):
        value = str(value) if isinstance(value, (int, Decimal)) else ""
    line: str = value
    if not line.isprintable():
        line = _control.sub(" ", line).encode("utf-8", "replace").decode()
    return line.strip()[:MAX_TEXT_CHARACTERS]


def _web_address(value: Any) -> str:
    address = text(value)
    return address if address.startswith(("https://", "http://")) and " " not in address else ""


def day(name: str, value: Any, how: Reading) -> date | None:
    """A day of the shop's calendar. Raises BadField."""
    if value is None or value == "":
        return None
    try:
        if how.dates == "iso" and isinstance(value, str) and len(value) == 10:
            found = date.fromisoformat(value)
        else:
            moment = _moment(value, how)
            found = (moment.astimezone(how.zone) if moment.tzinfo else moment).date()
    except (ValueError, TypeError, OverflowError, OSError, InvalidOperation):
        raise BadField(name, f"is not a day as `dates: {how.dates}` says.") from None
    if found.year not in _YEARS:
        raise BadField(name, f"is in the year {found.year}.")
    return found


def instant(name: str, value: Any, how: Reading) -> datetime:
    """An aware time in UTC; one without a zone is the shop's. Raises BadField."""
    try:
        moment = _moment(value, how)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=how.zone)
        return aware.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, OSError, InvalidOperation):
        raise BadField(name, f"is not a time as `dates: {how.dates}` says.") from None


def _moment(value: Any, how: Reading) -> datetime:
    if how.dates == "epoch":
        return datetime.fromtimestamp(float(Decimal(str(value))), UTC)
    if not isinstance(value, str):
        raise TypeError
    if how.dates == "iso":
        return datetime.fromisoformat(value.strip())
    return datetime.strptime(value.strip(), how.dates)


def money(name: str, value: Any, how: Reading) -> Decimal | None:
    """An amount of the currency's main unit. Raises BadField."""
    if value is None or value == "":
        return None
    try:
        amount = value if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else _amount(value, how)
        amount = Decimal(amount) / 100 if how.in_cents else Decimal(amount)
    except (InvalidOperation, TypeError):
        raise BadField(name, f"is not an amount with the decimal mark “{how.decimal_mark}”.") from None
    if not amount.is_finite() or abs(amount) > _LARGEST_AMOUNT:
        raise BadField(name, "is not an amount anybody pays.")
    return amount


def _amount(value: Any, how: Reading) -> Decimal:
    if not isinstance(value, str):
        raise TypeError
    match = _amount_in.fullmatch(_blank.sub("", value))
    if not match:
        raise InvalidOperation
    figures = match[1]
    thousands = "," if how.decimal_mark == "." else "."
    whole, mark, fraction = figures.partition(how.decimal_mark)
    if thousands in fraction or (thousands in whole and not _grouped(whole, thousands)):
        raise InvalidOperation
    return Decimal(whole.replace(thousands, "") + ("." + fraction if mark else ""))


def _grouped(whole: str, thousands: str) -> bool:
    first, *groups = whole.lstrip("+-").split(thousands)
    return 1 <= len(first) <= 3 and all(len(group) == 3 for group in groups)


def _currency_of(value: Any, how: Reading) -> str:
    written = text(value).upper()
    if not written:
        return how.currency
    if not _currency.fullmatch(written):
        raise BadField("currency", "is not three letters.")
    return written


def _item(values: Mapping[str, Any], how: Reading) -> Item:
    try:
        quantity = int(Decimal(str(values.get("quantity") or 1)))
    except (InvalidOperation, ValueError, OverflowError):
        raise BadField("items.quantity", "is not a number.") from None
    return Item(text(values.get("name")), quantity, money("items.price", values.get("price"), how))


def _events(events: Iterable[Mapping[str, Any]], how: Reading) -> tuple[TrackingEvent, ...]:
    read = [
        TrackingEvent(instant("events.at", one.get("at"), how), text(one.get("text")), text(one.get("place")))
        for one in events
    ]
    return tuple(sorted(read, key=lambda event: event.at)[-MAX_EVENTS:])
