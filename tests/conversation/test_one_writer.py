"""Who writes next in a process on SQLite: whoever asked first."""

from __future__ import annotations

import sqlite3
import threading

import pytest
from sqlalchemy import bindparam, update
from sqlalchemy.exc import IntegrityError, OperationalError

from conversation.one_writer import Line, is_busy
from conversation.tables import Conversation
from conversation.work import Database
from tests.builders import a_conversation, the_conversation

_talk = Conversation.__table__
_one_more = (update(_talk).where(_talk.c.conversation_id == bindparam("id")).values(unread=_talk.c.unread + 1))


def test_who_asked_first_goes_first():
    line, came = Line(), list[int]()
    asked = [threading.Event() for _ in range(5)]

    def go(number: int) -> None:
        asked[number].set()
        with line.turn(5):
            came.append(number)

    with line.turn(5):
        threads = [threading.Thread(target=go, args=(number,)) for number in range(5)]
        for number, thread in enumerate(threads):
            thread.start()
            asked[number].wait(5)
            while line.length <= number:
                pass
    for thread in threads:
        thread.join(5)
    assert came == [0, 1, 2, 3, 4]


def test_who_waits_too_long_is_told_as_sqlite_tells_it():
    line = Line()
    with line.turn(1), pytest.raises(OperationalError) as told, line.turn(0.01):
        pass
    assert is_busy(told.value)


def test_who_gave_up_stands_in_nobodys_way():
    line = Line()
    with line.turn(1), pytest.raises(OperationalError), line.turn(0.01):
        pass
    with line.turn(0.01):
        assert line.length == 0


def test_a_turn_that_fails_is_passed_on():
    line = Line()
    with pytest.raises(ValueError), line.turn(1):
        raise ValueError
    with line.turn(0.01):
        pass


def test_many_who_write_at_once_all_do(database: Database):
    with database.work() as work:
        conversation_id = a_conversation(work, unread=0)

    def write() -> None:
        with database.work() as work:
            work.connection.execute(_one_more, {"id": conversation_id})

    threads = [threading.Thread(target=write) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    with database.work() as work:
        assert the_conversation(work, conversation_id)["unread"] == 20


def test_bad_data_is_not_a_busy_database():
    assert not is_busy(IntegrityError("INSERT", None, sqlite3.IntegrityError("UNIQUE constraint failed")))


def test_who_must_be_first_goes_before_those_who_wait():
    line, came = Line(), list[str]()

    def go(name: str, first: bool) -> None:
        with line.turn(5, first):
            came.append(name)

    with line.turn(5):
        threads = [threading.Thread(target=go, args=one) for one in (("post", False), ("page", False), ("customer", True))]
        for number, thread in enumerate(threads):
            thread.start()
            while line.length <= number:
                pass
    for thread in threads:
        thread.join(5)
    assert came == ["customer", "post", "page"]
