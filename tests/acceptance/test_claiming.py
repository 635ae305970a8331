"""One winner, one voice: claims at once, old pages, the bot's silence, two agents on one screen."""

from __future__ import annotations

from functools import partial

from tests.acceptance.playing import ASKS, INA, LEO, MARTA, TOM, House, Person, Talk, at_once, queue


def test_of_twenty_who_claim_at_once_one_wins_and_the_others_learn_who(house: House) -> None:
    names = [f"A{n:02}" for n in range(20)]
    house.seed(queues=[queue()], agents=[{"name": name} for name in names])
    house.say(MARTA, ASKS)
    talk = house.person("A00").talk("Marta")
    ticket, epoch = talk.ticket["ticket"], talk.look()["epoch"]

    got = at_once([partial(house.person(name).post, f"/tickets/{ticket}/claim", {"epoch": epoch}) for name in names])
    house.run()
    winner = names[[one.status for one in got].index(200)]
    assert sorted(one.status for one in got) == [200] + [409] * 19
    assert {(one.code, one["error"]["winner"]) for one in got if one.status == 409} == {("already_claimed", winner)}
    assert sum(f"soy *{winner}*" in one for one in house.heard()) == 1


def test_a_second_click_is_as_good_as_the_first(waiting: Talk) -> None:
    ticket, epoch = waiting.ticket["ticket"], waiting.look()["epoch"]
    claims = [waiting.person.post(f"/tickets/{ticket}/claim", {"epoch": epoch}) for _ in range(2)]

    waiting.person.house.run()
    assert [one.status for one in claims] == [200, 200]
    assert sum("soy *Ana*" in one for one in waiting.person.house.heard()) == 1


def test_a_page_from_before_the_last_change_of_owner_cannot_claim(waiting: Talk, bo: Person) -> None:
    old = waiting.look()["epoch"]
    waiting.claim()
    waiting.do("release", {"reason": "Otra vez"})

    refused = waiting.by(bo).do("claim", {"epoch": old})
    assert refused.told == (409, "stale_epoch")
    assert waiting.ticket["state"] == "queued"


def test_what_the_bot_had_not_sent_at_the_handoff_never_reaches_her(house: House, ana: Person) -> None:
    house.provider(mode="429", count=1)
    house.say(MARTA, "hola", run=False)
    house.say(MARTA, ASKS)
    house.wait(seconds=60, step=20)

    messages = ana.talk("Marta").look()["messages"]
    assert [one["state"] for one in messages if one["author"] == "bot"] == ["suppressed"]
    assert len(house.heard()) == 1 and house.heard()[0].startswith("Te paso con una persona")


def test_what_the_bot_had_not_sent_at_a_take_over_never_reaches_her(house: House, sue: Person) -> None:
    house.provider(mode="429", count=1)
    house.say(MARTA, "hola")
    talk = sue.talk("Marta")
    assert sue.post(f"/conversations/{talk.conversation}/takeover", {"epoch": talk.look()["epoch"]}).status == 200
    house.wait(seconds=120, step=20)

    assert [one["state"] for one in talk.look()["messages"] if one["author"] == "bot"] == ["suppressed"]
    assert house.heard() == ["Hola, soy *Sue*, de Envíos. Estoy leyendo tu caso."]


def test_the_bot_says_nothing_while_a_person_has_it(house: House, held: Talk) -> None:
    before = house.count()
    for text in ("menu", "¿dónde está mi pedido AB-12345?", "cancelar", "bot"):
        house.say(MARTA, text)

    assert house.heard(after=before) == []
    assert held.look()["owner"] == "agent"


def test_nobody_writes_where_the_bot_answers(house: House, held: Talk) -> None:
    held.do("return")
    before = house.count()
    refused = held.reply("Una cosa más")

    assert refused.told in ((409, "bot_owned"),)
    assert house.heard(after=before)[1:] == []


