"""The simulator: a whole talk played again from its first line, with the flows as they are being written. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.flow.library import Library
from bot.flow.project import seconds
from bot.flow.recording import Recording, as_test
from bot.flow.world import NoFake, World

MAX_LINES = 200
MAX_LETTERS = 4_000
MAX_WAIT_SECONDS = 30 * 86_400.0
MAX_FACTS = 14
VERBS = ("user", "press", "send", "wait")
MEDIA = ("image", "audio", "document", "video", "location", "sticker")
CHANNELS = ("twilio-whatsapp", "twilio-sms", "meta-messenger", "meta-instagram")
PHONE = "+34600111222"
_HERE = {"latitude": "40.4168", "longitude": "-3.7038"}

Script = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the talk. `kind`: contact, bot, or what happened: call, handoff, ended, alert, wait, error.

    `choices` are (key, label) to be pressed, `facts` fill the page's sentence for what happened.
    """

    kind: str
    text: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Talk:
    """What came of it. `flow`, `step` and `lines` (first, last) say where it stands now; empty when nothing runs."""

    rows: tuple[Row, ...] = ()
    flow: str = ""
    step: str = ""
    lines: tuple[int, int] = (0, 0)
    facts: tuple[tuple[str, str], ...] = ()
    is_cut: bool = False


def read_script(written: str) -> list[tuple[str, str]]:
    """The script that a page sends back; what is no line of one is left out."""
    try:
        lines = json.loads(written or "[]")
    except (ValueError, RecursionError):
        return []
    found = [one for one in lines if _is_line(one)] if isinstance(lines, list) else []
    return [(verb, value[:MAX_LETTERS]) for verb, value in found[:MAX_LINES]]


def play(library: Library, script: Script, setting: Mapping[str, str], is_late: Callable[[], bool]) -> Talk:
    """Play a script. `setting`: language, channel. Stops when `is_late` says so, and tells."""
    world = _world(library, setting)
    rows: list[Row] = []
    cut = False
    for verb, value in script:
        if is_late():
            cut = True
            break
        try:
            rows += _act(world, verb, value)
        except NoFake as missing:
            rows += [*_heard(world), Row("error", str(missing))]
    flow, step = _standing(world)
    return Talk(tuple(rows), flow, step, lines_of(library, flow, step), _facts(world), cut)


def lines_of(library: Library, flow: str, step: str) -> tuple[int, int]:
    """The first and last line of a step; (0, 0) when there is none."""
    found = library.flows.get(flow)
    if found is None or step not in found.by_id:
        return 0, 0
    begin = found.steps[found.by_id[step]].line
    later = [one.line for one in found.steps if one.line > begin]
    return begin, max(begin, min(later, default=begin + 8) - 1)


def openings(library: Library, flow: str) -> list[str]:
    """Up to three things a contact may write that start this flow."""
    found = library.flows.get(flow)
    if found is None:
        return []
    return [" ".join(phrase) for phrase in found.triggers.words[:3]]


def as_case(library: Library, script: Script, setting: Mapping[str, str], name: str) -> str:
    """The talk as a case for the file of tests."""
    world = _world(library, setting)
    kept = Recording(given={"language": setting["language"], "channel": setting["channel"], "contact": {"phone": PHONE}})
    for verb, value in script:
        kept.add(verb, {"media": value} if verb == "send" else value)
        try:
            _do(world, verb, value)
        except NoFake:
            break
        for say in world.said:
            kept.add("bot", say.text)
        world.said.clear()
    kept.ended = world.ended[-1] if world.ended else ""
    if world.handoff is not None:
        kept.handoff = {"queue": world.handoff.queue, "reason": world.handoff.reason}
    return "\n".join(as_test(kept, name)) + "\n"


def _world(library: Library, setting: Mapping[str, str]) -> World:
    return World(
        library, language=setting["language"], channel=setting["channel"], contact={"phone": PHONE},
        open_queues=frozenset(library.project.queues), state={"noticed": True},
    )  # fmt: skip


def _is_line(one: Any) -> bool:
    return isinstance(one, list) and len(one) == 2 and one[0] in VERBS and isinstance(one[1], str)


def _act(world: World, verb: str, value: str) -> Iterator[Row]:
    label = next((one.label for one in world.choices if value in (one.id, _key(one.id))), value)
    done = _do(world, verb, value)
    if verb == "wait":
        yield Row("wait", facts={"time": value})
    else:
        kind = "media" if verb == "send" else "contact"
        yield Row(kind, label if verb == "press" else value)
    if not done:
        yield Row("stale", facts={"label": value})
    yield from _heard(world)


def _do(world: World, verb: str, value: str) -> bool:
    """One line of the contact; False for a button that is not there any more."""
    if verb == "press":
        return world.press(value)
    if verb == "send":
        world.say("", () if value == "location" else (value,), _HERE if value == "location" else None)
    elif verb == "wait":
        world.wait(min(seconds(value) or 0.0, MAX_WAIT_SECONDS))
    else:
        world.say(value)
    return True


def _heard(world: World) -> Iterator[Row]:
    """What the bot did since, in order: calls, words, ends."""
    for call in world.calls:
        yield Row("call", facts={"service": call.service, "with": ", ".join(str(one) for one in call.arguments.values())})
    for say in world.said:
        yield Row("bot", say.text, tuple((_key(one.id), one.label) for one in say.choices))
    for alert in world.alerts:
        yield Row("alert", alert.text, facts={"place": alert.place})
    if world.handoff is not None:
        yield Row("handoff", world.handoff.summary, facts={"queue": world.handoff.queue, "reason": world.handoff.reason})
    for outcome in world.ended:
        yield Row("ended", facts={"outcome": outcome})
    for seen in (world.calls, world.said, world.alerts, world.ended):
        seen.clear()
    world.handoff = None


def _standing(world: World) -> tuple[str, str]:
    frames = world.state.get("frames") or ()
    return (str(frames[-1]["flow"]), str(frames[-1]["at"])) if frames else ("", "")


def _facts(world: World) -> tuple[tuple[str, str], ...]:
    """What the running flow knows, records by their fields."""
    frames = world.state.get("frames") or ()
    known = frames[-1]["vars"] if frames else world.learnt
    found: list[tuple[str, str]] = []
    for name, value in known.items():
        if isinstance(value, Mapping):
            found += [(f"{name}.{field}", str(one)) for field, one in value.items() if one not in (None, "")]
        elif value not in (None, ""):
            found.append((name, str(value)))
    return tuple(found[:MAX_FACTS])


def _key(choice: str) -> str:
    return choice.rpartition(":")[2]
