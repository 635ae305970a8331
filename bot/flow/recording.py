"""A talk, real or simulated, written down as a case of a test file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.flow.masking import Mask


@dataclass(slots=True)
class Recording:
    """Lines as (verb, value), what services answered, and how it ended."""

    talk: list[tuple[str, Any]] = field(default_factory=list)
    given: dict[str, Any] = field(default_factory=dict)
    services: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    ended: str = ""
    handoff: Mapping[str, str] = field(default_factory=dict)

    def add(self, verb: str, value: Any) -> None:
        self.talk.append((verb, value))

    def answered(self, service: str, arguments: Mapping[str, Any], gives: Any) -> None:
        """A service was asked; the same question is written down once."""
        entry = {"with": dict(arguments), "gives": gives}
        known = self.services.setdefault(service, [])
        if entry not in known:
            known.append(entry)


def as_test(recording: Recording, name: str = "", mask: Mask | None = None) -> Iterator[str]:
    """The lines of one case. Long lines of the bot are cut: a test asks for what matters, not for every word."""
    masked = mask.value if mask is not None else _same
    yield f"  - name: {_text(name)}".rstrip()
    given = {key: masked(value) for key, value in recording.given.items() if value}
    if given or recording.services:
        yield "    given:"
        yield from (f"      {key}: {_inline(value)}" for key, value in given.items())
    if recording.services:
        yield "      services:"
        yield from _services(recording.services, masked)
    yield "    talk:"
    yield from (f"      - {verb}: {_inline(masked(value))}" for verb, value in recording.talk)
    expect = _expected(recording)
    if expect:
        yield f"    expect: {_inline(expect)}"


def _same(value: Any) -> Any:
    return value


def _expected(recording: Recording) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if recording.ended:
        found["ended"] = recording.ended
    if recording.handoff:
        found["handoff"] = dict(recording.handoff)
    return found


def _services(services: Mapping[str, Sequence[Mapping[str, Any]]], masked: Any) -> Iterable[str]:
    for name, answers in services.items():
        yield f"        {name}:"
        for answer in answers:
            yield f"          - with: {_inline(masked(answer['with']))}"
            yield f"            gives: {_inline(masked(answer['gives']))}"


def _inline(value: Any) -> str:
    """A value on one line, quoted so that it comes back as it is."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_inline(one)}" for key, one in value.items() if one is not None) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_inline(one) for one in value) + "]"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _text(str(value))


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if text else ""
