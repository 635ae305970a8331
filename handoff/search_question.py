"""What somebody types into the search, as a question: plain words, and `pedido:`, `tel:`, `de:`, `antes:`, `cola:` and
their sisters in English and Portuguese. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from handoff import search_words
from handoff.search_store import Group

LONGEST = 200
MOST_WORDS = 8
# All three languages at once: an agent may type either, whatever language her pages have.
KEYS = {
    "order": ("pedido", "order", "encomenda"),
    "phone": ("tel", "telefono", "phone", "telefone", "numero", "number"),
    "name": ("de", "from", "nombre", "name", "nome"),
    "before": ("antes", "before", "ate"),
    "after": ("despues", "after", "depois", "desde", "since"),
    "queue": ("cola", "queue", "fila"),
    "channel": ("canal", "channel"),
    "tag": ("etiqueta", "tag", "marcador"),
}
_KEY_OF = {word: key for key, words in KEYS.items() for word in words}
_PIECE = re.compile(r'(?:(\w+):)?("[^"]*"|\S+)')
_YESTERDAY = {"hoy": 0, "today": 0, "hoje": 0, "ayer": 1, "yesterday": 1, "ontem": 1}
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{2,4}))?")


@dataclass(frozen=True, slots=True)
class Question:
    """`groups`: what has to be said, or to be known of the contact, in one place; `known`: what the conversation has to
    be about. Days are whole days of the agent; `before` is not in it any more. `marks` are the words to point at.
    """

    groups: Sequence[Group] = ()
    known: Sequence[Group] = ()
    before: date | None = None
    after: date | None = None
    queue: str = ""
    channel: str = ""
    marks: Sequence[str] = ()
    unread: Sequence[str] = field(default_factory=tuple)

    @property
    def is_empty(self) -> bool:
        return not (self.groups or self.known)


def read(typed: str, today: date) -> Question:
    """The question behind what was typed. What cannot be read (a day that is none) is named in `unread`."""
    groups: list[Group] = []
    known: list[Group] = []
    given: dict[str, str] = {}
    marks: list[str] = []
    unread: list[str] = []
    days: dict[str, date] = {}
    text = typed.replace("\x00", "")[:LONGEST]
    if search_words.is_phone(text) and ":" not in text:
        return Question([_number(text)], marks=[text.strip()])
    for key, value in _pieces(text):
        if key in ("before", "after"):
            day = read_day(value, today)
            days |= {key: day} if day else {}
            unread += [] if day else [f"{key}:{value}"]
        elif key in ("queue", "channel"):
            given[key] = value
        elif key:
            known += _known(key, value)
        else:
            groups += [_said(word) for word in search_words.words(value)]
            marks += search_words.words(value)
    return Question(groups[:MOST_WORDS], known[:MOST_WORDS], days.get("before"), days.get("after"),
                    given.get("queue", ""), given.get("channel", ""), tuple(marks), tuple(unread))


def read_day(text: str, today: date) -> date | None:
    """A day: `2026-11-20`, `20/11`, `20/11/2026`, `hoy`, `ayer`, `3d` (three days ago)."""
    word = search_words.folded(text)
    if word in _YESTERDAY:
        return today - timedelta(days=_YESTERDAY[word])
    if re.fullmatch(r"\d{1,3}d", word):
        return today - timedelta(days=int(word[:-1]))
    try:
        return date.fromisoformat(word)
    except ValueError:
        return _short_day(word, today)


def _short_day(word: str, today: date) -> date | None:
    found = _DAY.fullmatch(word)
    if found is None:
        return None
    year = int(found[3]) if found[3] else today.year
    try:
        day = date(year + 2000 if year < 100 else year, int(found[2]), int(found[1]))
    except ValueError:
        return None
    return day.replace(year=day.year - 1) if not found[3] and day > today and (day.month, day.day) != (2, 29) else day


def _pieces(text: str) -> list[tuple[str, str]]:
    """(key, value) of each piece; the key is empty for plain words, and for a word before a colon that is no key."""
    found = []
    for word, value in _PIECE.findall(text):
        key = _KEY_OF.get(search_words.folded(word), "")
        found.append((key, value.strip('"')) if key or not word else ("", f"{word} {value}"))
    return found


def _said(word: str) -> Group:
    """A word, or how one begins; with figures in it, it may be an order that is written with a dash elsewhere."""
    has_figures = any(sign.isdigit() for sign in word)
    return ((word, True), (search_words.ORDER + word, True)) if has_figures else ((word, True),)


def _known(key: str, value: str) -> list[Group]:
    if key == "order":
        return [((search_words.ORDER + search_words.compact(value), True),)]
    if key == "phone":
        return [[(word, False) for word in search_words.phone_ends(value)] or [("nobody", False)]]
    if key == "tag":
        return [((search_words.TAG + search_words.compact(value), True),)]
    return [((search_words.NAME + word, True),) for word in search_words.words(value)]


def _number(text: str) -> Group:
    """A bare number may be a telephone or an order."""
    digits = search_words.compact(text)
    return [*((word, False) for word in search_words.phone_ends(text)), (digits, True),
            (search_words.ORDER + digits, True)]
