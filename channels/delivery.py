"""What a provider's answer to a send means. Shared by the REST code of both providers.

The classes of errors and what each asks for (docs/channels.md, "Error classes"):
RETRY again later · RATE slower, later · WINDOW the free window is closed · OPTOUT never again · DEAD this address
CONTENT the message itself · CONFIG our set-up: keep what waits, tell an operator · FINAL never this message again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channels.base import Answer
from channels.plain import number_of

AGAIN = frozenset(("RETRY", "RATE", "CONFIG"))
LONGEST_WAIT_SECONDS = 86_400.0


def table(**classes: str) -> dict[str, str]:
    """Code → class, from a class and its codes as one text."""
    return {code: name for name, codes in classes.items() for code in codes.split()}


def refusal(status: int, code: str, text: str, error_class: str, headers: Mapping[str, str]) -> Answer:
    """The provider said no, in its own words: for certain nothing was accepted."""
    if status == 429:
        error_class = "RATE"
    elif status >= 500 and error_class == "FINAL":
        error_class = "RETRY"
    outcome = "retry" if error_class in AGAIN else "refused"
    return Answer(outcome, code=code, text=text, error_class=error_class, retry_after=retry_after(headers))


def wordless(status: int, headers: Mapping[str, str]) -> Answer:
    """An answer without the provider's error object: only its status speaks."""
    wait = retry_after(headers)
    code = f"http {status}"
    if status == 429:
        return Answer("retry", code=code, error_class="RATE", retry_after=wait)
    if status in (408, 425):
        return Answer("retry", code=code, error_class="RETRY", retry_after=wait)
    if status in (401, 403, 404) or 300 <= status < 400:
        return Answer("retry", code=code, error_class="CONFIG", retry_after=wait)
    if 400 <= status < 500:
        return Answer("refused", code=code, error_class="FINAL")
    # 5xx may come from something in between after the provider took it; 2xx without an id was taken, but as what?
    return Answer("unknown", code=code, error_class="RETRY" if status >= 500 else "")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds of Retry-After; None when absent, or a date (which would need a clock)."""
    given: Any = next((value for name, value in headers.items() if name.lower() == "retry-after"), None)
    seconds = number_of(given)
    return min(seconds, LONGEST_WAIT_SECONDS) if seconds is not None and seconds >= 0 else None
