"""The lab as an automated test uses it: ./run with MODE=lab and nothing else, everything over HTTP."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.end_to_end.relevo import Relevo

MARTA = "+34600111222"
SEED = """
clock: 2026-11-23T10:00:00+01:00
queues:
  - {id: shipping, titles: {es: Envíos}, hours: "mon-fri 09:00-14:00 16:00-19:30", promise_minutes: 15, is_default: true}
agents:
  - {email: ana@example.com, name: Ana, queues: [shipping], api_key: rlv_of_ana_in_the_lab}
"""


class Lab:
    """The doors, and the API with Ana's key."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"

    def ask(self, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body is not None else None
        asked = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json", **headers})
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)

    def api(self, path: str, body: Any = None) -> tuple[int, Any]:
        return self.ask(f"/api/v1{path}", body, Authorization="Bearer rlv_of_ana_in_the_lab")

    def say(self, text: str, **more: Any) -> None:
        status, told = self.ask("/lab/messages", {"from": MARTA, "name": "Marta", "text": text, **more})
        assert (status, told["left"]) == (200, {})

    def heard(self) -> list[str]:
        return [one["body"] for one in self.ask(f"/lab/wire?to=%2B{MARTA[1:]}")[1]["messages"]]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with Relevo(tmp_path_factory.mktemp("lab") / "data", {"MODE": "lab"}) as relevo:
        yield Lab(relevo.port)


@pytest.fixture(autouse=True)
def seeded(lab: Lab) -> None:
    assert lab.ask("/lab/reset", {})[0] == 200
    assert lab.ask("/lab/seed", SEED)[0] == 200


def test_a_conversation_goes_to_ana_and_her_answer_reaches_marta(lab: Lab) -> None:
    lab.say("quiero hablar con una persona")
    (row,) = lab.api("/conversations?tab=queued")[1]["conversations"]

    assert lab.api(f"/tickets/{row['ticket']['ticket']}/claim", {"epoch": row["epoch"]})[0] == 200
    status, _ = lab.api(f"/tickets/{row['ticket']['ticket']}/replies", {
        "text": "Ya lo estoy mirando.", "epoch": row["epoch"] + 1, "last_seen_seq": 99})
    lab.ask("/lab/run", {})
    assert status == 200
    assert ["soy *Ana*" in lab.heard()[-2], "Ya lo estoy mirando." in lab.heard()[-1]] == [True, True]


def test_time_passes_in_steps_and_what_is_due_happens_on_its_way(lab: Lab) -> None:
    lab.say("quiero hablar con una persona")
    told = len(lab.heard())

    status, after = lab.ask("/lab/clock", {"advance_seconds": 1500, "step_seconds": 60})
    assert (status, after["now"], after["left"]) == (200, "2026-11-23T09:25:00+00:00", {})
    assert len(lab.heard()) == told + 1


def test_out_of_hours_the_customer_hears_when_they_are_back(lab: Lab) -> None:
    lab.ask("/lab/clock", {"at": "2026-11-23T15:00:00+01:00"})
    lab.say("quiero hablar con una persona")

    assert "16:00" in lab.heard()[-1]


def test_pictures_that_contacts_send_arrive(lab: Lab) -> None:
    lab.say("quiero hablar con una persona")
    lab.say("", files=["image/jpeg"])
    (row,) = lab.api("/conversations?tab=queued")[1]["conversations"]

    messages = lab.api(f"/conversations/{row['conversation']}")[1]["messages"]
    assert [message["media"] for message in messages if message["media"]] == [["image"]]


def test_a_provider_that_refuses_shows_at_the_desk(lab: Lab) -> None:
    lab.ask("/lab/provider", {"mode": "400", "code": 63024})
    lab.say("hola")
    lab.ask("/lab/provider", {"mode": "ok"})

    assert lab.heard() == []


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"X-Forwarded-For": "203.0.113.9"}])
def test_a_page_of_somebody_else_does_not_come_in(lab: Lab, headers: dict[str, str]) -> None:
    status, told = lab.ask("/lab/letters", **headers)

    assert (status, told["error"]) == (403, "The lab is open to programs on this machine alone.")


@pytest.mark.parametrize("path, body", [("/lab/wire?after=x", None), ("/lab/clock", {"advance_seconds": 1, "step_seconds": 1e-9})])
def test_a_door_says_what_is_wrong(lab: Lab, path: str, body: dict[str, Any] | None) -> None:
    assert lab.ask(path, body)[0] == 422
