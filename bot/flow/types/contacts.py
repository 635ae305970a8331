"""`email` and `phone`, also as they are dictated (“ana arroba gmail punto com”) and as they are written at home."""

from __future__ import annotations

import re

import phonenumbers

from bot.flow.spoken import LONGEST, AnswerType, Family, Spoken

_EMAIL = re.compile(
    r"(?<![\w.%+-])[A-Za-z0-9_][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,4}(?:xn--[A-Za-z0-9-]{2,20}|"
    r"[A-Za-z]{2,24})(?![\w-])"
)
_AT = re.compile(
    r"\s{0,3}[(\[<]?\s?\b(?:arroba|arrob|aroba|at)\b\s?[)\]>]?\s{0,3}|\s{1,3}@\s{0,3}|@\s{1,3}", re.IGNORECASE
)
_DOT = re.compile(r"\s{0,3}[(\[]?\s?\b(?:punto|ponto|dot|pto)\b\s?[)\]]?\s{0,3}", re.IGNORECASE)
_LINES = (
    (
        re.compile(
            r"\s{0,3}\b(?:gui[oó]n bajo|gui[oó]n abajo|barra baja|subgui[oó]n|underscore|underline|"
            r"sublinhado)\b\s{0,3}",
            re.IGNORECASE,
        ),
        "_",
    ),
    (re.compile(r"\s{0,3}\b(?:gui[oó]n(?: medio)?|h[ií]fen|tra[cç]o|dash|hyphen)\b\s{0,3}", re.IGNORECASE), "-"),
)
_COMMA = re.compile(r"(?<=[a-z0-9]),(?=(?:com|es|mx|ar|co|cl|pe|uy|ec|br|pt|net|org)\b)", re.IGNORECASE)

_CANDIDATE = re.compile(r"(?<![\w@.,-])[+(]?\d[\d\s().\-/\u2010-\u2015]{4,28}\d(?![\w@])")
_MOST_CANDIDATES = 5


def email(spoken: Spoken) -> str | None:
    text = spoken.text[:LONGEST]
    found = _address(text)
    if found or len(text) > 400:
        return found
    dictated = _DOT.sub(".", _AT.sub("@", text))
    for pattern, sign in _LINES:
        dictated = pattern.sub(sign, dictated)
    return _address(_COMMA.sub(".", dictated)) if "@" in dictated else None


def _address(text: str) -> str | None:
    for match in _EMAIL.finditer(text):
        if ".." not in match[0] and ".@" not in match[0] and "-." not in match[0]:
            return match[0].lower()
    return None


def phone(spoken: Spoken) -> str | None:
    """The first number that exists in its country's plan, as +34600111222; without a plus it is one of the shop's."""
    for number, match in enumerate(_CANDIDATE.finditer(spoken.text[:LONGEST])):
        if number >= _MOST_CANDIDATES:
            break
        found = _dialled(match[0], spoken.country)
        if found:
            return found
    return None


def _dialled(written: str, country: str) -> str | None:
    digits = re.sub(r"\D", "", written)
    if not 6 <= len(digits) <= 17:
        return None
    tries = (
        (f"+{digits}",) if "+" in written else (digits, f"+{digits[2:]}" if digits.startswith("00") else f"+{digits}")
    )
    for one in tries:
        found = _valid(one, country)
        if found:
            return found
    if country == "MX" and digits.startswith(("044", "045", "01")):  # how a mobile was dialled at home until 2019
        return _valid(digits[-10:], country)
    # Mexicans still write the 1 that stood behind +52 until 2019.
    return _valid(f"+52{digits[3:]}", country) if digits.startswith("521") and len(digits) == 13 else None


def _valid(written: str, country: str) -> str | None:
    try:
        number = phonenumbers.parse(written, country or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


FAMILY = Family("contacts", {"email": AnswerType(email, stands_out=True), "phone": AnswerType(phone)})
