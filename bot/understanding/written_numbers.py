"""Runs of figures in a text that may be an order's number, each with the letters that belong to it and how likely it is.

“AB-12345”, “co 551 207”, “LJ-00912-B”, “77.120.9”, “# 4410-9982”, “EL 4470 912 BR”. What is no number of an order by its
own looks is left out: prices, dates, hours, sizes, units, addresses of the net. The words in front decide the rest
(`order_cues`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.understanding.number_words import words
from bot.understanding.order_cues import CUES, HINT, NAMES_AN_ORDER, SENTENCE_END, Cue, points_of, words_before

LEAST_DIGITS, MOST_CHARACTERS = 4, 24
ENOUGH = 0.5
_FEWEST = 3
_PHONE_DIGITS = 12
_LONG_TEXT = 220  # characters of a text that is likely to hold other numbers too
_UNNAMED = 8  # figures above which a number that nothing names is a phone, a tax number, a protocol
_LONG = 5  # figures from which a number speaks for itself
_LOOKED_AT = 70
_SHOUTED = 16  # characters of a message all in capitals that is more than a number
_S10 = 13  # characters of a parcel of the post offices (UPU S10): LB123456789CN
_ALONE = 24  # other characters of a message that is the number and a courtesy

_RUN = re.compile(
    r"[0-9][0-9A-Za-z]{0,30}"
    r"(?:(?:\s{1,2}|\s?[-–]\s?|[_/.])[0-9][0-9A-Za-z]{0,30}|[-–_/][A-Za-z]{1,3}[0-9][0-9A-Za-z]{0,30}"
    r"|[. ][A-Z]{1,2}[0-9]{1,4}(?![0-9A-Za-z])"
    r"|[-–_/](?:[A-Z]{1,3}|[a-z]{1,2})(?![0-9A-Za-z])|\.[A-Z]{1,2}(?![\w])| (?:BR|PT|ES|GB|MX|AR|CL|CO|PE|UK|CN|DE|FR|IE)(?![0-9A-Za-z])"
    r"| [A-Z](?=[,.;?!\n]|$)| [B-DF-HJ-NP-TV-Z](?![\w'.])){0,12}"
)
_PREFIX = re.compile(r"(?<![^\W_])([A-Za-z]{1,4}|[A-Z](?: [A-Z]){1,2})([-–_./#]|\s?[-–.]\s?|\s)?$")
_WORD_JOINED = re.compile(r"[^\W\d_]{1,24}$")
_SEPARATOR = re.compile(r"[^0-9A-Za-z]+")
_AFTER = re.compile(
    r",[0-9]{1,2}(?![0-9])|:[0-9]{2}|[.,][0-9]{3}|\s?(?:[%€$£ºª]|cms?\b|mm\b|mts?\b|km\b|kgs?\b|kilos?\b|gr?\b|lbs?\b|oz\b|m2|m²|ml\b"
    r"|lts?\b|l\b|litros?|lit(?:er|re)s?|m\b|w\b|watts?|kw|v\b|volts?|voltios|mah|btu|hz|gb\b|mb\b|tb\b|megas?|mbps|puntos|pontos|points"
    r"|euros?\b|eur\b|pesos?\b|soles\b|reai?s\b|real\b|d[oó]lares|dollars|bucks|quid|pounds|pence|cents?\b|mxn|usd|cop\b|clp|ars|uyu|brl|gbp"
    r"|mil\b(?! gracias)|millones|milh|lucas|d[ií]as?\b|days?\b|horas?\b|hours?\b|hrs?\b|hs\b|h\b|am\b|pm\b|min(?:utos?|s)?\b|seg(?:undos)?\b|meses|months|a[nñ]os|anos\b"
    r"|years?|semanas|weeks|veces|vezes|times\b|unidad|unidades|units|pcs|piezas|pe[çc]as|p[aá]ginas|pages|feet|ft\b|inch(?:es)?\b|miles\b|milhas"
    r"|personas|pessoas|people|clientes|customers|seguidores|seguidoras|followers|pasos|passos|steps|likes|views|vistas|ui\b|iu\b|x ?[0-9])",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"(?:[$€£]\s?|R\$\s?|S/\.?\s?|US\$\s?|\b(?:USD|EUR|MXN|COP|CLP|ARS|BRL|GBP)\s|[0-9][.,:])$")
_HANDLE = re.compile(r"@\w{1,40}$")
_UNIT_JOINED = re.compile(
    r"[0-9]{1,12}(?:cm|mm|kg|g|gr|ml|l|lts?|m|w|kw|v|mah|btu|hz|gb|mb|tb|p|k|h|hs|hrs|am|pm|x|eur|usd|mil|km|lbs|oz|nd|rd|st|th)",
    re.IGNORECASE,
)
_LOOKS_ELSE = re.compile(
    r"[0-9]{1,2}h[0-9]{0,2}|[0-9]{1,6}x[0-9]{1,6}(?:x[0-9]{1,6})?"  # 19h10, 130x160
    r"|(?:0?[1-9]|[12][0-9]|3[01])([-/.])(?:0?[1-9]|1[0-2])(?:\1(?:20)?[0-9]{2})?"  # 12/05/2026
    r"|(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12][0-9]|3[01])(?:/(?:20)?[0-9]{2})?"
    r"|20[0-9]{2}([-/.])(?:0?[1-9]|1[0-2])\2(?:0?[1-9]|[12][0-9]|3[01])"
    r"|(?:[01]?[0-9]|2[0-3])[.:][0-5][0-9]"
    r"|0[589]00(?:[- ][0-9]{2,8}){0,4}",  # 0800 numbers
    re.IGNORECASE,
)
_TAX_LOOKS = re.compile(
    r"[A-Z&]{3,4}[0-9]{6}[0-9A-Z]{3}|[A-Z]{4}[0-9]{6}[HM][A-Z]{5}[0-9A-Z]{2}|[XYZ][0-9]{7}[A-Z]|[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][0-9A-Z]{3}|[A-Z]{5}[0-9]{4}[A-Z]|[A-Z]{2}[0-9]{16,30}"
)
_IBAN = re.compile(r"[0-9]{2}(?: [0-9]{4}){2,8}.{0,8}")
_PAPER_LOOKS = re.compile(r"[0-9]{8}[A-Z]|[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.IGNORECASE)
_PRICE = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){0,4}\.[0-9]{2}")
_POSTCODE = re.compile(r"[0-9]{4,5}-[0-9]{3}")
_LOCAL_PHONE = re.compile(r"[0-9]{3}-[0-9]{4}")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3}){1,4}")
_YEAR = re.compile(r"(?:19[3-9]|20[0-4])[0-9]")
_NET = re.compile(r"(?:://|www\.|\.[a-z]{2,4}/)\S*$", re.IGNORECASE)
_NET_ORDER = re.compile(
    r"(?:orders?|pedidos?|orden|track\w{0,8}|rastre\w{0,6}|seguimiento|guia|id|ref|code|num|nr|shipment)[/=:#_-]+$",
    re.IGNORECASE,
)
_IS_MY_ORDER = re.compile(
    r"\W{1,3}(?:es|is|era|é|e|was)\W(?:el |o |a |the )?(?:n[uú]mero de )?(?:mi |meu |minha |my )?(?:pedido|orden|encomenda|order|compra)\b",
    re.IGNORECASE,
)
_CAPITALISED = re.compile(r"(?<!\w)([A-ZÁÉÍÓÚÑÇ][a-záéíóúñçãõ]{2,20})\s$")
_OF_AMOUNT = re.compile(r"\b(?:de|of|son|a)\s$", re.IGNORECASE)
_OF_PURCHASE = re.compile(r"\b(?:compra|pedido|purchase|order|orden|encomenda) (?:de|of|por|for) $", re.IGNORECASE)
_CHANGES = re.compile(r"[A-Z](?=[0-9])|[0-9](?=[A-Z])")
_MIXED = 3  # changes between letters and figures in what is a code and no word (“K7M42Q”)
_LETTERS_BEHIND = re.compile(r" [A-Z]{2}(?![\w'])")
_HALF_BEHIND = re.compile(r" [0-9]{5}(?![0-9])")
_HALF_BEFORE = re.compile(r"(?<![0-9])[6-9][0-9]{4} $")
_MOBILE = re.compile(r"[679][0-9]{2}(?: [0-9]{2}){3}|[679][0-9]{2}(?: [0-9]{3}){2}")  # as Spain and Portugal write them
_NO_CUE = Cue(0.0, 0)

_NO_LETTERS = words("words_not_letters")
_COUNTRIES = words("countries")
_NEVER_LETTERS = words("never_letters")
_JOINED_LETTERS = frozenset("ai")
_BESIDE = words("beside") | {SENTENCE_END, "#", "º", "nº"}
_MOVES, _DETERMINERS = words("moves"), words("determiners")
_CALLS, _NOUNS = words("calls"), words("nouns")
_MODELS = words("models")
_DOCUMENTS = words("papers")


@dataclass(frozen=True, slots=True)
class Written:
    """A run of figures from `start` to `end`: its `letters` in front ("" for none) and the rest as `body`.

    `points` from ENOUGH up speak for an order. `has_sign` where something stood between letters and figures.
    """

    letters: str
    body: str
    start: int
    end: int
    points: float
    has_sign: bool = False

    @property
    def compact(self) -> str:
        return _SEPARATOR.sub("", self.letters + self.body).upper()

    @property
    def form(self) -> str:
        """Upper case; letters and figures joined by a hyphen where something stood between them, figures closed up."""
        pieces = [piece for piece in _SEPARATOR.split(self.body.upper()) if piece]
        joined = self.letters.upper() + "-" if self.has_sign else self.letters.upper()
        for piece in pieces:
            is_closed = not joined or joined[-1] == "-" or (joined[-1].isdigit() and piece[0].isdigit())
            joined += piece if is_closed or joined.isalpha() else "-" + piece
        return joined


def written_numbers(text: str, least: int = LEAST_DIGITS) -> list[Written]:
    """The runs with at least `least` digits that may be an order's number, in the order of the text."""
    found: list[Written] = []
    for match in _RUN.finditer(text):
        if match.end() - match.start() < _FEWEST:
            continue
        for start, body in _groups(match):
            one = _judged(text, start, body, least)
            if one is not None:
                found.append(one)
    return found


