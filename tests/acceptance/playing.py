"""Whoever plays a scenario: contacts who write, people with keys, the clock, and what reached the contact."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from tests.providers.meta import MetaStandIn

MARTA, LEO, INA, TOM = "+34600111222", "+34600111333", "+34600111444", "+34600111555"
ASKS = "quiero hablar con una persona"
DAY = "mon-fri 09:00-14:00 16:00-19:30"
MONDAY_TEN = "2026-11-23T10:00:00+01:00"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request got."""

    status: int
    body: Any

    def __getitem__(self, key: Any) -> Any:
        return self.body[key]

    @property
    def code(self) -> str:
        return str(self.body["error"]["code"]) if "error" in self.body else ""

    @property
    def told(self) -> tuple[int, str]:
        return self.status, self.code


@dataclass(frozen=True, slots=True)
class Person:
    """An agent with her key."""

    house: House
    name: str

    def get(self, path: str) -> Answer:
        return self.house.ask(f"/api/v1{path}", None, Authorization=f"Bearer {key_of(self.name)}")

    def post(self, path: str, body: Any = None, method: str = "POST") -> Answer:
        return self.house.ask(f"/api/v1{path}", body or {}, method, Authorization=f"Bearer {key_of(self.name)}")

    def rows(self, tab: str = "all", **asked: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(f"/conversations?{urllib.parse.urlencode({'tab': tab, **asked})}")["conversations"]
        return found

    def who(self, tab: str = "all", **asked: str) -> list[str]:
        return [row["name"] for row in self.rows(tab, **asked)]

    def talk(self, name: str) -> Talk:
        """The conversation of this contact, as this person sees it in the list."""
        (row,) = [row for row in self.rows() if row["name"] == name]
        return Talk(self, row["conversation"])


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation in the hands of one person; everything is asked with the epoch of this moment unless it is given."""

    person: Person
    conversation: str

    def by(self, person: Person) -> Talk:
        return Talk(person, self.conversation)

    def look(self) -> Answer:
        return self.person.get(f"/conversations/{self.conversation}")

    @property
    def ticket(self) -> dict[str, Any]:
        found: dict[str, Any] = self.look()["ticket"]
        return found

    def do(self, action: str, body: dict[str, Any] | None = None, method: str = "POST") -> Answer:
        return self.person.post(f"/tickets/{self.ticket['ticket']}/{action}", body, method)

    def claim(self, **more: Any) -> Answer:
        return self.do("claim", {"epoch": self.look()["epoch"], **more})

    def reply(self, text: str, **more: Any) -> Answer:
        seen = self.look()
        answer = self.do("replies", {"text": text, "epoch": seen["epoch"], "last_seen_seq": seen["last_seq"], **more})
        self.person.house.run()
        return answer

    def note(self, text: str) -> Answer:
        return self.do("notes", {"text": text})

    def resolve(self, disposition: str = "solved", **more: Any) -> Answer:
        answer = self.do("resolution", {"disposition": disposition, **more})
        self.person.house.run()
        return answer


@dataclass(frozen=True, slots=True)
class House:
    """The lab's doors; `meta` is the stand-in for Meta beside it, if it was started with one."""

    base: str
    meta: MetaStandIn | None = None

    def ask(self, path: str, body: Any = None, method: str = "", **headers: str) -> Answer:
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body is not None else None
        asked = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json", **headers})
        asked.method = method or ("GET" if data is None else "POST")
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                return Answer(answer.status, json.load(answer))
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, json.load(refused))

    def person(self, name: str) -> Person:
        return Person(self, name)

    def seed(self, **parts: Any) -> None:
        """Everything away, then these parts; people get a key made of their name."""
        self.ask("/lab/reset", {})
        parts["agents"] = [agent(**one) for one in parts.get("agents", [])]
        done = self.ask("/lab/seed", json.dumps({"clock": MONDAY_TEN, **parts}))
        assert done.status == 200, done.body

    def add(self, **parts: Any) -> None:
        """These parts too."""
        done = self.ask("/lab/seed", json.dumps(parts))
        assert done.status == 200, done.body

    def say(self, sender: str, text: str = "", *, name: str = "", run: bool = True, **more: Any) -> None:
        message = {"from": sender, "text": text, "name": name or NAMES.get(sender, ""), **more}
        done = self.ask("/lab/messages", {"messages": [message], "run": run})
        assert (done.status, done["webhook"]) == (200, [204]), done.body
        assert not run or done["left"] == {}, done.body

    def wait(self, step: float = 0, online: list[str] | bool = True, **length: float) -> None:
        """Time passes; `online` are those whose pages stay open."""
        seconds = length.get("minutes", 0) * 60 + length.get("seconds", 0) + length.get("hours", 0) * 3600
        kept = [email(name) for name in online] if isinstance(online, list) else online
        body = {"advance_seconds": seconds, "keep_online": kept} | ({"step_seconds": step} if step else {})
        done = self.ask("/lab/clock", body)
        assert (done.status, done["left"]) == (200, {}), done.body

    def at(self, moment: str, online: bool = True) -> None:
        done = self.ask("/lab/clock", {"at": moment, "keep_online": online})
        assert (done.status, done["left"]) == (200, {}), done.body

    def run(self) -> None:
        done = self.ask("/lab/run", {})
        assert done["left"] == {}, done.body

    def provider(self, **mode: Any) -> None:
        assert self.ask("/lab/provider", mode or {"mode": "ok"}).status == 200

    def wire(self, to: str = MARTA, after: int = 0) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask(f"/lab/wire?to={urllib.parse.quote(to)}&after={after}")["messages"]
        return found

    def heard(self, to: str = MARTA, after: int = 0) -> list[str]:
        return [one["body"] for one in self.wire(to, after)]

    def count(self) -> int:
        """How much has gone out; what comes later has a greater number."""
        return max([0, *(one["n"] for one in self.ask("/lab/wire")["messages"])])


NAMES = {MARTA: "Marta", LEO: "Leo", INA: "Ina", TOM: "Tom"}


def email(name: str) -> str:
    return f"{name.lower()}@example.com"


def key_of(name: str) -> str:
    return f"rlv_of_{name.lower()}_in_the_lab"


def agent(name: str, **more: Any) -> dict[str, Any]:
    return {"email": email(name), "name": name, "api_key": key_of(name), "queues": ["shipping"], **more}


def queue(queue_id: str = "shipping", **more: Any) -> dict[str, Any]:
    titles = {"shipping": {"es": "Envíos", "en": "Shipping", "pt": "Envios"},
              "returns": {"es": "Devoluciones", "en": "Returns", "pt": "Devoluções"}}
    return {"id": queue_id, "titles": titles[queue_id], "hours": DAY, "promise_minutes": 20,
            "is_default": queue_id == "shipping", **more}


def at_once(what: list[Any]) -> list[Any]:
    """All of these calls at the same time; what each returned, in their order."""
    with ThreadPoolExecutor(len(what)) as pool:
        return [one.result() for one in [pool.submit(call) for call in what]]
