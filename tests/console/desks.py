"""A small app around the console, its people, and conversations at every point of their way."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select, update
from werkzeug.test import Client

from bot.flow.templates import Blank, MessageTemplate, Wording
from channels import windows
from console import here
from console.blueprint import blueprint, serve
from console.desk_context import Desk
from conversation import filing, ids, media, outbox
from conversation.events import Outgoing, TimelineLine
from conversation.files import Folder
from conversation.filetypes import Hint
from conversation.tables import OutboxPart
from conversation.work import Database, Work
from handoff import agents, claims, desk, sessions
from handoff.desk import Opening
from incidents import cases
from incidents.rule_book import Rules
from outreach import taking
from outreach.news import News
from outreach.policy import Policy
from outreach.tables import NewsGroup
from tests import samples
from tests.builders import Bell, HandClock, a_conversation, a_message, a_queue, a_wiring, an_agent, the_conversation

PASSWORD = "una frase corta y buena"
PASSWORD_HASH = agents.hash_password(PASSWORD)
LATE_ORDER: Mapping[str, Any] = {
    "reference": "AB-54321",
    "status": "in_transit",
    "status_text": "in_transit",
    "currency": "EUR",
    "carrier": "Veloz24",
    "tracking_number": "VZ 8841 2207 5",
    "tracking_url": "https://veloz24.example/8841",
    "ordered_on": "2026-11-17",
    "promised_on": "2026-11-19",
    "days_late": 4,
    "total": "84.90",
    "paid": True,
    "items": [
        {"name": "Lámpara Alba, lino", "quantity": 1, "price": "69.90"},
        {"name": "Bombilla E27 cálida", "quantity": 2, "price": "15.00"},
    ],
    "events": [
        {"at": "2026-11-18T09:00:00+00:00", "text": "Recogido en almacén"},
        {"at": "2026-11-19T12:00:00+00:00", "text": "Parado", "place": "Zaragoza"},
    ],
}
TEMPLATES = {
    "order_news": MessageTemplate(
        "order_news",
        titles={"es": "Hay novedades de un pedido"},
        blanks=(Blank({"es": "Nombre"}, "name"), Blank({"es": "Número de pedido"}, "order")),
        wordings={
            "es": Wording("Hola, {{1}}: hay novedades de tu pedido {{2}}.", "Casa Lumbre", twilio="HX" + "a" * 32),
            "en": Wording("Hi {{1}}, news of your order {{2}}.", twilio="HX" + "b" * 32, meta="order_news"),
        },
    ),
    "new_season": MessageTemplate(
        "new_season",
        category="marketing",
        titles={"es": "Nueva temporada"},
        blanks=(Blank({"es": "Nombre"}, "name"),),
        wordings={"es": Wording("Hola, {{1}}: ya está la nueva temporada.", twilio="HX" + "c" * 32)},
    ),
}
WINDOWS = {"whatsapp": windows.DAY_OR_TEMPLATE, "messenger": windows.DAY_OR_HUMAN_WEEK}
EVIDENCE = "Quiero hablar con una persona"


def an_app(database: Database, *, is_alone: bool = False, **options: Any) -> Flask:
    """The console alone, on this database. Its addresses are those of one app: making them is what takes time.

    A test that adds addresses asks for an app that `is_alone` in having them.
    """
    app = _pages.__wrapped__() if is_alone else copy(_pages())
    app.config, app.extensions = app.config.copy(), dict(app.extensions)
    given: dict[str, Any] = {
        "secure_cookies": False,
        "window": lambda kind: WINDOWS.get(kind.partition("-")[2], windows.NO_WINDOW),
        "templates": lambda: TEMPLATES,
        "find_order": lambda reference: LATE_ORDER if reference == "AB-54321" else None,
    }
    serve(app, Desk(database, **(given | options)))
    return app


@cache
def _pages() -> Flask:
    app = Flask("console-test", static_folder=None)
    app.config.update(SECRET_KEY="not-a-secret-of-anybody", TESTING=True)
    app.register_blueprint(blueprint(Desk(Database("sqlite:///nowhere.db", a_wiring(HandClock(), Bell())))))
    return app


def people(work: Work) -> None:
    """Queues orders and returns; Ana and Bo in one each, Sue who supervises, Max without a queue."""
    a_queue(work, "orders", titles={"es": "Envíos", "en": "Shipping", "pt": "Envios"}, is_default=True)
    a_queue(work, "returns", titles={"es": "Devoluciones", "en": "Returns", "pt": "Devoluções"})
    for name, queues, role in (
        ("Ana", ("orders",), "agent"),
        ("Bo", ("returns",), "agent"),
        ("Sue", (), "supervisor"),
        ("Max", (), "agent"),
    ):
        an_agent(work, name, queues, role=role, password_hash=PASSWORD_HASH)


def enter(app: Flask, name: str) -> Client:
    """A browser with a session of this agent, without the time a password takes."""
    with app.extensions[here.EXTENSION].database.work() as work:
        token = sessions.create(work, f"agt_{name.lower()}")
    return with_token(app, name, token)


def with_token(app: Flask, name: str, token: str) -> Client:
    """A browser that brings this session's cookie."""
    client = app.test_client()
    with client.session_transaction() as session:
        session.update({"desk": token, "_user_id": f"agt_{name.lower()}", "_fresh": True})
    return client


