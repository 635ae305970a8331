"""The addresses below `/lab/`. JSON in and out (the seed may be YAML); only in MODE=lab, only from this machine."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, jsonify, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select, update
from sqlmodel import SQLModel
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

import clock
from config import DEMO_WHATSAPP, LAB_PAGE, LAB_SMS
from conversation.work import Database
from handoff.house_tables import Letter
from handoff.tables import Agent
from lab import due, said, seeding
from lab.due import Hands
from lab.provider import LabProvider, ProviderSilent
from lab.seeding import BadSeed
from orders.lab import deeds_of
from pipeline.shop_hook import Unreadable

OURS = {"whatsapp": f"whatsapp:{DEMO_WHATSAPP}", "sms": LAB_SMS, "messenger": f"messenger:{LAB_PAGE}"}
PREFIXES = {"whatsapp": "whatsapp:", "sms": "", "messenger": "messenger:"}
KEPT = frozenset({"channel", "flow_folder", "flow_revision", "flow_set"})  # a process knows them by heart
MOST_STEPS = 2_000
STRANGE = ("Origin", "X-Forwarded-For", "X-Forwarded-Host", "Forwarded")
PATIENCE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Lab:
    """What the doors stand on. `orders` is the file of the lab's shop, `provider` the stand-in (None: another one).

    `hold` says for how many seconds a reply can be called back; None: as the settings say. `tell` keeps news of orders, in
    the form of docs/outreach.md, and says how many were new.
    """

    database: Database
    hands: Hands
    orders: Path
    provider: LabProvider | None
    hold: Callable[[float | None], None]
    tell: Callable[[bytes], int]


class NoProvider(Exception):
    """The lab was started with a provider of somebody else's."""


class BadBody(Exception):
    """What was sent cannot be read; the message says what would do."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Said(_Body):
    """One message of a contact. `press` is the payload behind a tap; `files` are types such as image/jpeg."""

    sender: str = Field(alias="from")
    text: str = ""
    channel: str = "whatsapp"
    name: str = ""
    press: str = ""
    files: list[str] = Field(default_factory=list)


class SaidMany(_Body):
    """Several at once, in this order; then what is due is done unless `run` is false."""

    messages: list[Said] = Field(max_length=200)
    run: bool = True


class ClockHand(_Body):
    """`at` puts the clock there, `advance_seconds` on from where it is, in steps of `step_seconds` (one if left out),
    doing what is due at each. `runs`: it goes on by itself from there; else it stands. `keep_online` are e-mails of
    agents whose pages stay open meanwhile, `true` all of those who are online now. `real`: the system's time again."""

    at: datetime | None = None
    advance_seconds: float | None = Field(None, ge=0, le=366 * 86_400)
    step_seconds: float | None = Field(None, ge=0.001)
    runs: bool = False
    real: bool = False
    keep_online: list[str] | bool = True
    run: bool = True


class Undo(_Body):
    """For so many seconds a reply can be called back."""

    seconds: float = Field(ge=0, le=30)


def blueprint(lab: Lab) -> Blueprint:
    """The doors of this lab."""
    doors = Blueprint("lab", __name__, url_prefix="/lab")
    for rule, method, view in (
        ("", "GET", _overview), ("/clock", "GET", _show_clock), ("/clock", "POST", _set_clock), ("/seed", "POST", _seed),
        ("/reset", "POST", _reset), ("/messages", "POST", _say), ("/wire", "GET", _wire), ("/provider", "POST", _behave),
        ("/run", "POST", _run), ("/letters", "GET", _letters), ("/undo", "POST", _undo), ("/news", "POST", _news),
    ):
        doors.add_url_rule(rule, f"{method}{rule}", _opened(view, lab), methods=[method])
    doors.before_request(_from_here)
    doors.register_error_handler(Exception, _failed)
    return doors


def mount(app: Flask, lab: Lab) -> None:
    """Open the doors of this app."""
    app.register_blueprint(blueprint(lab))


