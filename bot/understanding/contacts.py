"""E-mail addresses and phone numbers in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Bounded repeats: no text makes these look twice at more than a few dozen characters.
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_PHONE = re.compile(r"(?<![\w-])(?:\+|00)?\(?\d(?:[ ().-]{0,2}\d){7,14}(?![\w-])")
_PHONE_CUE = re.compile(
    r"\b(?:cel|celu|celular|tel|telf?|tel[eé]fono|telefone|tlf|fono|phone|mobile|cell|number is|call|ring|text me|"
    r"ll[aá]m\w{0,6}|marc?q?u\w{0,5}|lig\w{0,5}|whats\w{0,4}|m[oó]vil|telem[oó]vel|contacto|contato|zap)\b",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[^\d+]")
MIN_DIGITS, MAX_DIGITS = 8, 15
_CUE_DISTANCE = 40
_LEAST_ABROAD = 12  # with 00 in front; shorter runs are order numbers with leading zeros


@dataclass(frozen=True, slots=True)
class Contacts:
    """What was found, and the text with it blanked out (same length)."""

    emails: tuple[str, ...]
    phones: tuple[str, ...]
    rest: str


def contacts(text: str) -> Contacts:
    """E-mails in lower case, phones as E.164 where the country is written, else as digits."""
    emails: list[str] = []
    if "@" in text:
        for match in _EMAIL.finditer(text):
            emails.append(match.group().rstrip(".-").lower())
        text = _EMAIL.sub(lambda match: " " * len(match.group()), text)
    if sum(map(str.isdigit, text)) < MIN_DIGITS:
        return Contacts(tuple(dict.fromkeys(emails)), (), text)
    phones: list[str] = []
    for match in _PHONE.finditer(text):
        if phone := _phone(match, text):
            phones.append(phone)
            text = text[: match.start()] + " " * len(match.group()) + text[match.end() :]
    return Contacts(tuple(dict.fromkeys(emails)), tuple(dict.fromkeys(phones)), text)


def _phone(match: re.Match[str], text: str) -> str:
    number = _SEPARATORS.sub("", match.group())
    if number.startswith("00") and len(number) >= _LEAST_ABROAD:
        number = "+" + number[2:]
    if number.startswith("+"):
        return number if MIN_DIGITS <= len(number) - 1 <= MAX_DIGITS else ""
    # Without the country's sign nine or more digits may as well be an order or a parcel: only near a phone word.
    near = text[max(0, match.start() - _CUE_DISTANCE) : match.start()]
    return number if len(number) >= 9 and _PHONE_CUE.search(near) else ""
