"""What contacts hear from the house, sentence by sentence: changed here, published like any change of the flows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import jsonify, url_for
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.flow.live import FlowsRefused
from console import admin_room, flow_files, flow_findings, flow_publishing, flow_shop, here, text_book
from console.admin_form import Form
from console.answers import answer_problem, saved
from console.errors import NothingHere, TooFast
from console.flow_publishing import Overtaken
from console.problems import Problem, problem
from console.route import ADMINS, Entry, Route, Twin
from console.text_book import FILE, LANGUAGES
from conversation.work import Work
from handoff import audit, queue_book


class Text(BaseModel):
    """What is left out stays; an empty text switches the sentence off in that language. `base`: the set it was read of."""

    model_config = ConfigDict(extra="forbid")

    text_es: str | None = None
    text_en: str | None = None
    text_pt: str | None = None
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Now:
    """The file as it is live, and the set it belongs to."""

    files: Mapping[str, str]
    base: str

    @property
    def text(self) -> str:
        return self.files.get(FILE, "")


@admin_room.admins
def show_all() -> Response:
    now = _now()
    entries = text_book.entries(now.text)
    if here.wants_json():
        return jsonify({"texts": [_facts(one) for one in entries]})
    groups = [(group, [one for one in entries if one.group == group]) for group in ("desk", "bot", "own")]
    with here.desk().database.reading() as session:
        return admin_room.show("admin_texts.html", session, groups=groups)


@admin_room.admins
def show_one(key: str) -> Response:
    now = _now()
    return _page(now, _entry(now, key), Form(_shown(_entry(now, key))), 200)


@admin_room.admins
def change(key: str) -> Response:
    """The sentence is another one from now on, for every conversation."""
    now = _now()
    entry = _entry(now, key)
    form = Form(_shown(entry), is_posted=True)
    spoken = _spoken()
    for tag in spoken:
        form.text(f"text_{tag}", text_book.LONGEST)
    typed = {tag: form.values[f"text_{tag}"] for tag in spoken if f"text_{tag}" in form.values}
    wanted = {tag: text for tag, text in {**entry.said, **typed}.items() if tag[:2] in spoken}
    return _publish(now, entry, form, {tag: text for tag, text in wanted.items() if tag in entry.said or text})


@admin_room.admins
def reset(key: str) -> Response:
    """The usual sentence again."""
    now = _now()
    entry = _entry(now, key)
    if not entry.usual:
        raise NothingHere("A sentence of the shop's own has no usual one.")
    return _publish(now, entry, Form(_shown(entry)), None)


def _publish(now: Now, entry: text_book.Entry, form: Form, wanted: Mapping[str, str] | None) -> Response:
    status, is_new = 422, wanted != entry.own if wanted is not None else bool(entry.own)
    if is_new and not form.errors:
        status = _make_live(now, entry, form, wanted)
    if not form.errors:
        return saved(url_for("console.admin_text", key=entry.key), here.texts()("admin.done.text"), key=entry.key)
    if here.wants_json():
        name, sentence = next(iter(form.errors.items()))
        return answer_problem(Problem(status, "conflict" if status == 409 else "invalid", "bad_text", sentence, name))
    return _page(now, entry, form, status)


def _make_live(now: Now, entry: text_book.Entry, form: Form, wanted: Mapping[str, str] | None) -> int:
    """Publish the file with this sentence; what keeps it from being so goes into the form. The status of the answer."""
    words, me = here.texts(), here.viewer().agent_id
    if not now.base:
        form.errors[""] = words("understanding.nothing_live")
        return 409
    try:
        files = {**now.files, FILE: text_book.text_with(now.text, entry.key, wanted)}
    except ValueError:
        form.errors[""] = words("admin.texts.by_hand")
        return 422
    if _findings(form, files, entry.key):
        return 422

    def line(work: Work) -> None:
        audit.changed(work, "text_changed", me, entry.key, audit.differences(entry.said, wanted or entry.usual))

    try:
        flow_publishing.publish(files, words("admin.texts.comment", key=entry.key), here.text_field("base") or now.base, line)
    except Overtaken:
        form.errors[""] = words("flows.overtaken")
        return 409
    except FlowsRefused:
        form.errors[""] = words("flows.broken")
    except TooFast as error:
        form.errors[""] = problem(error).message
        return 429
    return 422


def _findings(form: Form, files: Mapping[str, str], key: str) -> bool:
    """What the language says of this sentence, at its field; whether there was anything."""
    found = flow_findings.shown(flow_files.check(files).of(FILE), files, here.language())
    for one in found:
        if one.level == "error" and text_book.key_at(files[FILE], one.line) == key:
            tag = text_book.language_at(files[FILE], one.line)
            form.errors.setdefault(f"text_{tag}" if tag in LANGUAGES else "", " ".join(filter(None, (one.what, one.mend))))
    return bool(form.errors)


def _now() -> Now:
    shop = here.desk().flows
    with flow_shop.reading(here.desk().database) as (work, _):
        live = shop.live(work)
    return Now(flow_shop.files_of(live), flow_shop.id_of(live))


def _entry(now: Now, key: str) -> text_book.Entry:
    found = text_book.entry(now.text, key)
    if found is None:
        raise NothingHere(f"There is no sentence {key}.")
    return found


def _spoken() -> tuple[str, ...]:
    """The languages of the shop's flows."""
    library = here.desk().flows.library()
    return tuple(tag for tag in LANGUAGES if library is None or tag in library.project.languages)


def _shown(entry: text_book.Entry) -> dict[str, str]:
    return {f"text_{tag}": text for tag, text in entry.said.items()}


def _page(now: Now, entry: text_book.Entry, form: Form, status: int) -> Response:
    if here.wants_json():
        return jsonify({"text": _facts(entry), "base": now.base})
    with here.desk().database.reading() as session:
        return admin_room.show("admin_text.html", session, status, entry=entry, form=form, base=now.base,
                               tags=_spoken(), preview=_preview(session, entry.key))


def _preview(session: Session, key: str) -> list[tuple[str, str]]:
    """As contacts hear it now, with made-up values, by language."""
    library = here.desk().flows.library()
    if library is None:
        return []
    queue = next(iter(queue_book.current(session)), None)
    found = []
    for tag in _spoken():
        title = (queue["titles"].get(tag) or queue["titles"].get("es", "")) if queue else ""
        wait = library.text("wait_range", tag, **text_book.SAMPLE)
        values = {**text_book.SAMPLE, "queue": title, "wait": wait, "when": here.texts()("admin.texts.monday")}
        found.append((tag, library.text(key, tag, **values)))
    return found


def _facts(entry: text_book.Entry) -> dict[str, Any]:
    return {"key": entry.key, "group": entry.group, "texts": dict(entry.said), "usual": dict(entry.usual),
            "blanks": entry.blanks, "is_changed": entry.is_changed, "is_editable": entry.is_plain}


ROUTES = (
    Route("/admin/texts", "admin_texts", show_all, entry=Entry("admin_texts", "file-text", 70, ADMINS, "admin"),
          twin=Twin("Every sentence that contacts hear from the house.", None, "admin")),
    Route("/admin/texts/<key>", "admin_text", show_one, twin=Twin("One sentence.", None, "admin")),
    Route("/admin/texts/<key>", "change_text", change, ("POST",),
          twin=Twin("Change a sentence, in force at once.", Text, "admin")),
    Route("/admin/texts/<key>/reset", "reset_text", reset, ("POST",), twin=Twin("The usual sentence again.", None, "admin")),
)  # fmt: skip
