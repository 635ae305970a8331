"""What the page shows of a trial: how many hand-overs, which conversations are handed over differently, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from console import here, policy_form, reading_views
from console.policy_form import Field
from console.policy_trial import Trial
from console.reading_views import Piece
from console.replay import EARLIER, GONE, LATER, NEW, Difference, Passed, Tally
from handoff import card
from handoff.verdicts import RulePrecision

SHOWN = 50
LONGEST = 280
_REASONS = ("human_request", "frustration", "no_progress", "safety", "vulnerable")
_LINE = 200


@dataclass(frozen=True, slots=True)
class Case:
    """A conversation that the other policy hands over differently."""

    conversation_id: str
    name: str
    at: datetime
    pieces: tuple[Piece, ...]
    why: str
    is_disputed: bool
    was_taken: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One signal with its share of right ones: `line` and `span` are lengths of its drawing."""

    label: str
    found: RulePrecision
    line: int
    span: tuple[int, int]
    tone: str


def trial(found: Trial) -> dict[str, Any]:
    """Everything of the result."""
    made = found.found
    return {
        "days": found.days,
        "talks": made.talks,
        "total": found.total,
        "texts": made.texts,
        "cut": found.cut,
        "rows": _rows(made.now, made.then),
        "disputed": made.disputed,
        "lists": [(key, len(cases), [_case(one) for one in cases[:SHOWN]])
                  for key, cases in (("new", made.of(NEW)), ("gone", made.of(GONE)), ("moved", made.of(EARLIER, LATER)))],
    }  # fmt: skip


def changed(groups: Mapping[str, tuple[Field, ...]]) -> list[dict[str, Any]]:
    """Which numbers differ from those that hold."""
    wanted = policy_form.changes(groups)
    return [
        {"label": field_label(field), "group": here.texts()(f"understanding.groups.{key}"), "name": field.name,
         "value": policy_form.written(wanted[field.path]), "before": field.value, "after": wanted[field.path]}
        for key, fields in groups.items() for field in fields if field.path in wanted
    ]  # fmt: skip


def field_label(field: Field) -> str:
    """What a number is called: signals by what the card calls them."""
    key = f"understanding.fields.{field.name}"
    words = here.texts()
    return words(key) if words.has(key) else card.label(field.path[-1], here.language())


def rule(found: RulePrecision) -> Rule:
    """A line of the table of precision."""
    tone = "good" if found.low >= 0.8 else "harm" if found.high < 0.8 else "wait"
    span = (round(found.low * _LINE), max(1, round((found.high - found.low) * _LINE)))
    return Rule(card.label(found.signal, here.language()), found, round(found.share * _LINE), span, tone)


def _rows(now: Tally, then: Tally) -> list[dict[str, Any]]:
    """Hand-overs in all and by reason, then gentle questions; reasons that neither has are left out."""
    rows = [{"key": "all", "now": now.passed, "then": then.passed}]
    for reason in (*_REASONS, *sorted({*now.reasons, *then.reasons} - {*_REASONS})):
        if now.reasons[reason] or then.reasons[reason]:
            label = card.label(reason, here.language())
            rows.append({"key": "", "label": label, "now": now.reasons[reason], "then": then.reasons[reason]})
    return [*rows, {"key": "asked", "now": now.asked, "then": then.asked}]


def _case(one: Difference) -> Case:
    shown = one.shown
    quotes = [evidence.quote for evidence in shown.verdict.evidence if evidence.message_id == shown.text.message_id]
    return Case(
        conversation_id=one.talk.conversation_id,
        name=one.talk.name,
        at=shown.text.at,
        pieces=reading_views.marked(shown.text.text[:LONGEST], quotes),
        why=_why(one, shown),
        is_disputed=one.ticket is not None and one.ticket.is_disputed,
        was_taken=card.label(one.ticket.reason, here.language()) if one.ticket is not None else "",
    )


def _why(one: Difference, shown: Passed) -> str:
    why = reading_views.because(shown.verdict)
    if one.kind in (EARLIER, LATER) and one.now is not None:
        words = here.texts()
        return words(f"understanding.trial.{one.kind}", why=why, before=reading_views.short(one.now.text.text))
    return why
