"""A case from its opening to its end, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from conversation.tables import Alarm, Contact, TimelineEntry
from incidents import case_rows, cases, tasks, watch
from incidents.cases import Opening, Step
from incidents.errors import BadField, IllegalStep, StaleCase
from incidents.tables import Incident
from incidents.tasks import Said
from tests.builders import a_conversation
from tests.incidents.conftest import House, a_picture


def kinds(house: House) -> list[str]:
    entry = TimelineEntry.__table__
    with house.database.reading() as session:
        return list(session.execute(select(entry.c.kind).where(entry.c.kind.like("case_%")).order_by(entry.c.entry_id)).scalars())


def test_a_case_has_its_carrier_its_last_day_and_a_code(house: House) -> None:
    case = house.opens()

    assert (case["code"], case["carrier"], case["deadline_on"].isoformat(), case["amount"]) == ("INC-1001", "seur", "2026-11-27", "59.90")


def test_the_same_order_and_kind_is_one_case_with_both_stories(house: House) -> None:
    first, second = house.opens(), house.opens(what="y la caja también")

    assert first["incident_id"] == second["incident_id"]
    assert second["details"]["what"] == "el pie está partido\ny la caja también"


def test_another_kind_and_an_order_that_is_not_proven_are_cases_apart(house: House) -> None:
    codes = [house.opens()["code"], house.opens("missing")["code"], house.opens(is_proven=False)["code"], house.opens()["code"]]

    assert codes == ["INC-1001", "INC-1002", "INC-1003", "INC-1001"]


def test_a_case_is_the_orders_once_it_is_proven(house: House) -> None:
    other = house.do(a_conversation, "Leo")
    house.opens(is_proven=False)
    proven = house.opens()

    assert (proven["code"], proven["order_key"], house.opens(conversation_id=other)["code"]) == ("INC-1001", "AB77777", "INC-1001")


def test_after_the_last_code_of_four_figures_comes_one_of_five(house: House) -> None:
    house.opens()
    with house.database.work() as work:
        work.connection.execute(update(Incident.__table__).values(code="INC-9999"))

    assert [house.opens(number=f"AB-{n}")["code"] for n in range(3)] == ["INC-10000", "INC-10001", "INC-10002"]


def test_what_lacks_later_does_not_take_back_what_was_sent_to_the_carrier(house: House) -> None:
    case = house.opens()
    house.moves(case, "claim")

    assert house.do(cases.refresh, house.book, case["incident_id"])["state"] == "claimed"


@pytest.mark.parametrize("wrong", [{"kind": "sad"}, {"order_key": ""}])
def test_what_cannot_be_read_is_named(house: House, wrong: dict[str, str]) -> None:
    given = {"kind": "lost", "order_reference": "AB-1", "order_key": "AB1", "conversation_id": house.conversation_id, **wrong}

    with pytest.raises(BadField):
        house.do(cases.open_case, house.book, Opening(**given))


def test_what_she_sent_that_day_is_in_the_case(house: House) -> None:
    house.sends(a_picture(1))
    house.clock.forward(hours=30)
    sent = [house.sends(a_picture(2)), house.sends(a_picture(3))]

    assert [photo["attachment_id"] for photo in house.dossier(house.opens()).photos] == sent


def test_a_case_is_ready_once_nothing_lacks(house: House) -> None:
    house.sends(a_picture(1))
    house.sends(a_picture(2))
    case = house.opens()
    assert case["state"] == "open"

    assert house.corrects(case, ticked=["value_proof", "packaging_kept"])["state"] == "ready"
    assert kinds(house) == ["case_opened", "case_changed", "case_ready"]


def test_where_the_carrier_documents_nothing_a_case_is_not_ready_and_it_is_asked(house: House) -> None:
    case = house.opens(order={"carrier": "MRW", "tracking_number": "M1", "delivered_on": "2026-11-20"})

    assert (case["state"], kinds(house)) == ("open", ["case_opened"])
    assert "ask_terms" in {task["code"] for task in house.dossier(case).tasks}


def test_whoever_learns_the_carrier_need_not_ask_another(house: House) -> None:
    case = house.corrects(house.opens(order={"carrier": "MRW"}), carrier="SEUR")

    assert {task["code"]: task["done_by"] for task in house.dossier(case).tasks}["ask_terms"] == "system"


def test_claimed_accepted_closed_with_what_the_carrier_pays(house: House) -> None:
    case = house.opens()
    house.moves(case, "claim", reference="SEUR-9")
    house.moves(case, "accept", amount="40,5")
    over = house.moves(case, "close", outcome="reembolsado")

    assert (over["state"], over["verdict"], over["recovered"], over["claim_reference"]) == ("closed", "accepted", "40.5", "SEUR-9")
    assert kinds(house)[1:] == ["case_claimed", "case_accepted", "case_closed"]


def test_a_step_that_its_state_does_not_allow_is_refused(house: House) -> None:
    case = house.opens()

    with pytest.raises(IllegalStep):
        house.moves(case, "accept")


def test_an_older_page_changes_nothing(house: House) -> None:
    case = house.opens()
    house.corrects(case, what="otra cosa")

    with pytest.raises(StaleCase):
        house.moves(case, "claim", version=case["version"])


@pytest.mark.parametrize("amount", ["mucho", "-1", "NaN", "99999999"])
def test_an_amount_that_is_none_is_refused(house: House, amount: str) -> None:
    case = house.opens()

    with pytest.raises(BadField):
        house.moves(case, "claim", amount=amount)


def test_the_day_of_delivery_moves_the_last_day(house: House) -> None:
    case = house.corrects(house.opens(), days={"delivered_on": "2026-11-22"})

    assert case["deadline_on"].isoformat() == "2026-11-29"


def test_the_tasks_follow_the_state(house: House) -> None:
    case = house.opens()
    assert {task["code"] for task in house.dossier(case).tasks} == {"check_packing", "send_claim"}
    house.moves(case, "claim")

    assert {task["code"]: task["done_by"] for task in house.dossier(case).tasks} == {
        "check_packing": None, "send_claim": "system", "chase_answer": None}


def test_a_statement_of_the_customer_counts_as_evidence(house: House) -> None:
    case = house.opens("lost", order={})
    house.do(tasks.state, case, Said("customer", "No lo tengo", "Marta"))

    assert [one["text"] for one in house.dossier(case).statements] == ["No lo tengo"]


def test_whoever_had_a_case_is_marked_and_others_are_not(house: House) -> None:
    other = house.do(a_conversation, "Leo")
    house.opens()
    contact = Contact.__table__
    with house.database.reading() as session:
        facts = {row.name: row.facts for row in session.execute(select(contact.c.name, contact.c.facts))}

    assert other and facts == {"Marta": {"cases": True}, "Leo": {}}


def test_a_reminder_raises_an_alarm_that_ends_with_the_claim(house: House) -> None:
    case = house.opens()
    house.clock.forward(days=2)
    reminded: list[Any] = [len(house.do(watch.reminders)) for _ in range(2)]
    house.moves(case, "claim")
    with house.database.reading() as session:
        alarms = session.execute(select(Alarm.__table__.c.text, Alarm.__table__.c.cleared_at)).all()

    assert reminded == [3, 0]  # its last day, and two tasks that are due
    assert [(text, cleared is None) for text, cleared in alarms] == [("case_deadline", False)]


def test_each_new_state_is_handed_out_once_to_be_told(house: House) -> None:
    case = house.opens()
    assert house.do(watch.untold) == []
    house.moves(case, "claim")

    assert [[one["state"] for one in house.do(watch.untold)] for _ in range(2)] == [["claimed"], []]


def test_a_case_is_found_by_its_code_too(house: House) -> None:
    case = house.opens()
    with house.database.reading() as session:
        assert case_rows.find(session, "INC-1001")["incident_id"] == case["incident_id"]


def test_step_names_are_those_of_the_states() -> None:
    assert {after for _, after in cases.STEPS.values()} == {"claimed", "accepted", "refused", "closed"}
    assert Step("claim", "agt_ana").version is None


@pytest.mark.parametrize(("field", "most"), [("what", cases.LONGEST), ("tracking_number", cases.LONGEST_NUMBER)])
def test_what_is_put_right_has_its_bounds(house: House, field: str, most: int) -> None:
    case = house.opens()
    house.corrects(case, **{field: "x" * most})
    with pytest.raises(BadField, match=str(most)):
        house.corrects(case, **{field: "x" * (most + 1)})
