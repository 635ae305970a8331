"""What another policy would have made of past talks: the same messages, weighed again, and what differs. Pure.

Nobody knows what a contact would have written had the bot gone on, or what people would have answered: a stretch is
weighed until it is handed over, and ends where people really took it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from typing import Any

from bot.escalation import FREE_PLACE, SURE_PLACE, Heard, Policy, Verdict, forgive, is_left_alone, set_aside, weigh
from bot.meaning import order
from bot.understanding.reading import Reading

# Decided before understanding is asked: see bot/meaning/order.py.
_PEOPLE = "people"
_UNJUDGED = frozenset(row.name for row in takewhile(lambda row: row.name != _PEOPLE, order.SAID)) | {"tap"}
_QUESTION = "person_question"
# What the decision that took a text says of its place, as bot/meaning/people.py sees it.
_KNOWN = frozenset(("faq", "faq_at_choice"))
_ANSWERS = {"typed": SURE_PLACE, "free": FREE_PLACE, "gather": FREE_PLACE}
_HANDOFF = "handoff"
NEW, GONE, EARLIER, LATER = "new", "gone", "earlier", "later"


@dataclass(frozen=True, slots=True)
class PastText:
    """Something a contact wrote. `row` is the decision that took it (empty: not known), `outcome` how its turn ended;
    `last_…` is what the bot had done before, as `bot.escalation.Heard` has it; a slot is a question that is open.
    """

    message_id: str
    text: str
    at: datetime
    row: str = ""
    outcome: str = ""
    last_outcome: str = ""
    last_answer: str = ""
    last_slot: str = ""


@dataclass(frozen=True, slots=True)
class PastTicket:
    """Where people took over in truth. `is_disputed`: an agent said that there was no reason."""

    ticket_id: str
    reason: str
    is_disputed: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """Texts that the bot had to answer, one after the other; `is_back`: people had just given the talk back."""

    texts: tuple[PastText, ...]
    ticket: PastTicket | None = None
    is_back: bool = False


@dataclass(frozen=True, slots=True)
class PastTalk:
    """A conversation as the bot had it."""

    conversation_id: str
    name: str
    channel: str
    language: str
    stretches: tuple[Stretch, ...]
    country: str = ""


Reader = Callable[[str, PastTalk], Reading]


@dataclass(frozen=True, slots=True)
class Passed:
    """The text at which a policy hands over, and its verdict."""

    text: PastText
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Played:
    """A stretch under one policy."""

    passed: Passed | None = None
    asked: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """A stretch that two policies hand over differently. `kind`: new, gone, earlier, later."""

    kind: str
    talk: PastTalk
    ticket: PastTicket | None
    now: Passed | None
    then: Passed | None

    @property
    def shown(self) -> Passed:
        """The handing over that it is about."""
        found = self.then if self.kind in (NEW, EARLIER, LATER) else self.now
        assert found is not None
        return found


@dataclass
class Tally:
    """What one policy comes to: handings over by reason, and gentle questions."""

    passed: int = 0
    asked: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, played: Played) -> None:
        self.asked += played.asked
        if played.passed is not None:
            self.passed += 1
            self.reasons[played.passed.verdict.reason] += 1


@dataclass
class Comparison:
    """Two policies over the same talks. `talks` and `texts` count what was looked at, `disputed` whose reason agents
    had said to be none: in how many of them either policy hands over.
    """

    now: Tally = field(default_factory=Tally)
    then: Tally = field(default_factory=Tally)
    talks: int = 0
    texts: int = 0
    disputed: tuple[int, int] = (0, 0)
    differences: list[Difference] = field(default_factory=list)

    def of(self, *kinds: str) -> list[Difference]:
        return [one for one in self.differences if one.kind in kinds]


def compare(into: Comparison, talks: Iterable[PastTalk], policies: tuple[Policy, Policy], reader: Reader) -> None:
    """Add these talks to a comparison of the policy that holds with the one that is tried."""
    for talk in talks:
        into.talks += 1
        into.texts += sum(len(stretch.texts) for stretch in talk.stretches)
        now, then = (play(talk, policy, reader) for policy in policies)
        for stretch, before, after in zip(talk.stretches, now, then, strict=True):
            into.now.add(before)
            into.then.add(after)
            _note(into, talk, stretch, (before.passed, after.passed))


def play(talk: PastTalk, policy: Policy, reader: Reader) -> list[Played]:
    """Every stretch of a talk under a policy."""
    return [_play(talk, stretch, policy, reader) for stretch in talk.stretches]


def _play(talk: PastTalk, stretch: Stretch, policy: Policy, reader: Reader) -> Played:
    mood: dict[str, Any] = forgive({}) if stretch.is_back else {}
    asked, verdict = 0, Verdict("none")
    for text in stretch.texts:
        if text.row in _UNJUDGED:
            if verdict.decision == "ask" and text.row == _QUESTION and text.outcome == _HANDOFF:
                return Played(Passed(text, verdict), asked)  # she said yes to the question
            continue
        reading = reader(text.text, talk)
        if is_left_alone(reading, policy.at(talk.channel, talk.language), _place(text)):
            continue
        before = mood
        mood, verdict = weigh(before, _heard(talk, text, reading), policy)
        if verdict.reason == "no_progress" and text.last_slot:
            mood, verdict = set_aside(before, mood), Verdict("none")  # the question counts its own tries
        if verdict.decision == _HANDOFF:
            return Played(Passed(text, verdict), asked)
        asked += verdict.decision == "ask"
    return Played(None, asked)


def _place(text: PastText) -> str:
    if text.row in _KNOWN:
        return SURE_PLACE
    return _ANSWERS.get(text.row, "") if text.last_slot else ""


def _heard(talk: PastTalk, text: PastText, reading: Reading) -> Heard:
    return Heard(
        text=text.text,
        reading=reading,
        message_id=text.message_id,
        now=text.at,
        last_outcome=text.last_outcome,
        last_answer=text.last_answer,
        last_slot=text.last_slot,
        channel=talk.channel,
        language=talk.language,
    )


def _note(into: Comparison, talk: PastTalk, stretch: Stretch, passed: Sequence[Passed | None]) -> None:
    """Keep what differs, and how both fare where an agent saw no reason."""
    now, then = passed
    if stretch.ticket is not None and stretch.ticket.is_disputed:
        into.disputed = (into.disputed[0] + bool(now), into.disputed[1] + bool(then))
    kind = _kind(now, then)
    if kind:
        into.differences.append(Difference(kind, talk, stretch.ticket, now, then))


def _kind(now: Passed | None, then: Passed | None) -> str:
    if now is None or then is None:
        return "" if now is then else NEW if now is None else GONE
    if now.text.message_id == then.text.message_id:
        return ""
    return EARLIER if then.text.at < now.text.at else LATER
