"""Saved replies: the house's, kept by who supervises, and everybody's own; preview, import and export."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import jsonify, url_for
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import admin_room, here, kept_pictures, reply_form, variables
from console.admin_form import Form, settle
from console.answers import saved
from console.errors import BadFile, NothingHere
from console.problems import problem
from console.route import Entry, Route, Twin
from conversation.work import Work
from handoff import audit, queue_book, saved_replies
from handoff.admin_errors import BadValue
from handoff.saved_replies import DOINGS
from handoff.writing_errors import BadSavedReply, UnknownSavedReply

FACTS = ("saved_reply_id", "name", "shortcut", "texts", "queues", "steps", "actions", "used")


class Action(BaseModel):
    """What is done once it was sent: resolve, snooze, tag, transfer; `value` is the tag, the queue, or until when."""

    model_config = ConfigDict(extra="forbid")

    do: str
    value: str = ""


class Reply(BaseModel):
    """`text_es` and so on may have {order.eta} and [[a gap]]; `queues` empty: in all; `steps` are `flow` or `flow.step`."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = None
    shortcut: str | None = None
    text_es: str | None = None
    text_en: str | None = None
    text_pt: str | None = None
    queues: list[str] | None = None
    is_own: bool | None = None
    steps: list[str] | None = None
    actions: list[Action] | None = None


class Yaml(BaseModel):
    model_config = ConfigDict(extra="forbid")

    yaml: str


def show_all() -> Response:
    return _list(Form(), 200)


def show_new() -> Response:
    with here.desk().database.reading() as session:
        return _form(session, None, Form({"is_own": not here.viewer().sees_everything}), 200)


def show_one(saved_reply_id: str) -> Response:
    with here.desk().database.reading() as session:
        row = _row(session, saved_reply_id)
        return _form(session, row, Form(reply_form.shown(row)), 200)


def add() -> Response:
    """A new one: of the house for who supervises, else her own."""
    return _write(None, Form({"is_own": False}, is_posted=True), "added")


def change(saved_reply_id: str) -> Response:
    with here.desk().database.reading() as session:
        row = _row(session, saved_reply_id)
    return _write(row, Form(reply_form.shown(row), is_posted=True), "saved")


def retire(saved_reply_id: str) -> Response:
    """Nobody is offered it any more."""
    with here.desk().database.reading() as session:
        row = _row(session, saved_reply_id)

    def act(work: Work) -> None:
        saved_replies.retire(work, here.viewer(), saved_reply_id)
        kept_pictures.drop(work, row["upload"])
        audit.changed(work, "reply_retired", here.viewer().agent_id, saved_reply_id, {"name": (row["name"], None)})

    def again(status: int) -> Response:
        with here.desk().database.reading() as session:
            return _form(session, row, Form(reply_form.shown(row)), status)

    return settle(Form(), act, lambda _: saved(url_for("console.admin_replies"), here.texts()("admin.done.retired")), again)


def export() -> Response:
    """All of the house as one YAML file."""
    with here.desk().database.reading() as session:
        text = reply_form.exported(saved_replies.every(session, here.viewer()))
    return Response(text, mimetype="application/yaml",
                    headers={"Content-Disposition": 'attachment; filename="saved_replies.yaml"'})


@admin_room.overseers
def take_in() -> Response:
    """Entries of a YAML file: those with the name of one there is replace it, the others are new. All or none."""
    form, me = Form(is_posted=True), here.viewer()

    def act(work: Work) -> int:
        queues = [queue["queue_id"] for queue in queue_book.current(work.connection)]
        entries = reply_form.imported(here.text_field("yaml"), queues)
        there = {row["name"]: row for row in saved_replies.every(work.connection, me) if not row["agent_id"]}
        for entry in entries:
            row = there.get(entry["name"].strip())
            _store(work, row, reply_form.wording(entry, {}, row["upload"] if row else {}))
        return len(entries)

    def act_told(work: Work) -> int:
        try:
            return act(work)
        except BadSavedReply as error:
            raise BadValue("yaml", "said", text=problem(error).message) from None

    return settle(form, act_told, lambda count: saved(
        url_for("console.admin_replies"), here.texts()("admin.replies.imported", n=count), replies=count),
        lambda status: _list(form, status))  # fmt: skip


def _write(row: Mapping[str, Any] | None, form: Form, key: str) -> Response:
    with here.desk().database.reading() as session:
        reply_form.read(form, [queue["queue_id"] for queue in queue_book.current(session)])
    try:
        picture = None if form.errors else kept_pictures.given()
        made = kept_pictures.put(picture) if picture else None
    except BadFile as error:
        form.errors["file"], made = problem(error).message, None
    old = dict(row["upload"]) if row else {}

    def act(work: Work) -> str:
        upload = kept_pictures.note(work, made) if made else {} if here.text_field("drop") == "1" else old
        if upload != old:
            kept_pictures.drop(work, old)
        return _store(work, row, reply_form.wording(form.values, _kept(row), upload))

    return settle(form, act, _stored(key), lambda status: _again(row, form, status))


