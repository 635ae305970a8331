"""The settings over HTTP: who comes in, what is kept, what is refused at its field, and that it holds at once."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import Client

from console.pages.live import TAIL
from conversation import media
from conversation.tables import TimelineEntry
from conversation.work import Database
from handoff import access, agents, queues, saved_replies, sessions, settings, skill_book, staff
from handoff.saved_replies import Wording
from tests import samples
from tests.builders import Bell, HandClock, a_wiring, an_agent
from tests.console import desks, flow_shops
from tests.console.desks import post
from tests.engines import sharing_words

Enter = Callable[[str], Client]
TEXTS = 'taken:\n  es: "Soy *{agent}*."  # corto\n  en: "I am *{agent}*."\n'
JSON = {"Accept": "application/json"}


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """One kind is enough here: what is stored is tried on both in tests/handoff."""
    opened = Database(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'relevo.db')}", a_wiring(HandClock(), Bell()))
    made = sharing_words(opened)
    yield made
    made.close()


@pytest.fixture
def app(database: Database, tmp_path: Path) -> Iterator[Flask]:
    with database.work() as work:
        desks.people(work)
        an_agent(work, "Ada", role="admin", password_hash=desks.PASSWORD_HASH)
    made = desks.an_app(database, flows=flow_shops.a_shop(database), media_dir=tmp_path, public_base="https://shop.example")
    yield made
    made.extensions[TAIL].stop()


@pytest.fixture
def live(database: Database) -> str:
    """Flows that are live, with a sentence of the shop's own; the id of their set."""
    return flow_shops.published(database, {**flow_shops.FILES, "_texts.yaml": TEXTS})


@pytest.fixture
def ada(enter: Enter) -> Client:
    return enter("Ada")


def lines(database: Database, kind: str) -> list[Any]:
    entry = TimelineEntry.__table__
    with database.reading() as reader:
        return list(reader.execute(select(entry).where(entry.c.kind == kind).order_by(entry.c.entry_id)))


def queue(database: Database, queue_id: str = "orders") -> Any:
    with database.reading() as reader:
        return queues.get(reader, queue_id)


def person(database: Database, agent_id: str = "agt_ana") -> Any:
    with database.reading() as reader:
        return staff.one(reader, agent_id)


def a_reply(database: Database, **fields: Any) -> str:
    with database.work() as work:
        viewer = access.viewer(work.connection, "agt_sue")
        return saved_replies.add(work, viewer, Wording("Medidas", {"es": "Mide [[cm]] cm, {name}."}, **fields))


def settings_of_queue(**changes: Any) -> dict[str, Any]:
    return {"title_es": "Envíos", "title_en": "Shipping", "title_pt": "Envios", "mode": "pull", "offer_after_seconds": "60",
            "offer_seconds": "30", "relax_after_seconds": "120", "promise_minutes": "15", "reply_minutes": "5",
            "auto_resolve_hours": "24", "asks_rating": "1", "is_default": "1"} | changes


def test_the_front_names_every_page_she_may_open(ada: Client):
    page = ada.get("/console/admin").get_data(as_text=True)

    assert all(f'data-testid="door-admin_{key}"' in page for key in ("queues", "hours", "agents", "audit", "retention"))


def test_a_supervisor_reads_queues_and_cannot_change_them(sue: Client):
    page = sue.get("/console/admin/queues/orders").get_data(as_text=True)

    assert "settings__all\" disabled" in page
    assert 'data-testid="save"' not in page


def test_a_queue_is_changed_with_a_line_of_who(ada: Client, database: Database):
    post(ada, "/console/admin/queues/orders", **settings_of_queue(mode="push", answer_minutes="10", asks_rating=""))

    found = queue(database)
    assert (found["mode"], found["answer_minutes"], found["asks_rating"]) == ("push", 10, False)
    assert lines(database, "queue_changed")[-1].actor == "agt_ada"


def test_a_number_out_of_bounds_is_refused_at_its_field(ada: Client, database: Database):
    answer = post(ada, "/console/admin/queues/orders", **settings_of_queue(promise_minutes="0"))
    page = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert 'id="e-promise_minutes"' in page
    assert queue(database)["promise_minutes"] == 15


