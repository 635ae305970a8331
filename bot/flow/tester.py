"""Plays the conversations of `flows/tests/` through the same `hear` as customers' words.

Every line of the bot has to be accounted for: one that the test does not mention is a failure, like a missing one.
Only the acknowledgement of a handoff may be left out: it is the desk's, not the flow's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any

from bot.flow import coverage as covering
from bot.flow import library as flow_library
from bot.flow.cases import Case, Line, cases, cases_of, moment
from bot.flow.coverage import Coverage, Walked
from bot.flow.effects import HandOff, Say
from bot.flow.formulas import number
from bot.flow.library import Library
from bot.flow.model import Arms
from bot.flow.project import seconds
from bot.flow.words import fold
from bot.flow.world import START, NoFake, World

__all__ = ["Case", "Coverage", "Outcome", "cases", "cases_of", "coverage", "run"]

# What a flow's own “asked” and a message that asks for a person are called: a test may say either.
_ASKED = frozenset(("asked", "human_request"))
_DONE = {"resolved": "resolved", "resuelto": "resolved", "returned": "returned", "devuelto": "returned"}
_YES = ("yes", "true", "sí", "si")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a case. `problem` is empty when it passed; `is_cut`: there was no time to play it to its end."""

    case: Case
    problem: str = ""
    line: int = 0
    walked: Walked = field(default_factory=Walked)
    is_cut: bool = False

    @property
    def place(self) -> str:
        return f"{self.case.file}:{self.line or self.case.line}"


def _never() -> bool:
    return False


class _Failed(Exception):
    def __init__(self, problem: str, line: int = 0) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line


def run(
    library: Library, case: Case, sources: Mapping[str, str] | None = None, is_late: Callable[[], bool] = _never
) -> Outcome:
    """Play one case. It never raises: whatever goes wrong is the outcome's problem.

    `sources` are the files of the library, for `edit_flow`. Nothing more is played once `is_late`.
    """
    play = _Play(_world(library, case.given), dict(sources or {}))
    at = case.line
    problem = ""
    try:
        _check_arms(library, play.world.arms, at)
        for line in case.talk:
            at = line.line
            if is_late():
                return Outcome(case, "", at, covering.walked(play.world.trace), is_cut=True)
            play.line(line)
        play.expect_silence(at)
        _check_expected(play.world, case.expect)
        _expect_no_alerts(play.world, case.expect)
    except _Failed as failure:
        problem, at = failure.problem, failure.line
    except NoFake as missing:
        problem = str(missing)
    return Outcome(case, problem, at, covering.walked(play.world.trace))


def coverage(library: Library, outcomes: Iterable[Outcome]) -> tuple[Coverage, ...]:
    """How much of each flow the cases went through."""
    return covering.coverage(library, (outcome.walked for outcome in outcomes))


def _world(library: Library, given: Mapping[str, Any]) -> World:
    now = moment(str(given.get("now") or ""))
    queues = given.get("open_queues")
    return World(
        library,
        language=str(given.get("language") or library.project.default_language),
        contact=given.get("contact") or {},
        channel=str(given.get("channel") or "twilio-whatsapp"),
        now=now.replace(tzinfo=UTC) if now else START,
        fakes=given.get("services") or {},
        open_queues=frozenset(library.project.queues if queues is None else queues),
        arms={str(name): str(arm) for name, arm in (given.get("arms") or {}).items()},
        # The sentence that an assistant is speaking would stand in every first line: tests ask for it with `notice`.
        state={"noticed": given.get("notice") not in _YES, "vars": dict(given.get("data") or {})},
    )


def _check_arms(library: Library, given: Mapping[str, str], line: int) -> None:
    steps = [step.data for flow in library.flows.values() for step in flow.steps]
    there = {f"{one.name}: {arm}" for one in steps if isinstance(one, Arms) for arm, _ in one.weights}
    for name, arm in given.items():
        if f"{name}: {arm}" not in there:
            known = ", ".join(sorted(there)) or "none"
            raise _Failed(f"arms: no random has “{name}: {arm}”; there is: {known}.", line)


