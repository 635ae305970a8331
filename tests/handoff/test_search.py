"""Search: what is found, by whom, in whatever form it is typed, and that nothing is left of what was taken back."""

from __future__ import annotations

from datetime import UTC, date
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from conversation.events import TimelineLine
from conversation.tables import Message
from conversation.work import Database, Work
from handoff import access, search, search_index, search_question, search_words, tagging
from handoff.house_tables import SearchEntry
from tests.builders import Bell, HandClock, a_conversation, a_message, a_wiring
from tests.handoff.conftest import House
from tests.pipeline.test_looking import plans

TODAY = date(2026, 11, 23)


def says(house: House, conversation_id: str, text: str) -> str:
    """The contact says something, and the index has had its time."""

    def act(work: Work) -> str:
        message = a_message(work, conversation_id, text)
        work.record(TimelineLine("message", conversation_id, "contact", data={"seq": message["seq"]}))
        return str(message["message_id"])

    said = house.do(act)
    indexed(house)
    return said


def indexed(house: House) -> None:
    for _ in range(4):
        house.clock.forward(seconds=20)
        house.do(search_index.tick)


def found(house: House, typed: str, who: str = "agt_sue") -> set[str]:
    """The conversations that this agent finds."""
    viewer = house.ask(access.viewer, who)
    hits = house.ask(search.find, viewer, search_question.read(typed, TODAY), UTC)
    return {hit.conversation_id for hit in hits}


@pytest.mark.parametrize("typed", ["camion", "CAMIÓN", "cami", "el camión perdió", '"camión"'])
def test_words_are_found_without_accents_capitals_and_endings(house: House, queued: tuple[str, str], typed: str) -> None:
    says(house, queued[0], "Dicen que el camión se perdió")

    assert found(house, typed) == {queued[0]}


@pytest.mark.parametrize("typed", ["pedido:AB-54321", "order:ab54321", "encomenda:AB 54321", "AB-54321", "ab54321", "54321"])
def test_an_order_is_found_however_it_is_written(house: House, queued: tuple[str, str], typed: str) -> None:
    says(house, queued[0], "Mi pedido es AB-54321")

    assert found(house, typed.replace("AB 54321", "AB54321")) == {queued[0]}


def test_an_order_that_the_bot_learnt_is_found(house: House) -> None:
    conversation_id, _ = house.hand_over(card={"known": {"order_ref": "CD-77777"}})
    indexed(house)

    assert found(house, "pedido:cd77777") == {conversation_id}


@pytest.mark.parametrize("typed", ["+34600112233", "0034 600 11 22 33", "600-112-233", "600112233", "tel:2233", "(600) 112 233"])
def test_a_phone_is_found_in_any_form(house: House, typed: str) -> None:
    conversation_id = house.do(a_conversation, "Marta", "+34600112233")
    says(house, conversation_id, "Hola")

    assert found(house, typed) == {conversation_id}


@pytest.mark.parametrize(("kept", "typed"), [
    ("+525512345678", "+52 1 55 1234 5678"), ("+5511987654321", "+55 11 8765-4321"), ("+541112345678", "+54 9 11 1234-5678")])
def test_numbers_of_countries_with_two_forms_are_one(house: House, kept: str, typed: str) -> None:
    conversation_id = house.do(a_conversation, "Marta", kept)
    says(house, conversation_id, "Hola")

    assert found(house, typed) == {conversation_id}


def test_a_name_is_found_and_somebody_who_only_says_it_is_not(house: House, queued: tuple[str, str]) -> None:
    says(house, queued[0], "Me llamo Nuria")
    nuria = house.do(a_conversation, "Núria Soler")
    says(house, nuria, "Hola")

    assert found(house, "de:nuria") == {nuria}


@pytest.mark.parametrize(("typed", "is_found"), [
    ("regalo antes:2026-11-24", True), ("regalo before:2026-11-23", False), ("regalo despues:ayer", True),
    ("regalo cola:shipping", True), ("regalo fila:returns", False), ("regalo tag:prisa", True), ("regalo canal:sms", False)])
def test_words_are_narrowed_by_day_queue_channel_and_tag(
    house: House, queued: tuple[str, str], typed: str, is_found: bool
) -> None:
    house.do(tagging.add, queued[0], "agt_ana", "prisa")
    says(house, queued[0], "Es un regalo")

    assert (found(house, typed) == {queued[0]}) is is_found