def test_a_program_changes_only_what_it_names(ada: Client, database: Database):
    headers = {**JSON, "X-CSRFToken": desks.csrf(ada)}
    answer = ada.post("/console/admin/queues/orders", json={"promise_minutes": 45}, headers=headers)

    assert (answer.status_code, answer.json["changed"]) == (200, ["promise_minutes"])
    assert queue(database)["titles"]["en"] == "Shipping"


@pytest.mark.usefixtures("live")
def test_a_queue_that_a_flow_names_says_where(ada: Client):
    answer = post(ada, "/console/admin/queues/returns/retire", headers=JSON)

    assert answer.status_code == 409
    assert "_project.yaml:4" in answer.json["error"]["message"]


def test_a_new_queue_can_be_retired_and_come_back(ada: Client, database: Database):
    post(ada, "/console/admin/queues", queue_id="warranty", title_es="Garantías")
    post(ada, "/console/admin/queues/warranty/retire")
    assert queue(database, "warranty")["retired_at"] is not None

    post(ada, "/console/admin/queues/warranty/revive")
    assert queue(database, "warranty")["retired_at"] is None


def test_hours_of_several_intervals_a_day_are_kept(ada: Client, database: Database):
    week = {"mon_0_from": "9", "mon_0_to": "14:00", "mon_1_from": "16:00", "mon_1_to": "19.30", "copy": "1",
            "sat_0_from": "10:00", "sat_0_to": "13:00"}
    post(ada, "/console/admin/hours/orders", time_zone="Europe/Madrid", holidays="25/12/2026 Navidad", **week)

    found = queue(database)
    assert found["hours"]["fri"] == [["09:00", "14:00"], ["16:00", "19:30"]]
    assert (found["hours"]["sat"], found["holiday_names"]) == ([["10:00", "13:00"]], {"2026-12-25": "Navidad"})


@pytest.mark.parametrize(("fields", "where"), [
    ({"mon_0_from": "9:00", "mon_0_to": "14:00", "mon_1_from": "13:00", "mon_1_to": "19:00"}, "mon_0_from"),
    ({"hours": "monday morning"}, "hours"), ({"always": "1", "holidays": "Navidad"}, "holidays"),
    ({"always": "1", "time_zone": "Madrid"}, "time_zone"), ({}, "mon_0_from"),
])
def test_hours_that_cannot_be_read_are_refused_at_their_field(ada: Client, fields: dict[str, str], where: str):
    answer = post(ada, "/console/admin/hours/orders", headers=JSON, **{"time_zone": "Europe/Madrid", **fields})

    assert (answer.status_code, answer.json["error"]["field"]) == (422, where)


def test_the_page_of_hours_says_what_a_contact_would_hear(ada: Client):
    post(ada, "/console/admin/hours/orders", time_zone="Europe/Madrid", hours="mon-fri 09:00-19:00")
    page = ada.get("/console/admin/hours/orders?at=2026-11-29T20:00").get_data(as_text=True)

    assert "ack_open[es]" in page
    assert "ack_closed[es] queue=Envíos when=lunes a las 9:00" in page


def test_a_promise_is_changed_in_the_table(ada: Client, database: Database):
    post(ada, "/console/admin/sla", queue_id="orders", promise_minutes="20", reply_minutes="3", answer_minutes="")

    assert (queue(database)["promise_minutes"], queue(database)["reply_minutes"]) == (20, 3)


def test_an_invitation_shows_its_link_once(ada: Client, database: Database):
    answer = post(ada, "/console/admin/agents", name="Eva", email="eva@shop.example", role="agent", queues="returns",
                  languages="es", capacity="3", time_zone="Europe/Madrid")
    page = answer.get_data(as_text=True)

    assert answer.status_code == 201
    assert "https://shop.example/console/invitations/" in page
    with database.reading() as reader:
        assert [one["queues"] for one in staff.people(reader) if one["name"] == "Eva"] == [["returns"]]