class _Play:
    """One talk in progress."""

    def __init__(self, world: World, sources: dict[str, str]) -> None:
        self.world = world
        self.sources = sources
        self.acknowledged: HandOff | None = None
        self.rest = ""  # of the last message: two sentences that went out as one may be expected one after the other

    def line(self, line: Line) -> None:
        value, at = line.value, line.line
        if line.verb in ("bot", "bot_exact"):
            self._expect_line(str(value), line.verb == "bot_exact", at)
            return
        if line.verb == "bot_step":
            self._expect_step(str(value), at)
            return
        self.expect_silence(at)
        self.rest = ""
        match line.verb:
            case "user":
                self.world.say(str(value))
            case "press":
                self._press(value, at)
            case "send":
                self._send(value if isinstance(value, Mapping) else {"media": value})
            case "wait":
                self.world.wait(seconds(str(value)) or 0.0)
            case "silence":
                self._silence(str(value), at)
            case "event":
                self._event(value if isinstance(value, Mapping) else {"name": value})
            case "agent":
                self._agent(str(value))
            case "edit_flow":
                self._edit(value, at)

    def _agent(self, does: str) -> None:
        """People are done, or one of them writes: the bot hears nothing of that."""
        if fold(does) in _DONE:
            self.world.close_ticket(_DONE[fold(does)])

    def expect_silence(self, line: int) -> None:
        if self.world.said:
            raise _Failed(f"The bot said one thing more: “{self.world.said[0].text}”.", line)

    def _silence(self, length: str, line: int) -> None:
        """`silence: yes` says that the bot is quiet now; `silence: 10m`, that it stays so for that long."""
        self.world.wait(seconds(length) or 0.0)
        self.expect_silence(line)

    def _expect_line(self, wanted: str, is_exact: bool, line: int) -> None:
        said = self.world.said
        text = _written(said[0]) if said else ""
        if said and (text == wanted if is_exact else fold(wanted) in fold(text)):
            self.rest = fold(text).partition(fold(wanted))[2]
            said.pop(0)
        elif not is_exact and self.rest and fold(wanted) in self.rest:
            self.rest = self.rest.partition(fold(wanted))[2]
        elif not said and not self._is_acknowledgement(wanted):
            raise _Failed(f"The bot said nothing; expected: “{wanted}”.", line)
        elif said:
            told = "exactly" if is_exact else "something with"
            raise _Failed(f"The bot said “{text}”; expected {told}: “{wanted}”.", line)

    def _is_acknowledgement(self, wanted: str) -> bool:
        """Whether this is what the desk says when it takes over, once for each handoff."""
        world = self.world
        if world.handoff is None or self.acknowledged is world.handoff:
            return False
        language = world.state.get("lang") or world.language
        for key in ("ack_open", "ack_closed"):
            filled = {"queue": world.handoff.queue, "wait": "", "when": ""}
            if fold(wanted) in fold(world.library.text(key, language, **filled)):
                self.acknowledged = world.handoff
                return True
        return False

    def _expect_step(self, wanted: str, line: int) -> None:
        """Take the bot's next line and say which step it waits at."""
        if not self.world.said:
            raise _Failed(f"The bot said nothing; expected it to ask at “{wanted}”.", line)
        self.world.said.clear()
        at = self.world.standing()
        if wanted not in (at, at.rpartition(".")[2], at.partition(".")[2]):
            raise _Failed(f"The bot waits at “{at or 'nothing'}”; expected “{wanted}”.", line)

    def _press(self, option: Any, line: int) -> None:
        """A key or a label of what was offered; `{payload: black_friday}`, a campaign's button."""
        if isinstance(option, Mapping):
            payload = str(option.get("payload") or "")
            if not self.world.tap(payload, str(option.get("label") or "")):
                known = ", ".join(sorted(self.world.library.payloads)) or "nothing"
                raise _Failed(f"No flow begins with the payload “{payload}”; there is: {known}.", line)
            return
        option = str(option)
        if not self.world.press(option):
            offered = ", ".join(choice.id.rpartition(":")[2] for choice in self.world.choices) or "nothing"
            raise _Failed(f"“{option}” was not offered; there was: {offered}.", line)

    def _send(self, what: Mapping[str, Any]) -> None:
        media = what.get("media_type") or what.get("media") or ()
        kinds = (media,) if isinstance(media, str) else tuple(media)
        self.world.say(str(what.get("text") or ""), kinds, what.get("location"))

    def _event(self, what: Mapping[str, Any]) -> None:
        self.world.happen(str(what.get("name") or ""), str(what.get("key") or ""), what.get("data") or {})

    def _edit(self, what: Any, line: int) -> None:
        """Publish other texts while the contact is in the middle: `{flow, replace, by}` or `{flow, source}`."""
        change = what if isinstance(what, Mapping) else {}
        file = f"{change.get('flow', '')}.yaml"
        source = self.sources.get(file)
        if source is None:
            raise _Failed(f"edit_flow: there is no file “{file}” here.", line)
        old = str(change.get("replace") or "")
        if old and old not in source:
            raise _Failed(f"edit_flow: “{old}” does not stand in {file}.", line)
        edited = str(change["source"]) if "source" in change else source.replace(old, str(change.get("by") or ""))
        self.sources[file] = edited
        loaded = flow_library.compiled({name: text for name, text in self.sources.items() if text.strip()})
        if loaded.library is None:
            raise _Failed(f"edit_flow: {loaded.findings[0].render('en')}", line)
        self.world.library = _kept(self.world.library, loaded.library)


