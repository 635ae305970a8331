"""What a provider's answer to a send means. Shared by the REST code of both providers.

The classes of errors and what each asks for (docs/channels.md, "Error classes"):
RETRY again later · RATE slower, later · WINDOW the free window is closed · OPTOUT never again · DEAD this address
CONTENT the message itself · CONFIG our set-up: keep what waits, tell an operator · FINAL never this message again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels.base import Answer
from channels.plain import number_of

CLASSES = ("RETRY", "RATE", "WINDOW", "OPTOUT", "DEAD", "CONTENT", "CONFIG", "FINAL")
# What a class may ask for beyond its usual: see pipeline/refusals.py, which does it.
ACTIONS = {
    "RETRY": ("once", "late", "media"),
    "RATE": ("pair", "day", "spam"),
    "WINDOW": (),
    "OPTOUT": ("marketing",),
    "DEAD": ("pair", "other", "phone"),
    "CONTENT": ("plain", "ours"),
    "CONFIG": ("template", "region", "recipient", "tag"),
    "FINAL": ("blocked", "filtered", "rest", "foreign"),
}
# Not accepted for certain and tried again; a finer action of CONFIG is about this message alone, and ends it.
AGAIN = frozenset((("RETRY", ""), ("RETRY", "once"), ("RETRY", "late"), ("RETRY", "media"), ("RATE", ""), ("RATE", "pair"),
                   ("RATE", "day"), ("RATE", "spam"), ("CONFIG", "")))
LONGEST_WAIT_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a code asks for: its class, and the finer action where it has one.

    RETRY: `once` more and no further; `late` once, after a quarter of an hour; `media` twice, then without the file.
    RATE: `pair` this recipient only; `day` not before tomorrow; `spam` much slower, and an operator must know.
    OPTOUT: `marketing` only. DEAD: `pair` for this number of ours; `other` another channel may do; `phone` try the phone
    number. CONTENT: `plain` once more as text and link; `ours` a mistake of this program. CONFIG: a `template`, a
    `region`, a `recipient` or a `tag` we may not use: this message ends, the channel goes on. FINAL: `blocked` by the
    contact or her carrier; `filtered` never the same text again; `rest` nothing of the kind for a day; `foreign` no error
    of a message.
    """

    error_class: str
    action: str = ""

    @property
    def is_again(self) -> bool:
        return (self.error_class, self.action) in AGAIN


UNKNOWN = Verdict("FINAL")


def table(text: str) -> dict[str, Verdict]:
    """Code → verdict, from lines `code class[/action] the provider's title`. Raises ValueError for a line that is none."""
    found: dict[str, Verdict] = {}
    for line in text.strip().splitlines():
        code, verdict, _title = line.split(None, 2)
        name, _, action = verdict.partition("/")
        if code in found or name not in CLASSES or action not in ("", *ACTIONS[name]):
            raise ValueError(f"The line “{line}” repeats a code, or its class or action does not exist.")
        found[code] = Verdict(name, action)
    return found


def refusal(status: int, code: str, text: str, verdict: Verdict, headers: Mapping[str, str]) -> Answer:
    """The provider said no, in its own words: for certain nothing was accepted."""
    if status == 429 and verdict.error_class != "RATE":
        verdict = Verdict("RATE")
    elif status >= 500 and verdict.error_class == "FINAL":
        verdict = Verdict("RETRY")
    outcome = "retry" if verdict.is_again else "refused"
    return Answer(outcome, "", code, text, verdict.error_class, retry_after(headers), verdict.action)


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
