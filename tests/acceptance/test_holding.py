"""Claimed and ignored, gone from her desk, passed on, laid aside: what becomes of a conversation in somebody's hands."""

from __future__ import annotations

import pytest

from tests.acceptance.playing import ASKS, LEO, MARTA, House, Person, Talk, queue


def called(person: Person, name: str) -> str:
    """`agent:agt_…` of a colleague."""
    (found,) = [one["agent"] for one in person.get("/agents")["agents"] if one["name"] == name]
    return f"agent:{found}"


def kinds(person: Person) -> list[str]:
    return [one["kind"] for one in person.get("/events")["events"]]


def test_who_claims_and_says_nothing_is_reminded_and_loses_it_but_the_place_is_kept(house: House, waiting: Talk, sue: Person) -> None:
    house.add(queues=[queue(offer_after_seconds=None)])
    waiting.claim()
    house.wait(seconds=181)
    assert "warned" in [one["kind"] for one in waiting.person.get("/notices")["notices"]]
    assert waiting.ticket["state"] == "assigned"
    house.wait(seconds=120)

    ticket = waiting.by(sue).ticket
    assert (ticket["state"], ticket["waiting_since"]) == ("queued", "2026-11-23T09:00:00+00:00")
    assert ticket["requeued_at"] == "2026-11-23T09:05:01+00:00"


def test_who_lost_it_is_not_given_it_for_ten_minutes(house: House) -> None:
    house.seed(queues=[queue(mode="push")], agents=[{"name": "Ana"}])
    house.say(MARTA, ASKS)
    ana = house.person("Ana")
    assert ana.talk("Marta").ticket["holder"] == "Ana"
    house.wait(seconds=301)
    assert ana.talk("Marta").ticket["state"] == "queued"
    house.wait(minutes=9)
    assert ana.talk("Marta").ticket["state"] == "queued"
    house.wait(minutes=1, seconds=5)
    assert ana.talk("Marta").ticket["holder"] == "Ana"


def test_the_minutes_for_her_first_words_stop_at_lunch(house: House, sue: Person) -> None:
    house.at("2026-11-23T13:58:00+01:00")
    house.say(MARTA, ASKS)
    talk = house.person("Ana").talk("Marta")
    talk.claim()
    house.at("2026-11-23T16:02:00+01:00")
    assert talk.ticket["state"] == "assigned"
    house.at("2026-11-23T16:03:01+01:00")

    assert talk.by(sue).ticket["state"] == "queued"


def test_when_her_browser_closes_only_who_waits_goes_back_to_the_queue(house: House, held: Talk, sue: Person) -> None:
    house.say(LEO, ASKS)
    held.person.talk("Leo").claim()
    house.wait(seconds=80, online=["Bo", "Sue"])
    assert sue.talk("Leo").ticket["state"] == "assigned"
    house.wait(seconds=15, online=["Bo", "Sue"])

    assert (sue.talk("Leo").ticket["state"], sue.talk("Marta").ticket["state"]) == ("queued", "assigned")
    house.say(MARTA, "¿Sigues ahí?")
    house.wait(seconds=2, online=["Bo", "Sue"])
    assert sue.talk("Marta").ticket["state"] == "queued"


def test_a_transfer_needs_a_note_of_five_characters(held: Talk) -> None:
    refused = held.do("transfers", {"to": called(held.person, "Bo"), "note": "abc"})

    assert (refused.status, held.ticket["holder"]) == (422, "Ana")


def test_a_transfer_is_told_to_the_contact_and_to_both(house: House, held: Talk, bo: Person) -> None:
    due = held.ticket["resolve_due_at"]
    assert held.do("transfers", {"to": called(held.person, "Bo"), "note": "Lleva lo de las lámparas"}).status == 200
    house.run()

    assert house.heard()[-1] == "Te paso con *Bo*, de Envíos. Ya tiene tu caso."
    assert (held.ticket["holder"], held.ticket["resolve_due_at"]) == ("Bo", due)
    assert "transferred" in [one["kind"] for one in bo.get("/notices")["notices"]]
    assert not any("lámparas" in one for one in house.heard())


