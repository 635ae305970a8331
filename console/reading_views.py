"""What the page of the readings shows of a text: its letters with their findings, meters, and the verdict in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.escalation import Policy, Verdict
from bot.flow.effects import Evidence
from bot.understanding.reading import Reading
from bot.understanding.telling import ALARM, COUNTER, ENTITY, REQUEST, Span, Told, letters
from console import here
from handoff import card

METER = 200  # its length in the units of its drawing
BAR = 26
NUMBERED = (REQUEST, ALARM, COUNTER, ENTITY)
_ICONS = {REQUEST: "hand", ALARM: "frown", COUNTER: "shield-check", ENTITY: "hash"}
_TONES = {"handoff": "person", "ask": "wait", "none": "bot"}
_VERDICT_ICONS = {"handoff": "hand", "ask": "message-circle-question-mark", "none": "bot"}
# A letter of several findings looks like the first of these.
_ORDER = ("request", "alarm", "covered", "counter", "entity", "faint", "light")
_UNHEARD = "eye-off"
MAX_QUOTE = 80
MAX_WHY = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """Letters of the text. `look` is empty for those that nothing was found in; `ends` are the findings they close."""

    text: str
    look: str = ""
    about: str = ""
    ends: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One line under the text. `note` says what took it back."""

    number: int
    look: str
    icon: str
    label: str
    words: str
    points: float = 0.0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Meter:
    """A figure from 0 to 1 and the thresholds on it, as lengths of the drawing. `state`: over, between, under."""

    key: str
    value: float
    length: int
    marks: tuple[tuple[str, float, int], ...]
    state: str


@dataclass(frozen=True, slots=True)
class Seen:
    """One turn. `tone`, `icon` and `sentence` are of the verdict."""

    number: int
    pieces: tuple[Piece, ...]
    findings: tuple[Finding, ...]
    meters: tuple[Meter, ...]
    language: str
    severity: int
    intents: tuple[str, ...]
    entities: tuple[tuple[str, str], ...]
    tone: str
    icon: str
    sentence: str
    aside: str


def seen(told: Sequence[Told]) -> list[Seen]:
    """Every turn, in the agent's words."""
    return [_seen(number, one) for number, one in enumerate(told, 1)]


def growth(told: Sequence[Told]) -> dict[str, Any] | None:
    """The score of a talk turn by turn as a drawing; a single text has none."""
    if len(told) < 2:
        return None
    policy = told[-1].policy
    bars = [
        {"x": at * BAR + 3, "y": 100 - round(one.score * 100), "height": max(1, round(one.score * 100)), "number": at + 1,
         "tone": _TONES[one.verdict.decision], "score": one.score}
        for at, one in enumerate(told)
    ]  # fmt: skip
    marks = [("high", 100 - round(policy.frustration_high * 100)), ("low", 100 - round(policy.frustration_low * 100))]
    return {"width": len(told) * BAR, "bars": bars, "marks": marks}


def verdict_sentence(verdict: Verdict) -> str:
    """`Pasaría a una persona: pidió una persona («quiero hablar con alguien»)`."""
    words, why = here.texts(), because(verdict)
    return words(f"understanding.verdict.{verdict.decision}", why=why) if why else words("understanding.verdict.none")


def because(verdict: Verdict) -> str:
    """The foremost reasons in one line; empty where the bot goes on."""
    return "; ".join(_because(one) for one in _foremost(verdict))


def marked(text: str, quotes: Sequence[str]) -> tuple[Piece, ...]:
    """A text with these words marked where they first stand."""
    places = sorted((at, at + len(quote)) for quote in quotes if quote and (at := text.find(quote)) >= 0)
    found, at = [], 0
    for start, end in places:
        found += [Piece(text[at : max(at, start)]), Piece(text[max(at, start) : end], ALARM)]
        at = max(at, end)
    return tuple(piece for piece in (*found, Piece(text[at:])) if piece.text)


def name_of(category: str) -> str:
    """A category in the agent's words."""
    words, bare = here.texts(), category.removeprefix("intent:")
    for key in (f"understanding.counter.{bare}", f"understanding.intents.{bare}", f"understanding.entities.{bare}"):
        if words.has(key) and (key.split(".")[1] == "intents") == category.startswith("intent:"):
            return words(key)
    return card.label(bare, here.language())


def _seen(number: int, told: Told) -> Seen:
    reading, verdict = told.reading, told.verdict
    numbers = _numbers(told.spans)
    names = here.texts()
    return Seen(
        number=number,
        pieces=_pieces(told, numbers),
        findings=_findings(told, numbers),
        meters=_meters(reading, told.score, told.policy),
        language=names(f"languages.{reading.language}") if reading.language else names("understanding.untold"),
        severity=reading.severity,
        intents=tuple(name_of(f"intent:{intent}") for intent in reading.intents),
        entities=_entities(reading),
        tone=_TONES[verdict.decision],
        icon=_VERDICT_ICONS[verdict.decision],
        sentence=verdict_sentence(verdict),
        aside=_aside(told, told.policy),
    )


