"""A conversation as an agent reads it: stretches of one holder each, with what was said and noted in them. Pure.

The order is that of the epochs: a change of owner comes before everything that was written under its epoch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from console.attachments import Shown, shown
from console.enclosures import NOTHING_ENCLOSED, Enclosed, enclosed, quotes
from console.evidence import Numbered
from console.formats import as_utc
from console.segments import Segment, segments
from console.signs import Older, Sign, older, reactions, signs, state_of
from conversation.outbox import weakest

CLOSED_STATES = frozenset({"failed", "expired", "unknown"})


@dataclass(frozen=True, slots=True)
class Passing:
    """Who passed the conversation to whom: one line of the timeline, with the names it needs. Of one that begins a
    ticket `reason` says why."""

    kind: str
    owner: str
    at: datetime
    epoch: int
    entry_id: int
    agent: str = ""
    other: str = ""
    queue: str = ""
    waited_seconds: float | None = None
    kept: bool | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Bubble:
    """One thing said, one note (`author` is then `note`), or something that happened (`event`; `kind` says what).

    `degraded` names what the channel could not show as it was meant, `segments` how many SMS it took, `unanswered` why
    nobody answers it, `quote` the words that it answers.
    `cites` are the numbers of its evidence; `loose` those of them that no words of it are marked for, each with its
    place among the messages that one counts (0: the card leads here).
    """

    key: str
    author: str
    name: str
    text: str
    pieces: tuple[Segment, ...]
    at: datetime
    seq: int = 0
    state: str = ""
    error_code: str = ""
    error_text: str = ""
    cites: tuple[int, ...] = ()
    loose: tuple[tuple[int, int], ...] = ()
    choices: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    attachments: tuple[Shown, ...] = ()
    location: Mapping[str, Any] | None = None
    contacts: tuple[Mapping[str, Any], ...] = ()
    enclosed: Enclosed = NOTHING_ENCLOSED
    quote: str = ""
    kind: str = ""
    degraded: tuple[str, ...] = ()
    segments: int = 0
    unanswered: str = ""
    signs: tuple[Sign, ...] = ()
    reactions: tuple[str, ...] = ()
    older: tuple[Older, ...] = ()
    starts_turn: bool = False
    is_first_new: bool = False
    day: date | None = None

    @property
    def can_retry(self) -> bool:
        return self.state in CLOSED_STATES


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was said while one holder had the conversation; `passing` is how she, it or the queue got it."""

    owner: str
    passing: Passing | None
    bubbles: tuple[Bubble, ...] = ()


@dataclass(frozen=True)
class Spoken:
    """Everything a transcript is made of, as rows of the tables. `evidence` is that of the ticket on the page."""

    messages: Sequence[Mapping[str, Any]]
    parts: Mapping[str, Sequence[Mapping[str, Any]]]
    passings: Sequence[Passing]
    notes: Sequence[Mapping[str, Any]]
    names: Mapping[str, str]
    evidence: Sequence[Numbered] = ()
    attachments: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    waiting_since: datetime | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    @cached_property
    def quotes(self) -> Mapping[str, str]:
        """What was said, by the provider's ids: what an answer to a message shows above itself."""
        return quotes(self.messages, self.parts)


def stretches(spoken: Spoken) -> list[Stretch]:
    """The transcript, oldest first."""
    found: list[Stretch] = []
    previous: Bubble | None = None
    for passing, group in groupby(_placed(spoken), key=lambda placed: placed[0]):
        bubbles: list[Bubble] = []
        for _, bubble in group:
            if bubble is None:
                continue
            bubble = _dressed(bubble, previous, spoken)
            previous = bubble
            bubbles.append(bubble)
        found.append(Stretch(passing.owner if passing else "bot", passing, tuple(bubbles)))
    return found