def _groups(match: re.Match[str]) -> Iterator[tuple[int, str]]:
    """A run cut where two numbers stand side by side: “88120 2 cajas”, “12345 67890”."""
    run, start = match.group(), match.start()
    if not any(map(str.isspace, run)):
        yield start, run
        return
    begin, last, total = 0, 0, 0
    at = 0
    for piece in re.split(r"(\s+)", run):
        if piece and not piece.isspace():
            digits = sum(map(str.isdigit, piece))
            if last and _starts_anew(last, total, digits) and not (run[begin] == "0" and total == digits - 1 == _LONG):
                yield start + begin, run[begin:at].rstrip()
                begin, total = at, 0
            last, total = digits or last, total + digits
        at += len(piece)
    yield start + begin, run[begin:]


def _starts_anew(last: int, total: int, digits: int) -> bool:
    """After a piece of `last` digits (`total` so far): are the next `digits` another number?"""
    if digits == 0:
        return False
    if digits >= _LONG:
        return last >= _LONG or total <= 2
    return (last >= _LONG and digits <= 2) or (last == _LONG - 1 == total and digits == 1) or total + digits > 18


def _judged(text: str, start: int, body: str, least: int) -> Written | None:
    digits = sum(map(str.isdigit, body))
    if digits < least - 2 or len(body) > MOST_CHARACTERS + 8:
        return None
    end = start + len(body)
    body = _without_tail(body)
    around = text[max(0, start - 5) : start]
    if _LOOKS_ELSE.fullmatch(body) or _BEFORE.search(around):
        return None
    letters, sign, first = _letters(text, start, digits)
    if _is_pair(letters, text) and (tail := _LETTERS_BEHIND.match(text, end)):
        body, end = body + tail[0], end + len(tail[0])
    if not letters and (_UNIT_JOINED.fullmatch(body) or (end == start + len(body) and _AFTER.match(text, end))):
        return None
    if (
        first < 0
        or (len(letters) == 2 and _IBAN.fullmatch(body))
        or _TAX_LOOKS.fullmatch((letters + _SEPARATOR.sub("", body)).upper())
    ):
        return None
    points = _points(text, first, end, body, letters) + 0.5 * ("#" in sign)
    if digits < least:
        is_named = digits == least - 1 and _is_noun_before(text, first)
        points -= ENOUGH if is_named else _price_of_few(letters, body, digits < least - 1)
    return Written(letters, body, first, end, points, bool(letters and sign))


