"""A carrier's trouble in a part of the country: which orders it hits, marked, taken back, and what who asks hears."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from conversation.work import Database
from outreach import areas, groups, known_trouble, provinces
from outreach.areas import Area, Hits
from outreach.errors import GroupEnded, GroupTold
from outreach.groups import Marked
from tests.builders import MONDAY_NOON, HandClock
from tests.outreach.shapes import USUAL, HandDoors, a_buyer, news, take, tick, why

TODAY = MONDAY_NOON.date()
STRIKE = Area("SEUR", "Valencia", TODAY, TODAY + timedelta(days=3))
SEUR = {"carrier": "SEUR 24", "eta": (TODAY + timedelta(days=1)).isoformat()}
WORDS = {"es": "Hay huelga."}


def on_its_way(database: Database, postcode: str = "46001", **changes: Any) -> None:
    take(database, news(**{"facts": SEUR, "country": "ES", "postcode": postcode, **changes}))


def hit(database: Database, area: Area = STRIKE, **more: Any) -> Hits:
    with database.reading() as session:
        return areas.hit(session, area, MONDAY_NOON, TODAY, **more)


def references(hits: Hits) -> list[str]:
    return [row["order_reference"] for row in hits.orders]


def mark(database: Database, **changes: Any) -> str:
    """The strike, on what it hits."""
    with database.work() as work:
        hits = areas.hit(work.session, STRIKE, work.now, TODAY)
        marked = Marked("Huelga", "delayed", WORDS, references(hits), "agt_sue",
                        facts={"eta": STRIKE.as_facts()["new_day"], "carrier": "SEUR"}, area=STRIKE.as_facts(), **changes)
        return groups.mark(work, marked, {row["order_key"]: areas.as_news(row) for row in hits.orders}, USUAL)[0]


def asked(database: Database, reference: str = "AB-12345") -> str:
    with database.work() as work:
        return known_trouble.words(work, reference, "es")


@pytest.mark.parametrize(
    ("region", "postcode", "is_hit"),
    [("", "", True), ("Valencia", "46980", True), ("valència", "46001", True), ("Valencia", "28013", False),
     ("28, Valencia", "28013", True), ("Valencia", "", False), ("LS", "LS1 4AP", True), ("ls1", "LS2 1AA", False)],
)
def test_a_region_is_a_province_or_the_beginning_of_a_postcode(
    database: Database, region: str, postcode: str, is_hit: bool
) -> None:
    on_its_way(database, postcode)

    assert bool(hit(database, Area("seur", region, TODAY)).orders) is is_hit


def test_a_region_may_be_the_city_that_the_shop_names(database: Database) -> None:
    on_its_way(database, "", city="València")

    assert references(hit(database)) == ["AB-12345"]


def test_a_province_is_meant_in_its_own_country(database: Database) -> None:
    on_its_way(database, "46100", country="MX")

    assert hit(database).orders == []


@pytest.mark.parametrize("facts", [{"carrier": "MRW"}, {"carrier": "Naseur"}, {}, {**SEUR, "eta": STRIKE.new_day.isoformat()}])  # type: ignore[union-attr]
def test_another_carrier_and_what_comes_no_sooner_anyway_are_not_hit(database: Database, facts: dict[str, str]) -> None:
    on_its_way(database, facts=facts)

    assert hit(database).orders == []


def test_what_comes_before_the_trouble_begins_is_not_hit(database: Database) -> None:
    on_its_way(database)

    assert hit(database, Area("SEUR", "", TODAY + timedelta(days=2))).orders == []


def test_what_has_come_is_not_hit(database: Database) -> None:
    on_its_way(database)
    take(database, news(kind="delivered", happened_at=MONDAY_NOON))

    assert hit(database).orders == []


def test_orders_of_which_nobody_said_where_to_are_counted(database: Database) -> None:
    on_its_way(database, "")

    assert (hit(database).orders, hit(database).nowhere) == ([], 1)


def test_a_shop_that_answers_from_memory_says_where_to(database: Database) -> None:
    on_its_way(database, "")

    assert references(hit(database, ask=lambda _: news(postcode="46001"))) == ["AB-12345"]


def test_the_carrier_is_called_as_the_orders_call_it(database: Database) -> None:
    on_its_way(database, facts={"carrier": "SEUR"})

    assert areas.called(Area("seur", "", TODAY), hit(database)).carrier == "SEUR"


def test_each_buyer_is_told_once_with_the_new_day_and_not_before_its_time(database: Database, hand_clock: HandClock) -> None:
    doors = HandDoors()
    with database.work() as work:
        a_buyer(work)
    on_its_way(database)
    take(database, news("CD-2", facts=SEUR, country="ES", postcode="46002"))
    tick(database, doors)
    before = len(doors.begun)
    mark(database, not_before=MONDAY_NOON + timedelta(minutes=1))
    tick(database, doors)
    assert len(doors.begun) == before
    hand_clock.forward(minutes=2)
    tick(database, doors)

    (told,) = [data for *_, data in doors.begun[before:]]
    assert (told["words"], told["eta"], told["tag"]) == ("Hay huelga.", "2026-11-26", "Huelga")


def test_what_was_told_to_nobody_is_taken_back_as_if_it_had_not_been(database: Database) -> None:
    on_its_way(database)
    group_id = mark(database)
    assert asked(database) == "Hay huelga."
    with database.work() as work:
        assert groups.undo(work, group_id) == 1

    assert (asked(database), why(database, f"{group_id}:AB12345")) == ("", ("dropped", "group_undone"))
    assert references(hit(database)) == ["AB-12345"]
    with pytest.raises(GroupEnded), database.work() as work:
        groups.let_go(work, group_id, "agt_sue")


def test_what_was_told_cannot_be_taken_back(database: Database) -> None:
    with database.work() as work:
        a_buyer(work)
    on_its_way(database)
    group_id = mark(database)
    tick(database, HandDoors())

    with pytest.raises(GroupTold), database.work() as work:
        groups.undo(work, group_id)


@pytest.mark.parametrize(("postcode", "said"), [("46003", "Hay huelga."), ("28013", "")])
def test_who_ordered_afterwards_hears_it_when_she_asks(database: Database, postcode: str, said: str) -> None:
    on_its_way(database)
    mark(database)
    take(database, news("ZZ-9", facts={"carrier": "SEUR"}, country="ES", postcode=postcode))

    assert asked(database, "ZZ-9") == said


def test_every_spanish_province_has_its_figures() -> None:
    assert sorted(set(provinces.numbered().values())) == [f"{n:02}" for n in range(1, 53)]


def test_an_area_is_kept_and_read_again() -> None:
    assert areas.of_facts({"area": STRIKE.as_facts()}) == STRIKE
    assert areas.of_facts({"area": Area("SEUR", "", date(2026, 11, 21)).as_facts()}) == Area("SEUR", "", date(2026, 11, 21))


def test_more_than_is_looked_at_is_too_many_not_a_part(database: Database) -> None:
    for n in range(3):
        on_its_way(database, key=f"n{n}", happened_at=MONDAY_NOON - timedelta(hours=n))

    assert [hit(database, most=most).is_too_many for most in (1, 2)] == [True, False]
