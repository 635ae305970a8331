"""A form of the settings: what was typed, what is accepted of it, and a sentence at each field that does not do.

A page's form sends all of its fields; a program sends those it wants to change, and the others stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from console import here, problems
from console.answers import answer_problem
from console.errors import ConsoleError
from console.problems import Problem
from console.programs.once import once
from conversation.work import Work
from handoff.admin_errors import BadSetting, BadValue, LastAdmin, StillNeeded
from handoff.errors import BadHours, BadZone, EmailTaken, HandoffError, QueueTaken
from handoff.queue_book import Bounds
from handoff.writing_errors import BadSavedReply

LANGUAGES = ("es", "en", "pt")
LONGEST = 4_096
YES = ("1", "True", "true")
Result = TypeVar("Result")


@dataclass
class Form:
    """`current` is what holds; `values` what was accepted so far, `errors` a sentence by field, "" for the whole."""

    current: Mapping[str, Any] = field(default_factory=dict)
    is_posted: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """What the field shows."""
        if self.is_posted and self._is_given(name):
            return here.text_field(name)
        found = self.current.get(name)
        return "" if found is None else str(found)

    def on(self, name: str, option: str = "") -> bool:
        """Whether a box shows its tick; `option` is one of several boxes of a name."""
        if option:
            chosen = here.list_field(name) if self.is_posted else self.current.get(name) or ()
            return option in chosen
        return here.text_field(name) in YES if self.is_posted else bool(self.current.get(name))

    def error(self, name: str) -> str:
        return self.errors.get(name, "")

    def text(self, name: str, most: int = LONGEST, *, least: int = 0) -> None:
        if not self._is_given(name):
            return
        typed = here.text_field(name)
        if len(typed) < least:
            self.refuse(name, "missing")
        elif len(typed) > most:
            self.refuse(name, "too_long", most=most)
        else:
            self.values[name] = typed

    def number(self, name: str, bounds: Bounds) -> None:
        if not self._is_given(name):
            return
        typed = here.text_field(name)
        if not typed and bounds.may_be_empty:
            self.values[name] = None
        elif bounds.least <= here.number_field(name) <= bounds.most:
            self.values[name] = here.number_field(name)
        else:
            self.refuse(name, "number", least=bounds.least, most=bounds.most)

    def choice(self, name: str, known: Collection[str], *, may_be_empty: bool = False) -> None:
        if not self._is_given(name):
            return
        typed = here.text_field(name)
        if typed in known or (may_be_empty and not typed):
            self.values[name] = typed or None
        else:
            self.refuse(name, "choice")

    def ticks(self, name: str, known: Collection[str]) -> None:
        """Several of these; none of them is an answer too."""
        if not self._is_given(name):
            return
        chosen = [one for one in dict.fromkeys(here.list_field(name)) if one]
        if set(chosen) <= set(known):
            self.values[name] = chosen
        else:
            self.refuse(name, "choice")

    def switch(self, name: str) -> None:
        """A box alone: a form leaves it out where it has no tick."""
        if self._is_given(name):
            self.values[name] = here.text_field(name) in YES

    def by_language(self, name: str, into: str, *, most: int = 60, before: Mapping[str, str] | None = None) -> None:
        """`title_es`, `title_en`, `title_pt` as {language: text}; empty ones are left out, at least one must stand."""
        fields = {tag: f"{name}_{tag}" for tag in LANGUAGES}
        found = {tag: here.text_field(key) if self._is_given(key) else (before or {}).get(tag, "") for tag, key in fields.items()}
        for tag, text in found.items():
            if len(text) > most:
                self.refuse(fields[tag], "too_long", most=most)
        kept = {tag: text for tag, text in found.items() if text}
        if kept:
            self.values[into] = kept
        else:
            self.refuse(fields["es"], "missing")

    def refuse(self, name: str, why: str, /, **values: object) -> None:
        """A sentence for this field: `wrong.<why>`."""
        self.errors.setdefault(name, here.texts()(f"admin.wrong.{why}", **values))

    def _is_given(self, name: str) -> bool:
        return not is_program() or name in here.fields()


def is_program() -> bool:
    """Whether only the fields that are there are meant: a page's form leaves out a box without a tick."""
    return not isinstance(here.fields(), MultiDict)


def settle(
    form: Form, do: Callable[[Work], Result], done: Callable[[Result], Response], again: Callable[[int], Response]
) -> Response:
    """Do it in one transaction unless a field is wrong already; `again` shows the page with the form as it was typed."""
    status = 422
    if not form.errors:
        try:
            with here.desk().database.work() as work:
                result = once(work, do)
        except (HandoffError, ConsoleError) as error:
            status = _told(form, error)
        else:
            return done(result)
    if here.wants_json():
        name, sentence = next(iter(form.errors.items()))
        kind = "conflict" if status == 409 else "invalid"
        return answer_problem(Problem(status, kind, "still_needed" if status == 409 else "bad_value", sentence, name))
    return again(status)


def _told(form: Form, error: Exception) -> int:
    """The sentence at the field an error is about; the status of the answer."""
    match error:
        case BadValue(field=name, why=why, values=values):
            form.refuse(name, why, **values)
        case BadSetting(key=key, least=least, most=most):
            form.refuse(key, "number", least=least, most=most)
        case BadHours(given=text):
            form.refuse("hours", "hours", given=text)
        case BadZone():
            form.refuse("time_zone", "zone")
        case QueueTaken():
            form.refuse("queue_id", "taken")
        case EmailTaken(email=email):
            form.refuse("email", "email_taken", email=email)
        case LastAdmin(name=name):
            form.refuse("role", "last_admin", name=name)
        case StillNeeded():
            form.errors[""] = _needed(error)
            return 409
        case BadSavedReply(field=name):
            form.errors[{"texts": "text_es", "shortcut_taken": "shortcut"}.get(name, name)] = problems.problem(error).message
        case _:
            trouble = problems.problem(error)
            if trouble.status in (403, 404):
                raise error
            form.errors[trouble.field] = trouble.message
            return trouble.status or 422
    return 409 if isinstance(error, LastAdmin) else 422


def _needed(error: StillNeeded) -> str:
    words = here.texts()
    parts = [words("admin.needed.tickets", n=error.tickets)] if error.tickets else []
    parts += [words("admin.needed.places", places=listed(error.places))] if error.places else []
    return words("admin.needed.head", what=" · ".join(parts))


def listed(places: Sequence[str], most: int = 6) -> str:
    """The first few of them, and how many more there are."""
    more = len(places) - most
    return ", ".join(places[:most]) + (f" … +{more}" if more > 0 else "")