def _is_pair(letters: str, text: str) -> bool:
    """Two capitals in a text that is not all capitals: parcels of the post offices have two more behind the figures."""
    return len(letters) == 2 and letters.isupper() and not text.isupper()


def _is_noun_before(text: str, start: int) -> bool:
    """“pedido 882”, “order #312”."""
    before = [word for word in words_before(text[max(0, start - 20) : start])[:2] if word not in ("#", "nº", "n.", "º")]
    return bool(before) and before[0] in _NOUNS


def _price_of_few(letters: str, body: str, is_very_few: bool) -> float:
    """What a code with few figures has to make up for by the words before it: “XK4T9B” may be one, “A54” is none."""
    compact = _SEPARATOR.sub("", letters + body)
    if compact.isupper() and len(compact) > _LONG and len(_CHANGES.findall(compact)) >= _MIXED:
        return ENOUGH
    is_code = not compact.isdigit() and (not is_very_few or (len(compact) > _LONG and compact.isupper()))
    return HINT if is_code else 3 * HINT


def _without_tail(body: str) -> str:
    """“12345porfa” and “12345ya” end with the figures."""
    bare = body.rstrip("abcdefghijklmnopqrstuvwxyz")
    tail = body[len(bare) :]
    if bare and bare[-1].isdigit() and (len(tail) > 3 or tail in _NO_LETTERS and len(tail) > 1):
        return bare
    return body