@pytest.mark.parametrize(("fields", "where"), [({"email": "eva"}, "email"), ({"email": "ana@example.com"}, "email"),
                                               ({"capacity": "0"}, "capacity"), ({"role": "boss"}, "role")])
def test_an_invitation_that_does_not_do_says_where(ada: Client, fields: dict[str, str], where: str):
    whole = {"name": "Eva", "email": "e@x.es", "role": "agent", "languages": "es", "capacity": "3", "time_zone": "UTC"}
    answer = post(ada, "/console/admin/agents", headers=JSON, **{**whole, **fields})

    assert (answer.status_code, answer.json["error"]["field"]) == (422, where)


def test_a_new_role_holds_with_her_next_click(ada: Client, bo: Client):
    post(ada, "/console/admin/roles", agent_id="agt_bo", role="supervisor")

    assert bo.get("/console/admin/queues").status_code == 200


def test_the_last_admin_keeps_her_role(ada: Client):
    answer = post(ada, "/console/admin/roles", headers=JSON, agent_id="agt_ada", role="agent")

    assert (answer.status_code, answer.json["error"]["field"]) == (409, "role")


def test_a_deactivated_person_is_out_at_once(ada: Client, ana: Client, database: Database):
    with database.work() as work:
        desks.held(work, "agt_ana")
    answer = post(ada, "/console/admin/agents/agt_ana/deactivate", headers=JSON)

    assert answer.json["tickets"] == 1
    assert ana.get("/console/me").status_code == 303


def test_signing_out_ends_her_log_ins(ada: Client, ana: Client):
    assert post(ada, "/console/admin/agents/agt_ana/sign-out", headers=JSON).json["sessions"] == 1
    assert ana.get("/console/me").status_code == 303


def test_a_reset_password_gives_a_link_that_opens(ada: Client, database: Database):
    link = post(ada, "/console/admin/agents/agt_ana/password", headers=JSON).json["link"]

    with database.reading() as reader:
        row = reader.execute(select(agents.Agent.__table__.c.invite_hash).where(
            agents.Agent.__table__.c.agent_id == "agt_ana")).scalar_one()
    assert row == sessions.hashed(link.rsplit("/", 1)[1])


def test_a_skill_is_added_given_and_taken_away(ada: Client, database: Database):
    post(ada, "/console/admin/skills", skill_id="refunds", title_es="Reembolsos")
    headers = {**JSON, "X-CSRFToken": desks.csrf(ada)}
    ada.post("/console/admin/agents/agt_ana", json={"skills": ["refunds"]}, headers=headers)
    assert person(database)["skills"] == ["refunds"]

    post(ada, "/console/admin/skills/refunds/remove")
    with database.reading() as reader:
        assert (skill_book.every(reader), person(database)["skills"]) == ([], [])


def test_a_saved_reply_keeps_its_picture(sue: Client, database: Database):
    file = (io.BytesIO(samples.a_photo()), "medidas.jpg")
    answer = post(sue, "/console/admin/replies", headers=JSON, name="Medidas", text_es="Mide 40 cm.", file=file)

    with database.reading() as reader:
        row = saved_replies.one(reader, access.viewer(reader, "agt_sue"), answer.json["saved_reply_id"])
        kept = media.upload_of(reader, row["upload"]["upload_id"], media.FOR_EVER.replace(year=9000))
    assert kept is not None


@pytest.mark.parametrize(("fields", "where"), [
    ({"text_es": ""}, "text_es"), ({"steps": "Order Status"}, "steps"), ({"do_0": "transfer", "value_0": "nowhere"}, "actions"),
    ({"shortcut": "medidas"}, "shortcut"), ({"file": "a.jpg"}, "file"),
])
def test_a_saved_reply_that_does_not_do_says_where(sue: Client, database: Database, fields: dict[str, Any], where: str):
    a_reply(database, shortcut="medidas")
    if "file" in fields:
        fields = {"file": (io.BytesIO(b"MZ nothing"), fields["file"])}
    answer = post(sue, "/console/admin/replies", headers=JSON, **{"name": "Otra", "text_es": "Hola", **fields})

    assert (answer.status_code, answer.json["error"]["field"]) == (422, where)


