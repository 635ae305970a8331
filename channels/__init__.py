"""The wire: what providers send becomes events, what we say becomes their requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from channels.base import Adapter
from channels.errors import UnknownKind
from registry import collect


def adapters() -> Mapping[str, Adapter]:
    """Every channel kind by its name (`twilio-whatsapp`, …). Imports neither Flask nor a provider's library."""
    return cast("Mapping[str, Adapter]", collect("channels", "ADAPTER"))


def adapter(kind: str) -> Adapter:
    """The adapter of one kind. Raises UnknownKind."""
    found = adapters().get(kind)
    if found is None:
        raise UnknownKind(f"No channel is of the kind “{kind}”: use one of {', '.join(adapters())}.")
    return found
