"""The pages of the flows: drafts that only their writer sees, publishing together or not at all, two people at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from werkzeug.test import Client

from bot.flow.findings import Finding
from bot.flow.live import FolderStatus
from console import flow_drafts, flow_pace
from console.errors import TooFast
from console.pages.live import TAIL
from conversation.events import TimelineLine
from conversation.tables import Conversation, StepLog, TimelineEntry
from conversation.work import Database
from handoff.tables import Agent
from pipeline import publishing
from tests.builders import HandClock, a_conversation, a_message, an_agent
from tests.console import desks, flow_shops
from tests.console.flow_shops import FILES, PARCEL

EDITOR, CHANGES = "/console/flows/parcel", "/console/flow-changes"
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def first(database: Database) -> str:
    """The set that is live at the beginning."""
    with database.work() as work:
        desks.people(work)
        an_agent(work, "Tom", role="admin", password_hash=desks.PASSWORD_HASH)
    return flow_shops.published(database)


@pytest.fixture
def app(database: Database, first: str) -> Iterator[Flask]:
    made = desks.an_app(database, flows=flow_shops.a_shop(database))
    yield made
    made.extensions[TAIL].stop()


@pytest.fixture
def tom(enter: Callable[[str], Client]) -> Client:
    return enter("Tom")


def shown(client: Client, path: str = EDITOR) -> str:
    return client.get(path).get_data(as_text=True)


def write(client: Client, text: str, path: str = EDITOR, **fields: Any) -> Any:
    return desks.post(client, f"{path}/draft", text=text, **fields)


def base_of(client: Client, path: str = CHANGES) -> str:
    return shown(client, path).split('name="base" value="', 1)[1].split('"', 1)[0]


def publish(client: Client, base: str = "", **fields: Any) -> Any:
    return desks.post(client, CHANGES, base=base or base_of(client), comment="Más corto", **fields)


def live_files(database: Database) -> dict[str, str]:
    with database.work() as work:
        found = publishing.live(work)
        assert found is not None
        return dict(found.files)


def edited(before: str = "Mi paquete", after: str = "Tu paquete") -> str:
    return PARCEL.replace(before, after, 1)


def test_the_list_shows_each_flow_with_what_starts_it(sue: Client) -> None:
    page = shown(sue, "/console/flows")

    assert page.count('data-testid="flow"') == 1 and "mi paquete" in page and "_services.yaml" in page


def test_tests_of_all_flows_run_when_asked(sue: Client) -> None:
    assert "1/1" in shown(sue, "/console/flows?tests=1")


def test_customers_inside_are_counted_in_the_list(sue: Client, database: Database, hand_clock: HandClock) -> None:
    stand(database, hand_clock, 3)

    assert '<td class="num whole"><span class="table__word">Dentro </span>3</td>' in shown(sue, "/console/flows")
    assert "3 clientes dentro" in shown(sue)


def test_what_is_typed_is_kept_for_its_writer_alone(sue: Client, tom: Client, database: Database) -> None:
    assert write(sue, edited()).status_code == 303

    assert "title: Tu paquete" in shown(sue) and "title: Tu paquete" not in shown(tom)
    assert live_files(database)["parcel.yaml"] == PARCEL


def test_a_draft_that_two_windows_begin_at_once_is_one(database: Database, first: str) -> None:
    together = threading.Barrier(6)

    def keep(text: str) -> None:
        together.wait(10)
        with database.work() as work:
            flow_drafts.keep(work, sue, "parcel.yaml", text, first)

    with database.reading() as session:
        sue = session.execute(select(Agent.agent_id).where(Agent.name == "Sue")).scalar_one()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(keep, "abcdef"))

    with database.reading() as session:
        assert list(flow_drafts.drafts(session, sue)) == ["parcel.yaml"]


def test_line_ends_of_a_form_are_made_the_same(sue: Client) -> None:
    write(sue, PARCEL.replace("\n", "\r\n"))

    assert 'data-testid="draft"' not in shown(sue)


def test_a_text_that_is_live_again_is_no_draft(sue: Client) -> None:
    write(sue, edited())
    write(sue, PARCEL)

    assert "No tienes cambios sin publicar" in shown(sue, CHANGES)


def test_an_error_stands_at_its_line_with_its_mend(sue: Client) -> None:
    write(sue, edited("save: order_ref", "save: order_reff"))

    page = shown(sue)
    assert 'data-line="13"' in page and "quisiste decir" in page and 'name="mend"' in page


def test_a_mend_needs_no_script(sue: Client) -> None:
    wrong = edited("save: order_ref", "save: order_reff")
    write(sue, wrong)
    mend = shown(sue).split('name="mend" value="', 1)[1].split('"', 1)[0]
    write(sue, wrong, mend=mend)

    assert "Nada que corregir" in shown(sue) and 'data-testid="draft"' not in shown(sue)


def test_htmx_gets_findings_and_head(sue: Client) -> None:
    answer = write_fragment(sue, edited("save: order_ref", "save: order_reff"))

    assert answer.startswith('<div class="findings" id="findings"') and 'id="flow-head" hx-swap-oob="true"' in answer


def write_fragment(client: Client, text: str) -> str:
    token = desks.csrf(client)
    answer = client.post(f"{EDITOR}/draft", data={"text": text, "csrf_token": token}, headers={"HX-Request": "true"})
    return str(answer.get_data(as_text=True)).lstrip()


def test_a_file_that_is_too_long_is_refused(sue: Client) -> None:
    assert write(sue, "# " + "á" * 140_000).status_code == 422


def test_the_simulator_speaks_with_the_draft(sue: Client) -> None:
    write(sue, edited("¿Me dices tu número de pedido?", "¿Qué número tiene tu pedido?"))
    answer = desks.post(sue, f"{EDITOR}/simulation", do="say", say="mi paquete", script="[]")

    assert "¿Qué número tiene tu pedido?" in shown(sue, answer.headers["Location"])


def test_the_simulator_waits_for_errors_to_be_mended(sue: Client) -> None:
    write(sue, "flow: parcel\n")

    assert "Corrige los errores" in shown(sue)


def test_a_simulated_talk_is_kept_as_a_test(sue: Client) -> None:
    script = json.dumps([["user", "mi paquete"], ["user", "AB-12345"]])
    assert desks.post(sue, f"{EDITOR}/case", script=script, name="otra").status_code == 303

    assert "name: &#34;otra&#34;" in shown(sue, "/console/flows/parcel.test")
    assert "2 de 2 pasan" in desks.post(sue, f"{EDITOR}/tests").get_data(as_text=True)


def test_hints_are_given_for_the_text_of_the_browser(sue: Client) -> None:
    text = PARCEL + "  - han"
    found = desks.post(sue, f"{EDITOR}/hints", text=text, ask="complete", line=text.count("\n") + 1, column=7).get_json()

    assert found["hints"][0] == {"label": "handoff", "kind": "keyword", "tail": ": ",
                                 "about": "Pasa la conversación a las personas de una cola"}  # fmt: skip


def test_publishing_makes_all_drafts_live_with_who_and_why(sue: Client, database: Database) -> None:
    write(sue, edited())
    write(sue, FILES["_project.yaml"].replace("Casa Lumbre", "Casa Luz"), "/console/flows/_project")
    assert publish(sue).status_code == 303

    assert "Tu paquete" in live_files(database)["parcel.yaml"] and "Casa Luz" in live_files(database)["_project.yaml"]
    page = shown(sue, "/console/flows")
    assert "Más corto" in page and page.count('data-testid="set"') == 2 and "No tienes cambios" in shown(sue, CHANGES)


def test_a_publication_is_in_the_timeline(sue: Client, database: Database) -> None:
    write(sue, edited())
    publish(sue)

    with database.reading() as session:
        lines = select(TimelineEntry.__table__).where(TimelineEntry.__table__.c.kind == "flows_published")
        line = session.execute(lines.order_by(TimelineEntry.__table__.c.entry_id.desc())).mappings().first()
    assert line is not None and line["actor"] == "agt_sue"
    assert (line["data"]["comment"], line["data"]["files"]) == ("Más corto", ["parcel.yaml"])


@pytest.mark.parametrize("comment", ["", " a "])
def test_a_publication_says_what_it_changes(sue: Client, database: Database, comment: str) -> None:
    write(sue, edited())
    answer = desks.post(sue, CHANGES, base=base_of(sue), comment=comment)

    assert answer.status_code == 422 and live_files(database)["parcel.yaml"] == PARCEL


def test_what_is_broken_is_not_published(sue: Client, database: Database) -> None:
    write(sue, edited("save: order_ref", "save: order_reff"))
    answer = publish(sue)

    assert answer.status_code == 422 and "Quedan errores" in answer.get_data(as_text=True)
    assert live_files(database)["parcel.yaml"] == PARCEL and "order_reff" in shown(sue)


def test_the_diff_is_shown_before(sue: Client) -> None:
    write(sue, edited())

    page = shown(sue, CHANGES)
    assert '<code>title: Mi paquete</code>' in page and '<code>title: Tu paquete</code>' in page


def stand(database: Database, clock: HandClock, count: int, step: str = "order_ref") -> None:
    """So many customers wait at this question."""
    with database.work() as work:
        found = publishing.live(work)
        library = publishing.compiled(found.files) if found else None
        assert library is not None
        told = f"parcel@{library.flows['parcel'].shape}#{step}"
        for n in range(count):
            conversation = a_conversation(work, f"Marta {n}")
            work.connection.execute(
                update(Conversation.__table__)
                .where(Conversation.__table__.c.conversation_id == conversation)
                .values(standing=told, standing_at=clock.now())
            )


def test_customers_whom_it_touches_are_counted_before(sue: Client, database: Database, hand_clock: HandClock) -> None:
    stand(database, hand_clock, 3)
    write(sue, edited("save: order_ref", "save: order_ref\n    id: number"))

    touched = shown(sue, CHANGES).split('data-testid="touched"', 1)[1].split("</section>", 1)[0]
    assert "3 clientes" in touched


def test_the_second_of_two_is_told_and_loses_nothing(sue: Client, tom: Client, database: Database) -> None:
    write(sue, edited())
    write(tom, edited("Nada más", "Eso es todo"))
    seen = base_of(tom)
    publish(sue)
    answer = publish(tom, seen)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "Otra persona ha publicado" in page
    assert "<b>Sue</b>" in page and "title: Tu paquete" in page and "Eso es todo" in shown(tom)
    assert "Eso es todo" not in live_files(database)["parcel.yaml"]


def test_two_edits_of_different_lines_are_put_together(sue: Client, tom: Client, database: Database) -> None:
    write(tom, edited("Nada más", "Eso es todo"))
    write(sue, edited())
    publish(sue)
    desks.post(tom, f"{CHANGES}/parcel/merge")
    publish(tom)

    whole = live_files(database)["parcel.yaml"]
    assert "Tu paquete" in whole and "Eso es todo" in whole


def test_two_edits_of_one_line_wait_until_they_were_seen(sue: Client, tom: Client, database: Database) -> None:
    write(tom, edited(after="Otro paquete"))
    write(sue, edited())
    publish(sue)
    assert publish(tom).status_code == 409 and "Tu paquete" in live_files(database)["parcel.yaml"]
    assert 'data-testid="merge"' not in shown(tom, CHANGES)

    assert publish(tom, seen=base_of(tom)).status_code == 303
    assert "Otro paquete" in live_files(database)["parcel.yaml"]


def test_an_older_set_comes_back_under_the_name_of_who_wanted_it(sue: Client, database: Database, first: str) -> None:
    write(sue, edited())
    publish(sue)
    path = f"/console/flow-sets/{first}"
    assert "title: Tu paquete" in shown(sue, path)
    answer = desks.post(sue, f"{path}/rollback", base=base_of(sue, path), comment="Nadie lo entendía")

    assert answer.status_code == 303 and live_files(database)["parcel.yaml"] == PARCEL
    assert "Nadie lo entendía" in shown(sue, "/console/flows")


def test_a_rollback_from_an_old_page_is_refused(sue: Client, tom: Client, database: Database, first: str) -> None:
    write(sue, edited())
    publish(sue)
    old = base_of(sue, f"/console/flow-sets/{first}")
    write(tom, edited(after="Otro paquete"))
    publish(tom, seen=base_of(tom))

    assert desks.post(sue, f"/console/flow-sets/{first}/rollback", base=old).status_code == 409
    assert "Otro paquete" in live_files(database)["parcel.yaml"]


def test_a_new_flow_begins_whole_and_is_published(sue: Client, database: Database) -> None:
    answer = desks.post(sue, "/console/flows", name="Gift wrap", title='Para "regalo": #1')
    assert answer.headers["Location"].endswith("/console/flows/gift_wrap")
    assert 'data-level="error"' not in shown(sue, "/console/flows/gift_wrap")

    assert publish(sue).status_code == 303 and "gift_wrap.yaml" in live_files(database)


@pytest.mark.parametrize("name", ["parcel", "_texts", "../x", "1x", "", "a" * 80, "menu.test"])
def test_a_new_flow_needs_a_name_of_its_own(sue: Client, name: str) -> None:
    assert desks.post(sue, "/console/flows", name=name).status_code == 422


def test_a_deleted_flow_goes_with_its_tests_once_published(sue: Client, database: Database) -> None:
    desks.post(sue, "/console/flows", name="gift_wrap")
    publish(sue)
    desks.post(sue, "/console/flows/gift_wrap/deletion")
    assert "gift_wrap.yaml" in live_files(database) and "se borra" in shown(sue, CHANGES)

    publish(sue)
    assert "gift_wrap.yaml" not in live_files(database)


def test_a_draft_can_be_thrown_away(sue: Client) -> None:
    write(sue, edited())
    desks.post(sue, f"{CHANGES}/parcel/discard")

    assert "Tu paquete" not in shown(sue)


def test_what_nobody_could_answer_is_listed_with_its_conversation(sue: Client, database: Database) -> None:
    with database.work() as work:
        conversation = a_conversation(work, "Marta")
        message = a_message(work, conversation, f"¿Hacéis envoltorios? {EVIL}")["message_id"]
        work.record(TimelineLine("unanswered", conversation, "bot", data={"message_id": message}))

    page = shown(sue, "/console/flows")
    assert "¿Hacéis envoltorios?" in page and f"/console/conversations/{conversation}" in page and EVIL not in page


def test_the_journey_counts_what_happened_at_each_question(sue: Client, database: Database, hand_clock: HandClock) -> None:
    stand(database, hand_clock, 2)
    with database.work() as work:
        for what in ("entered", "entered", "answered"):
            steps = [["parcel", "r1", "order_ref", what]]
            line = {"conversation_id": "cnv_1", "outcome": "asked", "steps": steps, "at": hand_clock.now()}
            work.connection.execute(insert(StepLog.__table__).values(line))

    row = shown(sue).split('data-testid="journey"', 1)[1].split("order_ref</button>", 1)[1].split("</tr>", 1)[0]
    assert [cell.split("<")[0] for cell in row.split('whole">')[1:]] == ["2", "2", "1", "", "", ""]


def test_a_broken_folder_is_told_where_and_how_to_mend(database: Database, first: str) -> None:
    wrong = Finding("parcel.yaml", 12, 3, "S03", facts={"known": "say, ask"})
    status = FolderStatus("broken", "flows", (wrong,), database.wiring.now())
    app = desks.an_app(database, flows=flow_shops.a_shop(database, status))
    page = shown(desks.enter(app, "Sue"), "/console/flows")
    app.extensions[TAIL].stop()

    assert 'data-testid="folder"' in page and "parcel.yaml:12" in page and "sigue en vivo" in page


@pytest.mark.parametrize("path", ["/console/flows", EDITOR, CHANGES])
def test_texts_of_flows_are_never_markup(sue: Client, path: str) -> None:
    write(sue, PARCEL.replace("Mi paquete", f'"{EVIL}"').replace("mi paquete", EVIL).replace("save: order\n", f"save: {EVIL}\n"))
    talk = json.dumps([["user", EVIL], ["press", EVIL]])

    assert EVIL not in shown(sue, path) and EVIL not in shown(sue, f"{EDITOR}?talk={talk}")


def test_comments_of_others_are_never_markup(sue: Client) -> None:
    write(sue, edited())
    desks.post(sue, CHANGES, base=base_of(sue), comment=EVIL)

    assert EVIL not in shown(sue, "/console/flows")


@pytest.mark.parametrize("language", ["en", "pt"])
def test_the_pages_speak_the_languages_of_the_desk(sue: Client, database: Database, language: str) -> None:
    with database.work() as work:
        work.connection.execute(update(Agent.__table__).values(language=language))

    assert {"en": "Nothing to mend", "pt": "Nada a corrigir"}[language] in shown(sue)


@pytest.mark.parametrize("path", ["/console/flows/nothing", "/console/flows/..%2Fconfig", "/console/flow-sets/9-x"])
def test_what_is_not_there_is_nothing(sue: Client, path: str) -> None:
    assert sue.get(path).status_code == 404


def test_an_agent_has_her_share_of_the_machine() -> None:
    for _ in range(flow_pace.PER_MINUTE):
        with flow_pace.turn("agt_eager"):
            pass

    with pytest.raises(TooFast), flow_pace.turn("agt_eager"):
        pass


def test_the_base_of_a_draft_is_what_was_live_at_its_first_letter(database: Database, first: str) -> None:
    with database.work() as work:
        flow_drafts.keep(work, "agt_sue", "parcel.yaml", "a", "1-a")
        flow_drafts.keep(work, "agt_sue", "parcel.yaml", "b", "2-b")
    with database.reading() as session:
        found = flow_drafts.drafts(session, "agt_sue")["parcel.yaml"]

    assert (found.text, found.base) == ("b", "1-a")
