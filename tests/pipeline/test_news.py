"""News of orders through the whole house: heard from a shop, decided, said by the flow, and what she says to it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from conversation import signed_calls
from conversation.tables import Alarm, Conversation, Message, OutboxPart
from conversation.work import Database
from demo.commands import delay
from orders import connector
from orders.base import Order
from orders.errors import ConnectorError
from orders.news import INSIDE, News
from orders.proof import Holder
from outreach import groups
from outreach.policy import Policy
from outreach.tables import NewsConsent, NewsFeed, OrderNews
from pipeline import outreach, shop_hook, told_news
from pipeline.claims import _silenced
from pipeline.outreach import Doors, Outreach
from pipeline.tables import Timer
from tests.builders import Bell, HandClock
from tests.pipeline.house import MARTA, OURS, House, open_house

SECRET = "s" * 32
DELAY = {"kind": "delayed", "order": "AB-54321", "phone": MARTA, "carrier": "SEUR", "eta": "2026-11-27", "key": "seur-1"}
POLICY = Policy()
DOORS = Doors("Europe/Madrid", ("es", "en", "pt"), {"whatsapp": ("twilio-whatsapp", OURS)})


@pytest.fixture
def house(database: Database, hand_clock: HandClock, bell: Bell) -> Iterator[House]:
    house = open_house(database, hand_clock, bell)
    yield house
    house.writer.stop()


@pytest.fixture
def gate(house: House) -> shop_hook.Gate:
    return shop_hook.Gate(house.connector, SECRET, house.clock.now,
                          lambda source, told: outreach.keep(house.database, lambda: POLICY, source, told))


def desk(house: House, shop: Any = None) -> Outreach:
    return Outreach(house.database, shop or house.connector, lambda: POLICY, lambda: DOORS)


def take_due(house: House) -> None:
    with house.database.work() as work:
        house.intake.take_due(work, 64)


def tell(house: House, gate: shop_hook.Gate, *told: dict[str, Any]) -> None:
    """As it goes: kept, decided, said."""
    gate.keep("webhook", shop_hook.read(house.connector, json.dumps(list(told)).encode(), house.clock.now()))
    while desk(house).tick():
        pass
    take_due(house)


def posted(gate: shop_hook.Gate, body: bytes, signature: str = "") -> int:
    app = Flask(__name__)
    app.register_blueprint(shop_hook.blueprint(gate))
    signed = signature or signed_calls.signature(gate.secret, int(gate.now().timestamp()), body)
    return app.test_client().post("/webhooks/shop", data=body, headers={shop_hook.SIGNATURE: signed}).status_code


def told_why(house: House) -> list[tuple[str, str]]:
    return [(row["state"], row["why"]) for row in house.rows(OrderNews)]


def test_a_signed_post_is_kept_once_however_often_it_comes(house: House, gate: shop_hook.Gate) -> None:
    body = json.dumps({"news": [DELAY]}).encode()

    assert [posted(gate, body), posted(gate, body)] == [204, 204]
    assert len(house.rows(OrderNews)) == 1


def test_what_is_not_signed_with_our_secret_is_forged(house: House, gate: shop_hook.Gate) -> None:
    body = json.dumps([DELAY]).encode()
    now = int(gate.now().timestamp())
    wrong = [signed_calls.signature("another", now, body), signed_calls.signature(SECRET, now - 301, body), "t=,v1=", "é"]

    assert [posted(gate, body, one.encode().decode("latin-1")) for one in wrong] == [403] * 4
    assert house.rows(OrderNews) == []


def test_without_a_secret_nothing_is_believed(gate: shop_hook.Gate) -> None:
    assert posted(replace(gate, secret=""), b"[]") == 403


@pytest.mark.parametrize("body", [b"", b"[1]", b'{"news": [{"kind": "eaten", "order": "A"}]}', b'[{"kind": "shipped"}]'])
def test_what_cannot_be_read_is_said(gate: shop_hook.Gate, body: bytes) -> None:
    assert posted(gate, body) == 422


@pytest.mark.parametrize(("wrong", "place"), [({"order": "AB\x001"}, "0.order"), ({"at": "9999-12-31T23:59:59-14:00"}, "0.at")])
def test_what_no_database_keeps_is_said_with_its_place(house: House, wrong: dict[str, str], place: str) -> None:
    with pytest.raises(shop_hook.Unreadable, match=f"^{place}:"):
        shop_hook.read(house.connector, json.dumps([DELAY | wrong]).encode(), house.clock.now())


def test_what_is_too_big_is_not_read(gate: shop_hook.Gate) -> None:
    assert posted(gate, b" " * (shop_hook.BODY_BYTES + 1)) == 413


def test_what_could_not_be_kept_comes_again(gate: shop_hook.Gate) -> None:
    def full(source: str, told: Sequence[Any]) -> int:
        raise OSError

    assert posted(replace(gate, keep=full), json.dumps([DELAY]).encode()) == 503


def test_a_buyer_who_never_wrote_gets_the_template(house: House, gate: shop_hook.Gate) -> None:
    tell(house, gate, DELAY)
    (part,) = house.rows(OutboxPart)

    assert house.conversation()["address"] == MARTA
    assert "AB-54321 va con retraso. Ahora se espera para el viernes, 27 de noviembre" in house.last()
    assert (part["request"]["purpose"], house.rows(Message)[-1]["kind"]) == ("utility", "template")


def test_an_order_without_a_phone_is_asked_of_the_shop(house: House, gate: shop_hook.Gate) -> None:
    tell(house, gate, {name: value for name, value in DELAY.items() if name != "phone"})

    assert told_why(house) == [("told", "")]
    assert house.rows(OrderNews)[0]["facts"]["eta"] == "2026-11-27"


def test_an_order_that_nobody_knows_is_told_to_nobody(house: House, gate: shop_hook.Gate) -> None:
    tell(house, gate, {"kind": "shipped", "order": "ZZ-00000"})

    assert told_why(house) == [("dropped", "no_order")]


def test_her_word_ends_notices_for_every_channel_of_her_phone(house: House, gate: shop_hook.Gate) -> None:
    house.hear("hola")
    house.hear("No más avisos")
    tell(house, gate, DELAY)

    assert told_why(house) == [("dropped", "no_consent")]
    assert [(row["state"], row["source"]) for row in house.rows(NewsConsent)] == [("refused", "contact")]


def test_her_word_brings_them_back(house: House, gate: shop_hook.Gate) -> None:
    for words in ("hola", "No más avisos", "quiero avisos"):
        house.hear(words)
    tell(house, gate, DELAY)

    assert told_why(house) == [("told", "")]


def test_a_notice_on_its_way_is_stopped_where_it_is_sent(house: House, gate: shop_hook.Gate) -> None:
    house.hear("hola")
    tell(house, gate, DELAY)
    part = house.rows(OutboxPart)[-1] | {"current_epoch": 0, "opted_out_at": None, "blocked_at": None, "unreachable_at": None}

    assert _silenced(part | {"news_stopped_at": house.clock.at}, house.clock.at) == "news_stopped"


def test_the_shops_no_marks_her_conversation(house: House, gate: shop_hook.Gate) -> None:
    house.hear("hola")
    tell(house, gate, DELAY | {"consent": False})
    stopped = house.conversation()["news_stopped_at"]
    tell(house, gate, DELAY | {"consent": True, "key": "seur-2", "eta": "2026-11-28"})

    assert (stopped is not None, house.conversation()["news_stopped_at"]) == (True, None)


def test_who_is_with_a_person_when_it_is_said_hears_nothing(house: House, gate: shop_hook.Gate) -> None:
    house.hear("hola")
    gate.keep("webhook", shop_hook.read(house.connector, json.dumps([DELAY]).encode(), house.clock.now()))
    desk(house).tick()
    with house.database.work() as work:
        work.connection.execute(update(Conversation.__table__).values(owner="agent", epoch=1))
    take_due(house)

    assert "retraso" not in house.last()


def test_two_rounds_at_once_tell_it_once(house: House, gate: shop_hook.Gate) -> None:
    house.hear("hola")
    gate.keep("webhook", shop_hook.read(house.connector, json.dumps([DELAY]).encode(), house.clock.now()))
    desk(house).tick()
    desk(house).tick()

    assert len([row for row in house.rows(Timer) if row["kind"] == "external"]) == 1


def test_a_group_hangs_its_name_on_its_conversations(house: House, gate: shop_hook.Gate) -> None:
    house.hear("hola")
    tell(house, gate, *(DELAY | {"order": f"AB-1000{n}", "key": f"f{n}", "cause": "flood"} for n in range(5)))

    assert house.conversation()["tags"] == ["flood"]
    assert "*AB-10000, AB-10001, AB-10002, AB-10003, AB-10004*" in house.last()


@dataclass
class ListedShop:
    """A shop with a list; each answer is a page, or what went wrong."""

    answers: list[Any]
    name: str = "listed"
    local: bool = False
    asked: list[str] = field(default_factory=list)

    def changes(self, since: str) -> tuple[tuple[News, ...], str]:
        self.asked.append(since)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def moved(house: House, number: int) -> News:
    return News(f"n{number}", "shipped", house.clock.at, Order(f"AB-1000{number}", "shipped"), Holder("600111222", country_code="34"))


def test_a_list_is_read_on_from_where_it_was_left(house: House) -> None:
    within = f"t1{INSIDE}page 2"
    shop = ListedShop([((), "t1"), ((moved(house, 1),), within), ((moved(house, 1), moved(house, 2)), "t2")])
    reader = desk(house, shop)
    reader.read_feed()
    house.clock.forward(seconds=61)

    assert (reader.read_feed(), shop.asked) == (2, ["", "t1", within])
    assert [row["phone"] for row in house.rows(OrderNews)] == [MARTA, MARTA]


def test_a_connector_that_breaks_at_its_list_is_heard_of_as_well(house: House) -> None:
    reader = desk(house, ListedShop([KeyError("orders")]))
    reader.read_feed()
    (feed,) = house.rows(NewsFeed)

    assert (feed["failures"], feed["error"]) == (1, "The connector broke (KeyError).")


def test_a_list_that_fails_is_read_later_and_people_hear_of_it(house: House) -> None:
    shop = ListedShop([ConnectorError("It is away.", permanent=False, code="away")] * 5)
    reader = desk(house, shop)
    for _ in range(5):
        reader.read_feed()
        house.clock.forward(minutes=31)
    (feed,) = house.rows(NewsFeed)

    assert (feed["failures"], feed["error"], feed["lease_until"]) == (5, "away: It is away.", None)
    assert [row["text"] for row in house.rows(Alarm)] == ["news_feed_failing"]


@pytest.mark.parametrize(
    ("written", "code", "phone"),
    [("+34 600 111 222", "", MARTA), ("600111222", "34", MARTA), ("0034600111222", "34", MARTA), ("600111222", "", ""),
     ("", "34", ""), ("call me", "34", "")],
)
def test_phones_are_read_as_buyers_write_them(house: House, written: str, code: str, phone: str) -> None:
    told = replace(moved(house, 1), buyer=Holder(written, country_code=code))

    assert told_news.news_of(told, house.clock.at.date()).phone == phone


def test_the_demo_shop_says_whose_order_it_is(house: House) -> None:
    found = told_news.buyer_of(connector("demo", {}), house.clock.now, "ab 54321")

    assert found is not None and (found.reference, found.phone) == ("AB-54321", MARTA)


def test_alarms_say_that_a_days_budget_is_spent(house: House, gate: shop_hook.Gate) -> None:
    gate.keep("webhook", shop_hook.read(house.connector, json.dumps([DELAY, DELAY | {"key": "2", "order": "AB-20001"}]).encode(), house.clock.now()))
    Outreach(house.database, house.connector, lambda: Policy(day=1), lambda: DOORS).tick()
    with house.database.reading() as session:
        assert session.execute(select(Alarm.__table__.c.text)).scalars().all() == ["news_budget"]


def test_the_demos_delay_reaches_marta_before_she_asks(house: House) -> None:
    delay(house.database, house.connector)
    desk(house).tick()
    take_due(house)

    assert "AB-54321 va con retraso" in house.last()


@pytest.mark.parametrize(("stopped", "said"), [(False, True), (True, False)])
def test_who_asks_about_an_order_of_a_group_hears_its_words_first(house: House, stopped: bool, said: bool) -> None:
    with house.database.work() as work:
        marked = groups.Marked("Temporal", "delayed", {"es": "El temporal ha parado los repartos."}, ["AB-54321"], "agt_1")
        group_id, _ = groups.mark(work, marked, {}, POLICY)
        if stopped:
            groups.stop(work, group_id)
    house.hear("dónde está mi pedido AB-54321")

    assert any("El temporal ha parado" in text for text in house.said()) is said
