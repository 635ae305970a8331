"""One file of the flows: its text with findings, the drawing, the simulator, its tests. For supervisors and admins.

Everything posted is an agent's own draft until she publishes it (`console.pages.flow_changes`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from console import (
    flow_drafts,
    flow_files,
    flow_findings,
    flow_hints,
    flow_journey,
    flow_pace,
    flow_talk,
    flow_trials,
    flow_views,
    here,
    nav,
    screens,
)
from console.bodies import FlowCaseBody, FlowTextBody
from console.errors import BadField, NothingHere
from console.flow_room import Room, room
from console.flow_talk import Talk
from console.rendering import page, render
from console.route import Route, Twin

MAX_NAME = 80
WAITS = ("1m", "15m", "1h", "24h")
TEMPLATES = "_templates.yaml"


def flow(name: str) -> Response:
    """The whole page."""
    file, now = _open(name)
    script, setting = flow_talk.read_script(request.args.get("talk", "")), _setting(now, request.args)
    with flow_pace.turn(here.viewer().agent_id):
        return _whole(now, file, script, setting)


def save_flow_draft(name: str) -> Response:
    """Keep what she wrote and look it through; `mend` says which finding to mend before."""
    file, now = _open(name)
    text = _written(now, file)
    with flow_pace.turn(here.viewer().agent_id):
        text = _mended(now.with_text(file, text), file, text)
        _keep(now, file, text)
        now = room()
        if here.text_field("next") == "changes":
            return redirect(url_for("console.flow_changes"), 303)
        if not here.wants_fragment():
            return redirect(url_for("console.flow", name=name), 303)
        values = _parts(now, file) | {"oob": True}
        return Response(render("_flow_checked.html", **values), mimetype="text/html")


def try_flow(name: str) -> Response:
    """One more line of the simulated talk; the whole of it is played again."""
    file, now = _open(name)
    now = _as_typed(now, file)
    script, setting = _next_script(), _setting(now, here.fields())
    if not here.wants_fragment():
        talk = json.dumps(script)
        language, channel = setting["language"], setting["channel"]
        address = url_for("console.flow", name=name, talk=talk, language=language, channel=channel, _anchor="simulator")
        return redirect(address, 303)
    with flow_pace.turn(here.viewer().agent_id):
        values = _simulated(now, file, script, setting) | {"head": flow_views.head(now, file), "oob": False}
        return Response(render("_flow_tried.html", **values), mimetype="text/html")


def save_flow_case(name: str) -> Response:
    """The simulated talk becomes a test of the flow, in her draft of its tests."""
    file, now = _open(name)
    now = _as_typed(now, file)
    script, setting = flow_talk.read_script(here.text_field("script")), _setting(now, here.fields())
    tests, library = flow_files.test_of(f"{flow_files.flow_of(file)}.yaml"), now.checked().library
    if library is None or not script or not flow_files.flow_of(file):
        raise BadField("script", "flows.talk_first")
    with flow_pace.turn(here.viewer().agent_id):
        case = flow_talk.as_case(library, script, setting, here.text_field("name")[:MAX_NAME])
    before = now.files.get(tests) or f"for: {flow_files.flow_of(file)}\ntests:\n"
    _keep(now, tests, before.rstrip("\n") + "\n" + case)
    return _done("flows.done.case", name)


def test_flow(name: str) -> Response:
    """Play the tests of this flow, with everything she is writing."""
    file, now = _open(name)
    now = _as_typed(now, file)
    with flow_pace.turn(here.viewer().agent_id):
        late = flow_pace.deadline(flow_pace.TURN_SECONDS)
        found = flow_trials.run(now.files, late, flow_files.flow_of(file)).get(flow_files.flow_of(file))
        if here.wants_fragment():
            values = {"trials": flow_views.trials(found), "head": flow_views.head(now, file)}
            return Response(render("_flow_trials.html", **values), mimetype="text/html")
        return _whole(now, file, [], _setting(now, {}), flow_views.trials(found))


def hint_flow(name: str) -> Response:
    """What may be written at a place (`ask` complete), or what the word there means (`ask` explain)."""
    file, now = _open(name)
    text, words = _written(now, file), here.texts()
    files = {**now.files, file: text}
    at = (max(1, here.number_field("line", 1)), max(0, here.number_field("column", 0)))

    def explain(word: str) -> str:
        key = f"flows.words.{word}"
        return words(key) if words.has(key) else ""

    with flow_pace.turn(here.viewer().agent_id):
        if here.text_field("ask") == "explain":
            return jsonify({"about": flow_hints.meaning(file, files, at, explain)})
        found = flow_hints.complete(file, files, at, explain)
    return jsonify({"hints": [{"label": one.label, "kind": one.kind, "about": one.about, "tail": one.tail} for one in found]})


def delete_flow(name: str) -> Response:
    """The file is to go, with its tests; nothing happens before she publishes it."""
    file, now = _open(name)
    for one in (file, flow_files.test_of(file)):
        if one in now.published:
            _save(now, one, None)
        elif one in now.drafts:
            with here.desk().database.work() as work:
                flow_drafts.drop(work, here.viewer().agent_id, one)
    return redirect(url_for("console.flow_changes"), 303)


def _open(name: str) -> tuple[str, Room]:
    """The file of an address, and everything around it."""
    if not here.viewer().sees_everything:
        raise NothingHere("The flows are for supervisors and admins.")
    file, now = flow_files.file_of(name), room()
    is_first_test = file.startswith("tests/") and f"{flow_files.flow_of(file)}.yaml" in now.files
    may_begin = is_first_test or file == TEMPLATES  # the page of the templates leads here before there are any
    if not file or (file not in now.files and file not in now.drafts and not may_begin):
        raise NothingHere(f"There is no flow {name}.")
    return file, now


def _whole(now: Room, file: str, script: flow_talk.Script, setting: dict[str, str], trials: Any = None) -> Response:
    values = _parts(now, file) | _simulated(now, file, script, setting)
    library = here.desk().flows.library()
    flow = library.flows.get(flow_files.flow_of(file)) if library else None
    with here.desk().database.reading() as session:
        return page(
            "flow.html",
            **values,
            journey=flow_journey.journey(session, flow, now.standings, here.formats().now) if flow else [],
            trials=trials or flow_views.trials(None),
            nav=nav.nav(session, here.viewer(), None, "flows"),
            me=nav.me(here.agent()),
            banner=screens.flashed(),
            csrf_header=screens.csrf_header(),
        )


def _parts(now: Room, file: str) -> dict[str, Any]:
    draft = now.drafts.get(file)
    return {
        "head": flow_views.head(now, file),
        "text": now.files.get(file, ""),
        "is_deleted": draft is not None and draft.text is None,
        "findings": flow_views.findings(now, file),
        "drawing": flow_views.drawing(now, file),
    }


def _simulated(now: Room, file: str, script: flow_talk.Script, setting: dict[str, str]) -> dict[str, Any]:
    library = now.checked().library
    talk = flow_talk.play(library, script, setting, flow_pace.deadline()) if library else Talk()
    at = talk.step if talk.flow == flow_files.flow_of(file) else ""
    return {
        "talk": flow_views.simulator(now, file, script, setting, talk),
        "drawing": flow_views.drawing(now, file, at),
        "waits": WAITS,
        "media": flow_talk.MEDIA,
    }


def _setting(now: Room, asked: Mapping[str, Any]) -> dict[str, str]:
    """Language and channel of the simulated contact."""
    library = now.checked().library
    languages = library.project.languages if library else ("es", "en", "pt")
    language, channel = str(asked.get("language", "")), str(asked.get("channel", ""))
    return {
        "language": language if language in languages else languages[0],
        "channel": channel if channel in flow_talk.CHANNELS else flow_talk.CHANNELS[0],
    }


def _next_script() -> list[tuple[str, str]]:
    """The talk so far and what was just done."""
    script = flow_talk.read_script(here.text_field("script"))
    act = here.text_field("do")
    if act == "reset":
        return []
    said = here.text_field("say")[: flow_talk.MAX_LETTERS]
    if here.text_field("press"):
        script.append(("press", here.text_field("press")[:200]))
    elif act in flow_talk.MEDIA:
        script.append(("send", act))
    elif act in WAITS:
        script.append(("wait", act))
    elif here.text_field("open"):
        script.append(("user", here.text_field("open")[: flow_talk.MAX_LETTERS]))
    elif act == "say" and said:
        script.append(("user", said))
    return script[: flow_talk.MAX_LINES]


def _as_typed(now: Room, file: str) -> Room:
    """With the text that came along, where the browser sent it."""
    if "text" not in here.fields():
        return now
    text = _written(now, file)
    return now if text == now.files.get(file) else now.with_text(file, text)


def _written(now: Room, file: str) -> str:
    """The text of the post as it is typed: line ends made the same, what no database takes left out."""
    value = here.fields().get("text")
    if not isinstance(value, str):
        return now.files.get(file, "")
    text = value.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
    if len(text.encode()) > flow_files.MAX_FILE_BYTES:
        raise BadField("text", "flows.too_long")
    return text


def _mended(now: Room, file: str, text: str) -> str:
    """The text with the mend she asked for, which is named by its code, line and column."""
    asked = here.text_field("mend")
    for one in flow_findings.shown(now.checked().of(file), now.files, here.language()) if asked else ():
        if one.fix is not None and asked == f"{one.code}:{one.line}:{one.column}":
            return flow_findings.mended(text, one.fix)
    return text


def _keep(now: Room, file: str, text: str) -> None:
    """Keep a draft; a text that is live already is none."""
    if text == now.files.get(file) and (file in now.drafts) == (text != now.published.get(file)):
        return
    if text == now.published.get(file):
        with here.desk().database.work() as work:
            flow_drafts.drop(work, here.viewer().agent_id, file)
        return
    _save(now, file, text)


def _save(now: Room, file: str, text: str | None) -> None:
    if file not in now.files and len(now.files) >= flow_files.MAX_FILES:
        raise BadField("name", "flows.too_many")
    with here.desk().database.work() as work:
        flow_drafts.keep(work, here.viewer().agent_id, file, text, now.base)


def _done(key: str, name: str) -> Response:
    flash(here.texts()(key), "good")
    address = url_for("console.flow", name=name)
    if here.wants_fragment():
        return Response("", 200, {"HX-Redirect": address})
    return redirect(address, 303)


ROUTES = (
    Route("/flows/<name>", "flow", flow),
    Route("/flows/<name>/draft", "save_flow_draft", save_flow_draft, ("POST",),
          twin=Twin("Keep a flow's text as your draft", FlowTextBody, "flows")),
    Route("/flows/<name>/simulation", "try_flow", try_flow, ("POST",)),
    Route("/flows/<name>/case", "save_flow_case", save_flow_case, ("POST",),
          twin=Twin("Keep a talk as a test of the flow, in your draft", FlowCaseBody, "flows")),
    Route("/flows/<name>/tests", "test_flow", test_flow, ("POST",)),
    Route("/flows/<name>/hints", "hint_flow", hint_flow, ("POST",)),
    Route("/flows/<name>/deletion", "delete_flow", delete_flow, ("POST",),
          twin=Twin("Drop a flow and its tests, in your draft", None, "flows")),
)
