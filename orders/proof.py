"""Proof that an order is the contact's: the one place where an order becomes visible.

An order that does not exist and a proof that does not fit give the same None after the same comparisons, so that
neither the answer nor its time tells which numbers exist.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from hmac import compare_digest

from orders.base import Order, Proof

KINDS = ("phone", "email", "postcode", "last_digits")
# Four digits are guessed too easily to be a proof unless the shop says so.
DEFAULT_KINDS = ("phone", "email", "postcode")

# ITU-T E.164: country codes of one and of two digits; all others have three.
_ONE_DIGIT = ("1", "7")
_SECOND_DIGITS = {
    "2": "07",
    "3": "0123469",
    "4": "013456789",
    "5": "12345678",
    "6": "0123456",
    "8": "1246",
    "9": "0123458",
}
_TWO_DIGITS = frozenset(first + second for first, seconds in _SECOND_DIGITS.items() for second in seconds)
_SHORTEST_NATIONAL = 8
_SHORTEST_INTERNATIONAL = 11
_SHORTEST_POSTCODE = 4

_not_digit = re.compile(r"[^0-9]+")
_not_alphanumeric = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Holder:
    """What the shop knows of the one who bought. `country_code` completes a phone written without one.

    `other_phones`: a shop may know one of the account, one of the order and one for the carrier. Only whole numbers are
    compared with them.
    """

    phone: str = ""
    email: str = ""
    postcode: str = ""
    country_code: str = ""
    other_phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """An order before proof: it never leaves this package."""

    order: Order
    holder: Holder


_NOBODY = Holder("+00000000000", "nobody@shop.invalid", "0000000", "")


def reveal(record: Record | None, proof: Proof, kinds: tuple[str, ...]) -> Order | None:
    """The order, if there is one and the proof fits in one of `kinds`, or in one of its own `ways`; else None.

    A shop that takes other kinds than is usual narrows the ways: of each, one kind must be among them.
    """
    holder = record.holder if record is not None else _NOBODY
    ways = proof.ways or tuple((kind,) for kind in kinds)
    if kinds != DEFAULT_KINDS:
        ways = tuple(way for way in ways if not set(kinds).isdisjoint(way))
    fitting = {kind for kind, compare in _COMPARE.items() if compare(holder, proof)}
    fits = any(fitting.issuperset(way) for way in ways)
    return record.order if record is not None and fits else None


def _phone_fits(holder: Holder, proof: Proof) -> bool:
    offered = canonical_phone(_digits(proof.phone))
    country = holder.country_code or _country_code(offered)
    fits = False
    for phone in (holder.phone, *holder.other_phones):
        for reading in _readings(phone, country):
            fits |= _same(canonical_phone(reading), offered)
    return fits and len(offered) >= _SHORTEST_NATIONAL + 1


def canonical_phone(digits: str) -> str:
    """International digits in the one form of lines that are written in two.

    Mexico's mobiles may carry a 1 after 52, Argentina's a 9 after 54, Brazil's a ninth digit after the area code.
    Source: Meta, "Phone numbers" (WhatsApp Cloud API), and ITU-T national numbering plans of MX, AR, BR.
    """
    if len(digits) != 13:
        return digits
    if digits.startswith(("521", "549")):
        return digits[:2] + digits[3:]
    if digits.startswith("55") and digits[4] == "9":
        return digits[:4] + digits[5:]
    return digits


def _readings(phone: str, country_code: str) -> Iterator[str]:
    """The international numbers that the shop may have meant."""
    digits = _digits(phone)
    stripped = phone.lstrip()
    if stripped.startswith("+"):
        yield digits
    elif stripped.startswith("00"):
        yield digits[2:]
    else:
        national = digits.lstrip("0")
        yield country_code + national if len(national) >= _SHORTEST_NATIONAL else ""
        yield digits if len(digits) >= _SHORTEST_INTERNATIONAL else ""


def _country_code(digits: str) -> str:
    if digits.startswith(_ONE_DIGIT):
        return digits[:1]
    return digits[:2] if digits[:2] in _TWO_DIGITS else digits[:3]


def _email_fits(holder: Holder, proof: Proof) -> bool:
    offered = _folded_email(proof.email)
    return _same(_folded_email(holder.email), offered) and "@" in offered


def _folded_email(email: str) -> str:
    if not email.isascii():
        email = unicodedata.normalize("NFC", email)
    return email.strip().casefold()


def _postcode_fits(holder: Holder, proof: Proof) -> bool:
    offered = _folded_postcode(proof.postcode)
    return _same(_folded_postcode(holder.postcode), offered) and len(offered) >= _SHORTEST_POSTCODE


def _folded_postcode(postcode: str) -> str:
    return _not_alphanumeric.sub("", postcode).upper()


def _last_digits_fit(holder: Holder, proof: Proof) -> bool:
    offered = proof.last_digits.strip()
    known = _digits(holder.phone)[-4:]
    return _same(known, offered) and len(known) == 4


def _digits(text: str) -> str:
    return _not_digit.sub("", text)


def _same(known: str, offered: str) -> bool:
    return compare_digest(known.encode("utf-8", "replace"), offered.encode("utf-8", "replace"))


_COMPARE = {
    "phone": _phone_fits,
    "email": _email_fits,
    "postcode": _postcode_fits,
    "last_digits": _last_digits_fit,
}
