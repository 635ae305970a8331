"""Cases of delivery: the list, the page of one, opening one from a conversation, and the pack that goes to the carrier."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from flask import jsonify, request, url_for
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import case_views, here, nav, order_sight, panels, screens
from console.answers import answer_problem, saved
from console.case_answers import refused
from console.case_sight import Filters, listed, seen
from console.errors import ConsoleError
from console.problems import problem
from console.programs.once import once
from console.rendering import page
from console.route import Entry, Route, Twin
from console.transcripts import agent_names
from conversation.files import Folder
from conversation.work import Work
from handoff import access, ledger
from handoff.errors import HandoffError
from incidents import case_rows, cases, pack, packing
from incidents.cases import WISHES, Opening
from incidents.errors import IncidentError
from incidents.tables import KINDS, STATES
from incidents.vocabulary import LANGUAGES
from orders.reference import fold

SIGNS = {"damage": "damaged", "wrong_item": "wrong", "missing_item": "missing", "not_received": "lost", "lost": "lost", "late": "late"}


class Begin(BaseModel):
    """A new case: `kind` late, lost, damaged, wrong or missing; the order's number; what happened; `wish` replace, refund or open."""

    model_config = ConfigDict(extra="forbid")
    kind: str
    order: str = Field(max_length=64)
    what: str = Field("", max_length=cases.LONGEST)
    wish: str = ""


def incidents() -> Response:
    """The cases she may see; `?state=open|ready|claimed|accepted|refused|closed|all&kind=&carrier=&mine=1&soon=1`."""
    wanted = _asked()
    with here.desk().database.reading() as session:
        found = listed(session, wanted)
        if here.wants_json():
            return jsonify({"incidents": [_plain_row(case) for case in found]})
        names = agent_names(session)
        return page("incidents.html", rows=[case_views.row(case, names) for case in found], wanted=wanted,
                    filters=case_views.choices(found, wanted), findings=_findings(), **_frame(session))


def incident(incident_id: str) -> Response:
    """One case, with everything that belongs to it."""
    with here.desk().database.reading() as session:
        case = seen(session, incident_id)
        found = case_rows.dossier(session, here.desk().rules.book, case)
        if here.wants_json():
            return jsonify(_plain(session, found))
        return page("incident.html", case=case_views.whole(session, found), wishes=_wishes(), **_frame(session))


def new_incident(conversation_id: str) -> Response:
    """The form of a new case, with what is known filled in."""
    with here.desk().database.reading() as session:
        sight = access.conversation_for(session, here.viewer(), conversation_id)
        return page("incident_new.html", known=_known(session, conversation_id, sight.ticket), conversation_id=conversation_id,
                    kinds=[(kind, case_views.say("kinds", kind)) for kind in KINDS], wishes=_wishes(), **_frame(session))


def open_incident(conversation_id: str) -> Response:
    """Begin a case, or go on with the one that is open for this order and kind."""
    given = {name: here.text_field(name) for name in ("kind", "order", "what", "wish")}
    order = panels.order_facts({"known": {"order_ref": given["order"]}}) or {}
    reference = str(order.get("reference") or given["order"])

    def do(work: Work) -> dict[str, Any]:
        sight = access.conversation_for(work.connection, here.viewer(), conversation_id)
        ledger.lock(work, conversation_id)
        opened = cases.open_case(work, here.desk().rules.book, Opening(
            kind=given["kind"], order_reference=reference, order_key=fold(reference), conversation_id=conversation_id,
            order=order, what=given["what"], wish=given["wish"], by=here.viewer().agent_id,
            ticket_id=sight.live_ticket["ticket_id"] if sight.live_ticket else None, is_proven=is_hers))
        return {"incident": opened.case["incident_id"], "code": opened.case["code"], "state": opened.case["state"], "new": opened.is_new}

    try:
        is_hers = _is_of_her_number(conversation_id, reference)
        with here.desk().database.work() as work:
            done = once(work, do)
    except (IncidentError, ConsoleError) as error:
        return refused(error)
    except HandoffError as error:
        return answer_problem(problem(error))
    key = "case.opened" if done["new"] else "case.was_open"
    return saved(url_for("console.incident", incident_id=done["incident"]), here.texts()(key, code=done["code"]), **done)


def _is_of_her_number(conversation_id: str, reference: str) -> bool:
    """Otherwise the case stands apart: this agent may not see the one that the order's buyer has elsewhere."""
    with here.desk().database.reading() as session:
        sight = access.conversation_for(session, here.viewer(), conversation_id)
    return order_sight.is_of_number(sight, reference)


def pack_pdf(incident_id: str) -> Response:
    """The case on paper."""
    with here.desk().database.reading() as session:
        made = _pack(session, incident_id)
    from incidents import pdf  # a typesetter: loaded where a pack is made, not by every process

    return _download(pdf.made(made), f"{made.code}.pdf", "application/pdf")


