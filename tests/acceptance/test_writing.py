"""What agents write: notes that never leak, the window, failures and honest tries, drafts, saved replies, names, undo."""

from __future__ import annotations

from tests.acceptance.playing import ASKS, MARTA, House, Person, Talk, queue

SECRET = "cliente-difícil-no-decir"


def test_notes_never_reach_the_wire(house: House, held: Talk, bo: Person, sue: Person) -> None:
    before = house.count()
    assert held.note(f"{SECRET} uno").status == 200
    assert held.by(bo).note(f"@Ana {SECRET} dos").status == 200
    assert sue.post(f"/conversations/{held.conversation}/whispers", {"text": f"{SECRET} tres"}).status == 200
    assert sue.post(f"/conversations/{held.conversation}/notes", {"text": f"{SECRET} cuatro"}).status == 200
    house.wait(minutes=1)
    held.reply("Ya está.")

    assert house.heard(after=before) == ["*Ana:* Ya está."]
    assert {"mentioned", "whispered"} <= {one["kind"] for one in held.person.get("/notices")["notices"]}


def test_a_note_answers_nobody(house: House, held: Talk) -> None:
    house.say(MARTA, "¿Sigue ahí?")
    since = held.look()["waiting_since"]
    held.note("La llamo luego")

    assert since is not None
    assert held.look()["waiting_since"] == since


def test_a_reply_ends_her_wait_and_a_text_of_the_house_does_not(house: House, waiting: Talk) -> None:
    assert waiting.look()["waiting_since"] == "2026-11-23T09:00:00+00:00"
    waiting.claim()
    assert waiting.look()["waiting_since"] == "2026-11-23T09:00:00+00:00"
    waiting.reply("Hola.")

    assert waiting.look()["waiting_since"] is None


def test_outside_the_window_only_a_template_goes_until_she_writes(house: House, held: Talk) -> None:
    house.add(queues=[queue(auto_resolve_hours=0)])
    house.wait(hours=25)
    before = house.count()
    assert held.reply("¿Sigues ahí?").told == (409, "window_closed")
    assert house.heard(after=before) == []
    assert held.look()["window_seconds"] == 0

    seen = held.look()
    sent = held.do("templates", {"template": "we_missed_you", "values": ["Marta", "Ana"], "epoch": seen["epoch"],
                                 "last_seen_seq": seen["last_seq"]})
    assert sent.status == 200, sent.body
    house.run()
    assert len(house.heard(after=before)) == 1
    house.say(MARTA, "Sí, dime")
    assert held.reply("Sale hoy.").status == 200
    assert house.heard()[-1] == "*Ana:* Sale hoy."


def test_a_failure_shows_its_sentence_and_a_retry_is_a_message_of_its_own(house: House, held: Talk) -> None:
    house.provider(mode="400", code=63024)
    message = held.reply("Sale hoy.")["message_id"]
    house.provider()
    (failed,) = [one for one in held.look()["messages"] if one["id"] == message]
    assert (failed["state"], failed["error_code"]) == ("failed", "63024")
    assert len(failed["error"]) > 20


def test_a_failure_that_is_reported_later_is_shown_and_can_be_sent_again(house: House, held: Talk) -> None:
    house.provider(mode="fail_later", code=63024)
    message = held.reply("Sale hoy.")["message_id"]
    house.provider()
    first = house.wire()[-1]["sid"]
    assert [one["state"] for one in held.look()["messages"] if one["id"] == message] == ["failed"]

    again = held.person.post(f"/messages/{message}/retry")
    house.run()
    assert (again.status, again["message_id"] != message) == (200, True)
    assert house.wire()[-1]["sid"] != first
    states = {one["id"]: one["state"] for one in held.look()["messages"]}
    assert (states[message], states[again["message_id"]]) == ("failed", "delivered")


def test_what_was_delivered_is_not_sent_again(house: House, held: Talk) -> None:
    message = held.reply("Sale hoy.")["message_id"]

    assert held.person.post(f"/messages/{message}/retry").status == 409


def test_drafts_are_kept_by_person_conversation_and_mode(held: Talk, bo: Person) -> None:
    for mode, text in (("reply", "Hola, Marta"), ("note", "Ojo con esto")):
        assert held.person.post(f"/conversations/{held.conversation}/draft", {"mode": mode, "text": text}).status == 200

    assert {mode: one["text"] for mode, one in held.look()["drafts"].items()} == {"reply": "Hola, Marta", "note": "Ojo con esto"}
    assert held.by(bo).look()["drafts"] == {}
    held.reply("Hola, Marta")
    assert list(held.look()["drafts"]) == ["note"]


def test_a_saved_reply_is_filled_in_and_its_blanks_hold_it_back(house: House, held: Talk) -> None:
    house.add(saved_replies=[{"name": "Disculpa", "shortcut": "disculpa", "queues": [],
                              "texts": {"es": "Lo siento, {name}. [[qué]] llega mañana.", "en": "Sorry, {name}."}}])
    (found,) = held.person.get(f"/conversations/{held.conversation}/saved-replies?q=disc")["saved_replies"]
    assert found["text"] == "Lo siento, Marta. [[qué]] llega mañana."

    assert held.reply(found["text"]).told[0] == 422
    assert held.reply(found["text"].replace("[[qué]]", "La lámpara"), saved_reply=found["id"]).status == 200
    assert house.heard()[-1] == "*Ana:* Lo siento, Marta. La lámpara llega mañana."


def test_a_reply_may_resolve_with_it(house: House, held: Talk) -> None:
    assert held.reply("Todo listo.", then="resolve").status == 200

    assert held.ticket["state"] == "resolved"


def test_her_name_stands_before_her_words_where_the_channel_shows_it(house: House) -> None:
    ana = house.person("Ana")
    for channel, words in (("whatsapp", "*Ana:* Hola."), ("sms", "Hola.")):
        house.say(MARTA, ASKS, channel=channel, name=channel)
        talk = next(Talk(ana, row["conversation"]) for row in ana.rows() if channel in row["channel"])
        talk.claim()
        talk.reply("Hola.")
        assert house.heard()[-1] == words


def test_the_texts_of_the_house_are_said_once_a_ticket(house: House, waiting: Talk, bo: Person) -> None:
    for _ in range(2):
        waiting.claim()
        waiting.reply("Un momento.")
        waiting.do("release", {"reason": "Vuelvo luego"})
    house.run()

    heard = house.heard()
    assert [sum(words in one for one in heard) for words in ("Te paso con una persona", "soy *Ana*")] == [1, 1]


def test_an_empty_reply_is_refused(held: Talk) -> None:
    assert [held.reply(text).status for text in ("", "   ")] == [422, 422]


def test_whoever_wants_nothing_more_is_written_nothing(house: House, ana: Person) -> None:
    house.say(MARTA, ASKS, channel="sms")
    talk = Talk(ana, ana.rows()[0]["conversation"])
    talk.claim()
    house.say(MARTA, "STOP", channel="sms")
    before = house.count()

    assert talk.reply("¿Seguro?").told == (409, "opted_out")
    assert house.heard(after=before) == []