def test_a_handoff_without_any_earlier_text_is_acknowledged(house: House, ana: Person) -> None:
    house.say(MARTA, ASKS)

    talk = ana.talk("Marta").look()
    assert [(one["author"], one["state"]) for one in talk["messages"]] == [("contact", "received"), ("system", "delivered")]
    assert talk["ticket"]["evidence"][0]["message_id"] == talk["messages"][0]["id"]


def test_an_album_is_one_conversation_one_ticket_and_noted_once(house: House, waiting: Talk, ana: Person) -> None:
    before = house.count()
    pictures = [{"from": MARTA, "name": "Marta", "files": ["image/jpeg"]} for _ in range(5)]
    assert house.ask("/lab/messages", {"messages": pictures})["left"] == {}

    assert len(ana.rows()) == 1
    assert sum(one["media"] == ["image"] for one in waiting.look()["messages"]) == 5
    assert len(ana.get(f"/conversations/{waiting.conversation}/tickets")["tickets"]) == 1
    assert house.heard(after=before) == ["Apuntado. Lo verá quien te atienda."]


def test_beyond_her_room_she_is_asked_and_it_is_noted(house: House) -> None:
    house.seed(queues=[queue()], agents=[{"name": "Ana", "capacity": 1}])
    ana = house.person("Ana")
    for sender in (MARTA, LEO):
        house.say(sender, ASKS)
    assert ana.talk("Marta").claim().status == 200

    refused = ana.talk("Leo").claim()
    assert refused.told == (409, "no_room")
    assert ana.talk("Leo").claim(force=True).status == 200
    claims = [one for one in ana.get("/events")["events"] if one["kind"] == "claim"]
    assert [bool(one["data"].get("forced")) for one in claims] == [False, True]


def test_snoozed_and_quiet_conversations_take_no_room(house: House) -> None:
    house.seed(queues=[queue()], agents=[{"name": "Ana", "capacity": 1}])
    ana = house.person("Ana")
    for sender in (MARTA, LEO, INA, TOM):
        house.say(sender, ASKS)
    ana.talk("Marta").claim()
    assert ana.talk("Marta").do("snooze", {"until": "reply"}).status == 200
    assert ana.talk("Leo").claim().status == 200
    ana.talk("Leo").reply("Hecho.")
    assert ana.talk("Ina").claim().told == (409, "no_room")
    house.wait(minutes=11)
    assert ana.talk("Ina").claim().status == 200


def test_nothing_goes_out_over_a_colleagues_answer_unless_she_says_so(house: House, held: Talk, bo: Person) -> None:
    seen = held.look()["last_seq"]
    held.reply("Sí: sale hoy.")
    (me,) = [one for one in bo.get("/agents")["agents"] if one["name"] == "Bo"]
    assert held.do("transfers", {"to": f"agent:{me['agent']}", "note": "Es tuya"}).status == 200

    refused = held.by(bo).reply("Sale mañana.", last_seen_seq=seen)
    assert refused.told == (409, "someone_answered")
    assert refused["error"]["answer"] == "Sí: sale hoy."
    assert held.by(bo).reply("Sale mañana.", last_seen_seq=seen, force=True).status == 200
    assert house.heard()[-1] == "*Bo:* Sale mañana."


def test_who_lost_the_conversation_keeps_her_text_as_a_draft(house: House, held: Talk, bo: Person) -> None:
    seen = held.look()
    house.person("Sue").talk("Marta").do("release", {"reason": "Otra persona"})
    held.by(bo).claim()
    refused = held.do("replies", {"text": "Un momento", "epoch": seen["epoch"], "last_seen_seq": 99})

    assert refused.told == (409, "not_holder")
    assert held.look()["drafts"]["reply"]["text"] == "Un momento"


def test_what_the_table_of_moves_does_not_list_is_refused_and_changes_nothing(waiting: Talk) -> None:
    asked = {"replies": {"text": "Hola", "epoch": 1}, "transfers": {"to": "queue:returns", "note": "Es una devolución"},
             "snooze": {}, "resolution": {}, "return": {}, "release": {}}
    before = waiting.ticket

    assert {waiting.do(move, body).status for move, body in asked.items()} <= {403, 409}
    assert waiting.ticket == before
