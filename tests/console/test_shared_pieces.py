"""A piece that several tabs of one log-in fetch is made once, and never goes to another."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client

from console import here
from console.shared_pieces import SharedPieces
from conversation.work import Database
from tests.console import desks


class Shelf:
    """Pieces before a hand-made tail; `made` counts."""

    def __init__(self) -> None:
        self.tail: Any = SimpleNamespace(place=1, listeners=1)
        self.at, self.made = 0.0, 0
        self.pieces = SharedPieces(self.tail, lambda: self.at)

    def get(self, login: str = "ana's", address: str = "/console/list?") -> str:
        return self.pieces.get((login, address), self._make)

    def _make(self) -> str:
        self.made += 1
        return f"piece {self.made}"


@pytest.fixture
def shelf() -> Shelf:
    made = Shelf()
    made.get()
    return made


def test_the_second_tab_gets_what_was_made_for_the_first(shelf: Shelf):
    assert (shelf.get(), shelf.made) == ("piece 1", 1)


@pytest.mark.parametrize("other", [{"login": "bo's"}, {"address": "/console/list?tab=all"}])
def test_another_log_in_and_another_list_get_their_own(shelf: Shelf, other: dict[str, str]):
    assert shelf.get(**other) == "piece 2"


def test_what_the_pages_were_told_meanwhile_makes_it_anew(shelf: Shelf):
    shelf.tail.place = 2
    assert shelf.get() == "piece 2"


def test_after_a_second_it_is_made_anew(shelf: Shelf):
    shelf.at = 1.1
    assert shelf.get() == "piece 2"


def test_where_no_page_listens_nothing_is_kept(shelf: Shelf):
    shelf.tail.listeners = 0
    assert shelf.get() == "piece 2"


def test_who_did_something_sees_it_at_once(shelf: Shelf):
    shelf.pieces.forget("ana's")
    assert shelf.get() == "piece 2"


def test_a_piece_that_fails_leaves_nothing_behind(shelf: Shelf):
    with pytest.raises(ZeroDivisionError):
        shelf.pieces.get(("ana's", "/console/counts?"), lambda: str(1 / 0))
    assert shelf.get(address="/console/counts?") == "piece 2"


def test_a_list_after_ones_own_claim_is_without_it(app: Flask, database: Database, ana: Client):
    with database.work() as work:
        conversation_id, ticket_id = desks.a_story(work)
    app.extensions[here.PIECES]._tail = SimpleNamespace(place=1, listeners=1)
    before = ana.get("/console/list?tab=queued", headers={"HX-Request": "true"}).text
    desks.post(ana, f"/console/tickets/{ticket_id}/claim", epoch=desks.epoch_of(database, conversation_id))
    after = ana.get("/console/list?tab=queued", headers={"HX-Request": "true"}).text
    assert (conversation_id in before, f"row-{conversation_id}" in after) == (True, False)
