"""What a contact hears while she waits: the honest wait, the hours, the ladder, and what each of the three taps does."""

from __future__ import annotations

import pytest

from tests.acceptance.playing import ASKS, INA, LEO, MARTA, TOM, House, Person, Talk, queue

PICK_UPS = [{"queue": "shipping", "minutes": [4, 5, 6, 7, 8, 9, 10, 12, 14, 15]}]
UNKNOWN = "Ahora no puedo darte un tiempo fiable"


def test_with_eight_pick_ups_she_hears_a_stretch_in_fives(house: House) -> None:
    house.add(pick_ups=PICK_UPS)
    house.say(MARTA, ASKS)

    assert "No hay nadie delante; suele tardar entre 10 y 15 min." in house.heard()[0]


def test_with_seven_pick_ups_she_hears_no_time(house: House) -> None:
    house.add(pick_ups=[{"queue": "shipping", "minutes": [5] * 7}])
    house.say(MARTA, ASKS)

    assert UNKNOWN in house.heard()[0]


def test_with_nobody_online_she_hears_no_time(house: House) -> None:
    house.add(pick_ups=PICK_UPS)
    house.wait(minutes=3, online=[])
    house.say(MARTA, ASKS)

    assert UNKNOWN in house.heard()[0]


def test_her_place_is_how_many_are_ahead_and_not_how_many_wait(house: House) -> None:
    house.add(pick_ups=PICK_UPS)
    for sender in (LEO, INA, MARTA, TOM):
        house.say(sender, ASKS)
        house.wait(seconds=1)

    assert "Hay 2 personas por delante; suele tardar entre" in house.heard(MARTA)[0]
    house.say(MARTA, "¿cuánto falta?")
    assert "Hay 2 personas por delante" in house.heard(MARTA)[-1]


def test_how_long_is_answered_each_time(house: House, waiting: Talk) -> None:
    for _ in range(3):
        house.say(MARTA, "¿Cuánto falta?")

    assert [one.startswith("Sigues en la cola.") for one in house.heard()] == [False, True, True, True]


def test_her_place_is_told_when_it_is_better_by_three(house: House, ana: Person) -> None:
    house.add(queues=[queue(reply_minutes=60)], pick_ups=PICK_UPS)
    before = ["+34600200001", "+34600200002", "+34600200003", "+34600200004"]
    for place, sender in enumerate(before):
        house.say(sender, ASKS, name=f"C{place}")
    house.wait(seconds=10)
    house.say(MARTA, ASKS)
    for place in range(3):
        assert ana.talk(f"C{place}").claim(force=True).status == 200
    house.wait(minutes=6, step=60)

    assert "Hay 1 persona por delante" in house.heard()[1]


def test_while_she_waits_no_flow_begins_and_details_are_noted_once(house: House, waiting: Talk) -> None:
    for text in ("¿dónde está mi pedido AB-12345?", "menu", "se rompió la lámpara"):
        house.say(MARTA, text)

    assert house.heard()[1:] == ["Apuntado. Lo verá quien te atienda."]
    assert waiting.look()["unread"] >= 4


def test_bot_leaves_the_queue_and_cancel_ends_it_without_a_question(house: House, sue: Person) -> None:
    house.say(MARTA, ASKS)
    house.say(MARTA, "bot")
    house.say(LEO, ASKS)
    house.say(LEO, "cancelar")

    ends = {row["name"]: sue.get(f"/conversations/{row['conversation']}/tickets")["tickets"][0] for row in sue.rows()}
    assert (ends["Marta"]["state"], ends["Leo"]["state"], ends["Leo"]["disposition"]) == ("returned", "resolved", "cancelled")
    assert "sigo yo, el asistente" in house.heard(MARTA)[-1]
    assert not any("1 al 5" in one for one in house.heard(LEO))


@pytest.mark.parametrize(("at", "back"), [
    ("2026-11-23T15:00:00+01:00", "lunes (hoy) a las 16:00"),
    ("2026-11-23T20:00:00+01:00", "martes a las 9:00"),
    ("2026-11-27T20:00:00+01:00", "lunes a las 9:00"),
    ("2026-12-24T20:00:00+01:00", "lunes"),
], ids=["lunch", "evening", "friday", "holiday"])
def test_out_of_hours_she_hears_when_people_are_back(house: House, at: str, back: str) -> None:
    house.add(queues=[queue(holidays=["2026-12-25"])])
    house.at(at)
    house.say(MARTA, ASKS)

    assert back in house.heard()[0]
    assert "escribir *bot*" in house.heard()[0]


