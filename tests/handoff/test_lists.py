"""Lists: what each tab has, in the order of need, how it is narrowed, and what is counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from conversation.tables import Channel
from handoff import access, claims, lists, tagging, tally
from handoff.lists import Wanted
from handoff.tables import Ticket
from tests.handoff.conftest import House


def rows(house: House, wanted: Wanted, who: str = "agt_sue") -> list[str]:
    viewer = house.ask(access.viewer, who)
    return [row["conversation_id"] for row in house.ask(lists.rows, viewer, wanted, house.clock.now())]


def counts(house: House, who: str) -> Mapping[str, int]:
    return house.ask(lists.counts, house.ask(access.viewer, who), house.clock.now()).tabs


def change(house: House, ticket_id: str, **values: Any) -> None:
    table = Ticket.__table__
    house.do(lambda work: work.connection.execute(update(table).where(table.c.ticket_id == ticket_id).values(values)))


def test_a_snoozed_one_has_a_tab_of_its_own(house: House, held: tuple[str, str]) -> None:
    house.do(claims.snooze, held[1], "agt_ana", house.clock.now() + timedelta(hours=1))

    assert (rows(house, Wanted("snoozed"), "agt_ana"), rows(house, Wanted("mine"), "agt_ana")) == ([held[0]], [])


def test_the_counts_are_those_of_the_lists(house: House, held: tuple[str, str]) -> None:
    house.hand_over()
    house.hand_over("returns")

    assert counts(house, "agt_ana") == {tab: len(rows(house, Wanted(tab), "agt_ana")) for tab in tally.TABS}


def test_another_queue_is_neither_listed_nor_counted(house: House) -> None:
    house.hand_over("returns")

    assert set(counts(house, "agt_ana").values()) == {0}


def test_who_needs_it_most_comes_first_and_not_who_wrote_last(house: House) -> None:
    patient, _ = house.hand_over()
    house.clock.forward(minutes=10)
    important, ticket_id = house.hand_over()
    change(house, ticket_id, vip=True)
    house.writes(patient)

    assert rows(house, Wanted("queued")) == [important, patient]


def test_waiting_wins_over_any_rank_in_the_end(house: House) -> None:
    patient, _ = house.hand_over()
    house.clock.forward(minutes=31)
    _, ticket_id = house.hand_over()
    change(house, ticket_id, vip=True)

    assert rows(house, Wanted("queued"))[0] == patient


@pytest.mark.parametrize("tab", ["queued", "all"])
@pytest.mark.parametrize(("narrow", "is_found"), [
    ({"queue_id": "shipping"}, True), ({"queue_id": "returns"}, False), ({"language": "es"}, True),
    ({"language": "pt"}, False), ({"reasons": frozenset({"human_request"})}, True), ({"reasons": frozenset({"damage"})}, False),
    ({"other_reasons": frozenset({"human_request"})}, False), ({"tag": "prisa"}, True), ({"tag": "otra"}, False),
    ({"channels": frozenset({"none"})}, False)])
def test_a_list_is_narrowed(
    house: House, queued: tuple[str, str], narrow: dict[str, Any], is_found: bool, tab: str
) -> None:
    house.do(tagging.add, queued[0], "agt_ana", "prisa")

    assert rows(house, Wanted(tab, **narrow)) == ([queued[0]] if is_found else [])


def test_a_channel_of_ours_narrows_too(house: House, queued: tuple[str, str]) -> None:
    channel = house.ask(lambda reader: reader.execute(select(Channel.__table__.c.channel_id)).scalar_one())

    assert rows(house, Wanted("queued", channels=frozenset({channel}))) == [queued[0]]


def test_a_page_begins_where_the_last_one_ended(house: House) -> None:
    made = [house.hand_over()[0] for _ in range(3)]

    pages = [rows(house, Wanted("all", limit=2, offset=offset)) for offset in (0, 2)]

    assert sorted(pages[0] + pages[1]) == sorted(made)


def test_a_late_promise_is_told_of_its_queue(house: House, queued: tuple[str, str]) -> None:
    house.clock.forward(minutes=16)

    assert house.ask(lists.counts, house.ask(access.viewer, "agt_ana"), house.clock.now()).late == {"shipping"}
