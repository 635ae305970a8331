"""What an error code asks for, whichever provider it is of. Pure."""

from __future__ import annotations

from channels import meta_errors, twilio_errors
from channels.delivery import UNKNOWN, Verdict, wordless

_TABLES = {"twilio": twilio_errors, "meta": meta_errors}
LONGEST_NUMBER = 8
# Codes of our own: what ends a part before a provider saw it, or without its answer.
OURS = frozenset((
    "window_closed", "opted_out", "unreachable", "blocked", "taken_over", "expired", "paused", "marketing_stopped",
    "marketing_rest", "unknown", "lost", "interrupted", "refused", "not_ours", "unwritable", "connect", "late", "budget",
    "budget_sender", "costly"))


def provider_of(kind: str) -> str:
    """`twilio` of `twilio-sms`."""
    return kind.partition("-")[0]


def verdict(kind: str, code: str) -> Verdict:
    """The verdict on a code of this kind of channel; UNKNOWN for one that no table has. `http 502`: only a status came."""
    status = code.removeprefix("http ")
    if status != code and status.isdigit():
        return Verdict(wordless(int(status), {}).error_class or "RETRY")
    found = _TABLES.get(provider_of(kind))
    return found.verdict(code) if found else UNKNOWN


def unknown_label(kind: str, code: str) -> str:
    """What a code that nobody knows is counted as; '' for a known one. A provider cannot make up labels without end."""
    found = _TABLES.get(provider_of(kind))
    if found is None or not code or code in OURS or code.startswith("http ") or found.is_known(code):
        return ""
    number = code.lstrip("-")
    return code if number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER else "other"
