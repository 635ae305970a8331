"""Casa Lumbre, the demo shop: 200 orders of lamps, the same at every start, dated around the day that is asked.

The orders of Marta, John and Rita are the ones that the demo, the flows' tests and the docs name; all others are
drawn from a fixed seed.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache

from orders.base import Item, Order, TrackingEvent
from orders.demo_people import CATALOGUE, COUNTRIES, JOHN, MARTA, NAMES, RITA, SHARES, Country, Person
from orders.demo_roads import ROADS, WORDS, Road, Step
from orders.proof import Holder, Record

SEED = 20
ORDERS = 200
_STREETS = {"es": "Calle Mayor {n}", "en": "{n} High Street", "pt": "Rua das Flores {n}"}


@dataclass(frozen=True, slots=True)
class Sale:
    """All of an order but its days: who, what, by which road, with which carrier, and where it stands if it stands still."""

    reference: str
    person: Person
    road: str
    carrier: str
    parked: str
    lamps: tuple[tuple[int, int], ...]  # (place in the catalogue, quantity)
    number: int

    @property
    def country(self) -> Country:
        return COUNTRIES[self.person.country]


_NAMED = (
    ("AB-12345", MARTA, "shipped", "Correos", "Madrid", ((0, 1),)),
    ("AB-54321", MARTA, "late", "SEUR", "Zaragoza", ((1, 1), (6, 2))),
    ("AB-20001", MARTA, "preparing", "GLS", "Madrid", ((2, 1),)),
    ("AB-20002", MARTA, "delivered", "MRW", "Madrid", ((4, 1),)),
    ("AB-20003", MARTA, "point", "Correos", "Madrid", ((5, 2),)),
    ("AB-20004", MARTA, "lost", "GLS", "Barcelona", ((3, 2),)),
    ("AB-20005", MARTA, "attempted", "SEUR", "Madrid", ((7, 1),)),
    ("AB-20006", MARTA, "out", "DHL", "Madrid", ((6, 4),)),
    ("AB-20007", MARTA, "returning", "MRW", "Madrid", ((3, 1),)),
    ("AB-20008", MARTA, "cancelled", "Correos", "Madrid", ((2, 2),)),
    ("AB-20009", MARTA, "refunded", "GLS", "Madrid", ((1, 1),)),
    ("CD-11111", JOHN, "delivered", "Royal Mail", "Leeds", ((1, 1), (7, 1))),
    ("CD-22222", JOHN, "delayed", "UPS", "London", ((0, 2),)),
    ("CD-33333", JOHN, "preparing", "DHL", "Leeds", ((4, 1),)),
    ("EF-11111", RITA, "shipped", "Correios", "São Paulo", ((0, 1),)),
    ("EF-22222", RITA, "point", "Correios", "São Paulo", ((5, 1),)),
    ("EF-33333", RITA, "late", "Correios", "Curitiba", ((2, 1),)),
)


@cache
def sales() -> tuple[Sale, ...]:
    """The 200 sales, in the order of their numbers; always the same."""
    draw = random.Random(SEED)
    named = [Sale(*sale, number=n) for n, sale in enumerate(_NAMED)]
    taken = {sale.reference for sale in named}
    drawn: list[Sale] = []
    while len(named) + len(drawn) < ORDERS:
        sale = _drawn(draw, len(named) + len(drawn))
        if sale.reference not in taken:
            taken.add(sale.reference)
            drawn.append(sale)
    return tuple(sorted(named + drawn, key=lambda sale: sale.reference))


def _drawn(draw: random.Random, number: int) -> Sale:
    code = draw.choices(tuple(SHARES), tuple(SHARES.values()))[0]
    country = COUNTRIES[code]
    lamps = draw.sample(range(len(CATALOGUE)), draw.choice((1, 1, 1, 2, 2, 3)))
    return Sale(
        reference=f"{draw.choice('AGHJKLMNPRST')}{draw.choice('ABCDEFGHJKL')}-{draw.randrange(10000, 100000)}",
        person=_person(draw, code, number),
        road=draw.choices(tuple(ROADS), [road.share for road in ROADS.values()])[0],
        carrier=draw.choice(country.carriers),
        parked=draw.choice(country.cities),
        lamps=tuple((lamp, draw.choice((1, 1, 1, 2))) for lamp in sorted(lamps)),
        number=number,
    )


def _person(draw: random.Random, code: str, number: int) -> Person:
    first_names, surnames, phone, postcodes = NAMES[code]
    figures = 3 if code == "GB" else 4
    person = Person(
        name=f"{draw.choice(first_names)} {draw.choice(surnames)}",
        phone=f"{phone}{draw.randrange(10**figures):0{figures}d}",
        email=f"cliente{number}@example.com",
        postcode=draw.choice(postcodes),
        country=code,
    )
    return replace(person, city=COUNTRIES[code].cities[postcodes.index(person.postcode)])


def record(sale: Sale, today: date) -> Record:
    """The sale as an order stands on `today`, with what its buyer may prove it by."""
    road, country = ROADS[sale.road], sale.country
    sent = bool(road.steps)
    number = f"CL{sale.number:04d}{country.currency}" if sent else ""
    items = tuple(_item(lamp, quantity, country) for lamp, quantity in sale.lamps)
    order = Order(
        reference=sale.reference,
        status=road.status,
        carrier=sale.carrier if sent else "",
        tracking_number=number,
        tracking_url=f"https://casalumbre.example/seguimiento/{number}" if sent else "",
        ordered_on=today + timedelta(days=road.ordered),
        ships_on=_day(today, None if road.status == "cancelled" else road.ships),
        promised_on=_day(today, road.promised),
        eta=_day(today, road.eta),
        delivered_on=_day(today, road.delivered),
        total=sum((item.price * item.quantity for item in items if item.price), Decimal(0)),
        currency=country.currency,
        paid=road.status not in ("cancelled", "refunded"),
        customer_name=sale.person.name,
        pickup_point=_pickup_point(sale, road),
        items=items,
        events=tuple(_event(step, sale, today) for step in road.steps),
        extra={"address": _address(sale)},
    )
    person = sale.person
    return Record(order, Holder(person.phone, person.email, person.postcode))


def _address(sale: Sale) -> dict[str, str]:
    street = _STREETS[sale.country.language].format(n=sale.number % 90 + 1)
    return {"street": street, "city": sale.person.city, "country": sale.person.country}


def _day(today: date, days: int | None) -> date | None:
    return None if days is None else today + timedelta(days=days)


def _item(lamp: int, quantity: int, country: Country) -> Item:
    names, euros = CATALOGUE[lamp]
    price = (Decimal(euros) * country.rate).quantize(Decimal(country.step))
    return Item(names[country.language], quantity, price)


def _pickup_point(sale: Sale, road: Road) -> str:
    points = sale.country.pickup_points
    return points[sale.number % len(points)] if road.status == "at_pickup_point" else ""


def _event(step: Step, sale: Sale, today: date) -> TrackingEvent:
    country = sale.country
    places = {"hub": sale.parked if step.text == "parked" else country.cities[0], "city": sale.person.city}
    at = datetime.combine(today + timedelta(days=step.day), time(step.hour, 7 * sale.number % 60), UTC)
    return TrackingEvent(at, WORDS[country.language][step.text], places.get(step.place, sale.person.city))
