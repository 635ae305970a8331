"""The figures of a run: what they are and how they are printed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.load import Run
from bench.talk import Conversation


@dataclass(frozen=True, slots=True)
class Figures:
    """One run. Latencies are (p50, p95, p99) in milliseconds; CPU in seconds per 1,000 messages."""

    messages: int
    acked: int
    replies: int
    seconds: float
    messages_per_second: float
    ack_ms: tuple[float, ...]
    reply_ms: tuple[float, ...]
    lost: int
    doubled: int
    wrong: int
    misordered: int
    overlapping: int
    strangers: int
    errors: dict[str, int]
    late_ms: tuple[float, ...]
    cpu_per_1000: float = 0.0
    cpu_by_process: dict[str, float] = field(default_factory=dict)
    pss_mb: float = 0.0
    generator_share: float = 0.0
    samples: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Nothing lost, doubled, wrong or in the wrong order."""
        return not (self.lost or self.doubled or self.wrong or self.misordered or self.strangers or self.errors)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "clean": self.is_clean}


@dataclass(frozen=True, slots=True)
class Cost:
    """What the processes spent during a run."""

    cpu_seconds: dict[str, float]
    pss_mb: float
    generator_cpu_seconds: float


def figures(run: Run, overlapping: int, cost: Cost) -> Figures:
    """The journal of a run, added up."""
    conversations = list(run.journal.conversations.values())
    messages = sum(at is not None for one in conversations for at in one.sent)
    acks = _times(conversations, "acked")
    replies = _times(conversations, "replied")
    seconds = max(1e-9, max(run.journal.last_reply_at, run.began_at) - run.began_at)
    per_1000 = {name: spent / max(1, messages) * 1000 for name, spent in cost.cpu_seconds.items()}
    return Figures(
        messages=messages, acked=len(acks), replies=len(replies), seconds=round(seconds, 2),
        messages_per_second=round(len(replies) / seconds, 1), ack_ms=_percentiles(acks), reply_ms=_percentiles(replies),
        lost=sum(len(one.missing) for one in conversations), doubled=sum(one.doubled for one in conversations),
        wrong=sum(one.wrong for one in conversations), misordered=sum(one.misordered for one in conversations),
        overlapping=overlapping, strangers=run.journal.strangers, errors=dict(run.journal.errors),
        late_ms=_percentiles(run.late), cpu_per_1000=round(sum(per_1000.values()), 3),
        cpu_by_process={name: round(value, 3) for name, value in sorted(per_1000.items())},
        pss_mb=round(cost.pss_mb, 1),
        generator_share=round(cost.generator_cpu_seconds / max(1e-9, run.ended_at - run.began_at), 2),
        samples=tuple(text for one in conversations for text in one.samples)[:5],
    )


def _times(conversations: list[Conversation], what: str) -> list[float]:
    """Seconds from when each message was due until it was acked or replied to."""
    found: list[float] = []
    for one in conversations:
        ends: list[float | None] = getattr(one, what)
        found += [end - start for start, end in zip(one.sent, ends, strict=True) if start is not None and end is not None]
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of them do not exceed; 0 of nothing."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def _percentiles(seconds: Sequence[float]) -> tuple[float, ...]:
    return tuple(round(percentile(seconds, share) * 1000, 2) for share in (0.50, 0.95, 0.99))


def lines(one: Figures) -> list[str]:
    """The figures for a person."""
    found = [
        f"messages        {one.messages} in {one.seconds} s: {one.messages_per_second} answered a second",
        f"ack             p50 {one.ack_ms[0]}  p95 {one.ack_ms[1]}  p99 {one.ack_ms[2]} ms",
        f"message→reply   p50 {one.reply_ms[0]}  p95 {one.reply_ms[1]}  p99 {one.reply_ms[2]} ms",
        f"CPU             {one.cpu_per_1000} s per 1,000 messages",
        *(f"                {value:7.3f}  {name}" for name, value in one.cpu_by_process.items()),
        f"memory          {one.pss_mb} MB (PSS, all processes)",
        f"judged          lost {one.lost}, doubled {one.doubled}, wrong {one.wrong}, wrong order {one.misordered}",
        f"                overlapping sends {one.overlapping}, to strangers {one.strangers}",
        f"generator       {one.generator_share} of a core, late p50 {one.late_ms[0]}  p99 {one.late_ms[2]} ms",
    ]
    found += [f"errors          {one.errors}"] if one.errors else []
    found += [f"unexpected      {text!r}" for text in one.samples]
    return found
