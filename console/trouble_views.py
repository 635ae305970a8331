"""Trouble as its page shows it: a card for each thing that is wrong, with what to do and who was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import current_app, url_for

from console import channel_cards, here, order_actions_shown
from console.rows import queue_titles
from console.trouble_rows import FlowFailure, Rows

LONGEST = 300
OF_AGENTS = ("letters", "pushes")  # alarms about telling people of ours: no channel has to do with them
GIVEN_UP = "given_up"
NAMES = 3


@dataclass(frozen=True, slots=True)
class Way:
    """Something to do about it: a link, or with `post` a form with these fields."""

    text: str
    url: str
    icon: str
    post: bool = False
    plain: bool = False
    testid: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that is wrong. `told` says who heard of it and when; `customers` 0: it is not about any."""

    kind: str
    what: str
    since: datetime
    why: str = ""
    last: datetime | None = None
    times: int = 1
    customers: int = 0
    step: str = ""
    told: str = ""
    ways: Sequence[Way] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


def pieces(rows: Rows, titles: Mapping[str, str]) -> list[tuple[str, list[Piece]]]:
    """The kinds of trouble in their order, each with its pieces; kinds without any are left out."""
    found = [
        ("alarms", [_alarm(one) for one in rows.alarms if one["key"] != GIVEN_UP]),
        ("unclaimed", [_unclaimed(one, rows, titles) for one in rows.unclaimed]),
        ("actions", [_action(one) for one in rows.actions]),
        ("dead", [_dead(one, rows) for one in rows.dead]),
        ("flows", [_flow(one, rows) for one in rows.flows]),
        ("services", [_service(one, rows) for one in rows.services]),
        ("hooks", [_hook(one, rows) for one in rows.hooks]),
        ("mails", [*(_mail(one, rows) for one in rows.mails), *(_push(one, rows) for one in rows.pushes)]),
    ]
    return [(kind, all_) for kind, all_ in found if all_]


def as_data(one: Piece) -> dict[str, Any]:
    """A piece for a program."""
    f = here.formats()
    return {"kind": one.kind, "what": one.what, "why": one.why, "since": f.iso(one.since),
            "last": f.iso(one.last) if one.last else None, "times": one.times, "customers": one.customers, "next": one.step,
            "told": one.told, **one.facts}


def titles(session: Any) -> dict[str, str]:
    return queue_titles(session, here.language())


def _alarm(one: Mapping[str, Any]) -> Piece:
    words, shown = here.texts(), channel_cards.alarm(one, here.texts(), here.desk().channels)
    ways = [Way(words("troubles.open_channels"), url_for("console.channels"), "activity")] if one["key"] not in OF_AGENTS else []
    if shown.settle:
        ways.append(Way(words("health.settle"), url_for("console.settle_alarm", alarm_id=shown.id), "check", True, True))
    what = f"{shown.place}: {shown.sentence.what}" if shown.place else shown.sentence.what
    return Piece("alarms", what, shown.raised_at, times=shown.times, step=shown.sentence.step, told=_by_mail(one["mailed_at"]),
                 ways=ways, facts={"id": shown.id, "key": shown.key, "level": one["level"]})


def _unclaimed(one: Mapping[str, Any], rows: Rows, titles: Mapping[str, str]) -> Piece:
    words, f = here.texts(), here.formats()
    name, heard = one["name"] or one["address"], rows.told.get(one["ticket_id"], ())
    told = _by_notice(heard) if heard else words("troubles.told_queue")
    return Piece(
        "unclaimed", words("troubles.unclaimed_what", name=name, queue=titles.get(one["queue_id"], one["queue_id"])),
        one["waiting_since"], words("troubles.unclaimed_why", span=f.since(one["due_at"])), customers=1,
        step=words("troubles.unclaimed_next"), told=told,
        ways=[_talk(one["conversation_id"]), Way(words("troubles.open_wall"), url_for("console.supervision"), "radar", plain=True)],
        facts={"ticket": one["ticket_id"], "conversation": one["conversation_id"], "contact_told": one["late_at"] is not None})


def _dead(one: Mapping[str, Any], rows: Rows) -> Piece:
    words, key = here.texts(), one["dead_letter_id"]
    ways = [Way(words("trouble.rerun"), url_for("console.rerun", dead_letter_id=key), "rotate-cw", True, testid="rerun"),
            Way(words("trouble.dismiss"), url_for("console.dismiss", dead_letter_id=key), "x", True, True, testid="dismiss")]
    if one["conversation_id"]:
        ways.append(_talk(one["conversation_id"]))
    kind = one["kind"] if words.has(f"troubles.dead_next_{one['kind']}") else "turn"
    return Piece(
        "dead", words.either(f"trouble.kinds.{one['kind']}", "trouble.kinds.other"), one["created_at"], one["reason"][:LONGEST],
        customers=int(bool(one["conversation_id"])), step=words(f"troubles.dead_next_{kind}"),
        told=_by_mail(rows.mailed.get(GIVEN_UP)), ways=ways, facts={"id": key, "conversation": one["conversation_id"]})


