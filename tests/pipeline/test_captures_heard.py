"""Every event of every capture goes all the way: taken in without a burial, and a second time without an effect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conversation.tables import DeadLetter, Message, OutboxPart
from tests.builders import a_queue
from tests.pipeline.house import House

CAPTURES = Path(__file__).parents[1] / "channels" / "captures"
KINDS = sorted(folder.name for folder in CAPTURES.iterdir() if folder.is_dir())


def events_of(kind: str) -> list[dict[str, Any]]:
    files = sorted((CAPTURES / kind).glob("*.json"))
    return [event for file in files for event in json.loads(file.read_text("utf-8")).get("events", [])]


@pytest.fixture
def told(house: House, kind: str) -> list[dict[str, Any]]:
    """All events of a kind, each as its own webhook."""
    with house.database.work() as work:
        a_queue(work, "general", is_default=True, titles={"es": "General"})
    events = events_of(kind)
    for event in events:
        house.writer.submit([event])  # type: ignore[list-item]
    return events


@pytest.mark.parametrize("kind", KINDS)
def test_every_captured_event_is_taken_in(house: House, told: list[dict[str, Any]], kind: str) -> None:
    assert len(told) >= 20
    assert [row["reason"] for row in house.rows(DeadLetter)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_captured_event_that_comes_again_says_nothing_new(
    house: House, told: list[dict[str, Any]], kind: str
) -> None:
    before = len(house.rows(Message)), len(house.rows(OutboxPart))
    house.writer.submit(told)  # type: ignore[arg-type]

    assert (len(house.rows(Message)), len(house.rows(OutboxPart))) == before
