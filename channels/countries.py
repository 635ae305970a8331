"""Where a phone number is, and what kind of number: an answer to some of them costs money that somebody else earns. Pure.

Countries are ISO 3166 codes. A number that no plan knows counts for the main country of its calling code; `''` is no
number of any country (a short code, a name, a satellite).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from channels.identity import is_phone

# Whoever calls or writes to one of these pays more than for a phone, and part of it goes to whoever holds the number.
COSTLY = frozenset((PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.UAN))
NO_COUNTRY = frozenset(("001", "ZZ"))


@lru_cache(maxsize=8_192)
def country_of(address: str) -> str:
    """`ES` for +34600111222; '' for what is no number of a country."""
    number = _read(address)
    if number is None:
        return ""
    found = phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(number.country_code)
    return "" if found in NO_COUNTRY else str(found)


@lru_cache(maxsize=8_192)
def is_costly(address: str) -> bool:
    """Whether this is a premium-rate, shared-cost or company number; nobody writes an SMS to us from one."""
    number = _read(address)
    return number is not None and phonenumbers.number_type(number) in COSTLY


@lru_cache(maxsize=8_192)
def international(written: str, calling_code: str) -> str:
    """A number as people write it, with or without its country (`34`, where somebody said it); '' for what is none."""
    text = written.strip()
    text = f"+{text[2:]}" if text.startswith("00") else text
    region = phonenumbers.region_code_for_country_code(int(calling_code)) if calling_code.isdecimal() else None
    # 34600111222 without its plus, 0600111222 with a zero that nobody dials there: the first that is a number
    readings = [number for one in (text, text.lstrip("0")) if (number := _parsed(one, region)) is not None]
    found = next(filter(phonenumbers.is_valid_number, readings), next(iter(readings), None))
    return str(phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)) if found else ""


def is_country(code: str) -> bool:
    """Whether this is the code of a country that has phone numbers."""
    return code in phonenumbers.SUPPORTED_REGIONS


def countries_of(addresses: Iterable[str]) -> frozenset[str]:
    """The countries of these numbers."""
    return frozenset(country_of(address) for address in addresses) - {""}


def _read(address: str) -> phonenumbers.PhoneNumber | None:
    return _parsed(address, None) if is_phone(address) else None


def _parsed(written: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(written, region)
    except NumberParseException:
        return None
