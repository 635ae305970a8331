"""Order numbers, in whatever way a contact writes them, as the shop writes them.

The shop says what its references look like with regular expressions of the written form (`[A-Z]{2}-[0-9]{5}`).
What a contact types is compared without case and separators ("ab 12345", "AB.123-45"), and digits said as words
are read. Without a pattern of the shop, any number of four digits or more counts whose neighbourhood speaks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Any

import re2

DEFAULT: tuple[str, ...] = ()

MAX_FOUND = 5
_ENOUGH = 0.5
_LOOKED_AT = 60

_DIGITS_SAID = """
    cero uno dos tres cuatro cinco seis siete ocho nueve
    zero um dois tres quatro cinco seis sete oito nove
    zero one two thre four five six seven eight nine
"""  # folded, each line from 0 to 9
_DIGIT_WORDS = {
    word: str(digit) for line in _DIGITS_SAID.splitlines()[1:4] for digit, word in enumerate(line.split())
} | {"oh": "0", "una": "1", "uma": "1", "duas": "2", "meia": "6"}
_CANDIDATE = re.compile(
    r"(?<![\w@.,/$€£])#?(?:[A-Za-z]{1,4}[-–_ ./#]{0,2})?\d[\dA-Za-z]{0,24}"
    r"(?:[-–_./][\dA-Za-z]{1,8}| \d[\dA-Za-z]{0,7}){0,8}",
    re.ASCII,
)
_CUE = re.compile(
    r"(?:pedido|orden|order|ordr|compra|encomenda|gu[ií]a|referencia|ref\.?|n[uú]mero|numero|number|num|nro\.?|n[º°o.]|"
    r"#|id|parcel|package|tracking|rastre\w{0,6}|cancel\w{0,6}|anul\w{0,6}|status|estado|est[aá]tus|c[oó]digo|code|"
    r"purchase|envio|env[ií]o|paquete|pacote|seguimiento|invoice|factura|fatura|boleta)\W{0,4}(?:[^\W\d]+\W+){0,4}$",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:calle|av\.?|avenida|cra|carrera|jr|street|st|road|rua|cep|c\.?p\.?|postal|postcode|zip|piso|apto|casa|number"
    r" \d+|rfc|cpf|nif|dni|talla|size|tamanho)\b\W{0,3}(?:[^\W\d]+\W+){0,2}$",
    re.IGNORECASE,
)
_PLACE_LETTERS = re.compile(r"(?:cp|cep|zip|rfc|nif|dni|cpf|av|st|km)[ .:]", re.IGNORECASE)
_MEASURE = re.compile(
    r"(?:[$€£]|R\$|US\$) ?\d[\d.,]{0,14}"
    r"|\b\d{1,9}(?:[.,]\d{1,9})? ?(?:cm|mm|kg|kilos|lbs|m|g|€|euros|pesos|soles|reais|d[oó]lares|dollars|pounds|mxn"
    r"|usd|cop|clp|%|am|pm|hrs?|h|d[ií]as|days|horas|hours|min|ml|w|v|gb|x)\b"
    r"|\b\d{1,2}[:/.-]\d{1,2}(?:[/.-]\d{2,4})?\b|\b(?:19|20)\d{2}[/-]\d{1,2}[/-]\d{1,2}\b",
    re.IGNORECASE,
)
_LOOSE_LETTERS = re.compile(
    r"^(?:de|la|el|es|no|o|y|e|a|is|num|nro|nr|id|ref|ya|do|da|os|as|i|my|mi|in|on|at|of|to|for|por|con|com|the|and|meu)"
    r"[ .#]+",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"[^0-9A-Za-z]+")


@dataclass(frozen=True, slots=True)
class _Candidate:
    compact: str
    written: str
    score: float


def order_numbers(text: str, words: Iterable[str], patterns: tuple[str, ...] = DEFAULT) -> tuple[str, ...]:
    """The references in `text` (whose folded words are `words`), most likely first."""
    digits = any(character.isdigit() for character in text)
    spoken = _spoken(words)
    if not digits and not spoken:
        return ()
    candidates = [*(_Candidate(run, run, 1.0) for run in spoken), *(_candidates(text) if digits else [])]
    if patterns:
        found = [form for one in candidates for form in _fitting(one, patterns)]
        return tuple(dict.fromkeys(found))[:MAX_FOUND]
    good = sorted((one for one in candidates if one.score >= _ENOUGH), key=lambda one: -one.score)
    return tuple(dict.fromkeys(_canonical(one.written) for one in good))[:MAX_FOUND]


def _fitting(candidate: _Candidate, patterns: tuple[str, ...]) -> list[str]:
    """The references in a run of digits and letters: all of it, or its pieces where several stand side by side."""
    if whole := _as_written(candidate.compact, patterns):
        return [whole]
    pieces = [_SPLIT.sub("", piece).upper() for piece in candidate.written.split()]
    pairs = [one + other for one, other in pairwise(pieces)]
    return [form for piece in (*pieces, *pairs) if (form := _as_written(piece, patterns))]


def _spoken(words: Iterable[str]) -> list[str]:
    """Runs of four or more digits said as words."""
    runs, run = [], ""
    for word in [*words, ""]:
        digit = _DIGIT_WORDS.get(word)
        if digit is not None:
            run += digit
        elif word not in (",", "-"):
            runs.append(run)
            run = ""
    return [run for run in runs if len(run) >= 4]


def _candidates(text: str) -> list[_Candidate]:
    text = _MEASURE.sub(lambda match: " " * len(match.group()), text)
    whole = _SPLIT.sub("", text)
    found: list[_Candidate] = []
    for match in _CANDIDATE.finditer(text):
        raw = match.group()
        written = _LOOSE_LETTERS.sub("", raw).strip(" -–_./")
        compact = _SPLIT.sub("", written).upper()
        if sum(map(str.isdigit, compact)) < 4 or len(compact) > 24:
            continue
        before = text[max(0, match.start() - _LOOKED_AT) : match.start()]
        found.append(_Candidate(compact, written, _score(raw, compact, before, whole)))
    return found


def _score(raw: str, compact: str, before: str, whole: str) -> float:
    cue = 1.0 if _CUE.search(before) else 0.0
    place = 2.0 if _PLACE.search(before) or _PLACE_LETTERS.match(raw) else 0.0
    alone = 1.0 if compact == whole.upper() else 0.0
    return cue + alone + ("#" in raw) + 0.5 * (sum(map(str.isdigit, compact)) >= 5) - place


def _canonical(written: str) -> str:
    """Upper case; letters and digits joined by a hyphen where something stood between them, digits closed up."""
    pieces = [piece for piece in _SPLIT.split(written.upper()) if piece]
    joined = pieces[0] if pieces else ""
    for piece in pieces[1:]:
        joined += piece if joined[-1].isdigit() and piece[0].isdigit() else "-" + piece
    return joined


@lru_cache(maxsize=4096)
def _as_written(compact: str, patterns: tuple[str, ...]) -> str:
    """The compact reference with the separators that a pattern of the shop has; "" where none fits."""
    forms = (
        (pattern, form)
        for pattern, separators in map(_shape, patterns)
        for count in range(min(2, len(separators)) + 1)
        for form in _with_separators(compact, separators, count)
    )
    return next((form for pattern, form in forms if pattern.fullmatch(form)), "")


def _with_separators(compact: str, separators: str, count: int) -> Iterable[str]:
    for places in combinations(range(1, min(len(compact), 24)), count):
        pieces = [compact[start:end] for start, end in zip((0, *places), (*places, len(compact)))]
        for separator in separators or ("",):
            yield separator.join(pieces)


@lru_cache(maxsize=64)
def _shape(pattern: str) -> tuple[Any, str]:
    outside = re.sub(r"\[[^\]]*\]|\{[^}]*\}|\\\w", "", pattern)  # of `[A-Z]{2}\-[0-9]{5}` the hyphen is left
    return re2.compile(pattern), "".join(sign for sign in "-/#_" if sign in outside)
