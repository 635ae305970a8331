"""The audit: what one person did is found wherever it lies in the log, without reading the log."""

from __future__ import annotations

from sqlalchemy import text

from conversation.events import TimelineLine
from conversation.work import Work
from handoff import audit
from handoff.audit import Asked
from tests.handoff.conftest import House


def fill(work: Work) -> None:
    """Something of Ana's, then more of others than a page looks at."""
    work.record(TimelineLine("queue_changed", "", "agt_ana", data={"subject": "shipping", "changes": {}}))
    for number in range(60):
        work.record(TimelineLine("message", "", "contact" if number % 2 else "agt_ana", data={"message": str(number)}))
    work.record(TimelineLine("claim", "", "agt_bo", data={}))


def test_what_a_person_did_is_found_beyond_the_stretch_a_page_looks_at(house: House):
    house.do(fill)
    with house.database.reading() as reader:
        found = audit.read(reader, Asked(actor="agt_ana"), stretch=10)

    assert ([line["kind"] for line in found.lines][-1], found.older) == ("queue_changed", 0)
    assert "message" not in [line["kind"] for line in found.lines]


def test_her_messages_are_looked_for_a_stretch_at_a_time(house: House):
    house.do(fill)
    with house.database.reading() as reader:
        found = audit.read(reader, Asked(actor="agt_ana", kind="message"), stretch=10)

    assert 0 < len(found.lines) < 10 and found.older > 0


def test_what_a_person_did_is_read_from_its_index(house: House):
    house.do(fill)
    with house.database.reading() as reader:
        statement = audit.question(Asked(actor="agt_ana"), 10**6, 0).limit(10)
        asked = str(statement.compile(reader.get_bind(), compile_kwargs={"literal_binds": True}))
        if reader.get_bind().dialect.name == "postgresql":
            reader.execute(text("SET LOCAL enable_seqscan = off"))
            plan = str(reader.execute(text(f"EXPLAIN {asked}")).all())
        else:
            plan = str(reader.execute(text(f"EXPLAIN QUERY PLAN {asked}")).all())

    assert "timeline_entry_by_person" in plan