def _opened(view: Callable[[Lab], Response], lab: Lab) -> Callable[[], Response]:
    return lambda: view(lab)


def _from_here() -> Response | None:
    """A lab has no locks: whoever is not on this machine does not come in, nor does a page of somebody else's, not even
    one whose name leads here (its `Host` tells), nor whoever comes by a tunnel or a proxy."""
    near = _is_loopback(request.remote_addr or "") and _is_loopback(urlsplit(f"//{request.host}").hostname or "")
    if near and not any(name in request.headers for name in STRANGE):
        return None
    answer = jsonify({"error": "The lab is open to programs on this machine alone."})
    answer.status_code = 403
    return answer


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _overview(lab: Lab) -> Response:
    rules = ["GET /lab/clock", "POST /lab/clock", "POST /lab/seed", "POST /lab/reset", "POST /lab/messages",
             "GET /lab/wire", "POST /lab/provider", "POST /lab/run", "POST /lab/undo", "POST /lab/news", "GET /lab/letters"]
    return jsonify({"doors": rules, "ours": OURS, "read": "docs/testing.md"} | _time())


def _show_clock(_lab: Lab) -> Response:
    return jsonify(_time())


def _set_clock(lab: Lab) -> Response:
    wanted = ClockHand.model_validate(_json())
    if wanted.real:
        clock.reset()
        return jsonify(_time())
    staying = _staying(lab, wanted.keep_online)
    begin = _aware(wanted.at) if wanted.at else clock.now()
    stops = [begin] if wanted.at else []
    if wanted.advance_seconds is not None:
        stops += _steps(begin, wanted.advance_seconds, wanted.step_seconds)
    left: dict[str, int] = {}
    for at in stops:
        clock.stand(at)
        _be_seen(lab, staying)
        left = due.run(lab.hands, PATIENCE_SECONDS) if wanted.run else {}
    if wanted.runs:
        clock.run(clock.now())
    return jsonify({**_time(), "left": left})


def _seed(lab: Lab) -> Response:
    seed = seeding.read(request.get_data(as_text=True))
    seeding.put_orders(lab.orders, seed.orders)
    if seed.clock:
        clock.stand(_aware(seed.clock))
    with lab.database.work() as work:
        made = seeding.put_in(work, seed)
    return jsonify({**made, "orders": len(seed.orders), **_time()})


def _reset(lab: Lab) -> Response:
    """Every row goes, the orders too; the schema and the flows that are live stay."""
    if lab.provider:
        lab.provider.forget()
    lab.orders.unlink(missing_ok=True)
    deeds_of(lab.orders).unlink(missing_ok=True)
    lab.hold(None)
    with lab.database.work() as work:
        for table in reversed(SQLModel.metadata.sorted_tables):
            if table.name not in KEPT:
                work.connection.execute(table.delete())
    clock.begin_anew()
    return jsonify(_time())


def _say(lab: Lab) -> Response:
    body = _json()
    wanted = SaidMany.model_validate(body if "messages" in body else {"messages": [body]})
    provider = _provider(lab)
    statuses = [provider.say(_as_said(one)) for one in wanted.messages]
    left = due.run(lab.hands, PATIENCE_SECONDS) if wanted.run else {}
    return jsonify({"webhook": statuses, "left": left})


def _wire(lab: Lab) -> Response:
    """`?to=+34…&after=<n>`: what the provider took from us, oldest first; `n` counts."""
    to, typed = request.args.get("to", ""), request.args.get("after", "0")
    if not (typed.isascii() and typed.isdigit()):
        raise BadBody("after: give the number of the last message that you have read.")
    after = int(typed)
    sent = [one | {"to": one["to"].rpartition(":")[2], "channel": _channel(one["to"])} for one in _provider(lab).wire()]
    found = [one for one in sent if one["n"] > after and (not to or one["to"] == to)]
    with lab.database.reading() as session:
        return jsonify({"messages": said.told(session, found)})