def post(
    client: Client, path: str, headers: Mapping[str, str] | None = None, method: str = "POST", **fields: Any
) -> Any:
    """What the form of a page sends: its fields and the token."""
    return client.open(path, method=method, data={"csrf_token": csrf(client), **fields}, headers=headers)


def epoch_of(database: Database, conversation_id: str) -> int:
    with database.work() as work:
        return the_conversation(work, conversation_id)["epoch"]


def csrf(client: Client, path: str = "/console/me") -> str:
    """The token that a page of this browser carries."""
    page = client.get(path).get_data(as_text=True)
    return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def csrf_given(client: Client) -> str:
    """The same without asking for a page: the token that Flask-WTF would have put there."""
    with client.session_transaction() as session:
        session["csrf_token"] = "of-this-browser"
    app: Any = client.application
    return str(URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps("of-this-browser"))


def a_story(work: Work, name: str = "Marta Ríos", queue: str = "orders", **changes: Any) -> tuple[str, str]:
    """A contact whom the bot answered, and who then asked for a person: (conversation, ticket)."""
    conversation_id = a_conversation(work, name, **changes)
    a_message(work, conversation_id, "Hola, ¿dónde está mi pedido?")
    answer = outbox.queue(work, conversation_id, Outgoing("Tu pedido AB-54321 está en camino."))
    delivered(work, answer)
    asked = a_message(work, conversation_id, f"{EVIDENCE}, ya está bien")
    ticket_id = desk.open(
        work,
        conversation_id,
        Opening(
            queue,
            "human_request",
            evidence=[{"code": "human_request", "quote": EVIDENCE, "message_id": asked["message_id"], "points": 0}],
            score=0.75,
            threshold=0.5,
            card={"path": "order_status › shipped", "known": {"order_ref": "AB-54321"}},
        ),
    )
    return conversation_id, ticket_id


def an_angry_story(work: Work) -> str:
    """A handoff whose evidence lies in two messages, in another order than that in which it was said."""
    conversation_id = a_conversation(work, "Marta Ríos")
    first = a_message(work, conversation_id, "Es una vergüenza, ¿dónde está?")["message_id"]
    second = a_message(work, conversation_id, "Y sigo esperando")["message_id"]
    evidence = [
        {"code": "repeat", "quote": "3×", "message_id": second, "points": 1.0},
        {"code": "wait_complaint", "quote": "sigo esperando", "message_id": second, "points": 2.0},
        {"code": "profanity", "quote": "vergüenza", "message_id": first, "points": 2.0},
        {"code": "frustration", "quote": "Es una vergüenza", "message_id": first, "points": 2.0},
    ]
    desk.open(work, conversation_id, Opening("orders", "frustration", evidence=evidence))
    return conversation_id


def held(work: Work, agent_id: str, **changes: Any) -> tuple[str, str]:
    """The same, claimed by this agent."""
    conversation_id, ticket_id = a_story(work, **changes)
    epoch = desk.ledger.lock(work, conversation_id)["epoch"]
    claims.claim(work, ticket_id, agent_id, epoch)
    return conversation_id, ticket_id


def a_file(work: Work, conversation_id: str, folder: Path, content: bytes = b"", kind: str = "image") -> str:
    """A message that came with a file, which is kept in this folder; returns the attachment's id."""
    content = content or samples.a_photo()
    message = a_message(work, conversation_id, "", content={"media": [{"type": kind}]}, epoch=1)
    kept = filing.put(Folder(folder), ids.new("att"), filing.made_safe(content, Hint()))
    return media.attach(work, message["message_id"], kind, "", kept)


def a_line(conversation_id: str) -> TimelineLine:
    """The line of the timeline that a message leaves."""
    return TimelineLine("message", conversation_id, "contact")


def outbound(work: Work, conversation_id: str, state: str, text: str = "Te mando otra mañana.", **values: Any) -> str:
    """Something the bot said that is this far; returns the message's id."""
    message_id = outbox.queue(work, conversation_id, Outgoing(text))
    delivered(work, message_id, state, **values)
    return message_id


def delivered(work: Work, message_id: str, state: str = "delivered", **values: Any) -> None:
    """The parts of a message are this far."""
    work.connection.execute(
        update(OutboxPart.__table__)
        .where(OutboxPart.__table__.c.message_id == message_id)
        .values(state=state, **values)
    )


def a_case(work: Work, conversation_id: str, **changes: Any) -> str:
    """A broken parcel of this conversation that Correos brought three days ago."""
    order = {"carrier": "Correos", "tracking_number": "PK1", "delivered_on": (work.now - timedelta(days=3)).date().isoformat(),
             "total": "59.90", "currency": "EUR"}
    given = {"kind": "damaged", "order_reference": "AB-54321", "order_key": "AB54321", "order": order, "what": "el pie está partido"}
    opening = cases.Opening(conversation_id=conversation_id, **(given | changes))
    return str(cases.open_case(work, Rules().book, opening).case["incident_id"])


def a_group(work: Work) -> str:
    """A cause that hit two orders of nobody we know."""
    told = [News(f"flood-{n}", "delayed", f"AB-1000{n}", work.now, phone=f"+3460055500{n}", cause="flood") for n in range(2)]
    taking.take(work, "shop", told, Policy())
    return str(work.connection.execute(select(NewsGroup.__table__.c.news_group_id)).scalar_one())
