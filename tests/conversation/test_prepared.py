"""Prepared statements do what SQLAlchemy's own execution does, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from conversation.prepared import Prepared
from conversation.tables import Contact
from conversation.work import Database

CONTACT = Contact.__table__
NOON = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
_add = Prepared(insert(CONTACT))
_rename = Prepared(update(CONTACT).where(CONTACT.c.contact_id == bindparam("id"), CONTACT.c.email == "").values(
    name=bindparam("new_name")))


def a_row(contact_id: str) -> dict:
    return {"contact_id": contact_id, "name": "Marta “Ñ” 👍", "email": "", "facts": {"a": [1, None]}, "created_at": NOON}


def rows(database: Database) -> list[dict]:
    with database.reading() as session:
        return [dict(row) for row in session.execute(select(CONTACT).order_by(CONTACT.c.contact_id)).mappings()]


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_written_is_what_is_read(database: Database, count: int) -> None:
    with database.work() as work:
        assert _add.run(work.connection, [a_row(f"cnt_{n}") for n in range(count)]) == count

    (first, *_) = rows(database)
    assert {name: first[name] for name in a_row("")} == a_row("cnt_0")


def test_an_update_tells_how_many_rows_it_changed(database: Database) -> None:
    with database.work() as work:
        _add.run(work.connection, [a_row("cnt_1"), a_row("cnt_2")])
        changed = _rename.run(work.connection, [{"id": "cnt_1", "new_name": "Rita"}, {"id": "cnt_9", "new_name": "x"}])

    assert (changed, [row["name"] for row in rows(database)]) == (1, ["Rita", "Marta “Ñ” 👍"])


def test_a_refusal_is_sqlalchemys_own_error_without_the_values(database: Database) -> None:
    with pytest.raises(IntegrityError) as refused, database.work() as work:
        _add.run(work.connection, [a_row("cnt_1")])
        _add.run(work.connection, [a_row("cnt_1")])

    assert "Marta" not in str(refused.value)


def test_it_is_part_of_the_transaction(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.work() as work:
        _add.run(work.connection, [a_row("cnt_1")])
        _ = 1 / 0

    assert rows(database) == []


def test_what_a_row_leaves_out_has_its_default(database: Database) -> None:
    with database.work() as work:
        _add.run(work.connection, [{key: value for key, value in a_row("cnt_1").items() if key != "email"}])

    assert [row["email"] for row in rows(database)] == [""]
