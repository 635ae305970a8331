"""What our own shops were told to do: once for each key, seen by every process, judged by how the order stands."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from orders.acting import Action
from orders.base import Proof
from orders.deeds import Book
from orders.demo import DemoShop
from orders.demo_people import MARTA
from orders.errors import ConnectorError
from orders.on_request import Counter

TODAY = date(2026, 11, 20)
SENT, WAITS = "AB-12345", "AB-20001"
WHERE = {"street": "Calle Luna 2", "postcode": "28004", "city": "Madrid"}


@pytest.fixture
def shop(tmp_path: Path) -> DemoShop:
    return another(tmp_path)


def another(folder: Path) -> DemoShop:
    """The same shop in another process."""
    shop = DemoShop(("phone",), TODAY)
    shop.keep_in(folder)
    return shop


def act(kind: str = "refund", reference: str = SENT, key: str = "k1", amount: str | None = "10") -> Action:
    address = WHERE if kind == "change_address" else {}
    return Action(kind, reference, key, Decimal(amount) if amount else None, "EUR", address)


def refused(shop: DemoShop, action: Action) -> str:
    with pytest.raises(ConnectorError) as error:
        shop.act(action)
    assert shop.preview(action).refused == error.value.code
    return error.value.code


def test_another_process_sees_what_was_done(shop: DemoShop, tmp_path: Path) -> None:
    other = another(tmp_path)
    shop.act(act("cancel", WAITS))

    found = other.find_without_proof(WAITS)
    assert found is not None
    assert (found.status, other.find(WAITS, Proof(phone=MARTA.phone)).status) == ("cancelled", "cancelled")  # type: ignore[union-attr]


def test_the_same_key_is_done_once_by_however_many(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: another(tmp_path).act(act()).facts["refund_id"], range(8)))

    assert len(set(done)) == len(Book(tmp_path / "demo_shop.jsonl").of(SENT)) == 1


def test_no_more_is_refunded_than_was_paid(shop: DemoShop) -> None:
    shop.act(act(amount="50"))

    assert refused(shop, act(key="k2", amount="10")) == "too_much"
    shop.act(act(key="k2", amount="9.90"))
    assert refused(shop, act(key="k3", amount="1")) == "refunded"


@pytest.mark.parametrize(("action", "code"), [
    (act("cancel"), "shipped"), (act("change_address"), "shipped"), (act("cancel", "AB-20008"), "cancelled"),
    (act(reference="AB-20008"), "unpaid"), (act("cancel", "ZZ-99999"), "absent"), (act("coupon", amount=None), "too_much"),
    (replace(act("change_address", WAITS), address={"street": "Calle Luna 2"}), "address"),
    (replace(act(), currency="USD"), "unsupported"), (act("resend_tracking"), "unsupported")])
def test_what_is_not_possible_has_its_code(shop: DemoShop, action: Action, code: str) -> None:
    assert refused(shop, action) == code


def test_the_new_address_stands_there_afterwards(shop: DemoShop) -> None:
    before = shop.preview(act("change_address", WAITS)).facts
    shop.act(act("change_address", WAITS))

    assert (before["new_address"]["street"], before["address"]["street"]) == ("Calle Luna 2", "Calle Mayor 3")
    assert shop.preview(act("cancel", WAITS)).facts["address"]["street"] == "Calle Luna 2"


def test_a_line_that_was_cut_off_is_left_out(shop: DemoShop, tmp_path: Path) -> None:
    (tmp_path / "demo_shop.jsonl").write_text('\n{"key": "k0", "kind": "ref')
    shop.act(act())

    assert [deed["key"] for deed in Book(tmp_path / "demo_shop.jsonl").of(SENT)] == ["k1"]


def test_a_shop_that_only_tells_can_have_its_tracking_sent_again() -> None:
    class Tells:
        name, local, can_search = "tells", False, False

        def find_without_proof(self, reference: str) -> object:
            return DemoShop((), TODAY).find_without_proof(reference)

    counter = Counter(Tells(), lambda: TODAY)  # type: ignore[arg-type]

    assert counter.actions == {"resend_tracking"}
    assert [counter.preview(act(kind, reference), "es").refused for kind, reference in (
        ("refund", SENT), ("resend_tracking", SENT), ("resend_tracking", WAITS))] == ["unsupported", "", "untracked"]
