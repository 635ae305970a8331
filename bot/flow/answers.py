"""What counts as an answer of each type: the types of `bot/flow/types/` and the shop's own, behind one door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import Any, Protocol

import registry
from bot.flow.order_shapes import Shape, shape
from bot.flow.spoken import AnswerType, Parser, Spoken
from bot.flow.types.yes_no import NO, YES, yes_no

__all__ = [
    "ATTACHED", "FOUND_ANYWHERE", "FREE", "NO", "PARSERS", "TYPES", "YES", "Shape", "Spoken", "early",
    "found_early", "heard", "is_free", "read", "shape", "yes_no",
]  # fmt: skip

BY_NAME: Mapping[str, AnswerType] = dict(
    chain.from_iterable(family.types.items() for family in registry.collect("bot.flow.types", "FAMILY").values())
)
PARSERS: Mapping[str, Parser] = {name: one.read for name, one in BY_NAME.items()}
TYPES = tuple(name for name, one in BY_NAME.items() if one.is_asked)
FREE = frozenset(name for name, one in BY_NAME.items() if one.is_free)
ATTACHED = frozenset(name for name, one in BY_NAME.items() if one.is_attached)
# Types that are found in the middle of another sentence, so that an answer may come before its question.
FOUND_ANYWHERE = frozenset(name for name, one in BY_NAME.items() if one.stands_out)


class Shop(Protocol):
    """What a shop's project says about how its customers write."""

    @property
    def country(self) -> str: ...
    @property
    def shapes(self) -> tuple[Shape, ...]: ...
    @property
    def locales(self) -> Mapping[str, str]: ...
    @property
    def types(self) -> Mapping[str, Any]: ...


def heard(shop: Shop, language: str, text: str, today: date = date(2000, 1, 1)) -> Spoken:
    """These words, with what their meaning depends on."""
    locale = shop.locales.get(language) or shop.locales.get(language[:2]) or language
    return Spoken(
        text, today=today, locale=locale.replace("-", "_"), country=shop.country, shapes=shop.shapes, types=shop.types
    )


def read(kind: str, spoken: Spoken) -> Any:
    """The value of this type in what was said, as it stands in the state; None where there is none.

    A type that is no more (an edited project) takes any words.
    """
    own = spoken.types.get(kind)
    if own is not None:
        return own.read(spoken)
    return PARSERS.get(kind, PARSERS["text"])(spoken)


def is_free(kind: str) -> bool:
    """Whether any words answer a question of this type."""
    return kind in FREE


def early(kind: str, own: Mapping[str, Any]) -> bool:
    """Whether an answer of this type may come before its question."""
    return kind in FOUND_ANYWHERE or (kind in own and bool(own[kind].stands_out))


def found_early(early: tuple[tuple[str, str], ...], spoken: Spoken, shapes: tuple[Shape, ...] = ()) -> dict[str, Any]:
    """What a message answers before it is asked, by variable; `early` are the (variable, type) that may come so."""
    known: dict[str, Any] = {}
    spoken = replace(spoken, shapes=shapes) if shapes and not spoken.shapes else spoken
    for save, kind in early:
        value = read(kind, spoken) if save not in known else None
        if value is not None:
            known[save] = value
    return known
