"""What may be written next in a flow, and what a word means: completion and explanation for the editor. Pure.

The verbs, their options, types, filters and functions come from the language itself, names from the files as they are
being written; a file that cannot be compiled yet is read line by line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.flow import cases, filters, formulas
from bot.flow.answers import TYPES
from bot.flow.arguments import SPECIAL_FIELDS, SPECIALS
from bot.flow.findings import Reporter
from bot.flow.language import kinds
from bot.flow.project import Project, Service, read_project, read_services
from bot.flow.tree import Node, Table, read
from console.flow_place import Spot, line_of, spot

Explain = Callable[[str], str]
MOST = 60

HEAD = ("flow", "title", "owner", "language", "queue", "start", "inputs", "outputs", "data", "interrupts", "expires",
        "on_edit", "steps")
START = ("words", "intents", "payloads", "event", "key", "first_message", "order_number")
TEXTS = frozenset(("say", "ask", "menu", "rate", "text", "else", "invalid", "remind", "summary", "comment", "none",
                   "label", "desc", "words"))
CONDITIONS = frozenset(("if", "elif", "when", "switch", "while", "is_true", "for_each", "options_from", "key", "value"))
# Maps that hang below one key, with what may stand in them.
INSIDE: Mapping[str, tuple[str, ...]] = {
    "no_reply": ("after", "remind", "then"), "link": ("url", "label"), "template": ("name", "vars"),
    "wait": ("up_to", "remind"), "on": ("reply",), "start": START,
}
CHECK = ("is_true", "else")
OPTION = ("text", "desc", "words", "when", "then")
ARM = ("weight", "then")
# Lists whose entries are no steps.
NO_STEPS = frozenset(("checks", "invalid", "words", "intents", "payloads", "tag", "untag", "say", "es", "en", "pt"))
CHOICES: Mapping[str, tuple[str, ...]] = {
    "if_known": ("ask", "skip", "confirm"), "interrupts": ("yes", "no", "replace"), "on_edit": ("pin", "move"),
    "priority": ("low", "normal", "high", "urgent"), "sensitive": ("yes", "no"), "many": ("yes", "no"),
    "first_message": ("yes", "no"), "order_number": ("yes", "no"), "reply": ("come_back",),
}
_CALLS = re.compile(r"^ *(?:- +)*(?:lookup|do): *([\w.]+) *$")
_WORDS = re.compile(r"[\w.]+")


@dataclass(frozen=True, slots=True)
class Hint:
    """Something to write: `label` is shown and written with `tail` behind it; `kind` chooses its sign, `about` says what it is."""

    label: str
    kind: str
    about: str = ""
    tail: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """The names in reach of one file."""

    project: Project
    services: Mapping[str, Service]
    flows: tuple[str, ...]
    shared: tuple[str, ...]
    templates: tuple[str, ...]
    variables: Mapping[str, str]
    fields: Mapping[str, Mapping[str, str]]
    steps: tuple[str, ...]


def complete(file: str, sources: Mapping[str, str], at: tuple[int, int], explain: Explain) -> list[Hint]:
    """What may stand at line and column `at` of `file`; the page filters it by what is typed already."""
    place = spot(sources.get(file, ""), *at)
    if file.startswith("tests/"):
        return _for_test(place, explain)
    names = names_in(file, sources)
    found = list(_hints(place, names, sources.get(file, "").split("\n")[: at[0]]))
    typed = place.word.rpartition(".")[2].lower()
    found.sort(key=lambda hint: not hint.label.lower().startswith(typed))
    return [Hint(one.label, one.kind, one.about or explain(one.label), one.tail) for one in found[:MOST]]


def meaning(file: str, sources: Mapping[str, str], at: tuple[int, int], explain: Explain) -> str:
    """What the word at `at` is; empty where there is nothing to say of it."""
    line = (sources.get(file, "").split("\n") + [""] * at[0])[at[0] - 1]
    word = next((one[0] for one in _WORDS.finditer(line) if one.start() <= at[1] <= one.end()), "")
    names = names_in(file, sources)
    head, _, rest = word.partition(".")
    if word in names.services:
        return _signature(names.services[word])
    if rest and rest in names.fields.get(head, {}):
        return f"{word}: {names.fields[head][rest]}"
    key = line_of(line).key
    if word == key and explain(word):
        return explain(word)
    if word in names.variables:
        return f"{word}: {names.variables[word]}"
    return explain(word)


def names_in(file: str, sources: Mapping[str, str]) -> Names:
    """What `file` may speak of, whether or not the files are wholly good."""
    project = read_project(*_read("_project.yaml", sources))
    services = read_services(*_read("_services.yaml", sources))
    text = sources.get(file, "")
    variables = {**project.remembered, **_declared(text)}
    fields = {**SPECIAL_FIELDS, **_records(text, services)}
    return Names(
        project=project,
        services=services,
        flows=tuple(sorted(name[:-5] for name in sources if _is_flow(name))),
        shared=_keys("_texts.yaml", sources),
        templates=_keys("_templates.yaml", sources),
        variables={**variables, **{name: "record" for name in fields}, **{name: str(kind) for name, kind in SPECIALS.items()}},
        fields=fields,
        steps=tuple(dict.fromkeys(re.findall(r"^ *(?:- +)?(?:id|save): *([a-z]\w*) *$", text, re.MULTILINE))),
    )


def _hints(place: Spot, names: Names, above: list[str]) -> Iterator[Hint]:
    if place.inside is not None and (place.key or place.in_item):
        yield from _in_braces(place.inside, names)
    elif place.key:
        yield from _values(place, names)
    else:
        yield from _keys_of(place, names, above)


def _keys_of(place: Spot, names: Names, above: list[str]) -> Iterator[Hint]:
    """Keys that are not there yet."""
    parent = place.path[-1] if place.path else ""
    taken = place.beside.keys()
    if not place.path:
        yield from _as_keys(HEAD, taken)
    elif place.in_item and parent == "checks":
        yield from _as_keys(CHECK, taken)
    elif place.in_item and parent not in NO_STEPS and place.path[0] == "steps":
        yield from _of_step(taken)
    elif parent == "with":
        yield from _inputs(names, above)
    elif parent in INSIDE:
        yield from _as_keys(INSIDE[parent], taken)
    elif len(place.path) > 1 and place.path[-2] in ("options", "buttons"):
        yield from _as_keys(OPTION, taken)
    elif len(place.path) > 1 and place.path[-2] == "random":
        yield from _as_keys(ARM, taken)
    elif parent == "cases":
        return
    if parent in TEXTS and not place.in_item:
        yield from _as_keys(names.project.languages, taken)
        yield from _as_keys(("use",) if not taken else (), taken)


def _of_step(taken: Iterable[str]) -> Iterator[Hint]:
    verbs = kinds()
    verb = next((name for name in taken if name in verbs), "")
    if verb:
        yield from _as_keys((*verbs[verb].options, "id", "when"), taken)
        return
    for name in verbs:
        yield Hint(name, "keyword", tail=": ")


def _as_keys(keys: Iterable[str], taken: Iterable[str]) -> Iterator[Hint]:
    there = set(taken)
    for key in keys:
        if key not in there:
            yield Hint(key, "property", tail=": ")


def _inputs(names: Names, above: list[str]) -> Iterator[Hint]:
    called = next((match[1] for line in reversed(above) if (match := _CALLS.match(line))), "")
    service = names.services.get(called)
    for name, kind in service.inputs.items() if service else ():
        yield Hint(name, "property", f"{name}: {kind}", ": ")


def _values(place: Spot, names: Names) -> Iterator[Hint]:
    parent = place.path[-1] if place.path else ""
    listed: dict[str, tuple[Iterable[str], str]] = {
        "handoff": (names.project.queues, "queue"), "queue": (names.project.queues, "queue"),
        "goto": (names.steps, "step"), "call": (names.flows, "flow"), "start_flow": (names.flows, "flow"),
        "save": (names.variables, "variable"), "use": (names.shared, "text"), "type": (TYPES, "type"),
    }
    if place.key in CHOICES:
        yield from (Hint(one, "constant") for one in CHOICES[place.key])
    elif place.key in ("lookup", "do"):
        for name, service in names.services.items():
            if service.is_write == (place.key == "do"):
                yield Hint(name, "function", _signature(service))
    elif place.key in listed:
        labels, kind = listed[place.key]
        yield from (Hint(one, kind) for one in labels)
    elif parent == "template" and place.key == "name":
        yield from (Hint(one, "text") for one in names.templates)
    elif parent in ("data", "inputs", "outputs", "remembered") or (place.path[-1:] == ("types",)):
        yield from (Hint(one, "type") for one in TYPES)
    elif place.key in CONDITIONS or parent in ("with", "set", "remember", "vars"):
        yield from _expression(place.value, names)


def _in_braces(written: str, names: Names) -> Iterator[Hint]:
    _, bar, _ = written.rpartition("|")
    if bar:
        yield from (Hint(name, "filter") for name in filters.BY_NAME)
        return
    yield from _expression(written, names)


def _expression(written: str, names: Names) -> Iterator[Hint]:
    last = re.search(r"([a-z]\w*)\.\w*$", written)
    if last:
        for name, kind in names.fields.get(last[1], {}).items():
            yield Hint(name, "property", f"{last[1]}.{name}: {kind}")
        return
    yield from (Hint(name, "variable", f"{name}: {kind}") for name, kind in names.variables.items())
    yield from (Hint(name, "function", tail="(") for name in formulas.BY_NAME)


def _for_test(place: Spot, explain: Explain) -> list[Hint]:
    inner = {"given": cases.GIVEN, "expect": cases.EXPECT, "talk": cases.VERBS, "tests": ("name", "given", "talk", "expect")}
    keys = () if place.key else inner.get(place.path[-1], ()) if place.path else ("for", "given", "tests")
    return [Hint(key, "property", explain(f"test_{key}"), ": ") for key in keys if key not in place.beside]


def _signature(service: Service) -> str:
    inputs = ", ".join(name if name in service.required else f"{name}?" for name in service.inputs)
    return f"{service.name}({inputs}): {', '.join(service.outputs)}"


def _read(name: str, sources: Mapping[str, str]) -> tuple[Node | None, Reporter]:
    report = Reporter(name, sources.get(name, ""))
    return read(sources.get(name, ""), report), report


def _keys(name: str, sources: Mapping[str, str]) -> tuple[str, ...]:
    tree, _ = _read(name, sources)
    return tuple(tree.nodes) if isinstance(tree, Table) else ()


def _is_flow(name: str) -> bool:
    return name.endswith(".yaml") and not name.startswith("_") and "/" not in name


def _declared(text: str) -> dict[str, str]:
    """The names below `data:`, with their types."""
    found: dict[str, str] = {}
    is_inside = False
    for written in text.split("\n"):
        line = line_of(written)
        if line.indent == 0:
            is_inside = line.key == "data"
        elif is_inside and line.key and line.dash < 0:
            found[line.key] = line.value.split("#")[0].strip() or "any"
    return found


def _records(text: str, services: Mapping[str, Service]) -> dict[str, Mapping[str, str]]:
    """What a look-up saves, with its fields: `lookup: orders.find` and, in the same step, `save: order`."""
    found: dict[str, Mapping[str, str]] = {}
    called: dict[int, str] = {}
    for written in text.split("\n"):
        line = line_of(written)
        if line.dash >= 0:
            called = {indent: name for indent, name in called.items() if indent <= line.dash}
        if line.key in ("lookup", "do"):
            called[line.indent] = line.value.strip()
        elif line.key == "save" and called.get(line.indent) in services:
            found[line.value.strip()] = services[called[line.indent]].outputs
    return found
