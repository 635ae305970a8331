"""The order panel: what may be done, the form with its preview, approvals, and what nobody knows of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import Client

from console import here
from console.order_desk import OrderDesk
from conversation.tables import Conversation
from conversation.work import Database
from handoff import order_actions, order_book
from handoff.order_actions import Asked
from orders import connector
from orders.base import Proof
from orders.demo_people import MARTA
from orders.errors import ConnectorError
from orders.on_request import Counter
from orders.service import orders_of
from tests.console import desks

JSON = {"Accept": "application/json"}
TODAY = date(2026, 11, 20)
LATE, WAITS = "AB-54321", "AB-20001"


@pytest.fixture
def shop() -> Any:
    return connector("demo", {})


@pytest.fixture
def talk(app: Flask, database: Database, shop: Any) -> str:
    """Marta writes from the number that she bought with, about the order that is late; Ana has her."""
    orders = OrderDesk(Counter(shop, lambda: TODAY), lambda phone: orders_of(shop, Proof(phone=phone), TODAY))
    app.extensions[here.EXTENSION] = replace(app.extensions[here.EXTENSION], orders=orders)
    with database.work() as work:
        return desks.held(work, "agt_ana", address=MARTA.phone)[0]


def asks(client: Client, talk: str, amount: str = "15", key: str = "k1", **more: Any) -> Any:
    fields = {"form": "1", "key": key, "kind": "refund", "order": LATE, "amount": amount, "reason": "vino rota",
              "tells_customer": "1", **more}
    return desks.post(client, f"/console/conversations/{talk}/order-actions", **fields)


def looks(client: Client, talk: str, **fields: Any) -> str:
    given = {"form": "1", "key": "k1", "kind": "refund", "order": LATE, "reason": "vino rota", "tells_customer": "1", **fields}
    page: str = desks.post(client, f"/console/conversations/{talk}/order-actions/preview", **given).get_data(as_text=True)
    return page


def rows(database: Database, talk: str) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(row["kind"], row["state"]) for row in order_book.of_conversation(session, talk)]


def unsure(database: Database, talk: str) -> str:
    with database.work() as work:
        order_actions.propose(work, talk, "agt_ana", Asked("k9", "refund", LATE, "vino rota", {"amount": "5"}, "EUR"))
    with database.work() as work:
        (row,) = order_actions.take(work, work.now, 1)
        order_actions.finish(work, row, "unsure", {}, "The shop answered with status 502.")
        return str(row["order_action_id"])


def panel(client: Client, talk: str) -> str:
    text: str = client.get(f"/console/conversations/{talk}/panel").get_data(as_text=True)
    return text


def test_the_panel_offers_what_the_shop_can_and_her_other_orders(ana: Client, talk: str) -> None:
    page = panel(ana, talk)

    assert 'data-testid="act-refund"' in page
    assert "AB-20001" in page.split('data-testid="other-orders"')[1]


def test_a_shop_that_cannot_says_so(app: Flask, ana: Client, talk: str, shop: Any) -> None:
    shop.actions = frozenset({"cancel"})
    page = panel(ana, talk)

    assert 'data-testid="act-cancel"' in page
    assert 'data-testid="act-refund"' not in page
    assert "devolver dinero" in page.split('data-testid="lacks"')[1]


def test_the_form_says_what_the_order_was_given_already(ana: Client, talk: str) -> None:
    asks(ana, talk, amount="15.00")
    page = ana.get(f"/console/conversations/{talk}/order-actions/refund?order={LATE}").get_data(as_text=True)

    assert "este pedido ya lleva 15,00\xa0€" in page


def test_the_form_says_how_it_stands_and_how_far_she_may_go(ana: Client, talk: str) -> None:
    page = ana.get(f"/console/conversations/{talk}/order-actions/refund?order={LATE}").get_data(as_text=True)

    assert "Puedes llegar a 20,00\xa0€ por pedido sin pedir permiso." in page
    assert 'data-testid="preview"' in page
    assert 'data-testid="do"' not in page


@pytest.mark.parametrize(("order", "is_warned"), [(LATE, False), ("CD-11111", True)])
def test_an_order_that_is_not_of_her_number_is_marked_before_anything_is_done(sue: Client, talk: str, order: str, is_warned: bool) -> None:
    page = sue.get(f"/console/conversations/{talk}/order-actions/refund?order={order}").get_data(as_text=True)

    assert ('data-testid="whose"' in page) is is_warned


def test_the_preview_shows_what_the_customer_will_read_before_it_is_asked_for(ana: Client, talk: str, database: Database) -> None:
    page = looks(ana, talk, amount="15")

    assert "amount=15,00\xa0€" in page.split('data-testid="heard"')[1]
    assert 'data-testid="do"' in page
    assert rows(database, talk) == []


def test_a_text_that_would_not_leave_says_so(ana: Client, talk: str, database: Database) -> None:
    assert 'data-testid="unheard"' not in looks(ana, talk, amount="15")
    with database.work() as work:
        work.connection.execute(update(Conversation.__table__).values(last_inbound_at=work.now - timedelta(hours=25)))

    assert "más de 24 horas" in looks(ana, talk, amount="15").split('data-testid="unheard"')[1]


def test_above_the_limit_the_button_asks_for_approval(ana: Client, talk: str) -> None:
    assert "Pedir aprobación" in looks(ana, talk, amount="25").split('data-testid="do"')[1]


@pytest.mark.parametrize(("fields", "said"), [
    ({"amount": "9999"}, "mayor de lo que queda"), ({"kind": "cancel"}, "ya ha salido"),
    ({"kind": "change_address", "order": WAITS, "street": "Luna 2"}, "le faltan datos")])
def test_what_the_shop_refuses_is_said_before(ana: Client, talk: str, fields: dict[str, str], said: str) -> None:
    page = looks(ana, talk, **fields)

    assert said in page.split('data-testid="refused"')[1]
    assert 'data-testid="do"' not in page


def test_a_form_sent_twice_is_one_action(ana: Client, talk: str, database: Database) -> None:
    assert [asks(ana, talk).status_code for _ in range(2)] == [303, 303]
    assert rows(database, talk) == [("refund", "approved")]


def test_without_a_reason_the_form_stays_as_it_was(ana: Client, talk: str, database: Database) -> None:
    answer = asks(ana, talk, reason="")

    assert (answer.status_code, rows(database, talk)) == (422, [])
    assert 'value="15"' in answer.get_data(as_text=True)


def test_a_shop_that_is_away_is_no_action(app: Flask, ana: Client, talk: str, shop: Any, database: Database) -> None:
    class Away:
        actions = shop.actions

        def preview(self, action: object) -> None:
            raise ConnectorError("It is away.")

        act = preview

    desk = app.extensions[here.EXTENSION]
    counter = Counter(Away(), lambda: TODAY)  # type: ignore[arg-type]
    app.extensions[here.EXTENSION] = replace(desk, orders=replace(desk.orders, counter=counter))

    assert (asks(ana, talk).status_code, rows(database, talk)) == (503, [])


def test_while_the_shop_is_asked_no_transaction_is_open(app: Flask, ana: Client, talk: str, database: Database) -> None:
    desk, held = app.extensions[here.EXTENSION], []

    def bought_by(_phone: str) -> list[Any]:
        held.append(database.engine.pool.checkedout())  # type: ignore[attr-defined]
        return []

    app.extensions[here.EXTENSION] = replace(desk, orders=replace(desk.orders, bought_by=bought_by))
    asks(ana, talk, order="AB-99999")
    looks(ana, talk, order="AB-99999")

    assert held == [0, 0]


def test_others_orders_and_others_conversations_are_not_there(ana: Client, bo: Client, talk: str) -> None:
    assert asks(ana, talk, order="CD-11111").status_code == 404
    assert asks(bo, talk).status_code == 404


def test_a_supervisor_approves_from_her_list(ana: Client, sue: Client, talk: str, database: Database) -> None:
    asks(ana, talk, amount="30")
    page = sue.get("/console/approvals").get_data(as_text=True)
    action = page.split('action="/console/order-actions/')[1].split("/")[0]

    assert "Devolver 30,00\xa0€" in page
    assert 'data-testid="wall-approvals"' in sue.get("/console/supervision").get_data(as_text=True)
    assert desks.post(sue, f"/console/order-actions/{action}/approval").status_code == 303
    assert rows(database, talk) == [("refund", "approved")]
    assert desks.post(sue, f"/console/order-actions/{action}/refusal", headers=JSON).status_code == 409
    again = desks.post(sue, f"/console/order-actions/{action}/approval")
    assert (again.status_code, "Sue" in again.get_data(as_text=True)) == (409, True)


def test_an_agent_takes_back_what_she_asked_for(ana: Client, talk: str, database: Database) -> None:
    asks(ana, talk, amount="30")
    action = panel(ana, talk).split('action="/console/order-actions/')[1].split("/")[0]
    desks.post(ana, f"/console/order-actions/{action}/refusal")

    assert rows(database, talk) == [("refund", "declined")]


def test_what_nobody_knows_of_is_trouble_until_somebody_looked(sue: Client, talk: str, database: Database) -> None:
    action = unsure(database, talk)
    page = sue.get("/console/trouble").get_data(as_text=True)
    desks.post(sue, f"/console/order-actions/{action}/finding?was_done=1")

    assert "no se sabe si se hizo" in page
    assert rows(database, talk) == [("refund", "done")]
    assert "trouble-actions" not in sue.get("/console/trouble").get_data(as_text=True)


def test_each_step_stands_in_the_transcript(ana: Client, talk: str, enter: Callable[[str], Client]) -> None:
    asks(ana, talk, amount="30")

    assert "Ana pide: Devolver 30,00\xa0€ · AB-54321" in ana.get(f"/console/conversations/{talk}").get_data(as_text=True)