def test_nobody_finds_what_she_may_not_see(house: House, queued: tuple[str, str]) -> None:
    says(house, queued[0], "Un secreto")

    assert (found(house, "secreto", "agt_ana"), found(house, "secreto", "agt_bo")) == ({queued[0]}, set())


def test_what_was_taken_back_is_not_found(house: House, queued: tuple[str, str]) -> None:
    message_id = says(house, queued[0], "Un secreto")

    def take_back(work: Work) -> None:
        table = Message.__table__
        work.connection.execute(update(table).where(table.c.message_id == message_id).values(text="", content={"deleted": True}))
        work.record(TimelineLine("deleted", queued[0], "contact", data={"message": message_id}))

    house.do(take_back)
    indexed(house)

    assert house.ask(lambda reader: reader.execute(
        select(SearchEntry.__table__).where(SearchEntry.__table__.c.message_id == message_id)).first()) is None


def test_what_was_edited_is_found_by_its_new_words(house: House, queued: tuple[str, str]) -> None:
    message_id = says(house, queued[0], "Antiguo")

    def edit(work: Work) -> None:
        table = Message.__table__
        work.connection.execute(update(table).where(table.c.message_id == message_id).values(text="Reciente"))
        work.record(TimelineLine("edited", queued[0], "contact", data={"message": message_id}))

    house.do(edit)
    indexed(house)

    assert (found(house, "antiguo"), found(house, "reciente")) == (set(), {queued[0]})


def test_what_was_erased_elsewhere_leaves_the_index(house: House, queued: tuple[str, str]) -> None:
    message_id = says(house, queued[0], "Un secreto")
    house.do(lambda work: work.connection.execute(
        delete(Message.__table__).where(Message.__table__.c.message_id == message_id)))
    indexed(house)

    assert found(house, "secreto") == set()


def test_a_hit_names_the_message_and_its_place(house: House, queued: tuple[str, str]) -> None:
    message_id = says(house, queued[0], "Un unicornio")
    viewer = house.ask(access.viewer, "agt_ana")

    (hit,) = house.ask(search.find, viewer, search_question.read("unicornio", TODAY), UTC)

    assert (hit.message_id, hit.text, hit.seq > 0) == (message_id, "Un unicornio", True)


def test_nothing_is_indexed_twice(house: House, queued: tuple[str, str]) -> None:
    says(house, queued[0], "Hola otra vez")
    indexed(house)
    table = SearchEntry.__table__

    rows = house.ask(lambda reader: reader.execute(select(table).where(table.c.conversation_id == queued[0])).all())

    assert len({row.message_id for row in rows}) == len(rows)


@pytest.mark.parametrize("typed", ['"', "*", "de:", "tel:x", "a:b:c", "'); --", "antes:mañana", "()", "\x00", "xo NEAR/2 y", "@@ & |"])
def test_odd_questions_are_answered(house: House, queued: tuple[str, str], typed: str) -> None:
    assert found(house, typed) == set()


def test_what_is_new_is_looked_for_in_its_own_conversation(sqlite_template: Path, tmp_path: Path) -> None:
    (tmp_path / "relevo.db").write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{tmp_path / 'relevo.db'}", a_wiring(HandClock(), Bell()))
    plan = plans(database, lambda work: search_index._take_in(work, ["cnv_1"]))
    database.close()

    assert "search_entry USING INDEX ix_search_entry_conversation_id" in plan
    assert "search_entry USING INDEX sqlite_autoindex_search_entry_1" not in plan


@pytest.mark.parametrize(("typed", "day"), [
    ("2026-11-20", date(2026, 11, 20)), ("20/11", date(2026, 11, 20)), ("24/12", date(2025, 12, 24)),
    ("1.2.26", date(2026, 2, 1)), ("ontem", date(2026, 11, 22)), ("3d", date(2026, 11, 20)), ("31/2", None), ("x", None)])
def test_a_day_is_read_as_people_write_it(typed: str, day: date | None) -> None:
    assert search_question.read_day(typed, TODAY) == day


def test_words_lose_accents_but_not_numbers() -> None:
    assert search_words.words("¡Año Nº 7, ÇA VA?") == ["ano", "no", "7", "ca", "va"]


