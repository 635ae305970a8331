"""Skills: what some agents can do and some tickets ask for; and who of them fits whom.

A ticket asks for its skills and for its contact's language. While it waits they are dropped one after the other, in the
order in which they were asked for, the language last: a person who lacks something is better than none. Pure;
`skill_book` keeps the list of skills.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any


def lacking(wanted: Sequence[str], language: str, agent: Mapping[str, Any]) -> tuple[str, ...]:
    """What this agent has not of what is asked for, a language as `language:pt`. Pure."""
    skills = tuple(skill for skill in wanted if skill not in agent["skills"])
    return skills if speaks(agent["languages"], language) else (*skills, f"language:{base(language)}")


def steps_to(wanted: Sequence[str], language: str, agent: Mapping[str, Any]) -> int:
    """How many of the wishes have to be dropped until this agent fits: 0 where she fits at once. Pure."""
    if not speaks(agent["languages"], language):
        return len(wanted) + 1
    missing = [place for place, skill in enumerate(wanted) if skill not in agent["skills"]]
    return missing[-1] + 1 if missing else 0


def dropped(wanted: Sequence[str], waited: timedelta, relax_after_seconds: int) -> int:
    """How many wishes a ticket that waited this long has given up: one each time the queue's patience is over. Pure."""
    if relax_after_seconds <= 0:
        return len(wanted) + 1
    return min(len(wanted) + 1, int(waited.total_seconds() // relax_after_seconds))


def speaks(languages: Collection[str], language: str) -> bool:
    """Whether one of these is the contact's language, whatever its country. Pure."""
    return base(language) in {base(one) for one in languages}


def base(language: str) -> str:
    """`pt` of `pt-BR`."""
    return language.split("-")[0].lower()
