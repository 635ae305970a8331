"""A judge from outside is asked beside the turn, and heard when its answer comes; see `bot.judge`."""

from __future__ import annotations

from typing import Any

from bot import judge
from bot.escalation import Policy, Verdict
from bot.flow.effects import Call
from bot.flow.events import CallResult
from bot.hearing import Hearing


def ask(hearing: Hearing, verdict: Verdict) -> None:
    """Have the last turns judged; the turn itself goes on without waiting."""
    kept = hearing.state.get("judge") or {}
    last = hearing.state.get("last") or {}
    turns: list[list[str]] = [*kept.get("turns", [])]
    if last.get("answer"):
        turns.append(["bot", last["answer"][: judge.KEPT_CHARACTERS]])
    turns.append(["contact", hearing.text[: judge.KEPT_CHARACTERS]])
    turns = turns[-judge.KEPT_TURNS :]
    hearing.state["judge"] = {"turns": turns, "asked": hearing.said.message_id}
    arguments: dict[str, Any] = {"turns": turns, "signals": [one.code for one in verdict.evidence]}
    hearing.effects.append(
        Call(
            judge.SEQ,
            judge.SERVICE,
            {**arguments, "message_id": hearing.said.message_id},
            timeout_seconds=judge.TIME_LIMIT_SECONDS,
        )
    )


def heard(hearing: Hearing, result: CallResult, policy: Policy) -> Verdict:
    """The verdict that the opinion alone asks for; none for one on an older message, which came too late."""
    kept, value = hearing.state.get("judge") or {}, result.value or {}
    is_due = kept.get("asked") and kept.get("turns") and value.get("message_id") == kept["asked"]
    if result.status != "found" or not is_due:
        return Verdict("none")
    hearing.state["judge"] = {**kept, "asked": ""}
    said = judge.Turn(*kept["turns"][-1])
    return judge.raised(Verdict("none"), judge.opinion_from(value), said, str(kept["asked"]), policy)