def _news(lab: Lab) -> Response:
    """News of orders, as a shop would post them to /webhooks/shop, without a signature; then what is due is done."""
    new = lab.tell(request.get_data())
    return jsonify({"new": new, "left": due.run(lab.hands, PATIENCE_SECONDS)})


def _undo(lab: Lab) -> Response:
    """How long an agent's reply waits before it leaves, from now on."""
    wanted = Undo.model_validate(_json())
    lab.hold(wanted.seconds)
    return jsonify({"seconds": wanted.seconds})


def _behave(lab: Lab) -> Response:
    return jsonify(_provider(lab).mode(_json()))


def _run(lab: Lab) -> Response:
    return jsonify({"left": due.run(lab.hands, PATIENCE_SECONDS), **_time()})


def _letters(lab: Lab) -> Response:
    """The mails that people of ours would get, oldest first."""
    letter = Letter.__table__
    with lab.database.reading() as session:
        rows = session.execute(select(letter).order_by(letter.c.created_at)).mappings().all()
    return jsonify({"letters": [{name: _plain(value) for name, value in row.items()} for row in rows]})


def _failed(error: Exception) -> Response | HTTPException:
    if isinstance(error, HTTPException):
        return error
    known = isinstance(error, BadSeed | ValidationError | NoProvider | BadBody | Unreadable)
    if not known and not isinstance(error, ProviderSilent):
        raise error
    words = "; ".join(_place(one) for one in error.errors()) if isinstance(error, ValidationError) else str(error)
    answer = jsonify({"error": words})
    answer.status_code = 422 if known else 502
    return answer


def _place(problem: Any) -> str:
    return f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"


def _json() -> dict[str, Any]:
    body = request.get_json(silent=True) if request.get_data() else {}
    if not isinstance(body, dict):
        raise BadBody("The body is no JSON object: send one, with Content-Type: application/json.")
    return body


def _as_said(said: Said) -> dict[str, str]:
    if said.channel not in OURS:
        raise BadBody(f"There is no channel “{said.channel}” here: use one of {', '.join(OURS)}.")
    return {"from": PREFIXES[said.channel] + said.sender, "to": OURS[said.channel], "body": said.text,
            "profile_name": said.name, "button": said.press, "media_types": ",".join(said.files)}


def _channel(address: str) -> str:
    kind, colon, _ = address.partition(":")
    return kind if colon else "sms"


def _provider(lab: Lab) -> LabProvider:
    if lab.provider is None:
        raise NoProvider("This lab was started with a provider of its own (TWILIO_… or META_…): ask that one.")
    return lab.provider


def _steps(begin: datetime, seconds: float, step: float | None) -> list[datetime]:
    count = max(1, -(-int(seconds * 1000) // int(step * 1000))) if step else 1
    if count > MOST_STEPS:
        raise BadBody(f"step_seconds: that would be {count} steps; at most {MOST_STEPS} are taken at once.")
    ends = [min(seconds, (place + 1) * step) if step else seconds for place in range(count)]
    return [begin + timedelta(seconds=end) for end in ends]


def _staying(lab: Lab, wanted: list[str] | bool) -> list[str]:
    """The ids of the agents whose pages stay open while the clock moves."""
    agent = Agent.__table__
    if wanted is False:
        return []
    if wanted is True:
        query = select(agent.c.agent_id).where(agent.c.last_seen_at > clock.now() - timedelta(seconds=90))
    else:
        query = select(agent.c.agent_id).where(agent.c.email.in_([one.lower() for one in wanted]))
    with lab.database.reading() as session:
        return list(session.execute(query).scalars())


def _be_seen(lab: Lab, agents: list[str]) -> None:
    with lab.database.work() as work:
        seen = update(Agent.__table__).where(Agent.__table__.c.agent_id.in_(agents))
        work.connection.execute(seen.values(last_seen_at=work.now))


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _time() -> dict[str, Any]:
    return {"now": clock.now().isoformat(), "stands": clock.stands()}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