@pytest.mark.parametrize("why", ["away", "full"])
def test_a_transfer_to_who_cannot_take_it_is_refused_with_the_queue_in_its_place(house: House, held: Talk, bo: Person, why: str) -> None:
    if why == "away":
        assert bo.post("/presence", {"presence": "away"}).status == 200
    else:
        house.add(agents=[{"email": "bo@example.com", "name": "Bo", "queues": ["shipping"], "capacity": 0}])
    refused = held.do("transfers", {"to": called(held.person, "Bo"), "note": "Lleva lo de las lámparas"})

    assert refused.told == (409, "cannot_take")
    assert "queue" in str(refused.body)
    assert held.ticket["holder"] == "Ana"


def test_a_transfer_to_a_queue_waits_there_under_its_own_name(house: House, held: Talk, sue: Person) -> None:
    epoch = held.look()["epoch"]
    assert held.do("transfers", {"to": "queue:returns", "note": "Es una devolución"}).status == 200

    talk = held.by(sue).look()
    assert (talk["owner"], talk["ticket"]["queue_id"], talk["ticket"]["state"]) == ("queue", "returns", "queued")
    assert talk["epoch"] == epoch + 1
    assert held.look().told == (404, "not_found")


def test_a_supervisor_gives_a_waiting_ticket_to_an_agent(house: House, waiting: Talk, sue: Person) -> None:
    to = called(sue, "Bo").removeprefix("agent:")
    assert waiting.by(sue).do("assignment", {"to": to, "epoch": waiting.look()["epoch"]}).status == 200
    house.run()

    assert waiting.ticket["holder"] == "Bo"
    assert "soy *Bo*" in house.heard()[-1]


def test_a_snooze_ends_at_its_time_and_she_is_called(house: House, held: Talk) -> None:
    assert held.do("snooze", {"at": "2026-11-23T11:00"}).status == 200
    assert held.ticket["state"] == "snoozed"
    house.at("2026-11-23T11:00:01+01:00")

    assert (held.ticket["state"], held.ticket["holder"]) == ("assigned", "Ana")
    assert "assigned" in [one["kind"] for one in held.person.get("/notices")["notices"]]


def test_a_snooze_ends_when_she_writes_and_the_former_time_is_offered(house: House, held: Talk) -> None:
    held.do("snooze", {"at": "2026-11-23T12:00"})
    house.say(MARTA, "Ya tengo la factura")

    assert (held.ticket["state"], held.ticket["former_snooze"]) == ("assigned", "2026-11-23T11:00:00+00:00")


def test_a_snooze_that_ends_while_her_holder_is_away_goes_to_the_queue(house: House, held: Talk, sue: Person) -> None:
    held.do("snooze", {"until": "reply"})
    house.wait(minutes=5, online=["Sue"])
    house.say(MARTA, "Ya tengo la factura")
    house.run()

    assert held.by(sue).ticket["state"] == "queued"


def test_time_laid_aside_is_not_in_the_time_of_the_whole(house: House, sue: Person) -> None:
    house.add(queues=[queue(resolve_minutes=60, auto_resolve_hours=0)])
    house.say(MARTA, ASKS)
    talk = house.person("Ana").talk("Marta")
    talk.claim()
    assert talk.ticket["resolve_due_at"] == "2026-11-23T10:00:00+00:00"
    talk.do("snooze", {"at": "2026-11-23T10:30"})
    house.at("2026-11-23T10:30:01+01:00")

    assert talk.ticket["resolve_due_at"].startswith("2026-11-23T10:30:0")


def test_a_day_of_her_silence_resolves_it_but_never_while_she_waits(house: House, held: Talk, sue: Person) -> None:
    house.say(LEO, ASKS)
    held.person.talk("Leo").claim()
    held.person.talk("Leo").reply("Dime.")
    house.say(LEO, "¿Cuándo llega?")
    house.wait(hours=25, step=3600 * 5)

    assert (sue.talk("Marta").ticket["state"], sue.talk("Marta").ticket["disposition"]) == ("resolved", "no_answer")
    assert sue.talk("Leo").ticket["state"] == "assigned"


def test_breach_and_warning_come_once_each(house: House, waiting: Talk, sue: Person) -> None:
    house.wait(minutes=50, step=300)

    assert (kinds(sue).count("warned"), kinds(sue).count("breached")) == (1, 1)