def _placed(spoken: Spoken) -> Iterator[tuple[Passing | None, Bubble | None]]:
    """Each bubble with the passing it comes after; a passing without any stands alone."""
    passings = sorted(spoken.passings, key=lambda passing: (passing.epoch, passing.entry_id))
    notes = sorted((_note(note, spoken.names) for note in spoken.notes), key=lambda note: (note.seq, note.at))
    current: Passing | None = None
    for message in sorted(spoken.messages, key=lambda message: message["seq"]):
        while notes and notes[0].seq < message["seq"] and not _due(passings, message["epoch"], notes[0].at):
            yield current, notes.pop(0)
        while passings and passings[0].epoch <= message["epoch"]:
            current = passings.pop(0)
            yield current, None
        while notes and notes[0].seq < message["seq"]:
            yield current, notes.pop(0)
        yield current, _said(message, spoken)
    for passing in passings:
        while notes and notes[0].at < passing.at:
            yield current, notes.pop(0)
        current = passing
        yield current, None
    for note in notes:
        yield current, note


def _due(passings: Sequence[Passing], epoch: int, at: datetime) -> bool:
    """Whether a passing that comes before the next message was earlier than this moment."""
    return bool(passings) and passings[0].epoch <= epoch and passings[0].at <= at


def _dressed(bubble: Bubble, previous: Bubble | None, spoken: Spoken) -> Bubble:
    day = bubble.at.astimezone(spoken.zone).date()
    before = previous.at.astimezone(spoken.zone).date() if previous else None
    is_new = (
        spoken.waiting_since is not None and bubble.author == "contact" and bubble.at >= as_utc(spoken.waiting_since)
    )
    was_new = (
        previous is not None
        and previous.author == "contact"
        and spoken.waiting_since is not None
        and (previous.at >= as_utc(spoken.waiting_since))
    )
    return Bubble(
        **{
            **{name: getattr(bubble, name) for name in Bubble.__slots__},
            "starts_turn": previous is not None and (previous.author, previous.name) != (bubble.author, bubble.name),
            "is_first_new": is_new and not was_new,
            "day": day if day != before else None,
        }
    )


def _said(message: Mapping[str, Any], spoken: Spoken) -> Bubble:
    parts = spoken.parts.get(message["message_id"], ())
    cites = [one for one in spoken.evidence if message["message_id"] in one.stands_in]
    content = message["content"] or {}
    wrong = next((part for part in parts if part["error_code"]), None)
    return Bubble(
        key=message["message_id"],
        author=message["author"],
        name=spoken.names.get(message["agent_id"] or "", ""),
        text=message["text"],
        pieces=tuple(segments(message["text"], [(one.number, one.quote) for one in cites if _is_its(one, message)])),
        at=as_utc(message["created_at"]),
        seq=message["seq"],
        state=state_of(message, weakest([part["state"] for part in parts])),
        error_code=wrong["error_code"] if wrong else "",
        error_text=(wrong["error_text"] or "") if wrong else "",
        cites=tuple(one.number for one in cites),
        loose=tuple(_loose(one, message) for one in cites if not _is_its(one, message)),
        kind=message["kind"],
        degraded=tuple(str(word) for word in content.get("degraded") or ()),
        segments=sum(part.get("segments") or 0 for part in parts),
        unanswered=str(content.get("unanswered") or ""),
        signs=signs(message),
        reactions=reactions(message),
        older=older(message),
        choices=tuple(choice["label"] for choice in content.get("choices", ())),
        media=tuple(str(entry.get("type", "")) for entry in content.get("media", ())),
        attachments=shown(spoken.attachments.get(message["message_id"], ()), content),
        location=content.get("location"),
        contacts=tuple(content.get("contacts") or ()),
        enclosed=enclosed(content),
        quote=spoken.quotes.get(message.get("reply_to") or "", ""),
    )


def _is_its(one: Numbered, message: Mapping[str, Any]) -> bool:
    """Whether words of this message are the quote."""
    return one.is_said and one.message_id == message["message_id"]


def _loose(one: Numbered, message: Mapping[str, Any]) -> tuple[int, int]:
    places = one.stands_in
    at = places.index(message["message_id"]) + 1
    return one.number, 0 if at == len(places) else at


def _note(note: Mapping[str, Any], names: Mapping[str, str]) -> Bubble:
    return Bubble(
        key=note["note_id"],
        author="event" if "kind" in note else "note",
        kind=note.get("kind", ""),
        name=names.get(note.get("agent_id") or "", ""),
        text=note["text"],
        pieces=tuple(segments(note["text"])),
        at=as_utc(note["created_at"]),
        seq=note["seq"],
    )
