"""Who gets what: modes of a queue, room, languages and skills, VIPs, and the agent she had."""

from __future__ import annotations

from tests.acceptance.playing import ASKS, INA, LEO, MARTA, TOM, House, Person, queue


def holders(sue: Person) -> dict[str, str]:
    return {row["name"]: row["holder"] or "" for row in sue.rows()}


def push(house: House, *agents: dict[str, object], **more: object) -> Person:
    house.seed(queues=[queue(mode="push", **more)], agents=[*agents, {"name": "Sue", "role": "supervisor", "queues": []}])
    return house.person("Sue")


def test_a_push_queue_gives_to_whoever_has_the_fewest_and_never_above_her_room(house: House) -> None:
    sue = push(house, {"name": "Ana", "capacity": 1}, {"name": "Bo", "capacity": 2})
    for sender in (MARTA, LEO, INA, TOM):
        house.say(sender, ASKS)

    assert sorted(holders(sue).values()) == ["", "Ana", "Bo", "Bo"]
    assert holders(sue)["Tom"] == ""


def test_room_that_frees_up_goes_to_who_waits_longest(house: House) -> None:
    sue = push(house, {"name": "Ana", "capacity": 1})
    for sender in (MARTA, LEO, INA):
        house.say(sender, ASKS)
        house.wait(seconds=30)
    house.person("Ana").talk("Marta").reply("Hecho.")
    house.say(INA, "¿hola?")
    house.person("Ana").talk("Marta").resolve()

    assert (holders(sue)["Leo"], holders(sue)["Ina"]) == ("Ana", "")


def test_nothing_is_given_to_who_is_away(house: House) -> None:
    sue = push(house, {"name": "Ana"})
    house.person("Ana").post("/presence", {"presence": "away"})
    house.say(MARTA, ASKS)
    assert holders(sue)["Marta"] == ""
    house.person("Ana").post("/presence", {"presence": "online"})
    house.run()

    assert holders(sue)["Marta"] == "Ana"


def test_a_pull_queue_offers_after_a_minute_and_then_to_the_next(house: House, ana: Person, bo: Person) -> None:
    house.say(MARTA, ASKS)
    assert ana.talk("Marta").ticket["offered_to"] is None
    house.wait(seconds=61)
    first = ana.talk("Marta").ticket["offered_to"]
    assert first is not None
    house.wait(seconds=31)

    assert ana.talk("Marta").ticket["offered_to"] not in (None, first)
    assert bo.talk("Marta").claim().status == 200


def test_an_offer_is_kept_for_one_and_then_for_the_next(house: House) -> None:
    house.seed(queues=[queue(mode="offer", offer_seconds=30)], agents=[{"name": "Ana"}, {"name": "Bo"}])
    house.say(MARTA, ASKS)
    ana = house.person("Ana")
    ids = {one["agent"]: one["name"] for one in ana.get("/agents")["agents"]}
    first = ids[ana.talk("Marta").ticket["offered_to"]]
    other = "Bo" if first == "Ana" else "Ana"

    assert house.person(other).talk("Marta").claim().told == (409, "reserved")
    house.wait(seconds=31)
    talk = house.person(other).talk("Marta")
    assert ids[talk.ticket["offered_to"]] == other
    assert talk.do("offer", {"epoch": talk.look()["epoch"]}).status == 200


def test_her_language_decides_until_it_is_dropped_last_and_shown(house: House) -> None:
    sue = push(house, {"name": "Ana", "languages": ["es"]}, relax_after_seconds=120)
    house.say(MARTA, "quero falar com uma pessoa")
    house.wait(seconds=110)
    assert holders(sue)["Marta"] == ""
    house.wait(seconds=15)

    assert holders(sue)["Marta"] == "Ana"
    assert sue.talk("Marta").ticket["relaxed"] == 1
    (claim,) = [one for one in sue.get("/events")["events"] if one["kind"] == "claim"]
    assert claim["data"]["lacks"] == ["language:pt"]


def test_who_speaks_her_language_gets_her_at_once(house: House) -> None:
    sue = push(house, {"name": "Ana", "languages": ["es"]}, {"name": "Bo", "languages": ["pt"]})
    for sender in (MARTA, LEO, INA):
        house.say(sender, "quero falar com uma pessoa")

    assert set(holders(sue).values()) == {"Bo"}


def test_a_vip_goes_first_but_not_for_ever(house: House, ana: Person) -> None:
    house.add(contacts=[{"phone": LEO, "name": "Leo", "facts": {"vip": True}}, {"phone": TOM, "name": "Tom", "facts": {"vip": True}}])
    house.say(MARTA, ASKS)
    house.wait(minutes=10)
    house.say(LEO, ASKS)
    assert ana.who("queued") == ["Leo", "Marta"]
    house.wait(minutes=25)
    house.say(TOM, ASKS)

    assert ana.who("queued") == ["Leo", "Marta", "Tom"]


def test_the_list_is_not_ordered_by_what_happened_last(house: House, ana: Person) -> None:
    house.say(MARTA, ASKS)
    house.wait(minutes=1)
    house.say(LEO, ASKS)
    house.say(LEO, "¿hola?")

    assert ana.who("queued") == ["Marta", "Leo"]


def again(house: House, hours: int) -> None:
    """Ana resolved Marta's matter, and Marta comes back after so many hours."""
    ana = house.person("Ana")
    house.say(MARTA, ASKS)
    ana.talk("Marta").claim()
    ana.talk("Marta").reply("Sale hoy.")
    ana.talk("Marta").resolve(no_survey=True)
    house.wait(hours=hours)
    house.say(MARTA, "El paquete sigue sin llegar")


def test_who_comes_back_within_two_days_is_kept_two_minutes_for_her_agent(house: House, bo: Person) -> None:
    again(house, 47)
    ticket = bo.talk("Marta").ticket
    assert (ticket["state"], ticket["queue_id"], ticket["reason"]) == ("queued", "shipping", "reopened")
    assert bo.talk("Marta").claim().told == (409, "reserved")
    house.wait(seconds=121)

    assert bo.talk("Marta").claim().status == 200


def test_who_comes_back_after_two_days_has_the_bot(house: House, sue: Person) -> None:
    again(house, 49)

    assert sue.talk("Marta").look()["owner"] == "bot"


def test_nobody_is_kept_for_an_agent_who_went_home(house: House, bo: Person) -> None:
    ana = house.person("Ana")
    house.say(MARTA, ASKS)
    ana.talk("Marta").claim()
    ana.talk("Marta").reply("Sale hoy.")
    ana.talk("Marta").resolve(no_survey=True)
    house.wait(hours=2, online=["Bo"])
    house.say(MARTA, "El paquete sigue sin llegar")

    assert bo.talk("Marta").ticket["reserved_for"] is None
    assert bo.talk("Marta").claim().status == 200
