"""Settings of a connector, read with their place: whatever is wrong is said with its key and the mend.

Values may be text throughout, as a YAML file gives them, or numbers, as a test does.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import date
from typing import Any

from orders.errors import BadConfiguration
from orders.proof import KINDS

_TRUE = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


class Settings:
    """One table of settings. Every key that is read is known; `refuse_unknown` names the others."""

    def __init__(self, values: Mapping[str, Any], place: str = "") -> None:
        self._values = values
        self._place = place
        self._read: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return self._values.get(key) not in (None, "")

    def key(self, key: str) -> str:
        return f"{self._place}.{key}" if self._place else key

    def wrong(self, key: str, sentence: str) -> BadConfiguration:
        return BadConfiguration(f"{self.key(key)}: {sentence}", key=self.key(key))

    def _get(self, key: str) -> Any:
        self._read.add(key)
        return self._values.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        """The text of `key`; without a default it must be there."""
        value = self._get(key)
        if value is None or value == "":
            if default is None:
                raise self.wrong(key, f"is missing: add a line “{key}: …”.")
            return default
        if isinstance(value, (Mapping, list, tuple)):
            raise self.wrong(key, "must be one value, not a list or a table.")
        return str(value)

    def number(self, key: str, default: float, lowest: float, highest: float) -> float:
        text = self.text(key, str(default))
        try:
            value = float(text)
        except ValueError:
            raise self.wrong(key, f"“{text}” is not a number: write one such as {default:g}.") from None
        if not lowest <= value <= highest:
            raise self.wrong(key, f"{text} is out of range: write a number from {lowest:g} to {highest:g}.")
        return value

    def flag(self, key: str, default: bool) -> bool:
        text = self.text(key, str(default)).lower()
        if text not in _TRUE:
            raise self.wrong(key, f"“{text}” is neither: write yes or no.")
        return _TRUE[text]

    def day(self, key: str, default: date) -> date:
        text = self.text(key, default.isoformat())
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self.wrong(key, f"“{text}” is not a day: write it as 2026-11-20.") from None

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        text = self.text(key, default)
        if text not in choices:
            raise self.wrong(key, f"“{text}” is not known{_near(text, choices)}: write one of {', '.join(choices)}.")
        return text

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; one text alone is a list of one; absent is empty."""
        value = self._get(key)
        if value is None or value == "":
            return ()
        values = value if isinstance(value, (list, tuple)) else [value]
        if any(isinstance(one, (Mapping, list, tuple)) for one in values):
            raise self.wrong(key, "must be a list of plain values, such as [phone, email].")
        return tuple(str(one) for one in values)

    def mapping(self, key: str) -> dict[str, str]:
        """A table of texts; absent is empty."""
        value = self._get(key)
        if value is None or value == "":
            return {}
        if not isinstance(value, Mapping) or any(isinstance(one, (Mapping, list)) for one in value.values()):
            raise self.wrong(key, "must be a table of plain values, one “name: value” a line.")
        return {str(name): str(text) for name, text in value.items()}

    def table(self, key: str) -> Settings:
        """The settings below `key`; absent is empty."""
        value = self._get(key)
        if value is None or value == "":
            value = {}
        if not isinstance(value, Mapping):
            raise self.wrong(key, "must be a table, one “name: value” a line.")
        return Settings(value, self.key(key))

    def table_or_text(self, key: str, name: str) -> Settings:
        """The settings below `key`; one text alone is the setting `name` of them."""
        value = self._get(key)
        return Settings({name: value}, self.key(key)) if isinstance(value, str) else self.table(key)

    def proofs(self, default: tuple[str, ...]) -> tuple[str, ...]:
        """Which proofs the shop takes; never none."""
        chosen = self.texts("proofs") or default
        for kind in chosen:
            if kind not in KINDS:
                mend = f"write some of {', '.join(KINDS)}"
                raise self.wrong("proofs", f"“{kind}” is no proof{_near(kind, KINDS)}: {mend}.")
        return chosen

    def refuse_unknown(self) -> None:
        """Raises BadConfiguration for the first key that nothing has read."""
        for key in self._values:
            if key not in self._read:
                known = sorted(self._read)
                mend = f"write one of {', '.join(known)}" if known else "remove it"
                raise self.wrong(key, f"is not a setting here{_near(key, tuple(known))}: {mend}.")


def _near(word: str, choices: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(word, choices, 1)
    return f" (did you mean {close[0]}?)" if close else ""
