"""What Relevo sees in a text, told so that a person can check it: every finding at its very letters, and the verdict.

The reading itself is `read`'s and the verdict `escalation.weigh`'s; here nothing is decided, only shown. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from bot.escalation import Heard, Policy, Verdict, weigh
from bot.understanding import frustration, requests
from bot.understanding.fold import Folded
from bot.understanding.lexicon import SHIPPED, Book, hits
from bot.understanding.order_numbers import DEFAULT
from bot.understanding.phrase_index import Hit
from bot.understanding.prose import fold_prose
from bot.understanding.read import read
from bot.understanding.reading import Reading, Reason

REQUEST, ALARM, COUNTER, TONE, INTENT, ENTITY = "request", "alarm", "counter", "tone", "intent", "entity"
FULL_SCORE = 1.0
# Times of a talk without times: only the gaps between its turns matter.
_FIRST_AT = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
_COVERS = {
    counter: (*requests.COVERS.get(counter, ()), *frustration.COVERS.get(counter, ()))
    for counter in {**requests.COVERS, **frustration.COVERS}
}
_WHOLE = frozenset(("shouting", "insistence"))  # said by the whole text, so that marking it would mark nothing
_PHONE_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Setting:
    """What a text is read with: the policy, the conversation's language and channel, the shop's numbers and words."""

    policy: Policy = field(default_factory=Policy)
    language: str | None = None
    channel: str = ""
    order_patterns: tuple[str, ...] = DEFAULT
    book: Book = SHIPPED


@dataclass(frozen=True, slots=True)
class Line:
    """One text of a contact and what the bot did just before it; see `bot.escalation.Heard`."""

    text: str
    last_outcome: str = ""
    last_answer: str = ""
    gap_minutes: float = 1.0


@dataclass(frozen=True, slots=True)
class Span:
    """A finding: `text[start:end]` is of `category`, on the side of a request, an alarm, a counter-lexicon, …

    `counts`: it is one of the reading's reasons, with these points. `covered_by` names the counter-lexicon that took
    it back, `cover` are the words by which it did.
    """

    start: int
    end: int
    category: str
    side: str
    points: float = 0.0
    counts: bool = False
    covered_by: str = ""
    cover: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A text, what was found in it and where, and what the policy makes of it after all that was said before.

    `whole` are reasons without a place of their own. `score` is that of the whole talk so far, from 0 to 1, `policy`
    the one that holds for its language and channel.
    """

    text: str
    reading: Reading
    spans: tuple[Span, ...]
    whole: tuple[Reason, ...]
    verdict: Verdict
    score: float
    policy: Policy

    def words(self, span: Span) -> str:
        """The letters of a finding."""
        return self.text[span.start : span.end]


def tell(text: str, setting: Setting | None = None) -> Told:
    """One text, as the first of a conversation."""
    return tell_talk((Line(text),), setting)[0]


def tell_talk(lines: Sequence[Line], setting: Setting | None = None) -> tuple[Told, ...]:
    """Every text of a contact in the light of those before it."""
    setting = setting or Setting()
    told: list[Told] = []
    mood: dict[str, Any] = {}
    now = _FIRST_AT
    for number, line in enumerate(lines, 1):
        now += timedelta(minutes=line.gap_minutes)
        reading = _reading(line.text, setting)
        heard = replace(_heard(line, reading, setting), message_id=str(number), now=now)
        mood, verdict = weigh(mood, heard, setting.policy)
        policy = setting.policy.at(heard.channel, heard.language)
        told.append(
            Told(
                line.text, reading, *found(line.text, reading, setting.book), verdict, _score(reading, verdict), policy
            )
        )
    return tuple(told)


def found(text: str, reading: Reading, book: Book = SHIPPED) -> tuple[tuple[Span, ...], tuple[Reason, ...]]:
    """Where everything stands that was found, in the order of the text; and the reasons that stand nowhere."""
    folded = fold_prose(text)
    places = hits(folded, book)
    spans = _widest([_span(hit, places, folded, reading) for hit in places])
    placed = {(span.category, text[span.start : span.end]) for span in spans if span.counts}
    left = [reason for reason in reading.reasons if (reason.code, reason.quote) not in placed]
    quoted = [span for reason in left if (span := _quoted(text, reason)) is not None]
    whole = tuple(reason for reason in left if _quoted(text, reason) is None)
    every = (*spans, *quoted, *_entities(text, reading))
    return tuple(sorted(every, key=lambda span: (span.start, -span.end, span.category))), whole


def side_of(category: str) -> str:
    """Which side a category of the lexicons is on."""
    if category.startswith("intent:"):
        return INTENT
    if category in requests.SCORES:
        return REQUEST
    if category in frustration.POINTS:
        return ALARM
    return COUNTER if category in _COVERS else TONE


