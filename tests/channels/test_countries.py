"""Where a number is, and whether it earns at our answers."""

from __future__ import annotations

import pytest

from channels import countries


@pytest.mark.parametrize(("address", "country"), [
    ("+34600111222", "ES"), ("+351912345678", "PT"), ("+5521987654321", "BR"), ("+5215512345678", "MX"), ("+12425551234", "BS"),
    ("+14155238886", "US"), ("+15551234567", "US"), ("+14165550123", "CA"), ("+882160123456", ""), ("25123", ""), ("MEGAMAIL", ""),
    ("ES.1234567890", ""), ("+99999999999", ""), ("", ""),
])
def test_a_number_belongs_to_its_country(address: str, country: str) -> None:
    assert countries.country_of(address) == country


@pytest.mark.parametrize("address", ["+34803123456", "+34902123456", "+34901123456", "+33899123456"])
def test_premium_and_shared_cost_numbers_are_told(address: str) -> None:
    assert countries.is_costly(address)


@pytest.mark.parametrize("address", ["+34600111222", "+34911234567", "+15551234567", "25123", "ES.1234567890"])
def test_phones_cost_what_they_cost(address: str) -> None:
    assert not countries.is_costly(address)


def test_our_numbers_name_our_countries() -> None:
    assert countries.countries_of(["+34911000000", "+351210000000", "MG1"]) == {"ES", "PT"}


@pytest.mark.parametrize(("code", "known"), [("ES", True), ("BR", True), ("XX", False), ("es", False), ("Spain", False)])
def test_only_iso_codes_are_countries(code: str, known: bool) -> None:
    assert countries.is_country(code) is known
