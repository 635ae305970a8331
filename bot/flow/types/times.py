"""`time`: a time of day, as it is said (“a las cinco y media de la tarde”, “half past five”, “meio-dia”), as HH:MM.

From one to six without a word on morning or afternoon is the afternoon: that is when shops and couriers are about. Who
means the small hours writes 05:00 or says so.
"""

from __future__ import annotations

import re

from bot.flow.spoken import AnswerType, Family, Spoken
from bot.flow.words import NUMBERS, fold

_LONGEST = 300
_HOURS = {
    word: value
    for word, value in NUMBERS.items()
    if 1 <= value <= 12 and word not in ("un", "um", "first", "second", "segunda", "segundo")
}
_SAID = "|".join(sorted(_HOURS, key=len, reverse=True))
_BEFORE = r"(?:a las|a la|sobre las|hacia las|desde las|las|la|as|a|ao|pelas|por volta das|at|around|about|by|@)"

_CLOCK = re.compile(
    r"(?<![\d:.,/\-])([01]?\d|2[0-4])\s?(?:[:.]|h|hs|hrs)\s?([0-5]\d)(?::[0-5]\d)?(?![\d:/]|[.,]\d)(?:\s?(?:h|hs|"
    r"hrs|horas)\b)?"
)
_MERIDIEM = re.compile(r"(?<![\d:.,/\-])(1[0-2]|0?\d)\s?(?:[:.]\s?([0-5]\d))?\s?(a|p)\.?\s?m\b\.?")
_WITH_H = re.compile(r"(?<![\d:.,/\-])([01]?\d|2[0-4])\s?(?:h|hs|hrs|horas|hours|o'?clock|en punto|em ponto)\b")
_CUED = re.compile(rf"\b{_BEFORE}\s(\d{{1,2}}|{_SAID})\b(?![:/.,]\d)")
_PART_OF_DAY = re.compile(
    rf"(?<![\d:.,/\-])\b(\d{{1,2}}|{_SAID})\b(?:\s(?:y media|e meia|y cuarto|e quinze|menos cuarto))?\s(?:de|da|do|"
    rf"in|en|por)\s"
)
_ALONE = re.compile(rf"(?:\s{{0,2}}(?:tipo|como|mas o menos|around|about|umas)\s)?(\d{{1,2}}|{_SAID})")
_FRACTION = re.compile(
    rf"\b(half|quarter|(?:five|ten|twenty)|\d{{1,2}})\s(past|to|after|before|para as|para a|pras|"
    rf"para las)\s(\d{{1,2}}|{_SAID})\b"
)
_NOON = re.compile(r"\b(?:a|al|ao)?\s?(?:mediodia|medio dia|meio-?\s?dia|noon|midday)\b")
_MIDNIGHT = re.compile(r"\b(?:media\s?noche|meia-?\s?noite|midnight)\b")
_HALF = re.compile(r"\b(?:y media|e meia|y treinta|e trinta|thirty)\b")
_QUARTER = re.compile(r"\b(?:y cuarto|e quinze|y quince|fifteen)\b")
_LESS_QUARTER = re.compile(r"\b(?:menos cuarto|menos quince|cuarto para|quarto para)\b")
_MORNING = re.compile(r"\b(?:(?:de|por|en|da|pela|in) (?:la |the )?(?:manana|manha|morning|madrugada)|madrugada)\b")
_EVENING = re.compile(
    r"\b(?:(?:de|por|en|da|pela|a|in|at) (?:la |the )?(?:tarde|noche|noite|afternoon|evening|night)|tarde|tonight)\b"
)
_AT_NIGHT = re.compile(r"\b(?:noche|noite|night)\b")
_OF_NOON = re.compile(r"\bdel? (?:mediodia|medio dia)\b|\bdo meio-?\s?dia\b")
_FIRST_AFTERNOON_HOURS = range(1, 7)


def clock_time(spoken: Spoken) -> str | None:
    text = fold(spoken.text[:_LONGEST])
    for reader in (_meridiem, _clock, _fraction, _noon, _hour):
        found = reader(text)
        if found is not None:
            hour, minute = found
            return f"{hour % 24:02}:{minute:02}" if hour <= 24 and (hour < 24 or not minute) else None
    return None


Found = tuple[int, int] | None


def _meridiem(text: str) -> Found:
    match = _MERIDIEM.search(text)
    if match is None:
        return None
    hour = int(match[1]) % 12
    return hour + (12 if match[3] == "p" else 0), int(match[2] or 0)


def _clock(text: str) -> Found:
    """17:30, 17.30, 17h30; with “de la tarde” behind it 5:30 is 17:30."""
    match = _CLOCK.search(text)
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2])
    return (hour, minute) if match[1].startswith("0") else (_of_day(hour, text), minute)


def _fraction(text: str) -> Found:
    """“half past five”, “quarter to six”, “quinze para as seis”."""
    match = _FRACTION.search(text)
    if match is None:
        return None
    minutes = {"half": 30, "quarter": 15, "five": 5, "ten": 10, "twenty": 20}.get(match[1]) or int(match[1])
    hour = _of_day(_hour_of(match[3]), text)
    if not 0 < minutes < 60:
        return None
    return (hour, minutes) if match[2] in ("past", "after") else ((hour - 1) % 24, 60 - minutes)


def _noon(text: str) -> Found:
    if _OF_NOON.search(text):
        return None  # “las 12 del mediodía”: the hour itself says it
    minute = 30 if _HALF.search(text) else 15 if _QUARTER.search(text) else 0
    if _MIDNIGHT.search(text):
        return 0, minute
    return (12, minute) if _NOON.search(text) else None


def _hour(text: str) -> Found:
    match = _WITH_H.search(text) or _CUED.search(text) or _PART_OF_DAY.search(f"{text} ") or _only(text)
    if match is None:
        return None
    hour = _hour_of(match[1])
    if not 0 <= hour <= 24:
        return None
    if not match[1].startswith("0") and "h" not in match[0][len(match[1]) :]:
        hour = _of_day(hour, text)
    if _LESS_QUARTER.search(text):
        return (hour - 1) % 24, 45
    return hour, 30 if _HALF.search(text) else 15 if _QUARTER.search(text) else 0


def _only(text: str) -> re.Match[str] | None:
    """A message that is an hour and nothing else, a half or quarter apart."""
    rest = _QUARTER.sub("", _HALF.sub("", _LESS_QUARTER.sub("", text)))
    return _ALONE.fullmatch(rest.strip(" .!?"))


def _hour_of(written: str) -> int:
    return int(written) if written.isdigit() else _HOURS[written]


def _of_day(hour: int, text: str) -> int:
    """The hour on the 24-hour clock: “las 8 de la noche” is 20, “las 12 de la noche” 0, “las 5” 17."""
    if hour > 12:
        return hour
    if _OF_NOON.search(text):
        return 12 if hour == 12 else hour + 12 if hour < 5 else hour
    if _EVENING.search(text):
        return 0 if hour == 12 and _AT_NIGHT.search(text) else hour if hour == 12 else hour + 12
    if _MORNING.search(text):
        return 0 if hour == 12 else hour
    return hour + 12 if hour in _FIRST_AFTERNOON_HOURS else hour


FAMILY = Family("times", {"time": AnswerType(clock_time)})
