"""What holds for all flows of a shop: `_project.yaml` and `_services.yaml`, read and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.flow.answers import TYPES
from bot.flow.expression_scope import RESERVED
from bot.flow.findings import Reporter, near
from bot.flow.order_shapes import Shape, shape
from bot.flow.reading import fakes
from bot.flow.tree import Items, Node, Table, Text, plain, read
from bot.flow.types_of_project import OwnType, read_types
from bot.flow.words import bare

COMMANDS = ("agent", "cancel", "menu", "back", "repeat")
_DEFAULTS = Path(__file__).parent / "defaults.yaml"
# `15m`, and the words people write for it in three languages: “15 min”, “2 horas”, “1 día”, “1h 30m”.
_DURATION = re.compile(r"(\d{1,6}(?:[.,]\d+)?)\s*([a-zíãáéó]*)\.?\s*(?:y|e|and)?\s*")
_SECONDS = {
    **dict.fromkeys(("", "s", "seg", "segs", "sec", "secs", "segundo", "segundos", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minuto", "minutos", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hs", "hr", "hrs", "hora", "horas", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "día", "días", "dia", "dias", "day", "days"), 86_400),
    **dict.fromkeys(("semana", "semanas", "week", "weeks"), 604_800),
}  # fmt: skip
_LOCALES = {"es": "es_ES", "en": "en_GB", "pt": "pt_BR"}
_KEYS = (
    "language_version", "shop", "country", "currency", "languages", "order_numbers", "queues", "default_queue",
    "menu", "fallback", "remembered", "retries", "timeout", "commands", "locales", "privacy_url", "website",
    "types", "time_zone", "signature",
)  # fmt: skip
_SERVICE_KEYS = ("kind", "inputs", "required", "outputs", "timeout", "fake", "about")


@dataclass(frozen=True, slots=True)
class Service:
    """Something a flow may ask for by name. `outputs` are coerced at the border; `fake` answers the simulator."""

    name: str
    inputs: Mapping[str, str]
    required: tuple[str, ...]
    outputs: Mapping[str, str]
    is_write: bool = False
    timeout_seconds: float = 8.0
    fake: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """`_project.yaml`. `commands` maps a folded whole message to its command (`agent`, `language:pt`, …)."""

    shop: str = ""
    country: str = "ES"
    currency: str = "EUR"
    languages: tuple[str, ...] = ("es", "en", "pt")
    shapes: tuple[Shape, ...] = ()
    queues: tuple[str, ...] = ()
    default_queue: str = ""
    menu: str = ""
    fallback: str = ""
    remembered: Mapping[str, str] = field(default_factory=dict)
    retries: int = 2
    commands: Mapping[str, str] = field(default_factory=dict)
    locales: Mapping[str, str] = field(default_factory=lambda: dict(_LOCALES))
    privacy_url: str = ""
    website: str = ""
    types: Mapping[str, OwnType] = field(default_factory=dict)
    time_zone: str = "UTC"
    signature: str = ""

    @property
    def default_language(self) -> str:
        return self.languages[0]

    def day(self, now: datetime) -> date:
        """The day it is at the shop."""
        return now.date() if self.time_zone == "UTC" else now.astimezone(ZoneInfo(self.time_zone)).date()


def seconds(written: str) -> float | None:
    """`15m`, `8s`, `2h`, `1d`, “15 minutos”, “1h 30m” or plain seconds; None when it is none of these."""
    written, total, at = written.strip().lower(), 0.0, 0
    while at < len(written):
        match = _DURATION.match(written, at)
        if match is None or match[2] not in _SECONDS or (not match[2] and match.end() < len(written)):
            return None
        total += float(match[1].replace(",", ".")) * _SECONDS[match[2]]
        at = match.end()
    return total if written else None


def read_project(tree: Node | None, report: Reporter) -> Project:
    """Every mistake is reported; what is wrong falls back to its default so that reading goes on."""
    if not isinstance(tree, Table):
        tree = Table()
    unknown_keys(tree, _KEYS, report)
    languages = tuple(words(tree, "languages", report)) or ("es", "en", "pt")
    queues = tuple(words(tree, "queues", report)) or ("general",)
    default_queue = word(tree, "default_queue", report) or queues[0]
    if default_queue not in queues:
        place = tree.nodes["default_queue"]
        report.error("V01", place, name=default_queue, near=near(default_queue, queues), known=", ".join(queues))
    locales = {**_LOCALES, **{k: str(v).replace("-", "_") for k, v in _mapping(tree, "locales", report).items()}}
    types = read_types(tree, report, TYPES)
    remembered = typed_names(tree, "remembered", report, tuple(types))
    for name in sorted(RESERVED & remembered.keys()):
        report.error("S11", tree.nodes["remembered"].keys[name], name=name)  # type: ignore[union-attr]
    return Project(
        shop=word(tree, "shop", report),
        country=word(tree, "country", report) or "ES",
        currency=word(tree, "currency", report) or "EUR",
        languages=languages,
        shapes=_shapes(tree, report),
        queues=queues,
        default_queue=default_queue,
        menu=word(tree, "menu", report),
        fallback=word(tree, "fallback", report),
        remembered=remembered,
        retries=whole(tree, "retries", report, 2),
        commands=_commands(tree, report),
        locales=locales,
        privacy_url=word(tree, "privacy_url", report),
        website=word(tree, "website", report),
        types=types,
        time_zone=_time_zone(tree, report),
        signature=word(tree, "signature", report),
    )


def _time_zone(tree: Table, report: Reporter) -> str:
    """The zone whose calendar “mañana” is of."""
    zone = word(tree, "time_zone", report) or "UTC"
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        report.error("S10", tree.nodes["time_zone"], name="time_zone", value=zone, example="Europe/Madrid")
        return "UTC"
    return zone


def read_services(tree: Node | None, report: Reporter) -> dict[str, Service]:
    services: dict[str, Service] = {}
    for name, node in tree.nodes.items() if isinstance(tree, Table) else ():
        if not isinstance(node, Table):
            report.error("S05", node, name=name, shape="kind, inputs, outputs")
            continue
        services[name] = _service(name, node, report)
    return services


def _service(name: str, node: Table, report: Reporter) -> Service:
    unknown_keys(node, _SERVICE_KEYS, report)
    kind = word(node, "kind", report) or "read"
    if kind not in ("read", "write"):
        meant = near(kind, ("read", "write"))
        report.error("S09", node.nodes["kind"], name="kind", value=kind, near=meant, known="read, write")
        kind = meant or "read"
    timeout = node.get("timeout")
    limit = seconds(timeout.value) if isinstance(timeout, Text) else 8.0
    if limit is None:
        report.error("S10", timeout, name="timeout", value=plain(timeout), example="8s")
    inputs = typed_names(node, "inputs", report)
    required = tuple(words(node, "required", report))
    for needed in required:
        if needed not in inputs:
            report.error("V04", node.nodes["required"], name=needed, service=name, known=", ".join(inputs))
    outputs = typed_names(node, "outputs", report)
    fakes.check(name, node.get("fake"), inputs, outputs, report)
    return Service(
        name=name,
        inputs=inputs,
        required=required,
        outputs=outputs,
        is_write=kind == "write",
        timeout_seconds=limit or 8.0,
        fake=tuple(one for one in _list(plain(node.get("fake"))) if isinstance(one, dict)),
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def unknown_keys(tree: Table, known: tuple[str, ...], report: Reporter) -> None:
    for name, key in tree.keys.items():
        if name not in known:
            report.error("S01", key, name=name, near=near(name, known), known=", ".join(known))


def word(tree: Table, name: str, report: Reporter) -> str:
    node = tree.get(name)
    if node is None:
        return ""
    if not isinstance(node, Text):
        report.error("S05", node, name=name, shape="…")
        return ""
    return node.value.strip()


def words(tree: Table, name: str, report: Reporter) -> list[str]:
    """A list of words; one word alone counts as a list of one."""
    node = tree.get(name)
    if node is None:
        return []
    nodes = node.nodes if isinstance(node, Items) else (node,)
    found = []
    for one in nodes:
        if isinstance(one, Text):
            found.append(one.value.strip())
        else:
            report.error("S05", one, name=name, shape="[a, b]")
    return [one for one in found if one]


def whole(tree: Table, name: str, report: Reporter, default: int) -> int:
    written = word(tree, name, report)
    if not written:
        return default
    if not written.isdigit() or len(written) > 3:
        report.error("S10", tree.nodes[name], name=name, value=written, example="2")
        return default
    return int(written)


def typed_names(tree: Table, name: str, report: Reporter, own: tuple[str, ...] = ()) -> dict[str, str]:
    node = tree.get(name)
    if node is None or (isinstance(node, Text) and not node.value):
        return {}
    if not isinstance(node, Table):
        report.error("S05", node, name=name, shape="order_ref: order_number")
        return {}
    found = {}
    types = (*own, *TYPES)
    for key, kind in node.nodes.items():
        written = kind.value if isinstance(kind, Text) else ""
        if written not in types:
            report.error("V09", kind, name=written, near=near(written, types), known=", ".join(types))
            written = "any"
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", key):
            report.error("S11", node.keys[key], name=key)
        found[key] = written
    return found


def _mapping(tree: Table, name: str, report: Reporter) -> dict[str, Any]:
    node = tree.get(name)
    if node is not None and not isinstance(node, Table):
        report.error("S05", node, name=name, shape="es: …")
        return {}
    return plain(node) or {}


def _shapes(tree: Table, report: Reporter) -> tuple[Shape, ...]:
    found = []
    for one in words(tree, "order_numbers", report) or ["AA-99999"]:
        try:
            found.append(shape(one))
        except ValueError:
            report.error("S10", tree.nodes["order_numbers"], name="order_numbers", value=one, example="AA-99999")
    return tuple(found)


@cache
def defaults() -> Mapping[str, Any]:
    """The words of the commands and the sentences of the system that a shop did not write itself."""
    found: Mapping[str, Any] = plain(read(_DEFAULTS.read_text(encoding="utf-8"), Reporter(_DEFAULTS.name)))
    return found


def _commands(tree: Table, report: Reporter) -> dict[str, str]:
    """A shop's own words for a command come in place of the built-in ones."""
    own = _mapping(tree, "commands", report)
    for name in own:
        if name not in (*COMMANDS, "language"):
            key = tree.nodes["commands"].keys[name]  # type: ignore[union-attr]
            report.error("S01", key, name=name, near=near(name, COMMANDS), known=", ".join((*COMMANDS, "language")))
    chosen = {**defaults()["commands"], **own}
    by_words = {}
    for name, by_language in chosen.items():
        for language, phrases in by_language.items():
            command = f"language:{language}" if name == "language" else name
            by_words.update({bare(phrase): command for phrase in phrases})
    return by_words