def pack_zip(incident_id: str) -> Response:
    """The paper, the photos, the facts for a program and what was said, in one file."""
    with here.desk().database.reading() as session:
        made = _pack(session, incident_id)
    return _download(pack.zipped(made), f"{made.code}.zip", "application/zip")


def _pack(session: Session, incident_id: str) -> packing.Pack:
    case = seen(session, incident_id)
    found, desk = case_rows.dossier(session, here.desk().rules.book, case), here.desk()
    language = request.args.get("language", "")
    return packing.gather(session, found, packing.House(
        desk.rules.book, Folder(desk.media_dir), here.formats().now, desk.shop() or "Relevo", language if language in LANGUAGES else "",
        here.shop_zone()))


def _download(content: bytes | Iterator[bytes], name: str, mime: str) -> Response:
    return Response(content, mimetype=mime, headers={
        "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff"})


def _asked() -> Filters:
    args = request.args
    state = args.get("state", "open")
    kind = args.get("kind", "")
    return Filters(state=state if state in (*STATES, "all") else "open", kind=kind if kind in KINDS else "",
                   carrier=args.get("carrier", "")[:60], mine=args.get("mine") == "1", soon=args.get("soon") == "1")


def _known(session: Session, conversation_id: str, ticket: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the ticket says already."""
    card = (ticket or {}).get("card") or {}
    order = panels.order_facts(card)
    known = card.get("known") or {}
    return {
        "kind": SIGNS.get((ticket or {}).get("reason", ""), "damaged"), "wish": known.get("wish", ""),
        "order": (order or {}).get("reference") or known.get("order_ref") or "", "what": known.get("details") or "",
        "carrier": (order or {}).get("carrier", ""), "delivered_on": (order or {}).get("delivered_on", ""),
        "files": len(case_rows.loose_files(session, conversation_id)),
        "others": [case_views.brief(case) for case in case_rows.of_conversation(session, conversation_id)],
    }


def _wishes() -> list[tuple[str, str]]:
    return [(wish, case_views.say("wishes", wish)) for wish in WISHES]


def _findings() -> list[str]:
    """What is wrong in the rules: for those who can mend it."""
    return [str(one) for one in here.desk().rules.findings] if here.viewer().sees_everything else []


def _plain_row(case: Mapping[str, Any]) -> dict[str, Any]:
    names = ("incident_id", "code", "kind", "state", "conversation_id", "order_reference", "carrier", "tracking_number",
             "amount", "currency", "recovered", "claim_reference", "version")
    day, ours = case["deadline_on"], case_views.own_day(case)
    return {name: case[name] for name in names} | {
        "deadline_on": day.isoformat() if day else None, "own_deadline_on": ours.isoformat() if ours else None,
        "terms": case_views.rule_of(case).terms, "opened_at": here.formats().iso(case["opened_at"])}


def _plain(session: Session, found: case_rows.Dossier) -> dict[str, Any]:
    made = packing.gather(session, found, packing.House(here.desk().rules.book, Folder(here.desk().media_dir), here.formats().now))
    told = json.loads(json.dumps(pack.facts(made), default=str))
    photos = [{**told["photos"][n], "photo": photo["incident_photo_id"], "attachment": photo["attachment_id"]}
              for n, photo in enumerate(found.photos)]
    return _plain_row(found.case) | told | {
        "incident": found.case["incident_id"], "photos": photos,
        "lacks": [need.code or need.group for need in found.needs if need.state == "lack"],
        "tasks": [{**told["tasks"][n], "task": task["incident_task_id"]} for n, task in enumerate(found.tasks)],
        "loose_files": [one["attachment_id"] for one in case_rows.loose_files(session, found.case["conversation_id"])],
        "clock": case_views.deadline(found.case)["text"], "history": [
            {"kind": line["kind"], "actor": line["actor"], "at": here.formats().iso(line["at"]), "data": line["data"]}
            for line in case_rows.history(session, found.case)]}


def _frame(session: Session) -> dict[str, Any]:
    return {"nav": nav.nav(session, here.viewer(), None, "incidents"), "me": nav.me(here.agent()),
            "banner": screens.flashed(), "csrf_header": screens.csrf_header()}


ROUTES = (
    Route("/incidents", "incidents", incidents, entry=Entry("incidents", "package-x", 45),
          twin=Twin("The cases of delivery that the agent may see", None, "incidents")),
    Route("/incidents/<incident_id>", "incident", incident, twin=Twin("A case, by its id or code", None, "incidents")),
    Route("/incidents/<incident_id>/pack.pdf", "incident_pdf", pack_pdf, twin=Twin("The case on paper", None, "incidents")),
    Route("/incidents/<incident_id>/pack.zip", "incident_zip", pack_zip,
          twin=Twin("The case with its photos, in one file", None, "incidents")),
    Route("/conversations/<conversation_id>/incidents/new", "new_incident", new_incident),
    Route("/conversations/<conversation_id>/incidents", "open_incident", open_incident, ("POST",),
          twin=Twin("Open a case, or find the one that is open for this order and kind.", Begin, "incidents")),
)  # fmt: skip