def _letters(text: str, start: int, digits: int) -> tuple[str, str, int]:
    """The letters before the figures, what stands between, and where they begin; -1 for a word with figures in it."""
    match = _PREFIX.search(text, max(0, start - 9), start)
    if text[start - 1 : start] in ("_", "@") and _HANDLE.search(text, max(0, start - 42), start):
        return "", "", -1
    if match is None:
        if start and text[start - 1].isalpha():
            word = _WORD_JOINED.search(text, max(0, start - 24), start)
            folded = " ".join(words_before(word.group())) if word else ""
            return ("", "", start) if folded in NAMES_AN_ORDER or folded in ("numero", "nro") else ("", "", -1)
        return "", "", start
    letters, sign = match[1], match[2] or ""
    low = letters.lower()
    if low in _MODELS and (digits < _LONG or not sign):
        return "", "", -1
    is_word = _is_word(letters, sign)
    if is_word or low in _DOCUMENTS or not _belong(letters, sign, text):
        return "", "", start
    return letters, sign, match.start()


def _is_word(letters: str, sign: str) -> bool:
    """Do these letters name the number (“ref.12345”) or stand for something else that has numbers (“col 12”)?"""
    low = letters.lower()
    cue = CUES.get(low)
    if cue is None or (low in _COUNTRIES and not sign.isspace()):
        return False
    return cue.points > 0 or not letters.isupper() or low in _NEVER_LETTERS


def _belong(letters: str, sign: str, text: str) -> bool:
    """Do these letters belong to the number behind them, or are they a word of the sentence?"""
    low = letters.lower()
    is_code = letters.isupper() and not (len(text) > _SHOUTED and text.isupper())
    if not sign.isspace() and sign not in (".", ". "):
        return is_code or low not in _NO_LETTERS or low in _COUNTRIES or (not sign and low in _JOINED_LETTERS)
    if is_code:
        return (len(letters) > 1 or letters not in "AEIOUY") and low not in _NEVER_LETTERS
    return len(letters) == 2 and low not in _NO_LETTERS


