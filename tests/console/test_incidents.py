"""Cases on the pages and for programs: who sees them, what the acts say, what the files hold."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client

from console import here
from conversation.work import Database
from incidents import cases
from incidents.cases import Step
from tests.console import desks

JSON = {"Accept": "application/json"}


@pytest.fixture
def case(app: Flask) -> tuple[str, str]:
    """Ana's conversation and its case."""
    with the_database(app).work() as work:
        conversation_id, _ = desks.held(work, "agt_ana")
        return conversation_id, desks.a_case(work, conversation_id)


def the_database(app: Flask) -> Database:
    database: Database = app.extensions[here.EXTENSION].database
    return database


def told(client: Client, path: str) -> Any:
    return client.get(f"/console{path}", headers=JSON).get_json()


def test_each_sees_the_cases_of_her_conversations(ana: Client, bo: Client, sue: Client, case: tuple[str, str]) -> None:
    seen = [[one["code"] for one in told(who, "/incidents")["incidents"]] for who in (ana, bo, sue)]

    assert seen == [["INC-1001"], [], ["INC-1001"]]


def test_the_list_is_narrowed(ana: Client, case: tuple[str, str]) -> None:
    wanted = {"": 1, "state=all": 1, "state=claimed": 0, "kind=damaged": 1, "kind=lost": 0, "carrier=correos": 1,
              "carrier=seur": 0, "mine=1": 1, "soon=1": 0, "state=nonsense&kind=nonsense": 1}

    assert {asked: len(told(ana, f"/incidents?{asked}")["incidents"]) for asked in wanted} == wanted


def test_the_page_says_what_lacks_and_until_when(ana: Client, case: tuple[str, str]) -> None:
    page = ana.get(f"/console/incidents/{case[1]}").get_data(as_text=True)

    assert "Quedan 4 días, hasta el vie 27" in page
    assert 'data-need="box" data-state="lack"' in page and 'data-need="tracking" data-state="have"' in page
    assert "Ley 15/2009" in page


def test_a_plain_form_claims_and_leads_back_to_the_case(ana: Client, case: tuple[str, str]) -> None:
    done = desks.post(ana, f"/console/incidents/{case[1]}/claim", reference="C-9", amount="59,90")

    assert (done.status_code, done.location) == (303, f"/console/incidents/{case[1]}")
    assert [told(ana, f"/incidents/{case[1]}")[name] for name in ("state", "claim_reference", "amount")] == ["claimed", "C-9", "59.90"]


def test_what_cannot_be_done_is_refused_with_a_sentence(ana: Client, case: tuple[str, str]) -> None:
    wrong: list[tuple[str, dict[str, str], int]] = [
        ("claim", {"version": "0"}, 409), ("claim", {"amount": "mucho"}, 422), ("refusal", {}, 409), ("facts", {"delivered_on": "ayer"}, 422),
        ("statements", {"who": "nobody", "text": "x"}, 422), ("tasks", {"who": "desk", "text": " "}, 422), ("photos/iph_x", {}, 404)]
    answers = [desks.post(ana, f"/console/incidents/{case[1]}/{path}", JSON, **fields) for path, fields, _ in wrong]

    assert [one.status_code for one in answers] == [status for _, _, status in wrong]
    assert all(one.get_json()["error"]["message"] for one in answers)


def test_a_case_is_opened_from_a_conversation_once(ana: Client, case: tuple[str, str]) -> None:
    fields = {"kind": "lost", "order": "ab 54321", "what": "no aparece"}
    opened = [desks.post(ana, f"/console/conversations/{case[0]}/incidents", JSON, **fields).get_json() for _ in range(2)]

    assert [(one["code"], one["new"]) for one in opened] == [("INC-1002", True), ("INC-1002", False)]


def test_a_case_for_an_order_of_somebody_else_stands_apart(app: Flask, ana: Client, bo: Client, case: tuple[str, str]) -> None:
    with the_database(app).work() as work:
        elsewhere, _ = desks.held(work, "agt_bo", name="Leo", queue="returns")
    opened = desks.post(bo, f"/console/conversations/{elsewhere}/incidents", JSON, kind="damaged", order="AB-54321",
                        what="de otra cola").get_json()

    assert (opened["code"], opened["new"]) == ("INC-1002", True)
    assert "de otra cola" not in str(told(ana, "/incidents/INC-1001"))


def test_the_form_of_a_new_case_and_the_panel_show_what_there_is(ana: Client, case: tuple[str, str]) -> None:
    panel = ana.get(f"/console/conversations/{case[0]}/panel").get_data(as_text=True)
    form = ana.get(f"/console/conversations/{case[0]}/incidents/new").get_data(as_text=True)

    assert "INC-1001" in panel and "/incidents/new" in panel
    assert "INC-1001" in form and 'value="damaged" checked' in form


def test_the_pack_is_saved_and_never_kept_by_the_browser(ana: Client, case: tuple[str, str]) -> None:
    paper, whole = (ana.get(f"/console/incidents/{case[1]}/pack.{kind}") for kind in ("pdf", "zip"))
    with zipfile.ZipFile(io.BytesIO(whole.data)) as archive:
        assert archive.namelist()[0] == "INC-1001/INC-1001.pdf"

    assert paper.data.startswith(b"%PDF-") and paper.headers["Cache-Control"] == "private, no-store"
    assert whole.headers["Content-Disposition"] == 'attachment; filename="INC-1001.zip"'


def test_tasks_and_statements_are_kept_with_who_did_it(ana: Client, case: tuple[str, str]) -> None:
    desks.post(ana, f"/console/incidents/{case[1]}/statements", who="customer", name="Marta", text="Llegó así")
    desks.post(ana, f"/console/incidents/{case[1]}/tasks", who="warehouse", text="Mirar la cinta", due="2026-11-24")
    found = told(ana, f"/incidents/{case[1]}")
    desks.post(ana, f"/console/incidents/{case[1]}/tasks/{found['tasks'][0]['task']}/done")
    page = ana.get(f"/console/incidents/{case[1]}").get_data(as_text=True)

    assert "Llegó así" in page and "Mirar la cinta" in page and "la escribió Ana" in page
    assert told(ana, f"/incidents/{case[1]}")["tasks"][0]["done_at"]


def test_the_report_adds_up_and_its_file_calculates_nothing(app: Flask, sue: Client, case: tuple[str, str]) -> None:
    with the_database(app).work() as work:
        for step in (Step("claim", "agt_ana", reference="=1+1"), Step("accept", "agt_ana", amount="20")):
            cases.move(work, case[1], step)
    found = told(sue, "/incidents/report")
    rows = sue.get("/console/incidents/report.csv").get_data(as_text=True).splitlines()

    assert (found["total"]["in_time"], found["total"]["recovered"], list(found["kinds"])) == (1, {"EUR": "20"}, ["damaged"])
    assert len(rows) == 2 and "'=1+1" in rows[1]
