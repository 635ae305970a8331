"""The breaker of one channel: after failures in a row nothing is sent for a while, then one message tries. Pure.

Our own and not pybreaker's: that one wraps a call and refuses it when it is made. Here a part must not even be claimed
while the channel rests, the rest grows from one time to the next, only one part may try after it, a broken set-up
(CONFIG) rests longer than a provider that is away, and an operator may end the rest from another process.
"""

from __future__ import annotations

from dataclasses import dataclass

FAILURES = 5
REST_SECONDS, LONGEST_REST_SECONDS = 1.0, 60.0
MEND_SECONDS, LONGEST_MEND_SECONDS = 30.0, 900.0
TRY_SECONDS = 20.0  # longer than any request: so long the others wait for the one that tries
TELL_AFTER = 5  # rests in a row, about half a minute: then it is an operator's affair
AWAY, BROKEN = "breaker", "config"


@dataclass
class Breaker:
    """Closed while `why` is empty; else it rests until `until`, and then lets one part through at a time."""

    failures: int = 0
    rests: int = 0
    until: float = 0.0
    why: str = ""
    _trying_until: float = 0.0

    def wait(self, now: float) -> float:
        """Seconds until a part may go; 0: now."""
        if not self.why:
            return 0.0
        self.until = min(self.until, now + LONGEST_MEND_SECONDS)  # a clock that was set back must not rest for hours
        return max(self.until - now, min(self._trying_until - now, REST_SECONDS), 0.0)

    def let(self, now: float) -> None:
        """A part goes."""
        if self.why:
            self._trying_until = now + TRY_SECONDS

    def succeeded(self) -> bool:
        """The channel took a part; returns whether it had been resting."""
        was_resting = bool(self.why)
        self.failures = self.rests = 0
        self.why, self._trying_until = "", 0.0
        return was_resting

    def answered(self) -> bool:
        """The provider lives, though it took nothing; returns whether it had been away. What is broken stays so."""
        if self.why == BROKEN:
            return False
        return self.succeeded()

    def failed(self, now: float) -> bool:
        """The provider could not be reached or could not answer; returns whether it rests from now on."""
        self.failures += 1
        is_trial = bool(self.why) and self._trying_until > 0
        if self.failures < FAILURES or (self.why and not is_trial):
            return False  # what was on its way before it began to rest says nothing new
        self._rest(now, AWAY if self.why != BROKEN else BROKEN)
        return True

    def stopped(self, now: float) -> bool:
        """Our set-up is broken: number, account or token; returns whether it rests from now on."""
        self.failures += 1
        if self.why == BROKEN and not self._trying_until:
            return False
        self._rest(now, BROKEN)
        return True

    def _rest(self, now: float, why: str) -> None:
        self.rests = self.rests + 1 if why == self.why else 1
        first, longest = (MEND_SECONDS, LONGEST_MEND_SECONDS) if why == BROKEN else (REST_SECONDS, LONGEST_REST_SECONDS)
        self.why, self.until, self._trying_until = why, now + min(longest, first * 2 ** min(self.rests - 1, 12)), 0.0

    def restore(self, until: float, why: str, failures: int) -> None:
        """What another process, or this one before it was started again, wrote down."""
        self.until, self.why, self.failures, self._trying_until = until, why, max(failures, self.failures), 0.0
        self.rests = max(self.rests, 1)
