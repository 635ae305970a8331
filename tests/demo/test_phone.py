"""The demo's phone: what it shows, what it sends, which tries it ticks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from conversation import outbox
from conversation.events import Outgoing
from conversation.tables import OutboxPart
from conversation.work import Database
from demo import inbound_files
from demo.personas import LANGUAGES, PERSONAS, fresh_number, number_of
from demo.phone import Phone, blueprint
from demo.progress import Desk, progress, worded
from demo.provider_client import PHOTOS, ProviderClient, Said
from demo.words import as_html, keys, texts
from demo.zones import clock, zone_of
from orders import demo_shop
from tests.builders import a_conversation
from tests.demo.conftest import OURS, post_message
from tests.demo.receiver import Receiver
from tests.providers.twilio import TwilioStandIn


@dataclass
class Stage:
    """The page around a stand-in; a test sets what the desk has, and sees who was logged in."""

    twilio: TwilioStandIn
    receiver: Receiver
    desk: Desk = field(default_factory=Desk)
    logged_in: list[tuple[str, str, str]] = field(default_factory=list)
    url: str = ""

    def client(self) -> FlaskClient:
        app = Flask("demo of a test")
        app.register_blueprint(
            blueprint(
                Phone(
                    ProviderClient(self.url or self.twilio.url, OURS),
                    lambda number: self.desk,
                    lambda *who: self.logged_in.append(who),
                )
            )
        )
        return app.test_client()


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Receiver() as receiver, TwilioStandIn(webhook_url=receiver.url) as twilio:
        yield Stage(twilio, receiver)


def a_talk(*lines: tuple[bool, str]) -> list[Said]:
    return [Said(n, text, is_mine, "received", 0.0) for n, (is_mine, text) in enumerate(lines, 1)]


def test_a_template_is_shown_in_the_words_it_stands_for(database: Database) -> None:
    with database.work() as work:
        conversation_id = a_conversation(work)
        message_id = outbox.queue(work, conversation_id, Outgoing("Tu pedido va con retraso."))
        work.connection.execute(update(OutboxPart.__table__).where(OutboxPart.__table__.c.message_id == message_id)
                                .values(provider_id="SM1"))

    said = [Said(1, "", False, "sent", 0.0, sid="SM1"), Said(2, "hola", True, "sent", 0.0)]
    assert [one.text for one in worded(database, said)] == ["Tu pedido va con retraso.", "hola"]


def test_two_photos_of_the_broken_lamp_go_out_and_are_no_copies(stage: Stage) -> None:
    client = stage.client()
    for _ in range(2):
        client.post("/demo/messages", data={"lang": "es", "photos": "2"})
    posts = stage.receiver.forms
    seen = {inbound_files.photographed(post["MediaUrl0"].rpartition("/")[2], view)
            for post, view in zip(posts, PHOTOS * 2, strict=True)}

    assert [post["MediaContentType0"] for post in posts] == ["image/jpeg"] * 4
    assert len(seen) == 4
    assert client.get("/?lang=es").text.count("said__photo") == 4


def test_spanish_and_marta_come_first(stage: Stage) -> None:
    page = stage.client().get("/").text

    assert '<html lang="es">' in page
    assert "Escribe como Marta" in page


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Write as John"), ("pt", "Escreva como Rita"), ("xx", "Escribe como Marta")]
)
def test_the_language_decides_whom_the_phone_plays(stage: Stage, language: str, words: str) -> None:
    assert words in stage.client().get(f"/?lang={language}").text


def test_what_is_said_goes_out_as_a_signed_webhook(stage: Stage) -> None:
    answer = stage.client().post("/demo/messages", data={"text": "hola", "lang": "es"})
    (posted,) = stage.twilio.wait_for_reports(1)

    assert answer.location == "/?lang=es"
    assert (posted.fields["Body"], posted.fields["From"], posted.status) == ("hola", "whatsapp:+34600111222", 204)


def test_what_was_said_is_on_the_screen_with_its_answer(stage: Stage) -> None:
    client = stage.client()
    client.post("/demo/messages", data={"text": "¿dónde está AB-54321?"})
    stage.twilio.wait_for_reports(1)
    post_message(stage.twilio, "En *Zaragoza*")
    screen = client.get("/demo/phone").text

    assert screen.index("AB-54321</span>?") < screen.index("En <b>Zaragoza</b>")
    assert texts("es")["arrived"] in screen


def test_a_message_that_was_not_taken_says_so(stage: Stage) -> None:
    stage.receiver._answers[:] = [403]
    with TwilioStandIn(webhook_url=f"{stage.receiver.url}#rc=0") as twilio:
        stage.url = twilio.url
        client = stage.client()
        client.post("/demo/messages", data={"text": "hola"})
        twilio.wait_for_reports(1)
        screen = client.get("/demo/phone").text

    assert texts("es")["failed"] in screen


def test_what_a_customer_writes_stays_text(stage: Stage) -> None:
    post_message(stage.twilio, "<script>alert(1)</script>")

    assert "&lt;script&gt;" in stage.client().get("/demo/phone").text


def test_an_unchanged_screen_is_not_sent_again(stage: Stage) -> None:
    client = stage.client()
    first = client.get("/demo/phone")

    assert client.get("/demo/phone", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_starting_again_gives_the_phone_a_fresh_number(stage: Stage) -> None:
    client = stage.client()
    post_message(stage.twilio, "algo de antes")
    client.post("/demo/number", data={"lang": "es"})

    assert "algo de antes" not in client.get("/demo/phone").text


def test_a_new_number_of_one_person_leaves_the_others_alone(stage: Stage) -> None:
    client = stage.client()
    client.post("/demo/number", data={"lang": "en"})
    post_message(stage.twilio, "para Marta")

    assert "para Marta" in client.get("/demo/phone?lang=es").text


@pytest.mark.parametrize("kept", ["", "hola", "+0123", "+34600111222; DROP", "whatsapp:+34600111222"])
def test_a_number_that_is_none_is_not_believed(kept: str) -> None:
    assert number_of(PERSONAS["es"], kept) == "+34600111222"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fresh_number_is_one(language: str) -> None:
    fresh = fresh_number(PERSONAS[language])

    assert number_of(PERSONAS[language], fresh) == fresh


@pytest.mark.parametrize("path", ["/demo/messages", "/demo/number"])
def test_another_site_cannot_write_as_marta(stage: Stage, path: str) -> None:
    answer = stage.client().post(path, data={"text": "hola"}, headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403


def test_an_empty_message_is_not_sent(stage: Stage) -> None:
    stage.client().post("/demo/messages", data={"text": "   "})

    assert stage.twilio.callbacks() == {}


def test_a_message_that_is_too_long_is_told_so(stage: Stage) -> None:
    client = stage.client()
    answer = client.post("/demo/messages", data={"text": "x" * 1601})

    assert texts("es")["too_long"] in client.get(answer.location).text


def test_a_silent_provider_is_told_in_a_sentence(stage: Stage) -> None:
    stage.url = "http://127.0.0.1:9"

    assert texts("es")["silent"] in stage.client().get("/").text


def test_the_frame_becomes_anas(stage: Stage) -> None:
    answer = stage.client().get("/demo/login?agent=ana&lang=pt")

    assert (answer.location, stage.logged_in) == (
        "/console/conversations",
        [("ana@demo.example", "pt", "Europe/Madrid")],
    )


@pytest.mark.parametrize(
    ("told", "shown"), [("America/Sao_Paulo", "07:30"), ("", "11:30"), ("../../etc/passwd", "11:30")]
)
def test_times_are_told_in_the_visitors_zone_else_in_the_shops(told: str, shown: str) -> None:
    assert clock(1_795_516_200.0, zone_of(told)) == shown


def test_the_desk_tells_the_time_of_the_visitor_too(stage: Stage) -> None:
    client = stage.client()
    client.set_cookie("zone", "America/Bogota")
    client.get("/demo/login?agent=ana")

    assert stage.logged_in == [("ana@demo.example", "es", "America/Bogota")]


def test_nobody_else_can_be_played(stage: Stage) -> None:
    answer = stage.client().get("/demo/login?agent=sue")

    assert (answer.status_code, stage.logged_in) == (404, [])


def test_no_other_site_may_frame_the_page_or_run_a_script_in_it(stage: Stage) -> None:
    policy = stage.client().get("/").headers["Content-Security-Policy"]

    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self'" in policy


def test_without_javascript_the_page_loads_again_by_itself(stage: Stage) -> None:
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in stage.client().get("/").text


def test_once_she_is_with_people_the_third_try_leads_to_her_conversation(stage: Stage) -> None:
    stage.desk = Desk("cnv_1", "queued", was_angry=True)
    page = stage.client().get("/").text

    assert 'href="/console/conversations/cnv_1" target="desk"' in page
    assert texts("es")["take_try"] in page


@pytest.mark.parametrize(
    ("talk", "desk", "done"),
    [
        ([], Desk(), (False, False, False)),
        ([(True, "¿y ab 54321?")], Desk(), (False, False, False)),
        ([(True, "¿y ab 54321?"), (False, "En camino")], Desk(), (True, False, False)),
        ([(False, "AB-54321")], Desk(), (False, False, False)),
        ([], Desk("cnv_1", "queued", was_angry=True), (False, True, False)),
        ([], Desk("cnv_1", "returned", was_angry=True, was_answered=True), (False, True, True)),
    ],
)
def test_a_try_is_ticked_when_it_has_worked(
    talk: list[tuple[bool, str]], desk: Desk, done: tuple[bool, bool, bool]
) -> None:
    assert progress(a_talk(*talk), "AB-54321", desk).done == done


def test_the_next_try_is_the_first_that_is_left() -> None:
    assert progress([], "AB-54321", Desk("cnv_1", "queued", was_angry=True)).current == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("¿Qué quieres?\n1. Esperar\n2. Una persona", [("1", "Esperar"), ("2", "Una persona")]),
        ("¿Me dices tu correo?", [("m@example.com", "m@example.com")]),
        ("What's your e-mail?", [("m@example.com", "m@example.com")]),
        ("Va con Correos.", []),
        ("1. uno solo", []),
        ("Hola", []),
    ],
)
def test_what_may_be_tapped_is_read_from_the_message(text: str, found: list[tuple[str, str]]) -> None:
    assert keys(text, "m@example.com") == found


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*Envíos*", "<b>Envíos</b>"),
        ("2*3*4", "2*3*4"),
        ("* no *", "* no *"),
        ("<b>", "&lt;b&gt;"),
        ("*<i>*", "<b>&lt;i&gt;</b>"),
    ],
)
def test_stars_make_bold_and_nothing_else(text: str, html: str) -> None:
    assert str(as_html(text)) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Mira: https://a.example/x/AB-12345.", "://a.example/<wbr>x/<wbr>AB-<wbr>12345</span>."),
        ("https://a.example/?q=<script>", '<span class="said__link">https://a.example/?q=</span>&lt;script&gt;'),
        ("*https://a.example/a_b*", "a.example/<wbr>a_<wbr>b"),
        ("http://", "http://"),
    ],
)
def test_an_address_breaks_where_one_would_break_it_by_hand(text: str, html: str) -> None:
    assert html in str(as_html(text))


def test_every_text_is_there_in_every_language() -> None:
    assert {frozenset(texts(language)) for language in LANGUAGES} == {frozenset(texts("es"))}


@pytest.mark.parametrize("language", LANGUAGES)
def test_everybody_has_an_order_in_the_demo_shop(language: str) -> None:
    persona = PERSONAS[language]
    owners = {sale.reference: sale.person for sale in demo_shop.sales()}

    assert (owners[persona.order].phone, owners[persona.order].email) == (persona.number, persona.email)
