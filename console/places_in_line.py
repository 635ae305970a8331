"""Why a conversation stands where it does in its queue: the sum of its score in words, and when its queue opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from console import here
from console.row_signs import Signs
from handoff import hours, score
from handoff.score import Part


def rank(row: Mapping[str, Any], signs: Signs, first: bool) -> dict[str, Any]:
    """`rank`: what the first of a queue says; `sum`: the points of each that waits; `closed`: when its queue opens."""
    if row["ticket_state"] != "queued":
        return {"rank": "", "sum": "", "closed": False}
    parts = score.parts(score.need_of_row(row), here.formats().now)
    queue = signs.queues.get(row["ticket_queue_id"])
    opens = _opens(queue)
    told = ""
    if first:
        told = opens or _reason(row, parts, queue)
    return {"rank": told, "sum": _sum(parts), "closed": bool(opens)}


def _reason(row: Mapping[str, Any], parts: Sequence[Part], queue: Mapping[str, Any] | None) -> str:
    """Beside the wait, what puts it first; where nothing does, the promise."""
    words = here.texts()
    why = [words(f"rank.{part.name}") for part in parts if part.name != "waiting" and part.points > 0]
    if why:
        return words("rank.first", why=", ".join(why))
    if row["ticket_due_at"] is None or queue is None:
        return words("list.longest")
    return words("list.first", minutes=queue["promise_minutes"])


def _sum(parts: Sequence[Part]) -> str:
    words = here.texts()
    told = [f"{words(f'rank.{part.name}')} {round(part.points)}" for part in parts]
    return words("rank.sum", parts=" + ".join(told), total=round(sum(part.points for part in parts)))


def _opens(queue: Mapping[str, Any] | None) -> str:
    """`abre el lunes a las 9:00`, while nobody of this queue is on duty."""
    now = here.formats().now
    if queue is None or hours.is_open(queue, now):
        return ""
    opens = hours.opens_at(queue, now)
    if opens is None:
        return here.texts()("rank.closed")
    return here.texts()("rank.opens", time=hours.describe(opens, now, here.language(), queue["time_zone"]))
