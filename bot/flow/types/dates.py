"""`date`: as people write it, in three languages; the value is ISO (2026-11-23).

3/4 is the 3rd of April but where the locale writes the month first (en-US). A day without its year is the nearest one,
before or after today; words that look back (“pasado”, “compré”, “last”) or ahead (“próximo”, “next”) decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from bot.flow.spoken import AnswerType, Family, Spoken
from bot.flow.words import NUMBERS, fold

_LONGEST = 400  # letters that are looked at: nobody writes more around a date that was asked for
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "enero ene january jan janeiro", "febrero feb february fevereiro fev", "marzo mar march marco",
            "abril abr april apr", "mayo may maio mai", "junio jun june junho", "julio jul july julho",
            "agosto ago august aug", "septiembre setiembre sep sept set september setembro",
            "octubre oct october outubro out",
            "noviembre nov november novembro", "diciembre dic december dec dezembro dez",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_NO_DAYS = frozenset(("un", "una", "um", "uma", "second", "third"))
_DAY_WORDS = {word: value for word, value in NUMBERS.items() if 1 <= value <= 31 and word not in _NO_DAYS} | {
    "veintiuno": 21, "veintidos": 22, "veintitres": 23, "veinticuatro": 24, "veinticinco": 25, "veintiseis": 26,
    "veintisiete": 27, "veintiocho": 28, "veintinueve": 29, "treinta": 30, "trinta": 30,
}  # fmt: skip
_DAY = r"(\d{1,2}|" + "|".join(sorted(_DAY_WORDS, key=len, reverse=True)) + r")(?:st|nd|rd|th|ro|er|o|º|°|ª)?"
_YEAR = r"(?:\s{0,2}[,./\-]?\s{0,2}(?:de|del|do|of)?\s{0,2}(?:ano\s)?('?\d{2}|\d{4}))?(?![\d:/])"

_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_NUMERIC = re.compile(
    r"(?<![\d/.\-])(\d{1,2})(?:/|-|\.|\s/\s|\s-\s)(\d{1,2})(?:(?:/|-|\.|\s/\s|\s-\s)(\d{4}|\d{2}))?(?![\d/]|[.\-]\d)"
)
_SPACED = re.compile(r"(?<!\d)(\d{1,2}) (\d{1,2}) (\d{4}|\d{2})(?!\d)")
_NAMED = re.compile(rf"\b{_DAY}\s{{0,2}}(?:de|del|do|of|/|-|\.)?\s{{0,2}}(?:mes de\s)?({_MONTH})\b\.?{_YEAR}")
_MONTH_FIRST = re.compile(rf"\b({_MONTH})\b\.?\s{{0,2}}(?:the\s|el\s|dia\s)?{_DAY}\b(?![:/]){_YEAR}")

_RELATIVE: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(rf"\b(?:{words})\b"), days)
    for words, days in (
        ("antes de antier|hace tres dias|tras antes de ayer|trasanteayer|antes de anteayer", -3),
        ("antes de ayer|antier|anteayer|antes ayer|anteontem|antes de ontem|(?:the )?day before yesterday", -2),
        ("pasado manana|pasado ma|depois de amanha|the day after tomorrow|day after tomorrow|overmorrow", 2),
        ("ayer|anoche|yesterday|last night|ontem", -1),
        ("hoy|today|tonight|hoje|esta (?:noche|manana|tarde)|this (?:morning|afternoon|evening)|ahora mismo|agora", 0),
        ("tomorrow|tmrw|tmr|amanha", 1),
    )
)
# “mañana por la mañana” is tomorrow, “por la mañana” alone is no day.
_MORNING = re.compile(r"\b(?:por|en|de|a|esta)\s(?:la\s)?manana\b")
_MANANA = re.compile(r"\bmanana\b")

_COUNT = (
    r"(\d{1,3}|un|una|um|uma|a|an|one|dos|two|dois|duas|tres|three|cuatro|four|quatro|cinco|five|seis|six|siete|seven|"
    r"sete|ocho|eight|oito|nueve|nine|nove|diez|ten|dez|quince|quinze|fifteen|veinte|vinte|twenty)"
)
_UNIT = r"(dias?|days?|semanas?|weeks?|meses|mes|months?|anos?|years?)"
_AGO = re.compile(rf"\b(?:hace|hara|ha|faz|fazem)\s(?:como\s|unos\s|unas\s|ya\s|uns\s|umas\s)?{_COUNT}\s{_UNIT}\b")
_AGO_BEHIND = re.compile(rf"\b{_COUNT}\s{_UNIT}\s(?:atras|ago|back|before)\b")
_IN = re.compile(
    rf"\b(?:dentro de|en|in|em|daqui a|daqui|de aqui a|a)\s(?:unos\s|unas\s|uns\s|about\s)?{_COUNT}\s{_UNIT}\b"
)

_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("lunes monday mon", "martes tuesday tue tues", "miercoles wednesday wed", "jueves thursday thu thurs thur",
         "viernes friday fri", "sabado saturday sat", "domingo sunday sun")
    )
    for name in names.split()
}  # fmt: skip
_PORTUGUESE = {"segunda": 0, "terca": 1, "quarta": 2, "quinta": 3, "sexta": 4}
_WEEKDAY = re.compile(rf"\b({'|'.join(_WEEKDAYS)})\b")
_FEIRA = re.compile(r"\b(segunda|terca|quarta|quinta|sexta)(\s?-?\s?feira)?\b")
_THIS = re.compile(r"\b(?:este|esta|this|neste|nesta)\b")

_BACK = re.compile(
    r"\b(?:pasad[oa]|passad[oa]|ultim[oa]|last|previous|anterior|atras|ago|fue|fui|compre|pedi|recibi|llego|"
    r"llegaron|hice|"
    r"pague|entregaron|was|were|bought|ordered|arrived|received|paid|got|came|foi|comprei|chegou|recebi|paguei|fiz|"
    r"entregaram)\b"
)
_AHEAD = re.compile(
    r"\b(?:proxim[oa]|siguiente|entrante|viene|vem|vindoura?|next|coming|following|seguinte|que vem|sera|will|"
    r"quiero|want|quero)\b"
)
_DAY_ALONE = re.compile(
    r"(?:\b(?:el|dia|day|the|no dia|o dia|o|para el|on the|on)\s)(\d{1,2})(?:st|nd|rd|th|º)?\b(?!\s?(?:[:/€$%h]|"
    r"de\b|dias|days|horas|am|pm))"
)


def day(spoken: Spoken) -> str | None:
    text = fold(spoken.text[:_LONGEST].replace("º", " ").replace("ª", " "))
    for reader in (_iso, _numeric, _with_month, _counted, _relative, _weekday, _alone):
        found, settled = reader(text, spoken)
        if settled:
            return found.isoformat() if found and 1900 <= found.year <= 2100 else None
    return None


# A reader answers with the day and whether it settles the matter: 31/02 does, and is no day.
Found = tuple[date | None, bool]
_NOT_HERE: Found = (None, False)


def _iso(text: str, spoken: Spoken) -> Found:
    match = _ISO.search(text)
    return (_made(int(match[1]), int(match[2]), int(match[3])), True) if match else _NOT_HERE


def _numeric(text: str, spoken: Spoken) -> Found:
    match = _NUMERIC.search(text) or _SPACED.search(text)
    if match is None:
        return _NOT_HERE
    first, second = int(match[1]), int(match[2])
    is_month_first = _writes_month_first(spoken.locale)
    if max(first, second) > 12:  # only one of the two can be the month
        is_month_first = second > 12
    month, number = (first, second) if is_month_first else (second, first)
    return _in_year(match[3], month, number, text, spoken.today), True


def _with_month(text: str, spoken: Spoken) -> Found:
    match = _NAMED.search(text)
    if match is not None:
        return _in_year(match[3], _MONTHS[match[2]], _number(match[1]), text, spoken.today), True
    match = _MONTH_FIRST.search(text)
    if match is None:
        return _NOT_HERE
    return _in_year(match[3], _MONTHS[match[1]], _number(match[2]), text, spoken.today), True


def _counted(text: str, spoken: Spoken) -> Found:
    """“hace dos días”, “3 weeks ago”, “daqui a um mês”."""
    back = _AGO.search(text) or _AGO_BEHIND.search(text)
    match = back or _IN.search(text)
    if match is None:
        return _NOT_HERE
    count = (
        int(match[1])
        if match[1].isdigit()
        else {"a": 1, "an": 1, "un": 1, "una": 1, "um": 1, "uma": 1}.get(match[1]) or NUMBERS[match[1]]
    )
    return _shifted(spoken.today, -count if back else count, match[2]), True


def _relative(text: str, spoken: Spoken) -> Found:
    for pattern, days in _RELATIVE:
        if pattern.search(text):
            return spoken.today + timedelta(days=days), True
    if _MANANA.search(_MORNING.sub(" ", text)):
        return spoken.today + timedelta(days=1), True
    return _NOT_HERE


def _weekday(text: str, spoken: Spoken) -> Found:
    match = _WEEKDAY.search(text)
    wanted = _WEEKDAYS[match[1]] if match else _portuguese(text, spoken)
    if wanted is None:
        return _NOT_HERE
    today = spoken.today
    if _BACK.search(text) and not _AHEAD.search(text):
        return today - timedelta(days=(today.weekday() - wanted - 1) % 7 + 1), True
    ahead = (wanted - today.weekday()) % 7
    return today + timedelta(days=ahead if ahead or _THIS.search(text) else 7), True


def _portuguese(text: str, spoken: Spoken) -> int | None:
    """“terça”, “sexta-feira”: elsewhere than in Portuguese “segunda” is a second one and no Monday."""
    match = _FEIRA.search(text)
    if match is None or (not match[2] and spoken.language != "pt"):
        return None
    return _PORTUGUESE[match[1]]


def _alone(text: str, spoken: Spoken) -> Found:
    """“el 15”: the nearest 15th."""
    match = _DAY_ALONE.search(f" {text}")
    if match is None or not 1 <= int(match[1]) <= 31:
        return _NOT_HERE
    months = (_month_from(spoken.today, shift) for shift in (-1, 0, 1))
    days = [found for year, month in months if (found := _made(year, month, int(match[1])))]
    return _nearest(days, text, spoken.today), True


def _in_year(year: str | None, month: int, number: int, text: str, today: date) -> date | None:
    if year:
        full = int(year.lstrip("'"))
        if len(year.lstrip("'")) == 2:
            full += 2000 if full <= today.year % 100 + 20 else 1900
        return _made(full, month, number)
    days = [found for shift in (-1, 0, 1) if (found := _made(today.year + shift, month, number))]
    return _nearest(days, text, today)


def _nearest(days: list[date], text: str, today: date) -> date | None:
    """The nearest of these; behind or ahead of today where a word says so."""
    looks_back, looks_ahead = bool(_BACK.search(text)), bool(_AHEAD.search(text))
    if looks_back != looks_ahead:
        days = [one for one in days if (one <= today if looks_back else one >= today)]
    return min(days, key=lambda one: abs((one - today).days), default=None)


def _shifted(today: date, count: int, unit: str) -> date | None:
    if unit.startswith(("dia", "day")):
        return _safely(lambda: today + timedelta(days=count))
    if unit.startswith(("semana", "week")):
        return _safely(lambda: today + timedelta(weeks=count))
    year, month = _month_from(today, count * (12 if unit.startswith(("an", "year")) else 1))
    return next(
        (found for last in range(today.day, 27, -1) if (found := _made(year, month, last))),
        _made(year, month, today.day),
    )


def _safely(compute: Callable[[], date]) -> date | None:
    try:
        return compute()
    except OverflowError:
        return None


def _month_from(today: date, shift: int) -> tuple[int, int]:
    years, month = divmod(today.month - 1 + shift, 12)
    return today.year + years, month + 1


def _number(written: str) -> int:
    return int(written) if written.isdigit() else _DAY_WORDS[written]


def _made(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


@lru_cache(maxsize=64)
def _writes_month_first(locale: str) -> bool:
    try:
        pattern = str(Locale.parse(locale).date_formats["short"].pattern).lower()
    except (UnknownLocaleError, ValueError, KeyError):
        return False
    return pattern.find("m") < pattern.find("d") and not pattern.startswith("y")


FAMILY = Family("dates", {"date": AnswerType(day)})
