"""What people do with a case: claim, settle, put right, sort photos, write statements down, give and finish tasks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response

from console import here
from console.case_answers import act
from console.case_views import DAYS
from console.route import Route, Twin
from conversation.work import Work
from incidents import case_rows, cases, needs, photo_rows, tasks
from incidents.cases import WISHES, Correction, Step
from incidents.claim_rules import DOCUMENTS, STATEMENTS
from incidents.errors import BadField
from incidents.tasks import Said, Wanted

Row = Mapping[str, Any]
TEXTS = {"claim": "case.did.claim", "accept": "case.did.accept", "refuse": "case.did.refuse", "close": "case.did.close"}


class _Body(BaseModel):
    """`version` is that of the case as it was read; without it the newest counts."""

    model_config = ConfigDict(extra="forbid")
    version: int | None = None


class Claim(_Body):
    """The carrier's reference and what is claimed."""

    reference: str = Field("", max_length=120)
    amount: str = ""


class Acceptance(_Body):
    """What the carrier pays; without it what was claimed."""

    amount: str = ""
    outcome: str = Field("", max_length=cases.LONGEST)


class Outcome(_Body):
    """How it ended, in a sentence."""

    outcome: str = Field("", max_length=cases.LONGEST)


class Facts(_Body):
    """What is put right. Days as 2026-11-20; `ticked` are the documents and statements that are there."""

    carrier: str | None = None
    tracking_number: str | None = Field(None, max_length=cases.LONGEST_NUMBER)
    amount: str | None = None
    currency: str | None = Field(None, max_length=3)
    wish: str | None = None
    what: str | None = Field(None, max_length=cases.LONGEST)
    delivered_on: str | None = None
    shipped_on: str | None = None
    promised_on: str | None = None
    notice_on: str | None = None
    ticked: list[str] | None = None


class Photos(BaseModel):
    """Files of the conversation by their ids; without any, all that belong to no case yet."""

    model_config = ConfigDict(extra="forbid")
    files: list[str] = Field(default_factory=list)


class PhotoKind(BaseModel):
    """What a photo shows: item, box, label, document, nothing, or taken_off for one that does not belong here."""

    model_config = ConfigDict(extra="forbid")
    kind: str = ""


class Statement(BaseModel):
    """What somebody says: `who` warehouse, carrier, desk or customer."""

    model_config = ConfigDict(extra="forbid")
    who: str
    name: str = Field("", max_length=120)
    text: str = Field(max_length=tasks.LONGEST)


class Task(BaseModel):
    """What somebody is to do, and by when (2026-11-24)."""

    model_config = ConfigDict(extra="forbid")
    who: str
    text: str = Field(max_length=tasks.LONGEST)
    due: str = ""


def claim(incident_id: str) -> Response:
    """The claim has gone to the carrier."""
    return _move(incident_id, "claim")


def accept(incident_id: str) -> Response:
    """The carrier pays."""
    return _move(incident_id, "accept")


def refuse(incident_id: str) -> Response:
    """The carrier does not pay."""
    return _move(incident_id, "refuse")


def close(incident_id: str) -> Response:
    """It is settled with the customer, or came to nothing."""
    return _move(incident_id, "close")


def _move(incident_id: str, name: str) -> Response:
    step = Step(name, here.viewer().agent_id, _version(), *(here.text_field(field) for field in ("reference", "amount", "outcome")))

    def do(work: Work, case: Row) -> dict[str, Any]:
        moved = cases.move(work, case["incident_id"], step)
        return {"state": moved["state"], "version": moved["version"]}

    return act(incident_id, do, here.texts()(TEXTS[name]))


def change(incident_id: str) -> Response:
    """Put right what is known of a case."""
    def do(work: Work, case: Row) -> dict[str, Any]:
        wanted = Correction(_changes(), here.viewer().agent_id, _version())
        changed = cases.change(work, here.desk().rules.book, case["incident_id"], wanted)
        return {"state": changed["state"], "version": changed["version"]}

    return act(incident_id, do, here.texts()("case.did.change"))


def _changes() -> dict[str, Any]:
    given = here.fields()
    changes: dict[str, Any] = {name: here.text_field(name) for name in ("carrier", "tracking_number", "amount", "wish", "what")
                               if given.get(name) is not None}
    if given.get("currency") is not None:
        changes["currency"] = here.text_field("currency").upper()[:3]
    if changes.get("wish") not in (None, "", *WISHES):
        raise BadField("wish", f"use one of {', '.join(WISHES)}.")
    days = {name: _day(name) for name in DAYS if given.get(name) is not None}
    if days:
        changes["days"] = days
    if given.get("ticked") is not None or given.get("ticks") is not None:
        changes["ticked"] = [code for code in here.list_field("ticked") if code in (*DOCUMENTS, *STATEMENTS)]
    return changes


