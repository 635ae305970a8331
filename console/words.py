"""The console's own texts: `console/texts/<language>.yaml` and, an area a file, `console/texts/<language>/*.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml
from babel import Locale

FOLDER = Path(__file__).parent / "texts"
LANGUAGES = ("es", "en", "pt")
DEFAULT = "es"
# Babel knows Portuguese as Brazil writes it under this name; our `pt` is that one.
LOCALES = MappingProxyType({"es": "es_ES", "en": "en_GB", "pt": "pt_BR"})

Text = str | Mapping[str, str]


class Words:
    """The texts of one language. `words("tabs.mine")`, with values for its {blanks}; `n` chooses singular or plural."""

    __slots__ = ("_plural", "_texts", "language")

    def __init__(self, language: str, texts: Mapping[str, Text]) -> None:
        self.language = language
        self._texts = texts
        self._plural = Locale.parse(LOCALES[language]).plural_form

    def __call__(self, key: str, /, **values: object) -> str:
        text = self._texts[key]
        if not isinstance(text, str):
            text = text["one" if self._plural(values["n"]) == "one" else "other"]
        return text.format_map(values) if values else text

    def has(self, key: str) -> bool:
        return key in self._texts

    def either(self, key: str, fallback: str) -> str:
        """The text of `key`, or, where there is none, that of `fallback`."""
        return self(key if key in self._texts else fallback)


@cache
def words(language: str) -> Words:
    """The texts of a language; of the default one for a language we do not have."""
    known = language if language in LANGUAGES else DEFAULT
    return Words(known, MappingProxyType(load(known)))


def load(language: str) -> dict[str, Text]:
    """The files of a language as dotted keys; an entry of `one` and `other` is a text in two numbers.

    Raises ValueError where two files have the same key.
    """
    found: dict[str, Text] = {}
    for path in (FOLDER / f"{language}.yaml", *sorted((FOLDER / language).glob("*.yaml"))):
        for key, text in _flat("", yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)):
            if key in found:
                raise ValueError(f"{path}: the text {key} is in another file of {language} too; keep one of them.")
            found[key] = text
    return found


def _flat(prefix: str, tree: Mapping[str, object]) -> list[tuple[str, Text]]:
    found: list[tuple[str, Text]] = []
    for key, value in tree.items():
        if isinstance(value, Mapping) and set(value) != {"one", "other"}:
            found += _flat(f"{prefix}{key}.", value)
        else:
            found.append((f"{prefix}{key}", value if isinstance(value, Mapping) else str(value)))
    return found