@pytest.mark.parametrize(("at", "opens", "due"), [
    ("2026-03-28T23:00:00+01:00", "sun 02:30-09:00", "2026-03-29T01:20:00+00:00"),
    ("2026-03-29T01:50:00+01:00", "always", "2026-03-29T01:10:00+00:00"),
    ("2026-10-25T02:50:00+02:00", "always", "2026-10-25T01:10:00+00:00"),
    ("2026-03-28T19:20:00+01:00", "mon-sun 09:00-14:00 16:00-19:30", "2026-03-29T07:10:00+00:00"),
    ("2026-10-24T19:20:00+02:00", "mon-sun 09:00-14:00 16:00-19:30", "2026-10-25T08:10:00+00:00"),
    ("2026-11-23T13:50:00+01:00", "mon-sun 09:00-14:00 16:00-19:30", "2026-11-23T15:10:00+00:00"),
])
def test_a_promise_counts_open_minutes_over_lunch_and_the_nights_the_clocks_change(
        house: House, sue: Person, at: str, opens: str, due: str) -> None:
    house.add(queues=[queue(hours=opens)])
    house.at(at)
    house.say(MARTA, ASKS)

    assert sue.talk("Marta").ticket["due_at"] == due


def test_the_hours_of_the_night_that_is_longer_are_told_by_the_clock_on_the_wall(house: House) -> None:
    house.add(queues=[queue(hours="sun 09:00-14:00")])
    house.at("2026-10-25T01:30:00+02:00")
    house.say(MARTA, ASKS)

    assert "domingo (hoy) a las 9:00" in house.heard()[0]


def test_nobody_claims_at_three_quarters_at_the_end_and_at_half_as_much_again(house: House, waiting: Talk, sue: Person) -> None:
    house.add(queues=[queue(offer_after_seconds=None, overflow_queue_id="returns")])
    steps = []
    for minute in (14, 15, 19, 20, 29, 30):
        house.at(f"2026-11-23T10:{minute}:00+01:00")
        kinds = [one["kind"] for one in sue.get("/events")["events"]]
        steps.append((kinds.count("called_again"), kinds.count("promise_broken"), len(house.heard())))

    assert steps == [(0, 0, 1), (1, 0, 1), (1, 0, 1), (1, 1, 1), (1, 1, 1), (1, 1, 2)]
    assert waiting.by(sue).ticket["queue_id"] == "returns"
    assert [one["kind"] for one in sue.get("/notices")["notices"]] == ["breached"]


def late(house: House) -> None:
    house.say(MARTA, ASKS)
    house.wait(minutes=31, step=600)
    assert house.heard()[-1].startswith("Perdona: está tardando más de lo que te dije.")


def test_the_apology_comes_once_and_who_waits_on_is_told_once(house: House, sue: Person) -> None:
    late(house)
    house.say(MARTA, "Esperar", press="desk.wait")
    house.wait(minutes=60, step=1200)

    assert house.heard()[-1].startswith("De acuerdo, sigo aquí contigo.")
    assert sue.talk("Marta").ticket["state"] == "queued"


def test_who_wants_to_be_written_to_keeps_her_place_and_hears_no_more(house: House, sue: Person) -> None:
    late(house)
    house.say(MARTA, "Escribidme", press="desk.write")
    house.wait(hours=4, step=2400)

    assert house.heard()[-1].startswith("De acuerdo: te escribimos nosotros")
    assert sue.talk("Marta").ticket["waiting_since"] == "2026-11-23T09:00:00+00:00"


def test_who_goes_back_to_the_bot_leaves_the_queue(house: House, sue: Person) -> None:
    late(house)
    house.say(MARTA, "Volver al bot", press="desk.bot")

    assert "sigo yo, el asistente" in house.heard()[-1]
    assert sue.talk("Marta").look()["owner"] == "bot"


def test_when_people_go_home_she_hears_once_when_they_are_back(house: House) -> None:
    house.at("2026-11-23T19:00:00+01:00")
    house.say(MARTA, ASKS)
    house.wait(hours=12, step=3600)

    assert sum("Volvemos el *martes a las 9:00*" in one for one in house.heard()) == 1


def test_out_of_hours_nothing_is_said_twice_whatever_she_writes(house: House) -> None:
    house.at("2026-11-23T20:00:00+01:00")
    house.say(MARTA, ASKS)
    for text in ("es urgente", "quiero una persona ya", "¡contesten!"):
        house.say(MARTA, text)

    assert sum("Volvemos" in one for one in house.heard()) == 1


@pytest.mark.parametrize(("language", "asks", "hears"), [
    ("en", "I want to talk to a person", "I'm passing you to a person in *Shipping*."),
    ("pt", "quero falar com uma pessoa", "Vou passar você para uma pessoa de *Envios*."),
])
def test_she_is_told_in_her_language(house: House, language: str, asks: str, hears: str) -> None:
    house.say(MARTA, asks)

    assert house.heard()[0].startswith(hears)