def _numbers(spans: Sequence[Span]) -> dict[int, int]:
    """The numbers that findings are shown by, by their place among all of them."""
    shown = [at for at, span in enumerate(spans) if span.side in NUMBERED]
    return {at: number for number, at in enumerate(shown, 1)}


def _look(told: Told, span: Span) -> str:
    if span.side not in (REQUEST, ALARM):
        return span.side if span.side in NUMBERED else "light"
    if span.covered_by or not span.counts:
        return "covered"
    value, least = _strength(told, span)
    return span.side if value >= least else "faint"


def _strength(told: Told, span: Span) -> tuple[float, float]:
    """How strong this side of the message is, and from where on the policy does anything about it."""
    reading, policy = told.reading, told.policy
    if span.side == REQUEST:
        return reading.human_request, policy.human_request_low
    return reading.strength, policy.frustration_faint


def _pieces(told: Told, numbers: dict[int, int]) -> tuple[Piece, ...]:
    found, at = [], 0
    for text, within in letters(told):
        at += len(text)
        looks = sorted({_look(told, told.spans[n]) for n in within}, key=_ORDER.index)
        ends = tuple(numbers[n] for n in within if n in numbers and told.spans[n].end == at)
        about = ", ".join(dict.fromkeys(name_of(told.spans[n].category) for n in within))
        found.append(Piece(text, looks[0] if looks else "", about, ends))
    return tuple(found)


def _findings(told: Told, numbers: dict[int, int]) -> tuple[Finding, ...]:
    lines = [
        Finding(numbers[at], look := _look(told, span), _UNHEARD if look in ("covered", "faint") else _ICONS[span.side],
                name_of(span.category), told.words(span), 0.0 if look == "faint" else span.points, _note(told, span))
        for at, span in enumerate(told.spans) if at in numbers
    ]  # fmt: skip
    whole = [Finding(0, ALARM, "frown", name_of(one.code), "", one.points) for one in told.whole]
    return (*lines, *whole)


def _note(told: Told, span: Span) -> str:
    """Why a finding does not count."""
    words = here.texts()
    if span.covered_by:
        return words("understanding.covered", words=told.words(span), cover=span.cover, what=name_of(span.covered_by))
    if span.side in (REQUEST, ALARM) and not span.counts:
        return words("understanding.outweighed", words=told.words(span))
    if _look(told, span) == "faint":
        value, least = (here.formats().number(round(one, 2)) for one in _strength(told, span))
        return words("understanding.faint", value=value, least=least)
    return ""


def _meters(reading: Reading, score: float, policy: Policy) -> tuple[Meter, ...]:
    """What was found against what the policy wants; what is clear or grave has a threshold of its own."""
    high = policy.high(reading.severity)
    calm = (("low", min(high, policy.frustration_low)), ("high", high))
    asked = (("low", policy.human_request_low), ("high", policy.human_request_high))
    meters = [
        _meter("request", reading.human_request, asked),
        _meter("frustration", score, calm),
    ]
    if round(score, 2) != round(reading.frustration, 2):
        meters.append(_meter("words", reading.frustration, ()))
    return tuple(meters)


def _meter(key: str, value: float, marks: tuple[tuple[str, float], ...]) -> Meter:
    passed = sum(value >= mark for _, mark in marks)
    state = "over" if marks and passed == len(marks) else "between" if passed else "under"
    return Meter(key, value, round(value * METER), tuple((name, at, round(at * METER)) for name, at in marks), state)


def _entities(reading: Reading) -> tuple[tuple[str, str], ...]:
    kinds = (("order_number", reading.order_numbers), ("email", reading.emails), ("phone", reading.phones))
    return tuple((name_of(kind), value) for kind, values in kinds for value in values)


def _foremost(verdict: Verdict) -> list[Evidence]:
    """The reasons that say most, each once; what was asked for outright stands first."""
    if verdict.decision == "none":
        return []
    ordered = sorted(verdict.evidence, key=lambda one: (bool(one.points), -(one.points or 0)))
    return list({one.code: one for one in reversed(ordered)}.values())[::-1][:MAX_WHY]


def _because(one: Evidence) -> str:
    label = card.label(one.code, here.language())
    label = label[:1].lower() + label[1:]
    key = "quoted" if any(sign.isalpha() for sign in one.quote.removesuffix("min")) else "counted"
    return here.texts()(f"understanding.{key}", what=label, quote=short(one.quote)) if one.quote else label


def short(quote: str) -> str:
    """Words that fit into a sentence."""
    return quote if len(quote) <= MAX_QUOTE else quote[: MAX_QUOTE - 1].rstrip() + "…"


def _aside(told: Told, policy: Policy) -> str:
    """What is missing for more, where something was seen and the bot goes on."""
    if told.verdict.decision != "none" or not 0 < told.score < policy.frustration_low:
        return ""
    formats = here.formats()
    values = {"score": formats.number(told.score), "low": formats.number(policy.frustration_low)}
    return here.texts()("understanding.below", **values)
