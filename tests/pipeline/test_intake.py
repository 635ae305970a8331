"""What inbound events do that are no turn: edits, deletions, reactions, ids, groups, advertisements, stop words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from channels.base import Event
from conversation.changes import MOST_EDITS
from conversation.tables import (
    Address,
    Alarm,
    Attachment,
    Contact,
    Conversation,
    Message,
    OutboxPart,
    TimelineEntry,
)
from handoff.tables import Ticket
from tests.builders import a_queue, an_agent
from tests.pipeline.house import MARTA, House

PAGE, RITA = "108000000000001", "7481234567890123"
BSUID, OTHER_BSUID = "ES.13491208655302741918", "ES.99999999999999999999"
WA_ID = "106540352242922"


@pytest.fixture(autouse=True)
def desk(house: House) -> None:
    with house.database.work() as work:
        a_queue(work, "general", is_default=True, titles={"es": "General"})
        an_agent(work, "Ana", ["general"])


def on_messenger(house: House, text: str = "hola", **more: Any) -> Event:
    return house.event(text, RITA, provider="meta", channel="messenger", account=PAGE) | more  # type: ignore[return-value]


def on_whatsapp(house: House, text: str = "hola", sender: str = MARTA, **more: Any) -> Event:
    return house.event(text, sender, provider="meta", channel="whatsapp", account=WA_ID) | more  # type: ignore[return-value]


def hears(house: House, *events: Event) -> None:
    house.writer.submit(events)


def kinds(house: House) -> list[str]:
    return [row["kind"] for row in house.rows(TimelineEntry)]


def first(house: House) -> dict[str, Any]:
    return house.rows(Message)[0]


def said_and_changed(house: House, kind: str, *texts: str) -> None:
    """Marta says something, and then changes it as often as there are texts."""
    hears(house, on_whatsapp(house, "quiero dos", provider_id="wamid.1"))
    for n, text in enumerate(texts):
        change = {"kind": kind, "target": "wamid.1", "at_ms": 1_795_000_000_000 + n}
        hears(house, on_whatsapp(house, text, **change))


# ---- edits, deletions, reactions


def test_an_edit_shows_the_new_words_and_keeps_the_old_ones(house: House) -> None:
    said_and_changed(house, "edited", "quiero tres", "quiero cuatro")

    assert first(house)["text"] == "quiero cuatro"
    assert [edit["text"] for edit in first(house)["content"]["edits"]] == ["quiero dos", "quiero tres"]


def test_an_edit_that_comes_late_does_not_bring_old_words_back(house: House) -> None:
    said_and_changed(house, "edited", "quiero tres")
    hears(house, on_whatsapp(house, "quiero cero", kind="edited", target="wamid.1", at_ms=1_794_000_000_000))

    assert first(house)["text"] == "quiero tres"


def test_late_edits_are_not_kept_without_end(house: House) -> None:
    hears(house, on_whatsapp(house, "quiero dos", provider_id="wamid.1"))
    for n in range(MOST_EDITS + 5):
        change = {"kind": "edited", "target": "wamid.1", "at_ms": 1_795_000_000_000 - n}
        hears(house, on_whatsapp(house, f"quiero {n}", **change))

    assert len(first(house)["content"]["edits"]) == MOST_EDITS


def test_an_edit_is_no_turn(house: House) -> None:
    hears(house, on_whatsapp(house, provider_id="wamid.1"))
    before = house.said()
    hears(house, on_whatsapp(house, "¿dónde está mi pedido AB-12345?", kind="edited", target="wamid.1"))

    assert (house.said(), len(house.rows(Ticket))) == (before, 0)


def test_what_she_takes_back_is_gone_for_everybody(house: House) -> None:
    media = [{"type": "image", "url": "https://api.twilio.com/x"}]
    hears(house, on_whatsapp(house, "mi dirección", provider_id="wamid.1", media=media))
    hears(house, on_whatsapp(house, "", kind="deleted", target="wamid.1"))

    assert (first(house)["text"], sorted(first(house)["content"])) == ("", ["deleted", "deleted_at"])
    assert house.rows(Attachment) == []


def test_what_was_taken_back_cannot_be_edited_into_being(house: House) -> None:
    said_and_changed(house, "deleted", "")
    hears(house, on_whatsapp(house, "y esto", kind="edited", target="wamid.1"))

    assert first(house)["text"] == ""


def test_she_does_not_take_back_what_we_said(house: House) -> None:
    hears(house, on_messenger(house))
    said = house.last()
    with house.database.work() as work:
        work.connection.execute(OutboxPart.__table__.update().values(provider_id="m_ours", state="sent"))
    hears(house, on_messenger(house, "", kind="deleted", target="m_ours"))

    assert said in house.said()


def test_one_batch_may_hold_a_message_and_what_became_of_it(house: House) -> None:
    hears(house, on_whatsapp(house, "dos", provider_id="wamid.1"),
          on_whatsapp(house, "tres", kind="edited", target="wamid.1"))

    assert first(house)["text"] == "tres"


def test_a_reaction_hangs_on_its_message(house: House) -> None:
    said_and_changed(house, "reaction", "👍", "❤️")

    assert [one["emoji"] for one in first(house)["content"]["reactions"]] == ["❤️"]
    assert len([row for row in house.rows(Message) if row["direction"] == "inbound"]) == 1


def test_a_reaction_is_taken_back(house: House) -> None:
    said_and_changed(house, "reaction", "👍", "")

    assert "reactions" not in first(house)["content"]


def test_a_reaction_to_our_words_hangs_on_them(house: House) -> None:
    hears(house, on_messenger(house))
    with house.database.work() as work:
        work.connection.execute(OutboxPart.__table__.update().values(provider_id="m_ours", state="sent"))
    hears(house, on_messenger(house, "😡", kind="reaction", target="m_ours"))

    assert [row["content"]["reactions"][0]["emoji"] for row in house.rows(Message) if "reactions" in row["content"]] == ["😡"]


@pytest.mark.parametrize("kind", ["edited", "deleted", "reaction", "mention", "referral"])
def test_none_of_them_counts_as_unread(house: House, kind: str) -> None:
    hears(house, on_whatsapp(house, "quiero hablar con una persona", provider_id="wamid.1"))
    unread = house.conversation()["unread"]
    hears(house, on_whatsapp(house, "x", kind=kind, target="wamid.1"))

    assert house.conversation()["unread"] == unread


@pytest.mark.parametrize("kind", ["edited", "deleted", "reaction"])
def test_what_is_about_a_message_we_never_had_is_kept(house: House, kind: str) -> None:
    hears(house, on_whatsapp(house, "x", kind=kind, target="wamid.0"))

    assert [(row["kind"], row["content"]["target"]) for row in house.rows(Message)] == [(kind, "wamid.0")]


@pytest.mark.parametrize("kind", ["mention", "referral", "reaction", "edited", "deleted", "system", "opt_in"])
def test_what_is_no_message_wakes_no_bot(house: House, kind: str) -> None:
    hears(house, on_messenger(house, "x", kind=kind))

    assert house.said() == []


def test_what_another_app_is_to_answer_wakes_no_bot(house: House) -> None:
    hears(house, on_messenger(house, standby=True))

    assert (len(house.rows(Message)), house.said()) == (1, [])


@pytest.mark.parametrize(("kind", "opens"), [("message", True), ("reaction", True), ("mention", False), ("opt_in", False)])
def test_what_opens_the_window_at_messenger(house: House, kind: str, opens: bool) -> None:
    hears(house, on_messenger(house, "x", kind=kind))

    assert (house.conversation()["last_inbound_at"] is not None) is opens


def test_a_reaction_opens_no_window_at_whatsapp(house: House) -> None:
    hears(house, on_whatsapp(house, "👍", kind="reaction"))

    assert house.conversation()["last_inbound_at"] is None


# ---- advertisements and troubles of an account


@pytest.mark.parametrize(("channel", "days"), [("messenger", 7), ("instagram", 7), ("whatsapp", None)])
def test_her_first_message_after_an_ad_keeps_the_window_open_for_a_week(
    house: House, channel: str, days: int | None
) -> None:
    hears(house, on_messenger(house, channel=channel, referral={"source": "ADS", "id": "6045246247433"}))

    until = house.clock.now() + timedelta(days=days) if days else None
    assert (house.conversation()["free_until"], first(house)["content"]["referral"]["id"]) == (until, "6045246247433")


@pytest.mark.parametrize("event", [
    {"referral": {"source": "SHORTLINK", "ref": "otoño"}}, {"kind": "referral", "referral": {"source": "ADS"}},
])
def test_a_link_or_a_click_alone_gives_no_week(house: House, event: dict[str, Any]) -> None:
    hears(house, on_messenger(house, **event))

    assert house.conversation()["free_until"] is None


def test_trouble_of_an_account_is_an_alarm_and_counted(house: House) -> None:
    for _ in range(2):
        hears(house, {"kind": "error", "provider": "meta", "channel": "whatsapp", "account": WA_ID,
                      "error_code": "131031", "error_text": "locked"})

    (alarm,) = house.rows(Alarm)
    assert (alarm["text"], alarm["kind"], alarm["account"], alarm["times"]) == ("account_error", "meta-whatsapp", WA_ID, 2)


# ---- who is who


def the_contact(house: House) -> dict[str, Any]:
    (row,) = house.rows(Contact)
    return row


@pytest.mark.parametrize("second", [{"sender": BSUID}, {"sender": MARTA}, {"sender": BSUID, "sender_alt": [MARTA]}])
def test_each_id_of_a_person_leads_to_her_conversation(house: House, second: dict[str, Any]) -> None:
    hears(house, on_whatsapp(house, sender_alt=[BSUID]))
    hears(house, on_whatsapp(house, **second))

    assert len(house.rows(Conversation)) == 1
    assert the_contact(house)["contact_id"] == house.conversation()["contact_id"]


def test_the_address_she_wrote_from_is_the_one_we_write_to(house: House) -> None:
    hears(house, on_whatsapp(house, sender_alt=[BSUID]), on_whatsapp(house, sender=BSUID))

    assert house.conversation()["address"] == BSUID


@pytest.mark.parametrize(("one", "other"), [("+5215512345678", "+525512345678"), ("+5491123456789", "+541123456789"),
                                            ("+551187654321", "+5511987654321")])
@pytest.mark.parametrize("turned", [False, True])
def test_both_forms_of_a_number_are_one_person_and_answered_as_they_came(
    house: House, one: str, other: str, turned: bool
) -> None:
    first_form, last_form = (other, one) if turned else (one, other)
    hears(house, on_whatsapp(house, sender=first_form))
    assert house.conversation()["address"] == first_form
    hears(house, on_whatsapp(house, sender=last_form))

    assert (len(house.rows(Contact)), house.conversation()["address"]) == (1, last_form)


def test_ids_of_one_person_in_one_batch_make_one_contact(house: House) -> None:
    hears(house, on_whatsapp(house, sender=BSUID), on_whatsapp(house, sender=MARTA, sender_alt=[BSUID]),
          on_whatsapp(house, sender=BSUID))

    assert (len(house.rows(Contact)), len(house.rows(Conversation)), len(house.rows(Address))) == (1, 1, 2)
    assert [row["seq"] for row in house.rows(Message)] == list(range(1, len(house.rows(Message)) + 1))


def test_two_contacts_who_turn_out_to_be_one_lose_no_conversation(house: House) -> None:
    hears(house, on_whatsapp(house, "uno", sender=BSUID))
    hears(house, on_whatsapp(house, "dos", sender=MARTA))
    hears(house, on_whatsapp(house, "tres", sender=MARTA, sender_alt=[BSUID]))
    hears(house, on_whatsapp(house, "cuatro", sender=BSUID))

    texts = {row["text"]: row["conversation_id"] for row in house.rows(Message) if row["direction"] == "inbound"}
    assert len(texts) == 4 and texts["tres"] == texts["cuatro"]
    assert kinds(house).count("same_person") == 2


def test_the_conversation_that_people_hold_is_the_one_that_goes_on(house: House) -> None:
    hears(house, on_whatsapp(house, "quiero hablar con una persona", sender=BSUID))
    hears(house, on_whatsapp(house, sender=MARTA))
    hears(house, on_whatsapp(house, "¿hay alguien?", sender=MARTA, sender_alt=[BSUID]))

    held = next(row for row in house.rows(Conversation) if row["owner"] == "queue")
    assert next(row for row in house.rows(Message) if row["text"] == "¿hay alguien?")["conversation_id"] == held["conversation_id"]


def test_a_wish_to_be_left_alone_and_a_block_survive_the_joining(house: House) -> None:
    hears(house, on_whatsapp(house, "STOP", sender=BSUID))
    with house.database.work() as work:
        work.connection.execute(Contact.__table__.update().values(blocked_at=work.now, blocked_by="system"))
    house.clock.forward(minutes=1)
    hears(house, on_whatsapp(house, sender=MARTA))
    hears(house, on_whatsapp(house, "😀", kind="reaction", sender=MARTA, sender_alt=[BSUID]))

    assert all(row["blocked_at"] for row in house.rows(Contact))
    assert all(row["opted_out_at"] for row in house.rows(Conversation))


def test_a_person_met_on_two_channels_is_joined_on_both(house: House) -> None:
    hears(house, house.event("por SMS", MARTA, channel="sms", account="+34900111222"))
    hears(house, on_whatsapp(house, sender=BSUID))
    hears(house, on_whatsapp(house, sender=MARTA, sender_alt=[BSUID]))

    assert len(house.rows(Conversation)) == 2
    assert len({row["contact_id"] for row in house.rows(Conversation)}) == 1 == len(house.rows(Contact))


def proven(house: House) -> None:
    """Somebody has an order in her flow."""
    hears(house, on_whatsapp(house, "¿dónde está mi pedido AB-12345?", sender_alt=[BSUID]))
    with house.database.work() as work:
        state = {**house.conversation()["state"], "vars": {"order": "AB-12345"}}
        work.connection.execute(Conversation.__table__.update().values(state=state))


@pytest.mark.parametrize("change", [
    {"kind": "system", "system": "number_changed", "new_address": "+34600999999"},
    {"kind": "system", "system": "user_id_changed", "new_address": OTHER_BSUID},
    {"kind": "system", "system": "identity_changed"},
    {"kind": "reaction", "sender_alt": [OTHER_BSUID]},
])
def test_a_changed_identity_proves_nothing_any_more(house: House, change: dict[str, Any]) -> None:
    proven(house)
    hears(house, on_whatsapp(house, "", **change))

    assert "vars" not in house.conversation()["state"] and "frames" not in house.conversation()["state"]
    assert ("address_changed" if "new_address" in change else "identity_changed") in kinds(house)


def test_a_notice_nobody_knows_is_kept_and_changes_nothing(house: House) -> None:
    proven(house)
    hears(house, on_whatsapp(house, "", kind="system"))

    assert house.conversation()["state"]["vars"] == {"order": "AB-12345"}
    assert house.rows(Message)[-1]["kind"] == "system"


def test_a_changed_number_is_followed_and_the_old_one_let_go(house: House) -> None:
    hears(house, on_whatsapp(house))
    hears(house, on_whatsapp(house, "", kind="system", system="number_changed", new_address="+34600999999"))
    hears(house, on_whatsapp(house, "soy yo", sender="+34600999999"))
    assert (len(house.rows(Conversation)), house.conversation()["address"]) == (1, "+34600999999")

    hears(house, on_whatsapp(house, "número reciclado", sender=MARTA))
    assert len(house.rows(Contact)) == 2


def test_a_changed_user_id_leaves_the_number_we_write_to(house: House) -> None:
    hears(house, on_whatsapp(house, sender_alt=[BSUID]))
    hears(house, on_whatsapp(house, "", sender=BSUID, kind="system", system="user_id_changed", new_address=OTHER_BSUID))
    hears(house, on_whatsapp(house, sender=MARTA), on_whatsapp(house, sender=OTHER_BSUID))

    assert len(house.rows(Conversation)) == 1


def test_a_number_that_changed_to_one_we_know_joins_the_two(house: House) -> None:
    hears(house, on_whatsapp(house, "vieja"), on_whatsapp(house, "nueva", sender="+34600999999"))
    hears(house, on_whatsapp(house, "", kind="system", system="number_changed", new_address="+34600999999"))
    hears(house, on_whatsapp(house, "soy yo", sender="+34600999999"))

    assert len(house.rows(Conversation)) == 2
    assert sorted(row["value"] for row in house.rows(Address)) == ["+34600999999"]


def test_somebody_without_a_number_is_called_by_her_username(house: House) -> None:
    hears(house, on_whatsapp(house, kind="mention", sender="BR.1349", profile_name="", username="rita.p"))

    assert (the_contact(house)["name"], house.conversation()["language"]) == ("rita.p", "pt")


# ---- groups


def in_group(house: House, text: str = "hola a todos", **more: Any) -> Event:
    return on_whatsapp(house, text, group_id="120363000000000000", **more)


def test_a_group_is_never_mixed_with_its_members(house: House) -> None:
    hears(house, on_whatsapp(house), in_group(house), in_group(house, sender="+34600222333"))

    group = next(row for row in house.rows(Conversation) if row["address"] == "120363000000000000")
    assert len(house.rows(Conversation)) == 2
    senders = [row["content"].get("from") for row in house.rows(Message)
               if row["conversation_id"] == group["conversation_id"]]
    assert sorted(senders) == [MARTA, "+34600222333"]


def test_a_group_is_answered_by_nobody_and_told_to_people_once(house: House) -> None:
    hears(house, in_group(house, "¿dónde está mi pedido AB-12345?"))
    hears(house, in_group(house, "¿hola?"))

    assert (house.said(), [row["reason"] for row in house.rows(Ticket)]) == ([], ["group"])


def test_nothing_is_written_into_a_group_by_hand_either(house: House) -> None:
    hears(house, in_group(house))

    assert house.conversation()["last_inbound_at"] is None


# ---- stop words


@pytest.mark.parametrize("word", ["STOP", "🛑 Stop!", "«baja»", "SAIR."])
@pytest.mark.parametrize("channel", ["whatsapp", "messenger", "instagram"])
def test_stop_is_obeyed_on_every_channel(house: House, channel: str, word: str) -> None:
    hears(house, on_messenger(house, word, channel=channel))

    assert house.conversation()["opted_out_at"] is not None
    assert house.rows(OutboxPart)[-1]["request"]["consent"] is True


def test_a_message_after_stop_is_answered_but_asks_for_no_advertising(house: House) -> None:
    hears(house, on_messenger(house, "STOP"))
    hears(house, on_messenger(house, "hola"))

    assert house.conversation()["opted_out_at"] is None
    assert house.conversation()["marketing_stopped_at"] is not None


@pytest.mark.parametrize("word", ["START", "ALTA", "voltar"])
def test_start_takes_it_back(house: House, word: str) -> None:
    hears(house, on_messenger(house, "STOP"))
    hears(house, on_messenger(house, word))

    assert (house.conversation()["opted_out_at"], house.conversation()["marketing_stopped_at"]) == (None, None)


def test_back_in_a_menu_is_no_wish_for_advertising(house: House) -> None:
    hears(house, on_messenger(house, "STOP"))
    hears(house, on_messenger(house, "oi"))
    hears(house, on_messenger(house, "voltar"))

    assert house.conversation()["marketing_stopped_at"] is not None


@pytest.mark.parametrize(("kind", "is_set"), [("opt_out", True), ("opt_in", False)])
def test_marketing_alone_stops_nothing_else(house: House, kind: str, is_set: bool) -> None:
    hears(house, on_whatsapp(house, "", kind="opt_out", category="marketing", at_ms=1))
    hears(house, on_whatsapp(house, "", kind=kind, category="marketing", at_ms=2))

    assert (house.conversation()["opted_out_at"], house.said()) == (None, [])
    assert (house.conversation()["marketing_stopped_at"] is not None) is is_set


def test_a_plug_in_that_lets_us_write_is_not_thanked(house: House) -> None:
    hears(house, on_messenger(house, "", kind="opt_in"))

    assert house.said() == []


def on_sms(house: House, text: str, **more: Any) -> Event:
    return house.event(text, channel="sms", account="+34900111222", **more)


@pytest.mark.parametrize(("kind", "text"), [("opt_out", "STOP"), ("opt_in", "START"), ("message", "AYUDA")])
def test_what_the_provider_has_answered_is_not_answered_again(house: House, kind: str, text: str) -> None:
    hears(house, on_sms(house, text, kind=kind, provider_replied=True))

    assert (house.said(), len(house.rows(Message))) == ([], 1)


def test_after_stop_on_sms_nothing_is_said_until_start(house: House) -> None:
    hears(house, on_sms(house, "STOP", kind="opt_out", provider_replied=True))
    hears(house, on_sms(house, "¿dónde está mi pedido AB-12345?"))
    assert house.said() == []

    hears(house, on_sms(house, "START", kind="opt_in", provider_replied=True), on_sms(house, "hola"))
    assert house.said() != []


def test_who_writes_can_be_reached_again(house: House) -> None:
    hears(house, on_whatsapp(house))
    with house.database.work() as work:
        work.connection.execute(Conversation.__table__.update().values(unreachable_at=work.now, unreachable_code="131026"))
    hears(house, on_whatsapp(house))

    assert (house.conversation()["unreachable_at"], house.conversation()["unreachable_code"]) == (None, None)


def test_what_messenger_says_she_has_read_is_read(house: House) -> None:
    hears(house, on_messenger(house))
    with house.database.work() as work:
        work.connection.execute(OutboxPart.__table__.update().values(state="sent", sent_at=work.now))
    until = int(house.clock.now().timestamp() * 1000)
    hears(house, {"kind": "status", "status": "read", "provider": "meta", "channel": "messenger", "account": PAGE,
                  "recipient": RITA, "watermark_ms": until})

    assert {part["state"] for part in house.rows(OutboxPart)} == {"read"}


@pytest.mark.parametrize(("channel", "word"), [("sms", "START"), ("whatsapp", "ALTA")])
def test_who_stops_is_told_the_way_back_that_works_there(house: House, channel: str, word: str) -> None:
    house.hear("BAJA", channel=channel)

    assert word in house.said()[-1]
