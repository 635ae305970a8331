"""Why a message did not arrive, in words an agent can act on."""

from __future__ import annotations

from typing import Protocol

from channels import meta_errors, twilio_errors
from console import here

_OURS = {
    "window_closed": "window",
    "opted_out": "optout",
    "expired": "given_up",
    "given_up": "given_up",
    "": "given_up",
}
_CLASSES = {
    "WINDOW": "window",
    "OPTOUT": "optout",
    "DEAD": "dead",
    "CONTENT": "content",
    "CONFIG": "config",
    "RATE": "rate",
    "RETRY": "given_up",
}


class Undelivered(Protocol):
    """What did not arrive: its state and the provider's code."""

    @property
    def state(self) -> str: ...

    @property
    def error_code(self) -> str: ...


def reason(code: str) -> str:
    """The key of the words for a code: ours, or what the provider's own means (docs/channels.md)."""
    if code in _OURS:
        return _OURS[code]
    return _CLASSES.get((twilio_errors if twilio_errors.is_known(code) else meta_errors).verdict(code).error_class, "other")


def failure_text(message: Undelivered) -> str:
    """One sentence."""
    words = here.texts()
    if message.state == "unknown":
        return words("failure.unknown")
    why = words(f"failure.reason.{reason(message.error_code)}", code=message.error_code)
    return words(f"failure.{message.state}", why=why)