def test_an_agent_keeps_her_own_replies_to_herself(ana: Client, sue: Client):
    answer = post(ana, "/console/admin/replies", headers=JSON, name="Mía", text_es="Hola", is_own="1")

    assert sue.get(f"/console/admin/replies/{answer.json['saved_reply_id']}").status_code == 404


def test_an_agent_does_not_write_those_of_the_house(ana: Client, database: Database):
    reply_id = a_reply(database)

    assert post(ana, f"/console/admin/replies/{reply_id}", name="X", text_es="X").status_code == 403


def test_the_preview_fills_in_what_it_can_and_shows_gaps(sue: Client, database: Database):
    page = sue.get(f"/console/admin/replies/{a_reply(database)}").get_data(as_text=True)

    assert '<span class="open-gap">cm</span> cm, Marta.' in page


def test_what_is_exported_comes_in_again(sue: Client, database: Database):
    a_reply(database, shortcut="medidas", queues=["orders"])
    text = sue.get("/console/admin/replies/export").get_data(as_text=True)
    answer = post(sue, "/console/admin/replies/import", headers=JSON, yaml=text.replace("Mide", "Medirá"))

    assert answer.json["replies"] == 1
    assert "Medirá" in sue.get("/console/admin/replies", headers=JSON).json["saved_replies"][0]["texts"]["es"]


# ten lines whose text would be ten to the ninth words long
UNFOLDS = "\n".join(["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)),
                     "saved_replies: [{name: X, texts: {es: a}, steps: *a9}]"])


@pytest.mark.parametrize("text", ["", "saved_replies: 3", "saved_replies: [{name: X}]", "[" * 5_000,
                                  "saved_replies: [{name: X, texts: {es: a}, queues: [nowhere]}]", UNFOLDS])
def test_a_file_that_cannot_be_read_brings_nothing(sue: Client, text: str):
    assert post(sue, "/console/admin/replies/import", headers=JSON, yaml=text).status_code == 422
    assert sue.get("/console/admin/replies", headers=JSON).json["saved_replies"] == []


@pytest.mark.usefixtures("live")
def test_a_sentence_is_published_and_the_rest_of_the_file_stays(ada: Client, database: Database):
    post(ada, "/console/admin/texts/late", text_es="Perdona la espera.", text_en="Sorry.")

    text = flow_shops.live_text(database, "_texts.yaml")
    assert text.startswith(TEXTS)
    assert 'late:\n  es: "Perdona la espera."' in text
    assert lines(database, "text_changed")[0].data["changes"]["es"][1] == "Perdona la espera."


@pytest.mark.usefixtures("live")
def test_the_page_of_a_sentence_shows_the_shops_languages_and_how_it_is_said(ada: Client):
    page = ada.get("/console/admin/texts/taken").get_data(as_text=True)

    assert ('id="f-text_en"' in page, 'id="f-text_pt"' in page) == (True, False)
    assert "Soy <b>Ana</b>." in page


@pytest.mark.parametrize("path", ["queues", "hours", "sla", "agents", "agents/agt_ana", "skills", "replies/new", "texts",
                                  "roles", "retention"])
def test_every_page_opens_for_an_admin(ada: Client, path: str):
    assert ada.get(f"/console/admin/{path}").status_code == 200


@pytest.mark.usefixtures("live")
def test_a_blank_that_does_not_exist_is_refused_at_its_language(ada: Client, database: Database):
    answer = post(ada, "/console/admin/texts/taken", headers=JSON, text_es="Soy {agente}.", text_en="I am {agent}.")

    assert (answer.status_code, answer.json["error"]["field"]) == (422, "text_es")
    assert flow_shops.live_text(database, "_texts.yaml") == TEXTS


@pytest.mark.usefixtures("live")
def test_a_sentence_goes_back_to_the_usual_one(ada: Client, database: Database):
    post(ada, "/console/admin/texts/taken/reset")

    assert "taken" not in flow_shops.live_text(database, "_texts.yaml")


