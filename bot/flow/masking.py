"""Personal data of a real conversation, put out of sight before it becomes a test: each fact by one stand-in.

Found are e-mail addresses, telephone numbers, order numbers of the shop's shapes, other long numbers, and the names
the caller knows. What no pattern can find (a street, a friend's name) is for the person who reads the test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.flow.project import Project

_EMAIL = re.compile(r"[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_PHONE = re.compile(r"(?<![\w+])\+?\d(?:[ .-]?\d){7,14}(?!\w)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{4}")
_LONG_NUMBER = re.compile(r"\d{5,}")
_NAMES = ("Marta", "Pablo", "Rita", "John", "Elena", "Hugo")


class Mask:
    """The same fact is hidden by the same stand-in wherever it occurs, so that a talk still makes sense."""

    def __init__(self, project: Project, names: Iterable[str] = ()) -> None:
        self._project = project
        self._known: dict[str, str] = {}
        self._names = {
            word: _NAMES[number % len(_NAMES)]
            for number, word in enumerate(word for name in names for word in name.split() if len(word) > 2)
        }

    def text(self, text: str) -> str:
        """The text with every fact that can be found replaced."""
        kept: list[str] = []

        def keep(stand_in: str) -> str:
            kept.append(stand_in)
            return f"\x00{len(kept) - 1}\x00"  # out of reach of the patterns that follow

        text = _EMAIL.sub(lambda found: keep(self._email(found[0])), text)
        for shape in self._project.shapes:
            text = self._orders(shape, text, keep)
        text = _PHONE.sub(lambda found: keep(found[0] if _DATE.fullmatch(found[0]) else self._phone(found[0])), text)
        text = _LONG_NUMBER.sub(lambda found: keep(self._number(found[0])), text)
        for name, stand_in in self._names.items():
            text = re.sub(rf"\b{re.escape(name)}\b", stand_in, text, flags=re.IGNORECASE)
        return re.sub(r"\x00(\d+)\x00", lambda found: kept[int(found[1])], text)

    def value(self, value: Any) -> Any:
        """A value of the state or of a service, with every text in it masked."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {key: self.value(one) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(one) for one in value]
        return value

    def _orders(self, shape: Any, text: str, keep: Callable[[str], str]) -> str:
        while (found := shape.pattern.search(text)) is not None:
            start, end = found.start(1), found.end(len(found.groups()))
            text = text[:start] + keep(self._order(shape, text[start:end])) + text[end:]
        return text

    def _order(self, shape: Any, written: str) -> str:
        whole = re.sub(r"[^A-Z0-9]", "", written.upper())
        number = self._count("order", whole)
        parts = []
        for run in re.findall(r"A+|9+|[^A9]+", shape.source):
            digits = str(number).rjust(len(run), "0")[-len(run) :]
            parts.append({"A": "X" * len(run), "9": digits}.get(run[0], run))
        return "".join(parts)

    def _email(self, written: str) -> str:
        return f"contact{self._count('email', written.lower())}@example.com"

    def _phone(self, written: str) -> str:
        digits = re.sub(r"\D", "", written)
        number = self._count("phone", digits[-9:])
        return f"+3460000{number:04}" if written.startswith("+") else f"60000{number:04}"

    def _number(self, written: str) -> str:
        return str(self._count("number", written)).rjust(len(written), "0")

    def _count(self, kind: str, fact: str) -> int:
        key = f"{kind}:{fact}"
        if key not in self._known:
            self._known[key] = str(1 + sum(one.startswith(f"{kind}:") for one in self._known))
        return int(self._known[key])
