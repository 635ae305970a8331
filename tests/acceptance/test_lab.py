"""What the lab itself offers: taps to be seen, time to undo, Meta's channels, a shop that answers from its own phone."""

from __future__ import annotations

import json
import time
import urllib.request
from typing import Any

import pytest

from tests.acceptance.playing import ASKS, MARTA, House, Person, Talk
from tests.providers.meta import APP_SECRET, PAGE_ID, MetaStandIn, messenger_event, sign

LENA = "7654321987"  # as Messenger names her


@pytest.fixture
def meta(house: House) -> MetaStandIn:
    if house.meta is None:
        pytest.skip("The lab that runs already has no Meta beside it: leave RELEVO_LAB out.")
    house.meta.forget()
    return house.meta


def posted(house: House, sender: str, event: dict[str, Any]) -> int:
    """A webhook of Messenger, signed as Meta signs."""
    told = messenger_event(sender, int(time.time() * 1000), event)
    if event["message"].get("is_echo"):
        told["entry"][0]["messaging"][0] |= {"sender": {"id": PAGE_ID}, "recipient": {"id": sender}}
    body = json.dumps(told).encode()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": sign(APP_SECRET, body)}
    with urllib.request.urlopen(urllib.request.Request(house.base + "/webhooks/meta", body, headers), timeout=30) as answer:
        house.run()
        return int(answer.status)


def test_the_wire_shows_what_can_be_tapped_and_what_a_tap_says(house: House) -> None:
    house.say(MARTA, ASKS)
    house.wait(minutes=31, step=600)
    late = house.wire()[-1]

    assert (late["author"], [one["payload"] for one in late["taps"]]) == ("system", ["desk.wait", "desk.write", "desk.bot"])
    assert [one["label"] for one in late["taps"]] == ["Esperar", "Escribidme", "Volver al bot"]


def test_what_is_undone_in_time_never_leaves_and_she_waits_again(house: House, held: Talk) -> None:
    house.ask("/lab/undo", {"seconds": 5})
    house.say(MARTA, "¿y bien?")
    waits, n = held.look()["waiting_since"], house.count()
    said = held.reply("Llega mañ")

    assert held.person.post(f"/messages/{said['message_id']}/undo").status == 200
    house.wait(minutes=1)
    assert (house.heard(after=n), held.look()["waiting_since"]) == ([], waits)


def test_what_is_not_undone_leaves_when_its_seconds_are_over(house: House, held: Talk) -> None:
    house.ask("/lab/undo", {"seconds": 5})
    n = house.count()
    held.reply("Llega mañana.")

    assert house.heard(after=n) == []
    house.wait(seconds=6)
    assert house.heard(after=n) == ["*Ana:* Llega mañana."]


def test_who_writes_by_metas_own_messenger_is_answered_there(house: House, meta: MetaStandIn, sue: Person) -> None:
    assert posted(house, LENA, {"message": {"mid": "m_1", "text": ASKS}}) == 200

    assert "Te paso con una persona" in meta.wait_for(1, to=LENA)[0].text
    assert [row["channel"] for row in sue.rows("queued")] == ["meta-messenger"]


def test_a_shop_that_answers_from_its_own_inbox_silences_the_bot_for_twenty_minutes(
    house: House, meta: MetaStandIn, sue: Person
) -> None:
    posted(house, LENA, {"message": {"mid": "m_2", "text": "hola"}})
    before = len(meta.wait_for(1, to=LENA))
    posted(house, LENA, {"message": {"mid": "m_3", "text": "Hola, soy Paco, de la tienda", "is_echo": True}})
    posted(house, LENA, {"message": {"mid": "m_4", "text": "¿y mi pedido?"}})

    (row,) = sue.rows()
    assert (row["owner"], len(meta.accepted(LENA))) == ("queue", before)
    assert "soy Paco" in str(sue.get(f"/conversations/{row['conversation']}").body["messages"])
