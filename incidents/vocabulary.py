"""What cases are called in es, en and pt: the same words in the pack and on the pages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from incidents import needs

FOLDER = Path(__file__).with_name("words")
LANGUAGES = ("es", "en", "pt")


@cache
def words(language: str) -> Mapping[str, Mapping[str, str]]:
    """All groups of one language; Spanish for one we do not have."""
    name = language if language in LANGUAGES else LANGUAGES[0]
    found: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    return found


def word(language: str, group: str, code: str, default: str = "") -> str:
    """One word; the code itself (or `default`) where there is none."""
    return words(language)[group].get(code, default or code)


def need_text(need: needs.Need, language: str) -> str:
    """What is asked for, in words."""
    if need.state == needs.UNKNOWN:
        return word(language, "unknown", need.group).partition(":")[0]
    return word(language, "photos" if need.group == "photo" else "needs", need.code)
