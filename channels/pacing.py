"""How fast each of our channels may send, as the accounts say it: `rates` beside `twilio` and `meta`. Pure.

Keys are a kind, or a kind and one of our addresses; the more exact one holds. A rate of 0 is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from channels.errors import BadAccounts
from channels.plain import number_of

KEYS = {"channel": "rate", "pair": "pair_rate"}


def read(tree: Any, kinds: Iterable[str]) -> dict[str, dict[str, float]]:
    """`{"meta-whatsapp": {"channel": 80, "pair": 0.16}}` as the facts of endpoints. Raises BadAccounts."""
    if not isinstance(tree, Mapping):
        raise BadAccounts("rates must be an object: a kind of channel, and its messages a second.")
    known = set(kinds)
    return {str(name): _rates(str(name), given, known) for name, given in tree.items()}


def _rates(name: str, given: Any, known: set[str]) -> dict[str, float]:
    if name.partition(" ")[0] not in known:
        raise BadAccounts(f"rates.{name} names no kind of channel: use one of {', '.join(sorted(known))}, or one of them, "
                          "a space and a number of yours.")
    if not isinstance(given, Mapping) or not given or not set(given) <= set(KEYS):
        raise BadAccounts(f"rates.{name} must be an object with {' or '.join(KEYS)}, in messages a second.")
    found = {fact: number_of(given[key]) for key, fact in KEYS.items() if key in given}
    if any(number is None or number < 0 for number in found.values()):
        raise BadAccounts(f"rates.{name} must be numbers of messages a second, 0 for no limit.")
    return {fact: number for fact, number in found.items() if number is not None}


def facts_of(rates: Mapping[str, Mapping[str, float]], kind: str, account: str) -> dict[str, float]:
    """What the accounts say of the rate of one channel."""
    return {**rates.get(kind, {}), **rates.get(f"{kind} {account}", {})}
