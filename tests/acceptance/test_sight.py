"""Least sight: what an agent may not see is not there, whatever she asks; and every change leaves its line."""

from __future__ import annotations

import pytest

from tests.acceptance.playing import ASKS, MARTA, House, Person, Talk

GETS = ("/conversations/{cnv}", "/conversations/{cnv}/tickets", "/conversations/{cnv}/viewers",
        "/conversations/{cnv}/saved-replies")
POSTS = {
    "/tickets/{tkt}/claim": {"epoch": 1}, "/tickets/{tkt}/replies": {"text": "Hola", "epoch": 1},
    "/tickets/{tkt}/notes": {"text": "Hola"}, "/tickets/{tkt}/resolution": {}, "/tickets/{tkt}/return": {},
    "/tickets/{tkt}/snooze": {}, "/tickets/{tkt}/release": {}, "/tickets/{tkt}/offer": {"epoch": 1},
    "/tickets/{tkt}/offer/refusal": {}, "/tickets/{tkt}/verdict": {"kind": "not_a_reason"},
    "/tickets/{tkt}/transfers": {"to": "queue:shipping", "note": "Hola hola"},
    "/tickets/{tkt}/templates": {"template": "we_missed_you", "epoch": 1},
    "/conversations/{cnv}/notes": {"text": "Hola"}, "/conversations/{cnv}/draft": {"text": "Hola"},
    "/conversations/{cnv}/tags": {"tag": "x"}, "/conversations/{cnv}/takeover": {"epoch": 1},
    "/conversations/{cnv}/unread": {}, "/conversations/{cnv}/viewing": {}, "/conversations/{cnv}/block": {"why": "spam"},
}


@pytest.fixture
def eve(house: House) -> Person:
    """She works in returns, and Marta waits in shipping."""
    house.add(agents=[{"email": "eve@example.com", "name": "Eve", "queues": ["returns"], "api_key": "rlv_of_eve_in_the_lab"}])
    return house.person("Eve")


def test_what_is_not_in_her_queues_is_not_there(house: House, eve: Person, waiting: Talk) -> None:
    known = {"cnv": waiting.conversation, "tkt": waiting.ticket["ticket"]}
    before = waiting.look().body
    got = {path: eve.get(path.format(**known)).told for path in GETS}
    got |= {path: eve.post(path.format(**known), body).told for path, body in POSTS.items()}

    assert {told for told in got.values()} == {(404, "not_found")}, got
    assert (eve.rows(), eve.get("/events")["events"]) == ([], [])
    assert eve.get("/search?q=Marta")["results"] == []
    assert waiting.look().body == before


def test_what_the_bot_answers_is_for_supervisors(house: House, ana: Person, sue: Person) -> None:
    house.say(MARTA, "menu")

    assert (ana.who(), sue.who()) == ([], ["Marta"])
    assert ana.get(f"/conversations/{sue.rows()[0]['conversation']}").told == (404, "not_found")


def test_an_agent_does_not_supervise(ana: Person) -> None:
    asked = ["supervision", "reports", "trouble", "blocked", *(f"admin/{one}" for one in (
        "queues", "agents", "audit", "api-keys", "hooks", "retention"))]

    assert {ana.get(f"/{path}").status for path in asked} <= {403, 404}


def test_without_a_key_there_is_nothing(house: House) -> None:
    assert house.ask("/api/v1/conversations").status == 401
    assert house.person("Nobody").get("/conversations").told == (401, "bad_key")


def test_every_change_of_owner_is_a_line_with_its_actor_and_epoch(house: House, waiting: Talk, sue: Person) -> None:
    waiting.claim()
    waiting.reply("Hola.")
    waiting.do("snooze", {"until": "reply"})
    house.say(MARTA, "Aquí estoy")
    waiting.do("release", {"reason": "Comida"})
    waiting.claim()
    waiting.do("return")

    moves = ("handoff", "claim", "snooze", "wake", "release", "return")
    lines = [(one["kind"], one["epoch"]) for one in sue.get("/events")["events"] if one["kind"] in moves]
    assert [kind for kind, _ in lines] == ["handoff", "claim", "snooze", "wake", "release", "claim", "return"]
    assert [epoch for _, epoch in lines] == sorted(epoch for _, epoch in lines)


def test_the_card_says_why_with_the_words_that_did_it(house: House, waiting: Talk) -> None:
    why = waiting.look()["card"]["why"]

    assert why["sentence"] == f"Pidió una persona: «{ASKS}»"
    assert waiting.look()["messages"][0]["evidence"] == [1]


def test_both_verdicts_are_kept(waiting: Talk) -> None:
    waiting.claim()
    for kind in ("not_a_reason", "bot_should_know"):
        assert waiting.do("verdict", {"kind": kind}).status == 200
        assert waiting.look()["card"]["why"]["verdict"]["kind"] == kind
    assert waiting.do("verdict", method="DELETE").status == 200
    assert waiting.look()["card"]["why"]["verdict"]["kind"] == ""
