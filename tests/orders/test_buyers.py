"""Whose orders these are."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

import orders
from orders import buyers
from orders.base import MAX_ORDERS, Connector, Order, Proof
from orders.proof import Holder, Record

MARTA = Proof(phone="+34600111222")


def a_record(number: str, phone: str = "+34600111222", day: int = 1) -> Record:
    return Record(Order(number, "shipped", ordered_on=date(2026, 11, day)), Holder(phone))


def test_newest_comes_first_and_undated_last() -> None:
    undated = Record(Order("C", "shipped"), Holder("+34600111222"))

    found = buyers.latest([undated, a_record("A", day=1), a_record("B", day=2)], MARTA)

    assert [order.reference for order in found] == ["B", "A", "C"]


def test_no_more_than_ten_come() -> None:
    assert len(buyers.latest([a_record(str(n), day=1 + n % 20) for n in range(40)], MARTA)) == MAX_ORDERS


def test_same_number_comes_once() -> None:
    assert len(buyers.latest([a_record("A"), a_record("A")], MARTA)) == 1


def test_others_with_the_same_end_of_a_telephone_are_left_out() -> None:
    assert buyers.latest([a_record("A", "+351600111222"), a_record("B", "+34900111222")], MARTA) == ()


@pytest.mark.parametrize(
    ("buyer", "known"),
    [
        (Proof(phone="+34 600-111-222"), {"phone": "+34600111222"}),
        (Proof(email=" Marta@Example.com "), {"email": "Marta@Example.com"}),
        (Proof(phone="600", email="marta"), {}),
        (Proof(phone="%", email="%"), {}),
        (Proof(email="a b@example.com"), {}),
        (Proof(email="a\x00@example.com"), {}),
        (Proof(email=f"{'a' * 300}@example.com"), {}),
        (Proof(phone="٣٤٦٠٠١١١٢٢٢", postcode="28013", last_digits="1222"), {}),
    ],
)
def test_shop_is_asked_by_what_can_be_an_address(buyer: Proof, known: dict[str, str]) -> None:
    assert buyers.known(buyer) == known


def test_ways_of_writing_one_line_are_filed_together() -> None:
    written = ("+34600111222", "600 11 12 22", "0034-600111222")

    assert {buyers.marks(phone, "") for phone in written} == {("00111222",)}


def a_file(path: Path, *rows: str) -> Connector:
    path.write_text("\n".join(("reference,status,phone,email,country,ordered_on", *rows)), encoding="utf-8")
    return orders.connector("csv_file", {"path": str(path), "country_code": "34"})


def test_file_finds_telephones_written_without_their_country(tmp_path: Path) -> None:
    shop = a_file(tmp_path / "o.csv", "A,shipped,600 111 222,,,2026-11-01", "B,shipped,700 111 222,,,2026-11-02")

    assert [order.reference for order in shop.orders_of(MARTA)] == ["A"]


def test_order_of_a_lab_hides_the_demos_of_the_same_number(tmp_path: Path) -> None:
    path = tmp_path / "orders.json"
    path.write_text(json.dumps([{"reference": "AB-12345", "status": "lost", "email": "other@example.com"}]))
    shop = orders.connector("lab", {"path": str(path)})

    assert "AB-12345" not in [order.reference for order in shop.orders_of(Proof(email="marta@example.com"))]
