"""Why a message did not arrive, and what to do next: the sentence of its code, in the agent's language."""

from __future__ import annotations

from typing import Protocol

from channels import sentences
from console import here

# Sending the same once more would be refused again, or must not be done. An address that was not there (DEAD) may be by
# now, and a person may write to it in any case.
_NEVER = ("OPTOUT", "WINDOW", "FINAL/filtered", "FINAL/blocked", "opted_out", "marketing_stopped", "unreachable",
          "blocked", "budget", "costly", "refused", "not_ours")


class Undelivered(Protocol):
    """What did not arrive: its state and the provider's code."""

    @property
    def state(self) -> str: ...

    @property
    def error_code(self) -> str: ...


def failure_text(message: Undelivered, kind: str) -> str:
    """One or two sentences, for a message on this kind of channel."""
    code = "unknown" if message.state == "unknown" else message.error_code
    return sentences.sentence(kind, code or message.state, here.language())


def may_send_again(message: Undelivered, kind: str) -> bool:
    """Whether the same words may arrive if they are sent once more."""
    return message.state == "unknown" or not sentences.key_of(kind, message.error_code).startswith(_NEVER)