def _action(one: Mapping[str, Any]) -> Piece:
    """What an agent had the shop do, and nobody knows whether it was done."""
    words = here.texts()
    what = words("troubles.action_what", kind=order_actions_shown.deed(one["kind"], one["amount"], one["currency"]),
                 order=one["order_reference"])
    settle = url_for("console.settle_order_action", order_action_id=one["order_action_id"])
    return Piece(
        "actions", what, one["ended_at"] or one["created_at"], one["error"][:LONGEST], customers=1, step=words("troubles.action_next"),
        told=words("troubles.action_told", name=one["asked_name"]), ways=[
            _talk(one["conversation_id"]),
            Way(words("order_action.was_done"), f"{settle}?was_done=1", "check", True, True, "was-done"),
            Way(words("order_action.was_not_done"), f"{settle}?was_done=0", "x", True, True, "was-not-done")],
        facts={"order_action": one["order_action_id"], "conversation": one["conversation_id"]})


def _flow(one: FlowFailure, rows: Rows) -> Piece:
    words = here.texts()
    ways = [Way(words("troubles.open_flow"), url_for("console.flow", name=one.flow) + _line(one),
                "workflow")] if one.flow else []
    ways += [_talk(one.conversation_id)] if one.conversation_id else []
    key = f"flow:{one.place}"[:120]
    return Piece("flows", words("troubles.flow_what", place=one.place or "?"), one.first_at, one.text[:LONGEST], one.last_at,
                 one.times, one.customers, words("troubles.flow_next"),
                 _by_mail(rows.mailed[key]) if key in rows.mailed else words("troubles.told_here"), ways,
                 {"place": one.place, "conversation": one.conversation_id})


def _line(one: FlowFailure) -> str:
    """Where the step stands in the file that is live: the editor opens there."""
    library = here.desk().flows.library()
    flow = library.flows.get(one.flow) if library else None
    steps = flow.steps if flow else ()
    return next((f"#L{step.line}" for step in steps if step.id == one.step), "")


def _service(one: Mapping[str, Any], rows: Rows) -> Piece:
    words, key = here.texts(), f"service:{one['service']}"
    return Piece("services", words("troubles.service_what", service=one["service"]), one["first_at"], one["error"][:LONGEST],
                 one["last_at"], one["times"], one["customers"], words("troubles.service_next"),
                 _by_alarm(key, rows), (),
                 {"service": one["service"], "is_over": key not in rows.mailed})


def _hook(one: Mapping[str, Any], rows: Rows) -> Piece:
    words = here.texts()
    ways = [Way(words("troubles.open_hook"), url_for("console.admin_hook", hook_id=one["hook_id"]), "link")] if (
        "console.admin_hook" in current_app.view_functions and here.viewer().role == "admin") else []
    mailed = next((at for key, at in rows.mailed.items() if one["hook_id"] in key), None)
    why = one["error"] or (words("troubles.hook_status", status=one["status"]) if one["status"] else "")
    return Piece("hooks", words("troubles.hook_what", url=one["url"]), one["failing_since"] or one["first_at"], why[:LONGEST],
                 one["last_at"], one["times"], 0, words("troubles.hook_next"), _by_mail(mailed), ways, {"hook": one["hook_id"]})


def _mail(one: Mapping[str, Any], rows: Rows) -> Piece:
    words = here.texts()
    return Piece("mails", words("troubles.mail_what", to=one["to_address"], subject=one["subject"]),
                 one["created_at"], (one["error"] or "")[:LONGEST], one["ended_at"], step=words("troubles.mail_next"),
                 told=_by_alarm("letters", rows), facts={"letter": one["letter_id"]})


def _push(one: Mapping[str, Any], rows: Rows) -> Piece:
    words = here.texts()
    return Piece("mails", words("troubles.push_what", name=one["name"], device=one["device"] or "?"), one["failed_at"],
                 step=words("troubles.push_next"), told=_by_alarm("pushes", rows))


def _by_alarm(key: str, rows: Rows) -> str:
    return _by_mail(rows.mailed[key]) if key in rows.mailed else here.texts()("troubles.told_here")


def _talk(conversation_id: str) -> Way:
    return Way(here.texts()("trouble.open"), url_for("console.conversation", conversation_id=conversation_id),
               "message-square", plain=True)


def _by_mail(mailed_at: datetime | None) -> str:
    """Who was written to about an alarm, and when."""
    words, f, to = here.texts(), here.formats(), ", ".join(here.desk().alert_to)
    if not to:
        return words("troubles.told_nobody")
    return words("troubles.told_mail", to=to, at=f.within(mailed_at)) if mailed_at else words("troubles.told_soon", to=to)


def _by_notice(heard: Sequence[tuple[str, datetime]]) -> str:
    words, f, names = here.texts(), here.formats(), list(dict.fromkeys(name for name, _ in heard))
    more = words("troubles.and_more", n=len(names) - NAMES) if len(names) > NAMES else ""
    return words("troubles.told_people", names=", ".join(names[:NAMES]) + more, at=f.moment(heard[-1][1]))