@pytest.mark.usefixtures("live")
def test_a_sentence_that_was_published_meanwhile_is_not_overwritten(ada: Client):
    answer = post(ada, "/console/admin/texts/taken", headers=JSON, text_es="Hola", base="0-gone")

    assert answer.status_code == 409


def test_templates_show_where_they_are_approved(ada: Client):
    page = ada.get("/console/admin/templates").get_data(as_text=True)

    assert 'data-testid="template-order_news"' in page
    assert "sin registrar" in page


def test_templates_say_where_they_are_written_and_lead_there(ada: Client, live: str):
    page = ada.get("/console/admin/templates").get_data(as_text=True)

    assert "Se escriben en _templates.yaml" in page
    assert ada.get("/console/flows/_templates").status_code == 200 and 'href="/console/flows/_templates"' in page


def test_an_agent_finds_her_saved_replies_in_the_left_column(enter: Enter):
    page = enter("Ana").get("/console/me").get_data(as_text=True)

    assert 'href="/console/admin/replies"' in page
    assert enter("Ana").get("/console/admin/replies").status_code == 200


def test_who_has_settings_finds_them_there(ada: Client):
    assert 'href="/console/admin/replies"' not in ada.get("/console/me").get_data(as_text=True)


def test_the_audit_is_filtered_by_person_and_kind(ada: Client):
    post(ada, "/console/admin/queues/orders", **settings_of_queue(promise_minutes="33"))
    post(ada, "/console/admin/skills", skill_id="refunds", title_es="Reembolsos")
    found = ada.get("/console/admin/audit?person=agt_ada&kind=queue_changed", headers=JSON).json["lines"]

    assert [(line["who"], line["subject"], line["what"]["promise_minutes"]) for line in found] == [("Ada", "orders", [15, 33])]


def test_the_audit_says_what_changed_in_words(ada: Client):
    post(ada, "/console/admin/queues/orders", **settings_of_queue(promise_minutes="33", mode="push"))
    page = ada.get("/console/admin/audit?person=agt_ada").get_data(as_text=True)

    assert "<b>Atender</b>" in page and "33 min" in page and "<b>Reparto</b>" in page and "Se reparte sola" in page
    assert not re.search(r"promise_minutes|agt_[a-z]|>orders<", page.split('data-testid="audit"')[1])


def test_the_audit_as_a_table_runs_no_formula(ada: Client):
    post(ada, "/console/admin/agents", name="=1+1", email="f@x.es", role="agent", languages="es", capacity="3", time_zone="UTC")
    table = ada.get("/console/admin/audit/export?kind=agent_invited").get_data(as_text=True)

    assert table.startswith('"at","who","kind",')
    assert '"=1' not in table


@pytest.mark.parametrize("query", ["since=never", "until=9999-12-31", "before=x", "conversation=cnv_none", "kind=%27", "since=0001-01-01"])
def test_an_odd_filter_of_the_audit_is_no_error(ada: Client, query: str):
    assert ada.get(f"/console/admin/audit?{query}").status_code == 200


def test_settings_hold_and_empty_ones_fall_back(ada: Client, database: Database):
    headers = {**JSON, "X-CSRFToken": desks.csrf(ada)}
    answer = ada.post("/console/admin/retention", json={"keep_step_days": 7, "keep_media_days": ""}, headers=headers)

    with database.reading() as reader:
        assert (answer.json["changed"], settings.get(reader, "keep_step_days")) == (["keep_step_days"], 7)


def test_the_table_of_rights_says_what_routes_do(ada: Client, enter: Enter):
    pages = ada.get("/console/admin/roles", headers=JSON).json["pages"]
    paths = {"admin_queues": "/console/admin/queues", "admin_agents": "/console/admin/agents", "blocked": "/console/blocked",
             "trouble": "/console/trouble", "me": "/console/me", "admin_replies": "/console/admin/replies"}

    for name, role in (("Ana", "agent"), ("Sue", "supervisor"), ("Ada", "admin")):
        client = enter(name)
        seen = {key: client.get(path).status_code == 200 for key, path in paths.items()}
        assert seen == {key: bool(pages[key]["reads"][role]) for key in paths}
