"""The shop of docs/meaning.md, for people who talk with it."""

from __future__ import annotations

from functools import cache

from bot.flow.library import Library, compiled
from tests.bot.flow.builders import Talk
from tests.bot.meaning.test_page import FILES


@cache
def shop(**changed: str) -> Library:
    """The flows of the page; `changed` are other files of it, by name without the ending."""
    loaded = compiled({**FILES, **{f"{name}.yaml": text for name, text in changed.items()}})
    assert loaded.library is not None, "\n".join(finding.render("en") for finding in loaded.findings)
    return loaded.library


def a_talk(*said: str, language: str = "es", **changed: str) -> Talk:
    """Somebody who has said all this already."""
    talk = Talk(shop(**changed), language=language)
    for one in said:
        talk(one)
    return talk


def decided(talk: Talk) -> str:
    """The row that took the last message."""
    return talk.turn.trace[0].decision
