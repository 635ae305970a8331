"""What counts as an answer of each type, as people write it in three languages.

Every function takes the text as it was written and gives the value as it stands in the state, or None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import re2

from bot.flow.values import stored
from bot.flow.words import bare, tokens

# A whole short message, or its first word, that means yes or no.
YES = frozenset(
    (
        "si", "sip", "sep", "claro", "vale", "ok", "okay", "okey", "dale", "correcto", "exacto", "listo", "seguro",
        "yes", "y", "yep", "yeah", "yup", "sure", "sim", "s", "isso", "pode", "perfecto", "bueno", "please", "perfeito",
        "certo", "beleza", "👍", "✅",
    )
)  # fmt: skip
NO = frozenset(("no", "n", "nop", "nope", "nah", "nao", "nunca", "jamas", "never", "👎", "❌"))
_YES_WHOLE = frozenset(("de una", "por favor", "por supuesto", "desde luego", "of course", "go ahead", "com certeza"))
_NO_WHOLE = frozenset(("para nada", "mejor no", "no gracias", "no thanks", "nao obrigado", "nao obrigada", "ni hablar"))

FREE = frozenset(("text", "any"))
ATTACHED = frozenset(("image", "location"))
# Types that are found in the middle of another sentence, so that an answer may come before its question.
FOUND_ANYWHERE = frozenset(("order_number", "email"))

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
_NUMBER = re.compile(r"-?\d{1,15}(?:[.,]\d{1,9}){0,4}")
_POSTCODE = re.compile(r"\b(\d{5}-?\d{3}|\d{4}-\d{3}|\d{4,6}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})\b")
_DATE = re.compile(r"\b(\d{1,2})[/.\- ](\d{1,2})(?:[/.\- ](\d{4}|\d{2}))?\b")
_ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_TIME = re.compile(r"\b(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|h)?\b")
_DAYS = {
    "hoy": 0, "today": 0, "hoje": 0, "manana": 1, "tomorrow": 1, "amanha": 1, "ayer": -1, "yesterday": -1,
    "ontem": -1, "anteayer": -2, "antier": -2, "anteontem": -2,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spoken:
    """What there is to read an answer from: words, kinds of attachments, a place; today for “mañana”."""

    text: str
    media: tuple[str, ...] = ()
    location: Mapping[str, Any] | None = None
    today: date = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Shape:
    """How the shop writes its order numbers, found in any way people write them.

    `AA-99999`: letters, a separator, digits. Separators may be missing or others; case does not matter. `written`
    is a regular expression of the shop's own form, as understanding wants it.
    """

    source: str
    pattern: Any
    marks: tuple[str, ...]
    written: str

    def find(self, text: str) -> str | None:
        match = self.pattern.search(text)
        if match is None:
            return None
        groups = iter(match.groups())
        return "".join(mark or next(groups) for mark in self.marks).upper()


@lru_cache(maxsize=64)
def shape(source: str) -> Shape:
    """Compile `AA-99999`; anything but letters and digits is a separator. Raises ValueError with a sentence."""
    runs = re.findall(r"A+|9+|[^A9]+", source)
    if not any(run[0] in "A9" for run in runs) or len(source) > 40:
        raise ValueError(f"“{source}”: A stands for a letter, 9 for a digit, as in AA-99999")
    body, marks = "", []
    for run in runs:
        if run[0] == "A":
            body += rf"([A-Za-z]{{{len(run)}}})"
        elif run[0] == "9":
            body += rf"([0-9]{{{len(run)}}})"
        marks.append("" if run[0] in "A9" else run)
        body += "" if run[0] in "A9" else r"[\s.\-–—_/#:nNº°]{0,4}" if run.strip("-–—_/#. ") == "" else re2.escape(run)
    joined = re.sub(r"\)\(", r")[\\s.\\-–—_/#:]{0,3}(", body)
    kinds = {"A": "[A-Z]{%d}", "9": "[0-9]{%d}"}
    written = "".join(kinds[run[0]] % len(run) if run[0] in kinds else re.escape(run) for run in runs)
    return Shape(source, re2.compile(rf"(?:^|[^A-Za-z0-9]){joined}(?:$|[^A-Za-z0-9])"), tuple(marks), written)


def yes_no(spoken: Spoken, shapes: tuple[Shape, ...] = ()) -> bool | None:
    whole = bare(spoken.text)
    if whole in YES or whole in _YES_WHOLE:
        return True
    if whole in NO or whole in _NO_WHOLE:
        return False
    words = tokens(spoken.text)
    if not words or len(words) > 6:
        return None
    if words[0] in YES and not NO & set(words):
        return True
    # “no me llegó” is not an answer to “shall I go ahead?”; “no, mejor no” is.
    return False if words[0] in NO and (len(words) <= 2 or "," in spoken.text[:4]) else None


def number(spoken: Spoken, shapes: tuple[Shape, ...] = ()) -> Any:
    found = _NUMBER.findall(spoken.text)
    if len(found) != 1:
        return None
    return stored(_decimal(found[0]))


def integer(spoken: Spoken, shapes: tuple[Shape, ...] = ()) -> int | None:
    value = number(spoken)
    return value if isinstance(value, int) else None


def money(spoken: Spoken, shapes: tuple[Shape, ...] = ()) -> str | None:
    found = _NUMBER.findall(spoken.text)
    return format(_decimal(found[0]), "f") if len(found) == 1 else None


def _decimal(written: str) -> Decimal:
    """`1.234,50`, `1,234.50`, `12,5`: the last sign is the decimal one unless three digits follow a lone sign twice."""
    comma, dot = written.rfind(","), written.rfind(".")
    if comma >= 0 and dot >= 0:
        thousands, decimal = (".", ",") if comma > dot else (",", ".")
        return Decimal(written.replace(thousands, "").replace(decimal, "."))
    sign = "," if comma >= 0 else "."
    if written.count(sign) > 1:
        return Decimal(written.replace(sign, ""))
    return Decimal(written.replace(sign, "."))


def email(spoken: Spoken, shapes: tuple[Shape, ...] = ()) -> str | None:
    match = _EMAIL.search(spoken.text)
    return match[0].lower().rstrip(".") if match else None


def phone(spoken: Spoken, shapes: tuple[Shape, ...] = ()) -> str | None:
    text = spoken.text.strip()
    digits = re.sub(r"\D", "", text)
    if not 8 <= len(digits) <= 15:
        return None
    return f"+{digits}" if text.lstrip("( ").startswith("+") else digits


def postcode(spoken: Spoken, shapes: tuple[Shape, ...] = ()) -> str | None:
    match = _POSTCODE.search(spoken.text.upper())
    return match[0] if match else None


def order_number(spoken: Spoken, shapes: tuple[Shape, ...] = ()) -> str | None:
    for one in shapes:
        found = one.find(spoken.text)
        if found:
            return found
    return None


def day(spoken: Spoken, shapes: tuple[Shape, ...] = ()) -> str | None:
    iso = _ISO_DATE.search(spoken.text)
    if iso:
        return _iso(int(iso[1]), int(iso[2]), int(iso[3]))
    match = _DATE.search(spoken.text)
    if match:
        year = int(match[3]) if match[3] else spoken.today.year
        return _iso(year + 2000 if year < 100 else year, int(match[2]), int(match[1]))
    shift = next((_DAYS[word] for word in tokens(spoken.text) if word in _DAYS), None)
    return None if shift is None else (spoken.today + timedelta(days=shift)).isoformat()


def _iso(year: int, month: int, number_: int) -> str | None:
    try:
        return date(year, month, number_).isoformat()
    except ValueError:
        return None


def clock_time(spoken: Spoken, shapes: tuple[Shape, ...] = ()) -> str | None:
    match = _TIME.search(spoken.text.lower())
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[3] == "pm" and hour < 12:
        hour += 12
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


def words(spoken: Spoken, shapes: tuple[Shape, ...] = ()) -> str | None:
    return spoken.text.strip() or None


def image(spoken: Spoken, shapes: tuple[Shape, ...] = ()) -> str | None:
    return "image" if "image" in spoken.media else None


def place(spoken: Spoken, shapes: tuple[Shape, ...] = ()) -> Any:
    return dict(spoken.location) if spoken.location else None


def anything(spoken: Spoken, shapes: tuple[Shape, ...] = ()) -> Any:
    return words(spoken) or (spoken.media[0] if spoken.media else None)


PARSERS: Mapping[str, Callable[[Spoken, tuple[Shape, ...]], Any]] = {
    "text": words,
    "any": anything,
    "yes_no": yes_no,
    "number": number,
    "integer": integer,
    "money": money,
    "date": day,
    "time": clock_time,
    "email": email,
    "phone": phone,
    "postcode": postcode,
    "order_number": order_number,
    "image": image,
    "location": place,
}


def found_early(early: tuple[tuple[str, str], ...], spoken: Spoken, shapes: tuple[Shape, ...]) -> dict[str, Any]:
    """What a message answers before it is asked, by variable; `early` are the (variable, type) that may come so."""
    known: dict[str, Any] = {}
    for save, kind in early:
        value = PARSERS[kind](spoken, shapes)
        if value is not None and save not in known:
            known[save] = value
    return known
