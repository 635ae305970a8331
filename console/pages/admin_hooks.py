"""Hooks: which programs are called when something happens to a ticket, and how each call ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import jsonify, url_for
from pydantic import Field
from werkzeug.wrappers import Response

from console import admin_room, here
from console.admin_form import Form, settle
from console.answers import saved
from console.bodies import Body
from console.route import ADMINS, Entry, Route, Twin
from conversation import signed_calls
from conversation.signed_calls import BadAddress
from conversation.work import Work
from handoff import hooks
from handoff.errors import UnknownHook
from handoff.hooks import MadeHook

DEFAULTS = {"events": ["handoff", "claim", "resolve"]}
TIMES = ("created_at", "failing_since", "paused_at", "delivered_at", "not_before", "ended_at")


class HookBody(Body):
    url: str = Field(max_length=signed_calls.LONGEST_URL, examples=["https://shop.example/relevo"])
    events: list[str] = Field(max_length=40, description=", ".join(hooks.EVENTS))
    include_text: bool = Field(False, description="Also what was said.")


@admin_room.admins
def show_all() -> Response:
    return _list(Form(DEFAULTS), 200)


@admin_room.admins
def add() -> Response:
    """A new hook; the answer is the only place where its secret is ever shown."""
    form, me = Form(DEFAULTS, is_posted=True), here.viewer().agent_id
    form.ticks("events", hooks.EVENTS)
    form.switch("include_text")
    form.text("url", signed_calls.LONGEST_URL, least=1)
    if not form.values.get("events") and "events" not in form.errors:
        form.refuse("events", "missing")
    _check(form)

    def act(work: Work) -> MadeHook:
        given = form.values
        return hooks.add(work, given["url"], given["events"], bool(given.get("include_text")), me)

    return settle(form, act, lambda made: _made(made), lambda status: _list(form, status))


@admin_room.admins
def show_one(hook_id: str) -> Response:
    with here.desk().database.reading() as session:
        hook = next((one for one in hooks.every(session) if one["hook_id"] == hook_id), None)
        if hook is None:
            raise UnknownHook(hook_id)
        calls = hooks.calls_of(session, hook_id)
        if here.wants_json():
            return jsonify({**_plain(hook), "calls": [_plain(call) for call in calls]})
        return admin_room.show("admin_hook.html", session, hook=hook, calls=calls)


@admin_room.admins
def pause(hook_id: str) -> Response:
    return _change(hook_id, "paused", paused_at=here.formats().now)


@admin_room.admins
def resume(hook_id: str) -> Response:
    return _change(hook_id, "resumed", paused_at=None)


@admin_room.admins
def remove(hook_id: str) -> Response:
    """It hears nothing any more; its past calls go with it."""
    _change(hook_id, "removed", removed_at=here.formats().now)
    return saved(url_for("console.admin_hooks"), here.texts()("hooks.done.removed"), hook_id=hook_id)


@admin_room.admins
def test(hook_id: str) -> Response:
    with here.desk().database.work() as work:
        call_id = hooks.test(work, hook_id, here.viewer().agent_id)
    return _done(hook_id, "tested", call=call_id)


@admin_room.admins
def send_again(call_id: str) -> Response:
    with here.desk().database.work() as work:
        hook_id = hooks.send_again(work, call_id)
    return _done(hook_id, "again", call=call_id)


def _check(form: Form) -> None:
    """Where a call may go: a public https address; on a machine that tries things out also a program beside us."""
    if "url" not in form.values:
        return
    try:
        signed_calls.checked(form.values["url"], is_near=here.desk().mode != "production")
    except BadAddress as error:
        form.errors["url"] = here.texts()(f"hooks.wrong.{error.why}")
    with here.desk().database.reading() as session:
        if len(hooks.every(session)) >= hooks.MOST:
            form.errors[""] = here.texts()("hooks.wrong.many", n=hooks.MOST)


def _made(made: MadeHook) -> Response:
    if here.wants_json():
        return jsonify({"ok": True, "message": here.texts()("hooks.done.added"), "hook_id": made.hook_id,
                        "secret": made.secret})
    return _list(Form(DEFAULTS), 201, made.secret)


def _change(hook_id: str, key: str, **values: datetime | None) -> Response:
    with here.desk().database.work() as work:
        hooks.change(work, hook_id, values, here.viewer().agent_id)
    return _done(hook_id, key)


def _done(hook_id: str, key: str, **facts: str) -> Response:
    address = url_for("console.admin_hook", hook_id=hook_id)
    return saved(address, here.texts()(f"hooks.done.{key}"), hook_id=hook_id, **facts)


def _list(form: Form, status: int, secret: str = "") -> Response:
    words = here.texts()
    with here.desk().database.reading() as session:
        rows = hooks.every(session)
        if here.wants_json():
            return jsonify({"hooks": [_plain(row) for row in rows], "events": list(hooks.EVENTS)})
        events = [(name, words(f"hooks.events.{name}")) for name in hooks.EVENTS]
        return admin_room.show("admin_hooks.html", session, status, hooks=rows, form=form, secret=secret, events=events)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    formats = here.formats()
    return {name: formats.iso(value) if name in TIMES and value else value for name, value in dict(row).items()
            if name != "lease_until"}


ROUTES = (
    Route("/admin/hooks", "admin_hooks", show_all, entry=Entry("admin_hooks", "webhook", 120, ADMINS, "admin"),
          twin=Twin("All hooks, with what waits and what was given up", None, "hooks")),
    Route("/admin/hooks", "add_hook", add, ("POST",),
          twin=Twin("A new hook; the answer alone shows its secret", HookBody, "hooks")),
    Route("/admin/hooks/<hook_id>", "admin_hook", show_one, twin=Twin("A hook with its last calls", None, "hooks")),
    Route("/admin/hooks/<hook_id>/pause", "pause_hook", pause, ("POST",), twin=Twin("Call it no more for now", None, "hooks")),
    Route("/admin/hooks/<hook_id>/resumption", "resume_hook", resume, ("POST",),
          twin=Twin("Call it again, with all that happened meanwhile", None, "hooks")),
    Route("/admin/hooks/<hook_id>/removal", "remove_hook", remove, ("POST",), twin=Twin("Remove a hook", None, "hooks")),
    Route("/admin/hooks/<hook_id>/test", "test_hook", test, ("POST",), twin=Twin("Call it once, to try it", None, "hooks")),
    Route("/admin/hook-calls/<call_id>/again", "send_hook_again", send_again, ("POST",),
          twin=Twin("Send a call again that was given up", None, "hooks")),
)  # fmt: skip
