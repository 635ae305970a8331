"""The sentence an agent reads beside a message that did not arrive: what happened, and what to do next. Pure.

The sentences are in sentences.yaml: one of each class of errors, of each special case, of each code of our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from channels.verdicts import unknown_label, verdict

FILE = Path(__file__).with_name("sentences.yaml")
OTHER_LANGUAGE = "en"
_SAME = {"lost": "unknown", "interrupted": "unknown", "late": "connect", "window_closed": "WINDOW", "": "RETRY"}


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """Every sentence by its key (a class, `class/action`, or a code of ours) and language."""
    found: Mapping[str, Mapping[str, str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def key_of(kind: str, code: str) -> str:
    """Which sentence a code of a part has: ours, the special case's, or the class's."""
    code = _SAME.get(code, code)
    if code in sentences():
        return code
    if unknown_label(kind, code):
        return "unknown_code"
    found = verdict(kind, code)
    special = f"{found.error_class}/{found.action}"
    return special if special in sentences() else found.error_class


def sentence(kind: str, code: str, language: str) -> str:
    """What an agent reads about a part of this kind of channel that ended with `code`."""
    texts = sentences()[key_of(kind, code)]
    return texts.get(language, texts[OTHER_LANGUAGE]).format(code=code)
