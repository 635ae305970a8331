"""The sentences of `es.tsv`, `en.tsv`, `pt.tsv`: a text, a tab, and what must be found.

`calm`, `human`, `annoyed`, `frustrated` or `furious`; `calm:<name>` names the counter-lexicon without which the text
would raise an alarm.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
LANGUAGES = ("es", "en", "pt")
SEVERITY = {"calm": (0,), "annoyed": (1,), "frustrated": (2, 3), "furious": (3,)}


def lines(*wanted: str) -> list[tuple[str, str, str]]:
    """(language, text, expectation) of every line whose expectation begins with one of `wanted`."""
    found = []
    for language in LANGUAGES:
        for line in (FOLDER / f"{language}.tsv").read_text(encoding="utf-8").splitlines():
            text, _, expected = line.partition("\t")
            if not wanted or expected.startswith(wanted):
                found.append((language, text, expected))
    return found
