"""The arms of `random`: drawn by a hash, so that a contact always gets the same one and nothing is left to chance."""

from __future__ import annotations

import hashlib

from bot.flow.model import Arms


def drawn(arms: Arms, whose: str) -> str:
    """The arm of this conversation. The same name, weights and conversation give the same arm, for ever."""
    total = sum(weight for _, weight in arms.weights)
    digest = hashlib.blake2b(f"{arms.name}:{whose}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    point = int.from_bytes(digest, "big") % max(total, 1)
    for key, weight in arms.weights:
        point -= weight
        if point < 0:
            return key
    return arms.weights[-1][0] if arms.weights else ""
