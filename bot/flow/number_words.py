"""Numbers as they are said: “treinta y cinco”, “dos docenas”, “18 mil”, in Spanish, English and Portuguese.

A run of number words is read whole or not at all: “dos tres” is no number, and “dos docenas” is not two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

Part = Decimal | str  # figures, or a folded word


def _by_word(written: dict[int, str]) -> dict[str, int]:
    return {word: value for value, words in written.items() for word in words.split()}


CARDINALS = _by_word({
    0: "cero zero ninguno ninguna none nenhum nenhuma", 1: "uno un una one um uma", 2: "dos two dois duas",
    3: "tres three", 4: "cuatro four quatro", 5: "cinco five", 6: "seis six", 7: "siete seven sete",
    8: "ocho eight oito", 9: "nueve nine nove", 10: "diez ten dez", 11: "once eleven onze", 12: "doce twelve doze",
    13: "trece thirteen treze", 14: "catorce fourteen catorze quatorze", 15: "quince fifteen quinze",
    16: "dieciseis sixteen dezesseis dezasseis", 17: "diecisiete seventeen dezessete dezassete",
    18: "dieciocho eighteen dezoito", 19: "diecinueve nineteen dezenove dezanove", 20: "veinte twenty vinte",
    21: "veintiuno veintiun veintiuna", 22: "veintidos", 23: "veintitres", 24: "veinticuatro", 25: "veinticinco",
    26: "veintiseis", 27: "veintisiete", 28: "veintiocho", 29: "veintinueve", 30: "treinta thirty trinta",
    40: "cuarenta forty quarenta", 50: "cincuenta fifty cinquenta", 60: "sesenta sixty sessenta",
    70: "setenta seventy", 80: "ochenta eighty oitenta", 90: "noventa ninety noventa", 100: "cien ciento cem cento",
    200: "doscientos doscientas duzentos duzentas", 300: "trescientos trescientas trezentos trezentas",
    400: "cuatrocientos cuatrocientas quatrocentos quatrocentas", 500: "quinientos quinientas quinhentos quinhentas",
    600: "seiscientos seiscientas seiscentos seiscentas", 700: "setecientos setecientas setecentos setecentas",
    800: "ochocientos ochocientas oitocentos oitocentas", 900: "novecientos novecientas novecentos novecentas",
})  # fmt: skip
_HUNDREDS = frozenset(("hundred", "hundreds", "cientos", "cientas"))
_SCALES = _by_word({10**3: "mil thousand k", 10**6: "millon millones milhao milhoes million"})
_DOZENS = frozenset(("docena", "docenas", "dozen", "dozens", "duzia", "duzias"))
_HALVES = frozenset(("medio", "media", "half", "meio", "meia"))
_AND = frozenset(("y", "e", "and"))
_ARTICLES = frozenset(("un", "una", "um", "uma"))
_MULTIPLIERS = _HUNDREDS | frozenset(_SCALES) | _DOZENS
_PLURALS = frozenset(("hundreds", "cientos", "cientas", "docenas", "dozens", "duzias"))  # nothing without how many
_VAGUE = frozenset(("par", "pair", "couple", "tercio", "terco", "third", "quarter"))
_FEW = 4  # words; a longer message may speak of its numbers otherwise


def only_number(parts: Sequence[Part]) -> Decimal | None:
    """The one number that a message in these parts holds. None where there are two, or one that cannot be read whole."""
    runs = [run for run in _runs(parts) if not _is_article(parts, run)]
    with_figures = [run for run in runs if any(isinstance(part, Decimal) for part in parts[slice(*run)])]
    chosen = with_figures or runs
    if len(chosen) != 1:
        return None
    start, end = chosen[0]
    if not with_figures and len(parts) - (end - start) >= _FEW:
        return None
    return _whole(parts[start:end])


def _is_article(parts: Sequence[Part], run: tuple[int, int]) -> bool:
    """Is it the “una” of “hay una lámpara”, or of “un par”?"""
    start, end = run
    if end - start > 1 or parts[start] not in _ARTICLES:
        return False
    return len(parts) > 2 or (end < len(parts) and parts[end] in _VAGUE)


def _runs(parts: Sequence[Part]) -> list[tuple[int, int]]:
    """Where number words stand side by side, from and to."""
    found: list[tuple[int, int]] = []
    for at in range(len(parts)):
        if not _counts(parts, at):
            continue
        last = found[-1] if found else (0, -9)
        is_beside = last[1] == at or (last[1] == at - 1 and parts[at - 1] in _AND)
        if is_beside and not (parts[at] in _ARTICLES and _has_figures(parts[slice(*last)]) and not _opens(parts, at)):
            found[-1] = (last[0], at + 1)
        else:
            found.append((at, at + 1))
    return [run for run in found if run[1] - run[0] > 1 or parts[run[0]] not in _HALVES]


def _has_figures(parts: Sequence[Part]) -> bool:
    return any(isinstance(part, Decimal) for part in parts)


def _opens(parts: Sequence[Part], at: int) -> bool:
    return at + 1 < len(parts) and parts[at + 1] in _MULTIPLIERS


def _counts(parts: Sequence[Part], at: int) -> bool:
    """Is the word at this place part of a number?"""
    part = parts[at]
    if isinstance(part, Decimal):
        return True
    before = parts[at - 1] if at else ""
    if part == "k":
        return isinstance(before, Decimal)
    if part in ("ciento", "cento", "cien") and before == "por":
        return False
    if part in ("a", "an"):  # “a dozen”, “half a million”, “a dozen and a half”
        return at + 1 < len(parts) and parts[at + 1] in _MULTIPLIERS | {"half"}
    return part in CARDINALS or part in _MULTIPLIERS or part in _HALVES


@dataclass(slots=True)
class _Sum:
    """What has been said so far. `room`: what may be added is smaller; `scale`: the last of million and thousand."""

    total: Decimal = Decimal(0)
    group: Decimal | None = None
    room: Decimal = Decimal(1000)
    scale: int = 10**9
    unit: Decimal = Decimal(1)
    is_over: bool = False

    def figures(self, value: Decimal) -> bool:
        if self.group is not None or (self.total and value >= self.room):
            return False
        self.group, self.room = value, Decimal(0)
        return True

    def cardinal(self, value: int) -> bool:
        if value >= self.room or (self.group is not None and not value):
            return False
        self.group = (self.group or Decimal(0)) + value
        self.room = Decimal(100 if value >= 100 else 10 if value >= 20 and value % 10 == 0 else 0)
        return True

    def hundred(self) -> bool:
        if self.group is not None and not 0 < self.group < 100:
            return False
        self.group, self.room = (self.group or Decimal(1)) * 100, Decimal(100)
        return True

    def scaled(self, size: int) -> bool:
        if size >= self.scale:
            return False
        self.total += (Decimal(1) if self.group is None else self.group) * size
        self.group, self.room, self.scale, self.unit = None, Decimal(1000), size, Decimal(size)
        return True

    def dozens(self) -> bool:
        so_far = self.total + (self.group or 0)
        self.total = (so_far if so_far or self.group is not None else Decimal(1)) * 12
        self.group, self.room, self.scale, self.unit = None, Decimal(0), 0, Decimal(12)
        return True

    def half(self) -> bool:
        """“media docena”, “dos y media”: half of what comes, or half of one more."""
        if self.group is None and not self.total:
            self.group, self.room = Decimal("0.5"), Decimal(0)
            return True
        self.total += (self.group or 0) + (self.unit if self.group is None else Decimal(1)) / 2
        self.group, self.is_over = None, True
        return True


def _whole(run: Sequence[Part]) -> Decimal | None:
    """The number that all of these words are."""
    parts = [part for part in run if part not in _AND and part not in ("a", "an")]
    so_far = _Sum()
    for at, part in enumerate(parts):
        is_alone = at == 0 and part in _PLURALS
        if so_far.is_over or is_alone or not _step(so_far, part)():
            return None
    return so_far.total + (so_far.group or 0)


def _step(so_far: _Sum, part: Part) -> Callable[[], bool]:
    if isinstance(part, Decimal):
        return lambda: so_far.figures(part)
    if part in _HUNDREDS:
        return so_far.hundred
    if part in _SCALES:
        return lambda: so_far.scaled(_SCALES[part])
    if part in _DOZENS:
        return so_far.dozens
    if part in _HALVES:
        return so_far.half
    return lambda: so_far.cardinal(CARDINALS[part])