def _kept(old: Library, new: Library) -> Library:
    """The new library, with the shapes of the old one that somebody may be in."""
    earlier = {(flow.name, flow.shape): flow for flow in old.flows.values()}
    moved = {name for name, flow in new.flows.items() if flow.on_edit == "move"}
    pinned = {key: flow for key, flow in {**old.pinned, **earlier}.items() if key[0] not in moved}
    return replace(new, pinned=pinned)


def _written(say: Say) -> str:
    """What the contact sees of it: the text, or what else there is to see."""
    return say.text or say.link[1] or say.media_url


def _check_expected(world: World, expect: Mapping[str, Any]) -> None:
    if "ended" in expect and expect["ended"] not in world.ended:
        raise _Failed(f"No flow ended with “{expect['ended']}”; there was: {', '.join(world.ended) or 'nothing'}.")
    _check_handoff(world, expect)
    _check_listed("tag", expect.get("tags"), world.tags)
    _check_listed("note", expect.get("notes"), world.notes)
    _check_listed("call", expect.get("calls"), [call.service for call in world.calls])
    _check_listed("unanswered question", expect.get("unanswered"), world.unanswered)
    _check_values("data", expect.get("data"), world.learnt)
    # what is kept of the contact, and variables that outlive their flow: both are remembered
    _check_values("remembered", expect.get("remembered"), {**(world.state.get("vars") or {}), **world.remembered})
    if "language" in expect and world.state.get("lang") != expect["language"]:
        raise _Failed(f"The language is {world.state.get('lang')}; expected {expect['language']}.")


def _check_listed(what: str, wanted: Any, there: list[str]) -> None:
    for one in [wanted] if isinstance(wanted, str) else wanted or ():
        if not any(fold(str(one)) == fold(found) or (" " in str(one) and fold(str(one)) in fold(found))
                   for found in there):  # fmt: skip
            raise _Failed(f"The {what} “{one}” is missing; there is: {', '.join(there) or 'none'}.")


def _check_values(what: str, wanted: Any, there: Mapping[str, Any]) -> None:
    for name, value in wanted.items() if isinstance(wanted, Mapping) else ():
        found = there.get(name)
        left, right = number(found), number(value)
        if _plain(found) != _plain(value) and (left is None or left != right):
            raise _Failed(f"{what}: “{name}” is “{_plain(found)}”; expected “{_plain(value)}”.")


def _plain(value: Any) -> str:
    """A value as a test file can write it: `yes`, `12`, `[a, b]`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(_plain(one) for one in value)
    return {"true": "yes", "false": "no", "None": ""}.get(str(value), str(value))


def _check_handoff(world: World, expect: Mapping[str, Any]) -> None:
    wanted, found = expect.get("handoff"), world.handoff
    if wanted in (None, "", "no", "none"):
        if found is not None:
            told = "expected none" if wanted else "expect says nothing of it"
            raise _Failed(f"The conversation went to {found.queue} ({found.reason}); {told}.")
        return
    if found is None:
        raise _Failed("The conversation was not handed over.")
    for name, value in wanted.items() if isinstance(wanted, Mapping) else (("queue", wanted),):
        actual = str(getattr(found, name, None))
        is_same = actual == str(value) or (name == "reason" and {actual, str(value)} <= _ASKED)
        if name == "summary":
            is_same = fold(str(value)) in fold(actual)
        if not is_same:
            raise _Failed(f"The handoff's {name} is “{actual}”; expected “{value}”.")


def _expect_no_alerts(world: World, expect: Mapping[str, Any]) -> None:
    """An alert is a mistake of the flow even where the customer did not notice it."""
    if world.alerts and expect.get("alerts") not in _YES:
        raise _Failed(f"{world.alerts[0].place}: {world.alerts[0].text}")
