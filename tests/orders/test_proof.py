"""What counts as the same phone, e-mail and postcode."""

from __future__ import annotations

import pytest

from orders.base import Order, Proof
from orders.proof import DEFAULT_KINDS, KINDS, Holder, Record, reveal

ORDER = Order("AB-12345", "shipped")


def shown(holder: Holder, proof: Proof, kinds: tuple[str, ...] = DEFAULT_KINDS) -> bool:
    return reveal(Record(ORDER, holder), proof, kinds) is ORDER


@pytest.mark.parametrize(
    ("written", "channel"),
    [
        ("600 111 222", "+34600111222"),
        ("0034600111222", "+34600111222"),
        ("34600111222", "+34600111222"),
        ("07700 900123", "+447700900123"),
        ("+52 1 55 1234 5678", "+525512345678"),
        ("+52 55 1234 5678", "+5215512345678"),
        ("+54 9 11 2345 6789", "+541123456789"),
        ("(11) 98765-4321", "+551187654321"),
        ("+55 11 8765-4321", "+5511987654321"),
    ],
)
def test_phones_of_one_line_are_the_same(written: str, channel: str) -> None:
    assert shown(Holder(phone=written), Proof(phone=channel))


@pytest.mark.parametrize(
    ("written", "channel"),
    [
        ("+34600111222", "+351600111222"),
        ("+34600111222", "+34600111223"),
        ("1222", "+34600111222"),
        ("", "+34"),
        ("", ""),
        ("+5511987654321", "+5521987654321"),
    ],
)
def test_phones_of_two_lines_are_not(written: str, channel: str) -> None:
    assert not shown(Holder(phone=written), Proof(phone=channel))


def test_country_of_the_shop_completes_national_phones() -> None:
    assert shown(Holder(phone="600111222", country_code="34"), Proof(phone="+34600111222"))


def test_national_phone_of_the_shops_country_is_no_phone_of_another() -> None:
    assert not shown(Holder(phone="600111222", country_code="34"), Proof(phone="+351600111222"))


def test_last_digits_fit_where_the_shop_takes_them() -> None:
    assert shown(Holder(phone="+34 600 111 222"), Proof(last_digits="1222"), KINDS)


def test_order_without_a_phone_has_no_last_digits() -> None:
    assert not shown(Holder(), Proof(last_digits=""), KINDS)


def test_order_without_an_email_is_not_opened_by_an_empty_one() -> None:
    assert not shown(Holder(), Proof(email=""))


def test_kind_that_the_shop_does_not_take_is_no_proof() -> None:
    assert not shown(Holder(postcode="28013"), Proof(postcode="28013"), ("email",))


@pytest.mark.parametrize(
    "proof", [Proof(phone="+00000000000"), Proof(email="nobody@shop.invalid"), Proof(postcode="0000000")]
)
def test_absent_order_is_never_shown(proof: Proof) -> None:
    assert reveal(None, proof, KINDS) is None


MARTA = Holder("+34600111222", "marta@example.com", "28013")
TOGETHER = (("postcode", "last_digits"),)


def test_kinds_that_count_together_must_both_fit() -> None:
    assert shown(MARTA, Proof(postcode="28013", last_digits="1222", ways=TOGETHER))
    assert not shown(MARTA, Proof(postcode="28013", ways=TOGETHER))
    assert not shown(MARTA, Proof(postcode="28013", last_digits="1223", ways=TOGETHER))


def test_the_houses_rules_stand_in_place_of_what_is_usual() -> None:
    assert not shown(MARTA, Proof(postcode="28013", ways=(("email",),)))
    assert shown(MARTA, Proof(last_digits="1222", ways=(("last_digits",),)))


def test_a_shop_that_takes_other_kinds_narrows_the_houses_rules() -> None:
    rules = (("phone",), ("email",), ("postcode", "last_digits"))

    assert shown(MARTA, Proof(email="marta@example.com", ways=rules), ("email",))
    assert not shown(MARTA, Proof(phone="+34600111222", ways=rules), ("email",))
    assert not shown(MARTA, Proof(postcode="28013", last_digits="1222", ways=rules), ("email",))
