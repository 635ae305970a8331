"""Words as search keeps and compares them: without capitals and accents, numbers in every form they are written in. Pure.

Beside plain words there are marked ones, which a question can ask for by name: `xn` before a word of a contact's name,
`xt` before the end of a telephone number, `xo` before an order number, `xg` before a tag.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import phonenumbers
from phonenumbers import NumberParseException

NAME, PHONE, ORDER, TAG = "xn", "xt", "xo", "xg"
ORDER_FACTS = ("order_ref", "order", "order_number", "reference", "ref")
SHORTEST_END = 4
MOST_WORDS = 400  # of one message: what is longer is found by its beginning
LONGEST_WORD = 60
_WORD = re.compile(r"[^\W_]+")
_ORDER = re.compile(r"(?<![^\W_])([^\W\d_]{1,6})[-_ #/]?(\d{3,12})(?![^\W_])")
_NUMBER = re.compile(r"(?<!\w)#?(\d{4,12})(?!\w)")
_PHONE = re.compile(r"\+?[\d\s().\-/]{6,24}")


def folded(text: str) -> str:
    """Without capitals and accents; an ñ is an n."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def words(text: str) -> list[str]:
    """The words of a text, each once."""
    found = (word[:LONGEST_WORD] for word in _WORD.findall(folded(text)))
    return list(dict.fromkeys(found))[:MOST_WORDS]


def orders(text: str) -> list[str]:
    """The order numbers of a text, marked: `AB-54321` and `ab 54321` are one."""
    plain = folded(text)
    whole = [f"{ORDER}{letters}{digits}" for letters, digits in _ORDER.findall(plain)]
    return list(dict.fromkeys([*whole, *(f"{ORDER}{digits}" for digits in _NUMBER.findall(plain))]))


def of_message(text: str) -> list[str]:
    """Everything a message is found by."""
    return [*words(text), *orders(text)]


def of_contact(name: str, emails: Iterable[str], addresses: Iterable[str], references: Iterable[str],
               tags: Iterable[str]) -> list[str]:
    """Everything a conversation is found by that is not said in it."""
    names = words(name)
    found = [*names, *(NAME + word for word in names)]
    for one in (*emails, *(address for address in addresses if not _is_number(address))):
        found += words(one)
    for address in addresses:
        if _is_number(address):
            digits = _digits(address)
            found += [digits, *(PHONE + digits[-length:] for length in range(SHORTEST_END, len(digits) + 1))]
    for reference in references:
        found += [*words(reference), ORDER + compact(reference)]
    for tag in tags:
        found += [*words(tag), TAG + compact(tag)]
    return [one for one in dict.fromkeys(found) if one]


def compact(text: str) -> str:
    """A text as one word."""
    return "".join(_WORD.findall(folded(text)))[:LONGEST_WORD]


def references(card: Mapping[str, Any] | None) -> list[str]:
    """The order numbers that the bot learnt."""
    known = (card or {}).get("known") or {}
    values = [known.get(name) for name in ORDER_FACTS]
    found = [value.get("reference") if isinstance(value, Mapping) else value for value in values]
    return [one.strip() for one in found if isinstance(one, str) and one.strip()]


def is_phone(text: str) -> bool:
    """Whether somebody may have meant a telephone number."""
    return _PHONE.fullmatch(text.strip()) is not None and len(_digits(text)) >= 6


def phone_ends(text: str) -> Sequence[str]:
    """The marked words of a number in whatever form: with 00, with the nought of a trunk call, in an old national form."""
    digits = _digits(text)
    international = digits.removeprefix("00")
    found = [digits, international, digits.lstrip("0")]
    if text.strip().startswith("+") or international != digits:
        found += _other_forms(international)
    return tuple(PHONE + one for one in dict.fromkeys(found) if len(one) >= SHORTEST_END)


def _other_forms(digits: str) -> list[str]:
    """Mexico and Argentina write mobiles with or without a sign after the country, Brazil with or without a ninth digit."""
    try:
        number = phonenumbers.parse(f"+{digits}")
    except NumberParseException:
        return []
    national = str(number.national_number)
    return [national, {52: national[-10:], 54: national[-10:], 55: national[-8:]}.get(number.country_code or 0, "")]


def _is_number(address: str) -> bool:
    return re.fullmatch(r"\+?\d{6,15}", address) is not None


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isascii() and sign.isdigit())
