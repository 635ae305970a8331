"""Asking a judge (`bot/judge.py`): by the worker, never inside a turn, and for no longer than its time."""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import structlog

from bot.judge import TIME_LIMIT_SECONDS, Judge, NullJudge, Turn

logger = structlog.get_logger(__name__)


def ask(judge: Judge | None, arguments: Mapping[str, Any], limit_seconds: float = TIME_LIMIT_SECONDS) -> dict[str, Any] | None:
    """The opinion as plain values beside the `message_id` it is about; None where there is none in time.

    A judge that fails or is late changes nothing: what was decided without it stands.
    """
    turns = [Turn(author, text) for author, text in arguments["turns"]]
    answers: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put(asdict((judge or NullJudge()).judge(turns, arguments["signals"])))
        except Exception as error:  # noqa: BLE001 - whatever a judge from outside does, the talk goes on without it
            logger.warning("a judge failed", error=type(error).__name__)
            answers.put(None)

    # A thread of its own that nobody waits for: one that hangs must not hold up the worker's end.
    threading.Thread(target=run, name="judge", daemon=True).start()
    try:
        opinion = answers.get(timeout=limit_seconds)
    except queue.Empty:
        logger.warning("a judge was late", seconds=limit_seconds)
        return None
    return {**opinion, "intents": list(opinion["intents"]), "message_id": arguments["message_id"]} if opinion else None
