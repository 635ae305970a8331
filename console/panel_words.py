"""Names of languages as an agent reads them."""

from __future__ import annotations

from babel import Locale

from console import here
from console.words import LANGUAGES, LOCALES


def language_name(code: str) -> str:
    """A language in the agent's words: `português` is `portugués` to a Spanish reader."""
    words = here.texts()
    if code in LANGUAGES:
        return words(f"languages.{code}")
    return Locale.parse(LOCALES[here.language()]).languages.get(code, code)
