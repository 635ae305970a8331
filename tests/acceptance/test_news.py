"""News before anybody asks: told once, by her clock, only to who wants them, as a template where the window is closed."""

from __future__ import annotations

from typing import Any

from tests.acceptance.playing import INA, LEO, MARTA, TOM, House, Person

DELAY = {"kind": "delayed", "order": "AB-54321", "phone": MARTA, "carrier": "SEUR", "eta": "2026-11-27", "key": "seur-1"}
HOLA = "hola"


def tell(house: House, *news: dict[str, Any]) -> None:
    done = house.ask("/lab/news", {"news": list(news)})
    assert (done.status, done["left"]) == (200, {}), done.body


def late(house: House, to: str = MARTA, after: int = 0) -> list[str]:
    return [words for words in house.heard(to, after) if "retraso" in words]


def test_a_delay_is_told_once_however_often_it_is_delivered(house: House) -> None:
    house.say(MARTA, HOLA)
    for _ in range(3):
        tell(house, DELAY, DELAY)
    (words,) = late(house)

    assert "*AB-54321* va con retraso en SEUR. Ahora se espera para el viernes, 27 de noviembre" in words


def test_at_night_it_waits_for_the_morning_of_where_she_lives(house: House) -> None:
    bogota = "+573001112233"
    house.at("2026-11-23T20:00:00+01:00")
    house.say(MARTA, HOLA)
    house.say(bogota, HOLA, name="Luz")
    house.at("2026-11-23T22:30:00+01:00")
    tell(house, DELAY, DELAY | {"order": "AB-77777", "phone": bogota, "key": "seur-2"})

    assert (late(house), len(late(house, bogota))) == ([], 1)
    house.at("2026-11-24T10:01:00+01:00")
    assert len(late(house)) == 1


def test_who_wrote_stop_hears_no_news(house: House) -> None:
    house.say(MARTA, HOLA)
    house.say(MARTA, "STOP")
    n = house.count()
    tell(house, DELAY)

    assert house.heard(after=n) == []


def test_no_more_notices_ends_them_alone_and_can_be_taken_back(house: House) -> None:
    house.say(MARTA, HOLA)
    house.say(MARTA, "No más avisos")
    tell(house, DELAY)
    house.say(MARTA, "quiero avisos")
    tell(house, DELAY | {"key": "seur-2", "eta": "2026-11-28"})

    assert ["no te avisaré más" in one for one in house.heard()].count(True) == 1
    assert [("sábado" in one) for one in late(house)] == [True]


def test_a_closed_window_gets_the_template(house: House) -> None:
    house.say(MARTA, HOLA)
    house.at("2026-11-25T10:00:00+01:00")
    n = house.count()
    tell(house, DELAY)
    (sent,) = house.wire(after=n)

    assert (sent["author"], sent["body"]) == ("bot", "")


def test_one_event_on_five_orders_is_a_notice_each_and_one_group(house: House) -> None:
    people = (MARTA, LEO, INA, TOM, "+34600111666")
    for phone in people:
        house.say(phone, HOLA)
    tell(house, *(DELAY | {"order": f"AB-1000{n}", "phone": phone, "key": f"flood-{n}", "cause": "seur:flood"}
                  for n, phone in enumerate(people)))
    groups = house.person("Sue").get("/news")["groups"]

    assert [len(late(house, phone)) for phone in people] == [1] * 5
    assert [(group["cause"], group["orders"]) for group in groups] == [("seur:flood", 5)]


def test_what_she_asks_then_needs_no_number(house: House) -> None:
    house.say(MARTA, HOLA)
    tell(house, DELAY)
    n = house.count()
    house.say(MARTA, "¿dónde está mi pedido?")

    assert "AB-54321" in house.heard(after=n)[0]


def test_what_a_person_holds_is_hers_to_tell(house: House, ana: Person) -> None:
    house.say(MARTA, "quiero hablar con una persona")
    assert ana.talk("Marta").claim().status == 200
    n = house.count()
    tell(house, DELAY)

    assert late(house, after=n) == []
