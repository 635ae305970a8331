"""`number`, `integer`, `money`, and a `rating` from 1 to 5.

Which of `.` and `,` stands between thousands is the locale's: 1.234 is a thousand and more in Spain and Brazil, and one
and a bit in Mexico. Money never has three decimals.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import UnknownLocaleError
from babel.numbers import get_group_symbol

from bot.flow.number_words import CARDINALS, Part, only_number
from bot.flow.spoken import LONGEST, AnswerType, Family, Spoken
from bot.flow.words import fold, tokens

_NUMBER = re.compile(
    r"(?<![\w/.,:+\-])[-−]?(?:\d{1,3}(?:[ \u00a0\u202f]\d{3}){1,4}(?![\d])|"
    r"\d{1,15})(?:[.,'’]\d{1,9}){0,4}(?![\d/:]|[.,]\d|-\d)"
)
_CURRENCY = re.compile(
    r"(?:r\$|us\$|u\$s|mx\$|s/\.?|[$€£¢]|\b(?:eur|euros?|usd|dolares?|dolar|dollars?|bucks|pesos?|mxn|cop|ars|clp|"
    r"uyu|pen|brl|gbp|"
    r"soles?|reais|real|libras?|pounds?|quid|pavos|plata|lucas|bs|colones|guaranies|quetzales|lempiras|varos)\b)"
)
_SIGN_BEFORE = re.compile(r"(?:r\$|us\$|u\$s|mx\$|s/\.?|[$€£])\s{0,2}(?=\d)")
_TIMES = re.compile(r"\s{0,2}(mil|k|lucas|thousand|millon|millones|milhao|milhoes|million|m)\b")
_FACTORS = {"millon": 10**6, "millones": 10**6, "milhao": 10**6, "milhoes": 10**6, "million": 10**6, "m": 10**6}
_UNIT_GLUED = re.compile(r"(?<=\d)((?:kg|g|cm|mm|m|l|ml|x|uds?|u|k|mil|eur|usd|mxn|h|brl)\b|[€$£%])")
_SIGN_GLUED = re.compile(r"(?<!\w)([x#€$£¤])(?=\d)")
_SPACES = re.compile(r"[ \u00a0\u202f'’+]")
_DIALLED = re.compile(r"\+\d")
_ARTICLES = frozenset(("un", "una", "um", "uma"))
_RATED_WHOLE = {
    phrase: stars
    for stars, phrases in {
        1: (
            "pesimo", "pesima", "horrible", "terrible", "fatal", "muy mal", "muy malo", "muy mala", "malisimo",
            "malisima", "awful", "very bad", "worst", "pessimo", "pessima", "muito ruim", "muito mal", "horrivel",
        ),
        2: ("mal", "malo", "mala", "no muy bien", "nada bien", "bad", "poor", "not good", "ruim"),
        3: (
            "regular", "normal", "mas o menos", "asi asi", "medio", "ok", "okay", "so so", "average", "meh",
            "mais ou menos",
        ),
        4: ("bien", "bueno", "buena", "bastante bien", "good", "fine", "bem", "bom", "boa"),
        5: (
            "muy bien", "muy bueno", "muy buena", "excelente", "perfecto", "perfecta", "genial", "buenisimo",
            "estupendo", "fantastico", "super bien", "super", "de diez", "excelente servicio", "increible", "great",
            "excellent", "very good", "perfect", "amazing", "top", "muito bem", "muito bom", "muito boa", "perfeito",
            "otimo", "otima", "nota 10", "maravilloso",
        ),
    }.items()
    for phrase in phrases
}  # fmt: skip
_STARS = "⭐★🌟✨"
_FACES = {"😡": 1, "🤬": 1, "😠": 1, "👎": 1, "😞": 2, "🙁": 2, "☹": 2, "😕": 2, "😐": 3, "😶": 3, "🙂": 4, "😊": 4, "👍": 4,
          "😀": 5, "😃": 5, "😄": 5, "😁": 5, "😍": 5, "🤩": 5, "🥰": 5, "💯": 5, "❤": 5, "🙌": 5, "👏": 5}  # fmt: skip
_OUT_OF = re.compile(r"(?<![\d.,])([1-5])\s?(?:/|de|of|out of|sobre|em)\s?5(?!\d)")


def number(spoken: Spoken) -> Any:
    found = _the_number(spoken)
    return None if found is None else int(found) if found == found.to_integral_value() else format(found, "f")


def integer(spoken: Spoken) -> int | None:
    found = _the_number(spoken)
    return int(found) if found is not None and found == found.to_integral_value() else None


def money(spoken: Spoken) -> str | None:
    """The amount as a plain decimal; of several numbers the one beside a currency."""
    text = _loosened(_SIGN_BEFORE.sub(" ¤ ", fold(spoken.text[:LONGEST])))
    found = list(_NUMBER.finditer(text))
    if len(found) > 1:
        found = [one for one in found if _is_priced(text, one)]
    if len(found) != 1:
        return None
    amount = _decimal(found[0][0], spoken.locale, is_money=True)
    if amount is None or amount < 0:
        return None
    factor = _factor(text[found[0].end() :])
    return format(amount if factor == 1 else (amount * factor).quantize(Decimal(1)), "f")


def rating(spoken: Spoken) -> int | None:
    """1 to 5, by digit, word, stars or a face."""
    written = spoken.text.strip()[:200]
    stars = sum(written.count(star) for star in _STARS)
    words = tokens(written)
    if not words:
        return stars if 1 <= stars <= 5 else _by_face(written)
    out_of = _OUT_OF.search(fold(written))
    if out_of:
        return int(out_of[1])
    known = _RATED_WHOLE.get(" ".join(words))
    if known:
        return known
    given = {int(word) for word in words if word.isdecimal() and word.isascii() and len(word) < 4}
    given |= {CARDINALS[word] for word in words if word in CARDINALS and word not in _ARTICLES} if not given else set()
    value = given.pop() if len(given) == 1 else None
    return value if value is not None and 1 <= value <= 5 and len(words) <= 12 else None


def _by_face(written: str) -> int | None:
    found = {_FACES[sign] for sign in written if sign in _FACES}
    return found.pop() if len(found) == 1 else None


def _the_number(spoken: Spoken) -> Decimal | None:
    """The only number of the message, in digits or, in a short one, in words."""
    text = _loosened(fold(spoken.text[:LONGEST]))
    if _DIALLED.search(text):
        return None
    found = list(_NUMBER.finditer(text))
    if not found and (len(text) > 60 or any(sign.isdigit() for sign in text)):
        return None
    parts: list[Part] = []
    end = 0
    for match in found:
        value = _decimal(match[0], spoken.locale)
        if value is None:
            return None
        parts += [*tokens(text[end : match.start()]), value]
        end = match.end()
    return only_number([*parts, *tokens(text[end:])])


def _loosened(text: str) -> str:
    """Units and currencies apart from their figures (`3kg`, `20€`, `x2`), so that each number stands alone."""
    return _SIGN_GLUED.sub(r"\1 ", _UNIT_GLUED.sub(r" \1", text))


def _is_priced(text: str, match: re.Match[str]) -> bool:
    before, behind = (
        text[max(0, match.start() - 6) : match.start()].rstrip(),
        text[match.end() : match.end() + 14].lstrip(),
    )
    return before.endswith("¤") or _CURRENCY.match(behind) is not None or _TIMES.match(behind) is not None


def _factor(behind: str) -> int:
    found = _TIMES.match(behind)
    return _FACTORS.get(found[1], 1_000) if found else 1


@lru_cache(maxsize=64)
def _groups(locale: str) -> str:
    try:
        return str(get_group_symbol(locale))
    except (UnknownLocaleError, ValueError, LookupError):
        return "."


def _decimal(written: str, locale: str, is_money: bool = False) -> Decimal | None:
    """`1.234,50`, `1,234.50`, `1 234,50`, `12,5`; None where the figures stand in no order that a number has."""
    text = _SPACES.sub("", written.replace("−", "-"))
    sign = -1 if text.startswith("-") else 1
    text = text.lstrip("-")
    comma, dot = text.rfind(","), text.rfind(".")
    if comma >= 0 and dot >= 0:
        return _both(text, max(comma, dot), sign)
    separator = "," if comma >= 0 else "."
    parts = text.split(separator)
    if len(parts) > 2:
        return _grouped(parts, "", sign)
    is_thousands = is_money or separator == _groups(locale)
    if is_thousands and len(parts) == 2 and len(parts[1]) == 3 and len(parts[0]) <= 3 and parts[0] != "0":
        return _grouped(parts, "", sign)
    return sign * Decimal(".".join(parts))


def _both(text: str, at: int, sign: int) -> Decimal | None:
    whole, decimals = text[:at], text[at + 1 :]
    other = "." if text[at] == "," else ","
    return None if text[at] in whole else _grouped(whole.split(other), decimals, sign)


def _grouped(parts: list[str], decimals: str, sign: int) -> Decimal | None:
    if not 1 <= len(parts[0]) <= 3 or any(len(part) != 3 for part in parts[1:]):
        return None
    return sign * Decimal(f"{''.join(parts)}.{decimals}" if decimals else "".join(parts))


FAMILY = Family(
    "numbers",
    {
        "number": AnswerType(number),
        "integer": AnswerType(integer),
        "money": AnswerType(money),
        "rating": AnswerType(rating, is_asked=False),
    },
)
