"""What understanding found in one message. Values only."""

from __future__ import annotations

from dataclasses import dataclass

GUESS = "words"  # the code of a reason that the model alone has: the words that weigh most


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding and the contact's own words behind it.

    `code` is the lexicon's category (`human_request`, `frustration`, `profanity`, `threat_legal`, …); `quote` is
    copied from the message as it was written; `points` is its weight towards frustration (0 for a request).
    """

    code: str
    quote: str
    points: float = 0.0
    is_guess: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A message, understood.

    `human_request` and `frustration` are scores from 0 to 1; `severity` 0 none, 1 annoyed, 2 frustrated, 3 furious,
    threatening, in danger or distress; `strength` the severity that is to be expected, from 0 to 1: a mild sign that
    is certain and a grave one that is doubtful weigh alike in a talk. `language` is es, en, pt or None where the
    text does not tell.
    `order_numbers` are as the shop writes them (`AB-12345`); `phones` are E.164 where they can be.
    """

    language: str | None
    human_request: float = 0.0
    frustration: float = 0.0
    severity: int = 0
    strength: float = 0.0
    intents: tuple[str, ...] = ()
    order_numbers: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def likeliest(self) -> float:
        """The greater of the two probabilities."""
        return max(self.human_request, self.frustration)

    @property
    def is_a_guess(self) -> bool:
        """Is it the model alone that hears something, with no phrase to bear it out?"""
        return all(reason.is_guess for reason in self.reasons)
