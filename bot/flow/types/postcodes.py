"""`postcode`: of the shop's country, with the ranges there are; of another one where its form leaves no doubt."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.flow.spoken import LONGEST, AnswerType, Family, Spoken


@dataclass(frozen=True, slots=True)
class Plan:
    """How a country writes its postcodes: where one stands in a text, and which of them there are."""

    pattern: re.Pattern[str]
    written: Callable[[re.Match[str]], str]
    exists: Callable[[str], bool] = lambda code: True


def _plan(pattern: str, form: str = "{0}", exists: Callable[[str], bool] = lambda code: True) -> Plan:
    whole = re.compile(rf"(?<![\w.,/+-])(?:{pattern})(?![\w/]|[.,-]\d)")
    return Plan(whole, lambda match: form.format(*(match.groups() or (match[0],))), exists)


def _between(first: int, last: int) -> Callable[[str], bool]:
    return lambda code: first <= int(re.sub(r"\D", "", code)) <= last


# Departments of Colombia, the first two digits (Resolución MINTIC, “Código postal de Colombia”).
_COLOMBIA = frozenset(
    [
        "05",
        "08",
        "11",
        "13",
        "15",
        "17",
        "18",
        "19",
        "20",
        "23",
        "25",
        "27",
        "41",
        "44",
        "47",
        "50",
        "52",
        "54",
        "63",
        "66",
        "68",
        "70",
        "73",
        "76",
        "81",
        "85",
        "86",
        "88",
        "91",
        "94",
        "95",
        "97",
        "99",
    ]
)
_FIVE, _FOUR, _SIX = r"(\d{5})", r"(\d{4})", r"(\d{6})"
_BRAZIL = _plan(r"(\d{2})\.?(\d{3})[- ]?(\d{3})", "{0}{1}-{2}", _between(1_000_000, 99_999_999))
_BRAZIL_OUTSIDE = _plan(r"(\d{5})-(\d{3})", "{0}-{1}", _between(1_000_000, 99_999_999))
_PORTUGAL = _plan(r"(\d{4})[- ]?(\d{3})", "{0}-{1}", _between(1_000_000, 9_999_999))
_PORTUGAL_OUTSIDE = _plan(r"(\d{4})-(\d{3})", "{0}-{1}", _between(1_000_000, 9_999_999))
_BRITAIN = _plan(r"([A-Z]{1,2}\d[A-Z\d]?) ?(\d[ABD-HJLNP-UW-Z]{2})", "{0} {1}")
_ARGENTINA_LONG = _plan(r"([A-HJ-NP-Z]) ?(\d{4}) ?([A-Z]{3})", "{0}{1}{2}")
_BY_COUNTRY: Mapping[str, tuple[Plan, ...]] = {
    "ES": (_plan(r"(\d{2}) ?(\d{3})", "{0}{1}", _between(1_001, 52_999)),),
    "MX": (_plan(_FIVE, exists=_between(1_000, 99_999)),),
    "CO": (_plan(_SIX, exists=lambda code: code[:2] in _COLOMBIA),),
    "AR": (_ARGENTINA_LONG, _plan(_FOUR, exists=_between(1_000, 9_499))),
    "CL": (_plan(r"(\d{3})[ .-]?(\d{4})", "{0}{1}", _between(1_000_000, 9_999_999)),),
    "PE": (_plan(_FIVE, exists=_between(1_000, 25_999)),),
    "UY": (_plan(_FIVE, exists=_between(11_000, 97_999)),),
    "EC": (_plan(_SIX, exists=_between(10_000, 249_999)),),
    "BR": (_BRAZIL,),
    "PT": (_PORTUGAL, _plan(_FOUR, exists=_between(1_000, 9_999))),
    "GB": (_BRITAIN,),
    "US": (_plan(r"(\d{5})-(\d{4})", "{0}-{1}"), _plan(_FIVE, exists=_between(501, 99_950))),
    "CR": (_plan(_FIVE, exists=_between(10_000, 79_999)),),
    "DO": (_plan(_FIVE, exists=_between(10_000, 99_999)),),
    "GT": (_plan(_FIVE, exists=_between(1_000, 22_999)),),
    "VE": (_plan(_FOUR, exists=_between(1_000, 9_999)),),
    "PY": (_plan(_SIX), _plan(_FOUR, exists=_between(1_000, 9_999))),
    "PA": (_plan(_FOUR),),
    "SV": (_plan(_FOUR, exists=_between(1_000, 3_999)),),
    "HN": (_plan(_FIVE),),
    "NI": (_plan(_FIVE),),
    "FR": (_plan(_FIVE, exists=_between(1_000, 98_999)),),
    "DE": (_plan(_FIVE, exists=_between(1_000, 99_999)),),
    "IT": (_plan(_FIVE, exists=_between(10, 98_199)),),
    "AD": (_plan(r"AD ?(\d{3})", "AD{0}"),),
}
# What is written so is a postcode of that country wherever the shop is: a Spanish one sends to Portugal too.
_UNMISTAKABLE = (_BRAZIL_OUTSIDE, _PORTUGAL_OUTSIDE, _BRITAIN, _ARGENTINA_LONG)
_ANYWHERE = (_plan(r"([A-Z]{0,2}[- ]?\d{3,7}[- ]?[A-Z0-9]{0,4})"),)


def postcode(spoken: Spoken) -> str | None:
    text = spoken.text[:LONGEST].upper()
    own = _BY_COUNTRY.get(spoken.country, _ANYWHERE)
    for plan in (*own, *(one for one in _UNMISTAKABLE if one not in own)):
        for match in plan.pattern.finditer(text):
            code = plan.written(match)
            if plan.exists(code):
                return code
    return None


FAMILY = Family("postcodes", {"postcode": AnswerType(postcode)})