def _reading(text: str, setting: Setting) -> Reading:
    return read(text, language=setting.language, order_patterns=setting.order_patterns, book=setting.book)


def _heard(line: Line, reading: Reading, setting: Setting) -> Heard:
    return Heard(
        line.text,
        reading,
        "",
        _FIRST_AT,
        line.last_outcome,
        line.last_answer,
        channel=setting.channel,
        language=setting.language or reading.language or "",
    )


def _score(reading: Reading, verdict: Verdict) -> float:
    """How frustrated the talk is so far; a verdict on a request tells the request's score instead."""
    return reading.strength if verdict.reason == "human_request" else min(FULL_SCORE, verdict.score)


def _span(hit: Hit, places: Sequence[Hit], folded: Folded, reading: Reading) -> Span:
    start, end = folded.place(hit.start, hit.end)
    side = side_of(hit.category)
    if side not in (REQUEST, ALARM):
        return Span(start, end, hit.category, side)
    cover = next((one for one in places if hit.category in _COVERS.get(one.category, ()) and one.overlaps(hit)), None)
    if cover is not None:
        words = folded.quote(cover.start, cover.end)
        return Span(start, end, hit.category, side, covered_by=cover.category, cover=words)
    reason = next((one for one in reading.reasons if one.code == hit.category), None)
    points = reason.points if reason is not None else 0.0
    return Span(start, end, hit.category, side, points, counts=reason is not None)


def _widest(spans: Sequence[Span]) -> tuple[Span, ...]:
    """A category once at a place: phrases that say the same, in two languages or in fewer words, are one finding."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start - one.end, one.start, one.category)):
        if not any(_says_the_same(span, one) for one in kept):
            kept.append(span)
    return tuple(kept)


def _says_the_same(span: Span, wider: Span) -> bool:
    alike = span.category == wider.category and span.covered_by == wider.covered_by
    return alike and wider.start <= span.start and span.end <= wider.end


def _quoted(text: str, reason: Reason) -> Span | None:
    """The place of a reason that no phrase of the lexicons found."""
    at = text.find(reason.quote) if reason.quote and reason.code not in _WHOLE else -1
    if at < 0:
        return None
    side = ALARM if reason.points else REQUEST
    return Span(at, at + len(reason.quote), reason.code, side, reason.points, counts=True)


def _entities(text: str, reading: Reading) -> list[Span]:
    """Order numbers, addresses and phones, however they were written; what was spelt in words has no place."""
    wanted = [
        *(("order_number", value) for value in reading.order_numbers),
        *(("email", value) for value in reading.emails),
        *(("phone", value) for value in reading.phones),
    ]
    signs = [at for at, sign in enumerate(text) if sign.isalnum()]
    bare = "".join(text[at].lower()[:1] for at in signs)
    spans = []
    for kind, value in wanted:
        needle = "".join(sign for sign in value.lower() if sign.isalnum())
        at = bare.find(needle[-_PHONE_DIGITS:] if kind == "phone" else needle)
        if needle and at >= 0:
            last = signs[at + len(needle[-_PHONE_DIGITS:] if kind == "phone" else needle) - 1]
            spans.append(Span(_opening(text, signs[at], kind), last + 1, kind, ENTITY))
    return spans


def _opening(text: str, at: int, kind: str) -> int:
    """A phone begins with its country's digits, which may be written or not."""
    while kind == "phone" and at and (text[at - 1].isdigit() or (text[at - 1] in "+ ()-." and _goes_on(text, at - 1))):
        at -= 1
    return at


def _goes_on(text: str, at: int) -> bool:
    return text[at] == "+" or (at > 0 and (text[at - 1].isdigit() or text[at - 1] in "+)"))


def letters(told: Told) -> list[tuple[str, tuple[int, ...]]]:
    """The text in pieces, each with the numbers (from 0) of the findings that it is part of."""
    edges = sorted({0, len(told.text), *(edge for span in told.spans for edge in (span.start, span.end))})
    pieces = []
    for start, end in pairwise(edges):
        within = tuple(n for n, span in enumerate(told.spans) if span.start < end and start < span.end)
        pieces.append((told.text[start:end], within))
    return pieces


def in_words(told: Told) -> list[str]:
    """What a person checks first, in English: where it would go and why, then what does not count and because of what."""
    verdict = told.verdict
    would = {"handoff": "a person takes over", "ask": "the bot asks whether a person is wanted"}
    because = "; ".join(f"{one.code} “{one.quote}”" for one in verdict.evidence)
    figures = f"{verdict.score:.2f} against {verdict.threshold:.2f}"
    lines = [f"{would.get(verdict.decision, 'the bot goes on')} ({figures}){': ' + because if because else ''}"]
    for span in told.spans:
        if span.covered_by:
            lines.append(f"“{told.words(span)}” is no {span.category}: “{span.cover}” is {span.covered_by}")
    return lines