def _day(name: str) -> str:
    text = here.text_field(name)
    if text and needs.base_day("delivery", {"delivered_on": text}) is None:
        raise BadField(name, "write the day as 2026-11-20.")
    return text


def add_photos(incident_id: str) -> Response:
    """Put files of the conversation into the case."""
    chosen = set(here.list_field("files"))

    def do(work: Work, case: Row) -> dict[str, Any]:
        loose = case_rows.loose_files(work.connection, case["conversation_id"])
        added = photo_rows.add(work, case["incident_id"], [one for one in loose if not chosen or one["attachment_id"] in chosen])
        if added:
            cases.log(work, case, "case_photos", here.viewer().agent_id, n=added)
        cases.refresh(work, here.desk().rules.book, case["incident_id"])
        return {"added": added}

    return act(incident_id, do, here.texts()("case.did.photos"))


def sort_photo(incident_id: str, photo_id: str) -> Response:
    """Say what a photo shows, set it aside, or let it count again."""
    def do(work: Work, case: Row) -> None:
        photo_rows.sort(work, case["incident_id"], photo_id, here.text_field("kind"))
        cases.refresh(work, here.desk().rules.book, case["incident_id"])

    return act(incident_id, do, here.texts()("case.did.change"))


def add_statement(incident_id: str) -> Response:
    """Keep what somebody says."""
    who, text, name = (here.text_field(field) for field in ("who", "text", "name"))
    said = Said(who, text, name, here.viewer().agent_id)

    def do(work: Work, case: Row) -> dict[str, Any]:
        key = tasks.state(work, case, said)
        cases.log(work, case, "case_statement", here.viewer().agent_id, who=said.who)
        cases.refresh(work, here.desk().rules.book, case["incident_id"])
        return {"statement": key}

    return act(incident_id, do, here.texts()("case.did.statement"))


def add_task(incident_id: str) -> Response:
    """Give somebody something to do."""
    def do(work: Work, case: Row) -> dict[str, Any]:
        key = tasks.add(work, case, Wanted(here.text_field("who"), here.text_field("text"), _due()))
        cases.log(work, case, "case_task", here.viewer().agent_id)
        return {"task": key}

    return act(incident_id, do, here.texts()("case.did.task"))


def finish_task(incident_id: str, task_id: str) -> Response:
    """It is done."""
    def do(work: Work, case: Row) -> None:
        task = tasks.done(work, case["incident_id"], task_id, here.viewer().agent_id)
        if task["done_at"] is None:
            cases.log(work, case, "case_task_done", here.viewer().agent_id, task=task["code"])

    return act(incident_id, do, here.texts()("case.did.task_done"))


def _due() -> datetime | None:
    """The end of that day, where she is."""
    text = _day("due")
    if not text:
        return None
    day = datetime.fromisoformat(text[:10])
    return day.replace(hour=18, tzinfo=here.zone()).astimezone(UTC)


def _version() -> int | None:
    found = here.number_field("version")
    return found if found >= 0 else None


_TAG = "incidents"
ROUTES = (
    Route("/incidents/<incident_id>/claim", "claim_incident", claim, ("POST",), twin=Twin("Say that the claim was sent.", Claim, _TAG)),
    Route("/incidents/<incident_id>/acceptance", "accept_incident", accept, ("POST",),
          twin=Twin("Say that the carrier pays.", Acceptance, _TAG)),
    Route("/incidents/<incident_id>/refusal", "refuse_incident", refuse, ("POST",),
          twin=Twin("Say that the carrier does not pay.", Outcome, _TAG)),
    Route("/incidents/<incident_id>/closing", "close_incident", close, ("POST",), twin=Twin("Close a case.", Outcome, _TAG)),
    Route("/incidents/<incident_id>/facts", "change_incident", change, ("POST",),
          twin=Twin("Put right what is known of a case.", Facts, _TAG)),
    Route("/incidents/<incident_id>/photos", "add_incident_photos", add_photos, ("POST",),
          twin=Twin("Put files of the conversation into a case.", Photos, _TAG)),
    Route("/incidents/<incident_id>/photos/<photo_id>", "sort_incident_photo", sort_photo, ("POST",),
          twin=Twin("Say what a photo of a case shows.", PhotoKind, _TAG)),
    Route("/incidents/<incident_id>/statements", "add_incident_statement", add_statement, ("POST",),
          twin=Twin("Keep what somebody says about a case.", Statement, _TAG)),
    Route("/incidents/<incident_id>/tasks", "add_incident_task", add_task, ("POST",),
          twin=Twin("Give somebody something to do for a case.", Task, _TAG)),
    Route("/incidents/<incident_id>/tasks/<task_id>/done", "finish_incident_task", finish_task, ("POST",),
          twin=Twin("Say that a task of a case is done.", None, _TAG)),
)  # fmt: skip
