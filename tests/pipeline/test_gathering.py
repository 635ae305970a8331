"""An answer of several messages, from the wire to the outbox: nothing is said until she has been quiet."""

from __future__ import annotations

from pathlib import Path

import pytest

from conversation.work import Database
from pipeline.tables import Timer
from tests.builders import Bell, HandClock, a_queue
from tests.pipeline.house import House, open_house

FLOW = """
flow: main
start: {words: [contar]}
data: {story: text}
steps:
  - ask: {es: "Cuéntame", en: "Tell me", pt: "Conte"}
    save: story
    gather: 20s
  - say: {es: "Dices: {story}", en: "You say: {story}", pt: "Você diz: {story}"}
"""


@pytest.fixture
def house(database: Database, hand_clock: HandClock, bell: Bell, tmp_path: Path) -> House:
    (tmp_path / "_project.yaml").write_text("shop: Casa Lumbre\nqueues: [general]\n", encoding="utf-8")
    (tmp_path / "main.yaml").write_text(FLOW, encoding="utf-8")
    with database.work() as work:
        a_queue(work, "general", is_default=True)
    return open_house(database, hand_clock, bell, folder=tmp_path)


def due(house: House) -> None:
    """Take what is due by now."""
    with house.database.work() as work:
        house.intake.take_due(work, 64)


def test_what_comes_in_pieces_is_answered_as_one(house: House, hand_clock: HandClock) -> None:
    house.hear("contar")
    house.hear("llegó roto")
    hand_clock.forward(seconds=15)
    house.hear("y falta una pieza")
    hand_clock.forward(seconds=19)
    due(house)
    quiet = list(house.said())
    hand_clock.forward(seconds=2)
    due(house)

    assert quiet[-1].endswith("Cuéntame") and len(quiet) == 1
    assert house.last() == "Dices: llegó roto\ny falta una pieza"


def test_every_piece_sets_the_clock_again(house: House) -> None:
    house.hear("contar")
    house.hear("llegó roto")
    house.hear("y sucio")

    assert len(house.rows(Timer)) == 2