def _points(text: str, start: int, end: int, body: str, letters: str) -> float:
    before = text[max(0, start - _LOOKED_AT) : start]
    digits = sum(map(str.isdigit, body))
    said = words_before(before)
    cue = points_of(said)
    points = cue + 0.5 * (digits >= _LONG) + (before[-2:].strip().endswith("#"))
    if letters or (digits >= _LONG and any(map(str.isalpha, body))) or body[-1].isalpha():
        points += 0.5 + 0.1 * bool(letters)
    if cue < 0:
        return points
    if not letters and digits <= _PHONE_DIGITS and _is_called(said, digits):
        points -= 2 * HINT
    if not letters and _MOBILE.fullmatch(body) and points_of(said, with_hints=False) < HINT:
        points -= HINT + 0.5
    if len(text) - (end - start) <= _ALONE and _BESIDE.issuperset([*said, *words_before(text[end:])]):
        points += HINT
    if _is_of_place(text, start, body, letters) or (not letters and _is_before_place(text, end, body, before)):
        points -= HINT + 0.5
    if cue < HINT:
        points -= _looks_against(text, start, end, body, letters)
        if points < ENOUGH and _IS_MY_ORDER.match(text, end):
            points += HINT
    elif _OF_PURCHASE.search(before) and body.endswith("0") and not letters:
        points -= HINT + 0.5
    elif _YEAR.fullmatch(body) and not letters and not _is_named(before):
        points -= 2 * HINT
    if _POSTCODE.fullmatch(body) and not letters:
        points -= HINT
    if _PRICE.fullmatch(body) and not letters and not _is_named(before):
        points -= 2 * HINT
    if _NET.search(before):
        points += 0.0 if _NET_ORDER.search(before) else -2.0
    return points


def _is_called(said: list[str], digits: int) -> bool:
    """Is it spoken of calling, and of no order nearby? With a phone's many figures, of no order in the same sentence."""
    if digits >= _UNNAMED and SENTENCE_END in said and not _CALLS.isdisjoint(said):
        return points_of(said[: said.index(SENTENCE_END)]) < HINT
    return not _CALLS.isdisjoint(said) and points_of(said, with_hints=False) < HINT


def _is_named(before: str) -> bool:
    """Does “pedido”, “nº” or “#” stand right before the number?"""
    return before.endswith("#") or points_of(words_before(before[-14:])[:1]) >= HINT


def _looks_against(text: str, start: int, end: int, body: str, letters: str) -> float:
    """What a number without a word for it looks like: a year, a phone, a price, a paper, a street's or a place's number."""
    compact = _SEPARATOR.sub("", letters + body)
    if _PAPER_LOOKS.fullmatch(compact) and len(compact) != _S10:
        return HINT
    if letters:
        return 0.0
    if _YEAR.fullmatch(body) or compact.endswith("000"):
        return HINT
    if _THOUSANDS.fullmatch(body):
        return HINT + 0.5 if body.count(".") == 1 else HINT - 0.25
    if _LOCAL_PHONE.fullmatch(body):
        return 0.25
    if compact[0] == "0" and len(compact) in (10, 11):
        return HINT
    if len(compact) > _UNNAMED and compact.isdigit():
        return 0.25
    if len(compact) == _LONG and _is_half_of_phone(text, start, end):
        return ENOUGH
    if len(text) > _LONG_TEXT:
        return 0.25
    if len(compact) <= _LONG + 1 and _OF_AMOUNT.search(text, max(0, start - 5), start):
        return HINT - 0.25
    if len(compact) < _LONG and _moves(text, start, end):
        return -ENOUGH
    return 0.0


def _is_half_of_phone(text: str, start: int, end: int) -> bool:
    """India's mobiles are written in two halves: 98765 43210."""
    return bool(_HALF_BEHIND.match(text, end) or _HALF_BEFORE.search(text, max(0, start - 7), start))


def _is_of_place(text: str, start: int, body: str, letters: str) -> bool:
    """Does a name stand right before a short number (“a Mérida 97203”)?"""
    if letters or len(_SEPARATOR.sub("", body)) > _LONG:
        return False
    name = _CAPITALISED.search(text, max(0, start - 24), start)
    return name is not None and name.start() > 1 and not CUES.get(name[1].lower(), _NO_CUE).points > 0


def _is_before_place(text: str, end: int, body: str, before: str) -> bool:
    """“26001 Logroño”, unless “pedido” stands before it or a courtesy behind."""
    if len(body) > _LONG or _is_named(before):
        return False
    name = _PLACE_AFTER.match(text, end)
    return name is not None and name[1].lower() not in _BESIDE


def _moves(text: str, start: int, end: int) -> bool:
    """“el 4417 sigue en Zaragoza”: a determiner before and on the move behind."""
    before = words_before(text[max(0, start - 8) : start])[:1]
    after = words_before(text[end : end + 24])
    return bool(before) and before[0] in _DETERMINERS and not _MOVES.isdisjoint(after)


_PLACE_AFTER = re.compile(r",? ([A-ZÁÉÍÓÚ][a-záéíóúñçãõ]{3,20})")
