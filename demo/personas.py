"""Who the demo's phone plays: one person for each language, with orders of hers in the demo shop.

The first number is the one on her orders, so that the bot knows her at once. A phone that starts again gets a fresh
number; then the bot has to ask for a proof, and her e-mail is one tap away.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

LANGUAGES = ("es", "en", "pt")
NUMBER = re.compile(r"\+[1-9][0-9]{7,14}\Z")


@dataclass(frozen=True, slots=True)
class Persona:
    """A made-up contact. `fresh` is how her other numbers begin, `drawn` how many figures follow."""

    name: str
    number: str
    email: str
    order: str
    fresh: str
    drawn: int


PERSONAS = {
    "es": Persona("Marta", "+34600111222", "marta@example.com", "AB-54321", "+34699", 6),
    "en": Persona("John", "+447700900123", "john@example.com", "CD-11111", "+447700900", 3),
    "pt": Persona("Rita", "+5511987654321", "rita@example.com", "EF-11111", "+5511900", 6),
}


def language_of(wanted: str) -> str:
    """The language that is meant; Spanish when it is none of ours."""
    return wanted if wanted in LANGUAGES else "es"


def number_of(persona: Persona, kept: str) -> str:
    """The number that the phone has now: the one it kept, else the one on the orders."""
    return kept if NUMBER.match(kept) else persona.number


def fresh_number(persona: Persona) -> str:
    """Another number of the same person: nobody has written from it yet."""
    return persona.fresh + "".join(secrets.choice("0123456789") for _ in range(persona.drawn))
