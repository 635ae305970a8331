"""Does a message ask or want something, so that not being able to answer it is worth telling the editors?"""

from __future__ import annotations

import re

from bot.flow.words import denies, tokens
from bot.hearing import Hearing

_ASKS = frozenset(
    (
        "que", "cual", "cuales", "quien", "como", "cuando", "cuanto", "cuanta", "cuantos", "cuantas", "donde", "adonde",
        "puedo", "puedes", "podeis", "pueden", "puede", "podrias", "podria", "tienes", "teneis", "tienen", "tiene",
        "hay", "haceis", "hacen", "aceptan", "aceptais", "venden", "vendeis", "quiero", "quisiera", "necesito",
        "busco", "dime", "quieren",
        "what", "which", "who", "how", "when", "where", "why", "can", "could", "do", "does", "is", "are", "will",
        "would", "may", "have", "has", "want", "need", "looking", "tell",
        "qual", "quais", "quem", "quando", "quanto", "quanta", "quantos", "quantas", "onde", "posso", "pode", "podem",
        "poderia", "voces", "tem", "fazem", "aceitam", "vendem", "quero", "queria", "gostaria", "preciso", "procuro",
    )
)  # fmt: skip
_INTERROGATIVES = frozenset(
    (
        "que", "cual", "cuales", "quien", "como", "cuando", "cuanto", "cuanta", "cuantos", "cuantas", "donde", "adonde",
        "what", "which", "who", "how", "when", "where", "why",
        "qual", "quais", "quem", "quando", "quanto", "quanta", "quantos", "quantas", "onde",
    )
)  # fmt: skip
_PART = re.compile(r"[^,.;:!?¡¿\n]+\??")
_LEAST_WORDS = 2
_LOOKED_AT = 12


def is_question(hearing: Hearing) -> bool:
    words = hearing.words
    if len(words) < _LEAST_WORDS or denies(words, hearing.text):
        return False
    return "?" in hearing.text or "¿" in hearing.text or any(word in _ASKS for word in words[:_LOOKED_AT])


def questions_within(text: str) -> list[list[str]]:
    """The parts of a message that ask, in words: “una cosa, ¿enviáis a Canarias?” asks in its second."""
    parts = ((part.endswith("?"), tokens(part)) for part in _PART.findall(text))
    return [words for is_marked, words in parts if words and (is_marked or words[0] in _INTERROGATIVES)]
