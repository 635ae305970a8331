"""What the bot says once the window is closed: the template that its flow names; a link, and what a contact thought."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.flow.effects import Choice, Rated, Say
from bot.flow.templates import Blank, MessageTemplate, Wording
from conversation import inbox
from conversation.events import Outgoing
from conversation.tables import Message, TimelineEntry
from conversation.work import Database
from pipeline import effects
from tests.builders import one_part

NEWS = MessageTemplate("news", blanks=(Blank(), Blank()), wordings={
    "en": Wording("Hi {{1}}, news of {{2}} for you.", twilio="HX" + "e" * 32),
    "es": Wording("Hola, {{1}}: novedades de {{2}} para ti.", twilio="HX" + "a" * 32)})
SAYING = Say("Ya llegó tu pedido.", template="news", template_values={"1": "Marta", "2": "AB-12345"})


def said(database: Database, conversation_id: str, effect: Say, hours: int, **templates: MessageTemplate) -> dict[str, Any]:
    """The message that comes of it when Marta wrote so many hours ago."""
    with database.work() as work:
        talk = inbox.load(work, conversation_id)
        talk.row["last_inbound_at"] = work.now - timedelta(hours=hours)
        effects.say(work, talk, effect, templates)
        (message,) = talk.messages
    return message


def test_within_the_window_the_words_go_out(database: Database, marta: str) -> None:
    message = said(database, marta, SAYING, 1, news=NEWS)

    assert (message["kind"], message["text"]) == ("message", "Ya llegó tu pedido.")


def test_outside_the_window_the_template_does(database: Database, marta: str) -> None:
    message = said(database, marta, SAYING, 25, news=NEWS)

    assert (message["kind"], message["text"]) == ("template", "Hola, Marta: novedades de AB-12345 para ti.")
    assert message["content"]["template"] == {"name": "HX" + "a" * 32, "language": "es"}


def test_a_template_with_a_blank_left_open_is_not_sent(database: Database, marta: str) -> None:
    open_blank = Say("Ya llegó.", template="news", template_values={"1": "Marta", "2": ""})

    assert said(database, marta, open_blank, 25, news=NEWS)["kind"] == "message"


def test_without_such_a_template_the_words_are_tried(database: Database, marta: str) -> None:
    assert said(database, marta, SAYING, 25)["kind"] == "message"


def test_a_template_that_this_provider_has_not_approved_is_not_sent(database: Database, marta: str) -> None:
    elsewhere = MessageTemplate("news", blanks=NEWS.blanks, wordings={"es": Wording("Hola, {{1}}: {{2}}.", meta="news")})

    assert said(database, marta, SAYING, 25, news=elsewhere)["kind"] == "message"


def test_a_link_is_a_choice_that_opens_a_page(database: Database, marta: str) -> None:
    effect = Say("Síguelo aquí.", (Choice("say:menu", "Menú"),), link=("Ver envío", "https://t.example/1"))
    shown: list[Outgoing] = []
    with database.work() as work:
        noting = replace(work.wiring, render=lambda kind, outgoing: shown.append(outgoing) or one_part(kind, outgoing))
        effects.say(replace(work, wiring=noting), inbox.load(work, marta), effect)

    assert [(one.label, one.url) for one in shown[0].choices] == [("Menú", ""), ("Ver envío", "https://t.example/1")]


def test_a_rating_stands_in_the_timeline_without_the_customers_words(database: Database, marta: str) -> None:
    with database.work() as work:
        talk = inbox.load(work, marta)
        effects.rated(work, talk, Rated(4, "satisfaction", "csat"))
        effects.rated(work, talk, Rated(0, "satisfaction", "csat.comment.1", has_comment=True))
    with database.reading() as session:
        lines = session.execute(select(TimelineEntry).where(TimelineEntry.kind == "rated")).scalars().all()

    assert [line.data for line in lines] == [
        {"flow": "satisfaction", "step": "csat", "score": 4},
        {"flow": "satisfaction", "step": "csat.comment.1", "commented": True}]


def test_what_is_said_is_the_only_message(database: Database, marta: str) -> None:
    with database.work() as work:
        talk = inbox.load(work, marta)
        talk.row["last_inbound_at"] = work.now - timedelta(days=3)
        effects.carry_out(work, talk, [SAYING], None, {"news": NEWS})  # type: ignore[arg-type]
        inbox.write(work, [talk])
    with database.reading() as session:
        assert [one.kind for one in session.execute(select(Message)).scalars()] == ["template"]
