"""What the customer reads once the shop did it: each action's own facts, nothing that is no link, no holes."""

from __future__ import annotations

from typing import Any

import pytest

from handoff.order_words import money, sentence


def said(kind: str, **row: Any) -> dict[str, Any]:
    """What the text of this kind is filled with."""
    found: dict[str, Any] = {}

    def say(key: str, language: str, **values: Any) -> str:
        found.update(values, key=key)
        return "x"

    sentence(say, {"kind": kind, "order_reference": "AB-1", "amount": "", "currency": "EUR", "asked": {}, **row}, "es")
    return found


def test_a_new_address_is_written_as_on_a_letter() -> None:
    where = {"name": "Marta Gil", "street": "Calle Luna 2", "postcode": "28004", "city": "Madrid", "country": "ES"}

    assert said("change_address", asked=where)["address"] == "Marta Gil, Calle Luna 2, 28004 Madrid"


def test_a_coupon_has_its_code_once_the_shop_gave_it() -> None:
    assert [said("coupon", amount="10", result=result)["coupon"] for result in ({}, {"coupon": "LUZ-1"})] == ["…", "LUZ-1"]


def test_what_the_shop_did_holds_against_what_was_seen_before() -> None:
    seen, did = {"tracking_number": "OLD"}, {"tracking_number": "NEW"}

    assert said("resend_tracking", preview=seen, result=did)["number"] == "NEW"


@pytest.mark.parametrize(("url", "link"), [
    ("https://seur.example/1", "https://seur.example/1"), ("javascript:alert(1)", ""), ("seur.example/1", "")])
def test_only_an_address_of_the_web_is_a_link(url: str, link: str) -> None:
    assert said("resend_tracking", result={"tracking_url": url})["link"] == link


def test_what_nobody_knows_leaves_no_hole() -> None:
    row = {"kind": "resend_tracking", "order_reference": "AB-1", "amount": "", "currency": "", "asked": {}}

    assert sentence(lambda key, language, **values: "With {carrier} {number}: {link} ".format(**values), row, "es") == "With :"


@pytest.mark.parametrize(("amount", "currency", "language", "text"), [
    ("15.5", "EUR", "es", "15,50\xa0€"), ("15.5", "EUR", "en", "€15.50"), ("15.5", "BRL", "pt", "R$\xa015,50"),
    ("15.50", "", "es", "15.50"), ("", "EUR", "es", "")])
def test_money_is_written_as_people_there_write_it(amount: str, currency: str, language: str, text: str) -> None:
    assert money(amount, currency, language) == text
