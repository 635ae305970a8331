"""What carriers' codes and documented words mean: `codes/<carrier>.yaml`, read once; and what free text may be guessed to
mean: `codes/phrases.yaml`.

    carrier: GLS
    names: [gls, asm]               what shops call it
    sources: [{url: …, read: 2026-11-22, about: …}]
    codes: {"7": [delivered, ENTREGADO]}      code: [state, the documented words]; “A,B 20” stands for A-20 and B-20
    ranges: [[LI401, LI499, in_transit, MERCANCÍA EN …]]
    texts: {Entregado: delivered}   words that the carrier documents and sends without a code
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from carriers.states import UNKNOWN

FOLDER = Path(__file__).parent / "codes"
_PHRASES = FOLDER / "phrases.yaml"


@dataclass(frozen=True, slots=True)
class Row:
    """One documented code: as it is written there, its words, and our state."""

    code: str
    state: str
    text: str


@dataclass(frozen=True, slots=True)
class CodeTable:
    """What one carrier documents."""

    key: str
    carrier: str
    names: tuple[str, ...]
    sources: tuple[Mapping[str, str], ...]
    rows: tuple[Row, ...]
    by_code: Mapping[str, str]
    ranges: tuple[tuple[str, str, str], ...]
    by_text: Mapping[str, str]

    def state_of(self, code: str) -> str:
        """The state that a code stands for; unknown where nothing documents it."""
        folded = fold_code(code)
        found = self.by_code.get(folded)
        if found:
            return found
        inside = (state for low, high, state in self.ranges if len(folded) == len(low) and low <= folded <= high)
        return next(inside, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Meaning:
    """A state, and whether it was only guessed from free words."""

    state: str = UNKNOWN
    is_guess: bool = False


def meaning(carrier: str, code: str, text: str) -> Meaning:
    """What a carrier's line means: by its code, else by documented words, else guessed from the words."""
    known = table_of(carrier)
    for word in filter(None, (code, text)):
        state = known.state_of(word) if known else UNKNOWN
        if state != UNKNOWN:
            return Meaning(state)
    folded = fold_text(text)
    if known and folded in known.by_text:
        return Meaning(known.by_text[folded])
    guessed = guess(folded)
    return Meaning(guessed, guessed != UNKNOWN)


def table_of(carrier: str) -> CodeTable | None:
    """The table of the carrier that a shop calls so: “Correos España”, “SEUR 24h”; None where none is meant."""
    words = f" {fold_text(carrier)} "
    found = [(len(name), table) for table in tables().values() for name in table.names if f" {name} " in words]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def guess(folded: str) -> str:
    """The state of the first phrase that stands in these words, as `fold_text` gives them."""
    return next((state for pattern, state in _phrases() if pattern.search(folded)), UNKNOWN)


@cache
def tables() -> Mapping[str, CodeTable]:
    """Every carrier's table by the name of its file."""
    files = sorted(path for path in FOLDER.glob("*.yaml") if path != _PHRASES)
    return MappingProxyType({path.stem: _table(path) for path in files})


def fold_code(code: str) -> str:
    """Letters and figures alone, in capitals: “BDE-01”, “bde 1” and “BDE01” are the same; a minus in front stays."""
    return re.sub(r"(?<=[A-Z])0+(?=\d)", "", re.sub(r"[^0-9A-Z-]|(?<!^)-", "", code.upper()))


def fold_text(text: str) -> str:
    """Words in small letters without accents and signs."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"[a-z0-9]+", "".join(sign for sign in plain if not unicodedata.combining(sign))))


def _table(path: Path) -> CodeTable:
    tree: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    ranges = tuple(tree.get("ranges") or ())
    rows = tuple(_rows(tree.get("codes") or {})) + tuple(Row(f"{low}-{high}", state, text) for low, high, state, text in ranges)
    texts = tree.get("texts") or {}
    return CodeTable(
        key=path.stem,
        carrier=tree["carrier"],
        names=tuple(fold_text(name) for name in tree["names"]),
        sources=tuple({name: str(value) for name, value in source.items()} for source in tree["sources"]),
        rows=rows + tuple(Row(text, state, text) for text, state in texts.items()),
        by_code=MappingProxyType({fold_code(row.code): row.state for row in _rows(tree.get("codes") or {})}),
        ranges=tuple((fold_code(low), fold_code(high), state) for low, high, state, _ in ranges),
        by_text=MappingProxyType({fold_text(text): state for text, state in texts.items()}),
    )


def _rows(codes: Mapping[str, Any]) -> Iterator[Row]:
    for written, (state, text) in codes.items():
        kinds, _, number = str(written).rpartition(" ")
        for code in (f"{kind.strip()}-{number}" for kind in kinds.split(",")) if kinds else (number,):
            yield Row(code, state, text)


@cache
def _phrases() -> tuple[tuple[re.Pattern[str], str], ...]:
    tree = yaml.load(_PHRASES.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return tuple((re.compile(rf"\b(?:{phrase})\b"), state) for state, phrases in tree for phrase in phrases)
