"""A carrier's trouble in an area on the page of news: looked at, told after a minute, taken back."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from conversation.events import TimelineLine
from conversation.work import Database
from outreach import taking
from outreach.news import News
from outreach.policy import Policy
from tests.console import desks

ASKED = {"carrier": "seur", "region": "Valencia"}


@pytest.fixture(autouse=True)
def parcels(database: Database) -> None:
    with database.work() as work:
        told = [News(f"left-{n}", "shipped", f"AB-1000{n}", work.now, {"carrier": "SEUR"}, phone=f"+3460055500{n}",
                     postcode=code) for n, code in enumerate(("46001", "46980", "28013", ""))]
        taking.take(work, "shop", told, Policy())


def test_the_orders_are_shown_before_anybody_is_told(sue: Client) -> None:
    page = sue.get("/console/news/area", query_string=ASKED).text

    assert "AB-10000" in page and "AB-10001" in page and "AB-10002" not in page
    assert "SEUR va con retraso en tu zona" in page


def test_what_was_marked_can_be_taken_back_on_its_page(sue: Client) -> None:
    page = sue.get(desks.post(sue, "/console/news/area", **ASKED).location).text
    group = page.partition("/console/news/nwg_")[2][:16]
    assert "Deshacer" in page

    undone = desks.post(sue, f"/console/news/nwg_{group}/undo")
    assert "· deshecho" in sue.get(undone.location).text


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [({"carrier": ""}, "carrier", "Falta el transportista"), ({"since": "21-11"}, "since", "elígelo en el calendario"),
     ({"new_day": "2020-01-01"}, "new_day", "hoy o después"), ({"region": "Teruel"}, "region", "ningún pedido en camino"),
     ({"seen": "1"}, "seen", "más pedidos de los que viste")],
)
def test_what_cannot_be_done_says_why(sue: Client, changed: dict[str, str], field: str, sentence: str) -> None:
    answer = desks.post(sue, "/console/news/area", {"Accept": "application/json"}, **(ASKED | changed))

    assert (answer.status_code, answer.json["error"]["field"]) == (422, field)
    assert sentence in answer.json["error"]["message"]


def test_a_program_reads_how_many_and_of_how_many_nobody_said_where_to(sue: Client) -> None:
    found = sue.get("/console/news/area", query_string=ASKED, headers={"Accept": "application/json"}).json

    assert (found["orders"], found["customers"], found["nowhere"]) == (2, 2, 1)


def test_news_that_the_bot_left_to_a_person_say_what_happened(database: Database, ana: Client) -> None:
    with database.work() as work:
        conversation_id, _ = desks.held(work, "agt_ana")
        work.record(TimelineLine("order_news", conversation_id, "system", epoch=1, data={
            "kind": "delayed", "order": "AB-54321", "facts": {"eta": "2027-03-01"}}))
    page = ana.get(f"/console/conversations/{conversation_id}").text

    assert "Pedido AB-54321: con retraso, se espera el 1 mar. El bot no se lo ha dicho." in page