def _kept(row: Mapping[str, Any] | None) -> dict[str, Any]:
    if row is None:
        return {"name": "", "texts": {}}
    kept = {name: row[name] for name in ("name", "texts", "shortcut", "queues", "steps", "actions")}
    return kept | {"is_own": bool(row["agent_id"])}


def _store(work: Work, row: Mapping[str, Any] | None, wording: saved_replies.Wording) -> str:
    """Write it, with its line."""
    me = here.viewer()
    if row is None:
        saved_reply_id = saved_replies.add(work, me, wording)
        audit.changed(work, "reply_added", me.agent_id, saved_reply_id, {"name": (None, wording.name)})
        return saved_reply_id
    wanted = {"name": wording.name.strip(), "texts": dict(wording.texts), "queues": list(wording.queues),
              "steps": list(wording.steps), "actions": list(wording.actions), "upload": dict(wording.upload)}
    saved_replies.change(work, me, row["saved_reply_id"], wording)
    changes = audit.differences(row, wanted)
    if changes:
        audit.changed(work, "reply_changed", me.agent_id, row["saved_reply_id"], changes)
    return str(row["saved_reply_id"])


def _stored(key: str) -> Callable[[str], Response]:
    return lambda saved_reply_id: saved(url_for("console.admin_reply", saved_reply_id=saved_reply_id),
                                        here.texts()(f"admin.done.{key}"), saved_reply_id=saved_reply_id)


def _again(row: Mapping[str, Any] | None, form: Form, status: int) -> Response:
    with here.desk().database.reading() as session:
        return _form(session, row, form, status)


def _row(session: Session, saved_reply_id: str) -> Mapping[str, Any]:
    try:
        return saved_replies.one(session, here.viewer(), saved_reply_id)
    except UnknownSavedReply:
        raise NothingHere(f"There is no saved reply {saved_reply_id}.") from None


def _list(form: Form, status: int) -> Response:
    with here.desk().database.reading() as session:
        rows = saved_replies.every(session, here.viewer())
        if here.wants_json():
            return jsonify({"saved_replies": [_facts(row) for row in rows]})
        titles = {queue["queue_id"]: admin_room.titled(queue) for queue in queue_book.current(session)}
        return admin_room.show("admin_replies.html", session, status, replies=rows, titles=titles, form=form,
                               text_in=saved_replies.text_in, sees_everything=here.viewer().sees_everything)


def _form(session: Session, row: Mapping[str, Any] | None, form: Form, status: int) -> Response:
    if here.wants_json() and row is not None:
        return jsonify({"saved_reply": _facts(row)})
    words, me = here.texts(), here.viewer()
    queues = [(queue["queue_id"], admin_room.titled(queue)) for queue in queue_book.current(session)]
    texts = {tag: form.value(f"text_{tag}") for tag in ("es", "en", "pt")}
    return admin_room.show(
        "admin_reply.html", session, status, reply=row, form=form, all_queues=queues, slots=range(reply_form.ACTIONS),
        preview=reply_form.preview(texts, me.name, queues[0][1] if queues else ""), variables=variables.names(words),
        may_write=row is None or me.sees_everything or row["agent_id"] == me.agent_id, sees_everything=me.sees_everything,
        doings=[("", words("admin.replies.nothing")), *((do, words(f"admin.replies.do.{do}")) for do in DOINGS)],
        used=row["used"] if row else 0)  # fmt: skip


def _facts(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in FACTS} | {"is_own": bool(row["agent_id"]), "picture": row["upload"].get("filename", "")}


def _twin(summary: str, body: type[BaseModel] | None = None) -> Twin:
    return Twin(summary, body, "saved replies")


ROUTES = (
    Route("/admin/replies", "admin_replies", show_all, entry=Entry("admin_replies", "message-square-text", 60, (), "admin"),
          twin=_twin("Saved replies that she may use.")),
    Route("/admin/replies", "add_reply", add, ("POST",), twin=_twin("A new saved reply.", Reply)),
    Route("/admin/replies/new", "new_reply", show_new),
    Route("/admin/replies/export", "export_replies", export),
    Route("/admin/replies/import", "import_replies", take_in, ("POST",),
          twin=_twin("Take in saved replies from YAML, all or none.", Yaml)),
    Route("/admin/replies/<saved_reply_id>", "admin_reply", show_one, twin=_twin("One saved reply.")),
    Route("/admin/replies/<saved_reply_id>", "change_reply", change, ("POST",),
          twin=_twin("Change a saved reply; what is left out stays.", Reply)),
    Route("/admin/replies/<saved_reply_id>/retire", "retire_reply", retire, ("POST",),
          twin=_twin("Take a saved reply out of use.")),
)  # fmt: skip
