"""What an answer is read from, and what a type of answer is. A new type is one new file of `bot/flow/types/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

LONGEST = 4_000  # characters of a message that are looked at; more than that no question asks for


@dataclass(frozen=True, slots=True)
class Spoken:
    """What there is to read an answer from: words, kinds of attachments, a place.

    Beside it stands what the same words depend on: `today` for “mañana”, the `locale` for 3/4 and 1.234, the shop's
    `country` for phones and postcodes, its order numbers (`shapes`) and its own `types` of answers.
    """

    text: str
    media: tuple[str, ...] = ()
    location: Mapping[str, Any] | None = None
    today: date = date(2000, 1, 1)
    locale: str = "es_ES"
    country: str = "ES"
    shapes: tuple[Any, ...] = ()
    types: Mapping[str, Any] = field(default_factory=dict)

    @property
    def language(self) -> str:
        return self.locale[:2]


Parser = Callable[[Spoken], Any]


@dataclass(frozen=True, slots=True)
class AnswerType:
    """One type of answer. `read` gives the value as it stands in the state (plain JSON), or None where there is none.

    `stands_out`: it is recognised in the middle of another sentence and mistaken for nothing else, so that it may come
    before its question. `is_free`: any words answer it. `is_attached`: it is sent, not written. `is_asked`: a question
    may ask for it by name.
    """

    read: Parser
    stands_out: bool = False
    is_free: bool = False
    is_attached: bool = False
    is_asked: bool = True


@dataclass(frozen=True, slots=True)
class Family:
    """The types of one file of `bot/flow/types/`, by name."""

    name: str
    types: Mapping[str, AnswerType]
