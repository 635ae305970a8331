"""The page of the readings: a sentence seen letter by letter, a policy tried and applied, how right each rule is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import Client

from bot.escalation import Policy, Verdict, policy_from
from bot.understanding import frustration, requests
from bot.understanding.reading import Reading, Reason
from bot.understanding.telling import Told, found
from console import policy_form, reading_views, words
from console.pages.live import TAIL
from conversation.tables import Contact
from conversation.work import Database
from handoff import verdicts
from handoff.tables import Agent
from handoff.verdicts import Judged
from pipeline import publishing
from tests.builders import a_conversation, a_message
from tests.console import desks, flow_shops

PAGE = "/console/understanding"
POLICY = '# As Ana wants it.\nfrustration: {high: "1", low: "0.95", severe: "1"}\n'
ANGRY = "esto es una vergüenza"
EVIL = "<script>alert(1)</script> quiero hablar con una persona"


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    with database.work() as work:
        desks.people(work)
    flow_shops.published(database, {**flow_shops.FILES, policy_form.FILE: POLICY})
    made = desks.an_app(database, flows=flow_shops.a_shop(database))
    yield made
    made.extensions[TAIL].stop()


def see(client: Client, text: str, **fields: Any) -> str:
    headers = {"HX-Request": "true"}
    return desks.post(client, f"{PAGE}/reading", headers, text=text, **fields).get_data(as_text=True)


def attempt(client: Client, **fields: str) -> Any:
    return desks.post(client, f"{PAGE}/trial", {"HX-Request": "true"}, **dotted(fields))


def apply(client: Client, base: str, **fields: str) -> Any:
    return desks.post(client, f"{PAGE}/policy", base=base, **dotted(fields))


def dotted(fields: dict[str, str]) -> dict[str, str]:
    return {name.replace("__", "."): value for name, value in fields.items()}


def live_id(database: Database) -> str:
    with database.work() as work:
        found = publishing.live(work)
    return found.set_id if found is not None else ""


def texts_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def said(database: Database, *texts: str) -> str:
    with database.work() as work:
        conversation_id = a_conversation(work, "Rita Lopes")
        for text in texts:
            a_message(work, conversation_id, text)
    return conversation_id


def test_a_request_is_marked_where_it_stands_and_the_verdict_says_why(sue: Client) -> None:
    page = see(sue, "Hola, quiero hablar con una persona ya")

    assert '<mark class="hit hit--request" title="Pidió una persona">quiero hablar con una persona</mark>' in page
    assert "Pasaría a una persona: pidió una persona («quiero hablar con una persona»)" in texts_of(page)


def test_what_took_a_finding_back_is_told(sue: Client) -> None:
    page = texts_of(see(sue, "no quiero hablar con un agente, gracias"))

    assert "«quiero hablar con un agente» no cuenta, lo tapa «no quiero hablar con un agente»" in page


def test_several_lines_are_a_talk(sue: Client) -> None:
    page = see(sue, "hola\nbot: ?\n+20 min\nhola???")

    assert page.count('data-testid="turn"') == 2
    assert "growth__bar" in page


def test_one_message_may_have_several_lines(sue: Client) -> None:
    assert see(sue, "hola\nqué tal", is_one="1").count('data-testid="turn"') == 1


def test_an_empty_box_shows_what_to_do(sue: Client) -> None:
    assert "Aquí verás lo que entiende" in see(sue, "  \n ")


def test_what_is_typed_is_never_markup(sue: Client) -> None:
    page = see(sue, EVIL)

    assert "<script>" not in page and "alert(1)" in texts_of(page)


def test_the_policy_that_is_live_decides(sue: Client) -> None:
    assert "Pasaría a una persona" not in see(sue, "qué lento va esto")
    assert 'M190 0V14"' in see(sue, ANGRY)  # the lower threshold, 0.95 of 200


@pytest.mark.parametrize(
    ("language", "verdict"), [("en", "A person would take over"), ("pt", "Passaria para uma pessoa")]
)
def test_the_page_speaks_the_agents_language(database: Database, sue: Client, language: str, verdict: str) -> None:
    with database.work() as work:
        work.connection.execute(update(Agent.__table__).values(language=language))

    assert verdict in see(sue, "quiero hablar con una persona")


def test_without_a_script_the_whole_page_comes_back(sue: Client) -> None:
    page = desks.post(sue, f"{PAGE}/reading", text=ANGRY).get_data(as_text=True)

    assert f">{ANGRY}</textarea>" in page and 'data-testid="verdict"' in page and 'data-testid="policy"' in page


def test_a_trial_names_the_conversations_that_would_be_handed_over(database: Database, sue: Client) -> None:
    conversation_id = said(database, "hola", ANGRY)
    page = attempt(sue, frustration__high="0.3", frustration__low="0.2").get_data(as_text=True)
    listed = page.split('data-testid="list-new"')[1].split("</section>")[0]

    assert f"/console/conversations/{conversation_id}" in listed
    assert ANGRY in texts_of(listed)


def test_a_trial_says_where_an_agent_saw_no_reason(database: Database, sue: Client) -> None:
    with database.work() as work:
        _, ticket_id = desks.held(work, "agt_ana")
        verdicts.judge(work, ticket_id, "agt_ana", Judged())
    page = attempt(sue, human_request__high="1", human_request__low="1").get_data(as_text=True)

    assert "Pasan sin motivo, según el equipo" in page


def test_a_trial_changes_nothing(database: Database, sue: Client) -> None:
    before = live_id(database)
    attempt(sue, frustration__high="0.3", frustration__low="0.2")

    assert live_id(database) == before


def test_a_number_out_of_range_is_named(sue: Client) -> None:
    answer = attempt(sue, frustration__high="7")

    assert answer.status_code == 422
    assert "«Pasa a una persona desde»: escribe un número de 0 a 1" in texts_of(answer.get_data(as_text=True))


def test_numbers_that_contradict_each_other_are_refused(sue: Client) -> None:
    assert attempt(sue, frustration__high="0.1").status_code == 422


def test_applying_publishes_the_policy_with_who_and_why(database: Database, sue: Client) -> None:
    answer = apply(sue, live_id(database), frustration__high="0.98", comment="menos avisos falsos")
    with database.work() as work:
        newest = publishing.live(work)

    assert answer.status_code == 303 and newest is not None
    assert (newest.published_by, newest.comment) == ("agt_sue", "menos avisos falsos")
    assert newest.files[policy_form.FILE] == POLICY.replace('high: "1"', 'high: "0.98"')


def test_what_is_applied_is_what_the_next_sentence_is_read_with(database: Database, sue: Client) -> None:
    apply(sue, live_id(database), frustration__high="0.3", frustration__low="0.2", comment="más atentos")

    assert policy_from(policy_form.tree_of(flow_shops.live_text(database, policy_form.FILE))).frustration_high == 0.3
    assert "Pasaría a una persona" in see(sue, ANGRY)


def test_nothing_is_applied_without_a_why(database: Database, sue: Client) -> None:
    before = live_id(database)
    answer = apply(sue, before, frustration__high="0.98")

    assert answer.status_code == 422 and "Aplicar estos números" in answer.get_data(as_text=True)
    assert live_id(database) == before


def test_who_published_meanwhile_is_not_overwritten(database: Database, sue: Client) -> None:
    stale = live_id(database)
    flow_shops.published(database, {**flow_shops.FILES, policy_form.FILE: POLICY.replace("0.95", "0.7")}, by="agt_ana")

    assert apply(sue, stale, frustration__high="0.98", comment="menos avisos").status_code == 409
    assert '"0.7"' in flow_shops.live_text(database, policy_form.FILE)


def test_each_rule_has_its_share_and_the_last_sentences_it_was_wrong_about(database: Database, sue: Client) -> None:
    with database.work() as work:
        _, ticket_id = desks.held(work, "agt_ana")
        verdicts.judge(work, ticket_id, "agt_ana", Judged(note="era una broma"))
    rules = sue.get(PAGE).get_data(as_text=True).split('data-testid="rules"')[1]

    assert "<b>0 %</b>" in rules and "era una broma" in rules
    assert desks.EVIDENCE in texts_of(rules)


def test_a_name_of_a_customer_is_never_markup(database: Database, sue: Client) -> None:
    said(database, "hola", ANGRY)
    with database.work() as work:
        work.connection.execute(update(Contact.__table__).values(name=EVIL))

    assert "<script>" not in attempt(sue, frustration__high="0.3", frustration__low="0.2").get_data(as_text=True)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_everything_that_is_marked_has_a_name(language: str) -> None:
    texts = words.words(language)
    named = [name.removeprefix("intent:") for name in {*requests.COVERS, *frustration.COVERS}]

    assert [name for name in named if not texts.has(f"understanding.counter.{name}")] == []


def test_what_is_too_faint_to_count_is_no_request(app: Flask) -> None:
    reading = Reading("es", human_request=0.2, reasons=(Reason("human_request", "dónde"),))
    told = Told("¿dónde está?", reading, *found("¿dónde está?", reading), Verdict("none"), 0.0, Policy())
    with app.test_request_context("/console/understanding"):
        (seen,) = reading_views.seen([told])

    assert [(one.look, one.note) for one in seen.findings] == [("faint", "No basta: 0,2, y cuenta desde 0,4")]
