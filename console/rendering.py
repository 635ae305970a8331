"""Templates of the console: escaped whatever their name ends in, strict about what they are not given."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Response, g, url_for
from flask_wtf.csrf import generate_csrf
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from console import here
from console.attachments import length, map_link
from console.safety import HOME
from console.segments import segments
from console.stretches import Bubble, Stretch

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
_ORDERED = (
    "tokens",
    "base",
    "baton",
    "button",
    "badge",
    "shell",
    "desk",
    "row",
    "thread",
    "attachment",
    "composer",
    "attach",
    "card",
    "opinion",
    "channel",
    "mark",
    "template",
    "menu",
    "dialog",
    "form",
    "table",
    "flow",
    "graph",
    "diff",
    "reading",
    "policy",
    "login",
)
# Later sheets win over earlier ones; those that nobody has to win against follow in the order of their names.
STYLES = (*_ORDERED, *sorted({path.stem for path in (STATIC / "css").glob("*.css")} - set(_ORDERED)))
# Those of every page; the flow editor brings one more.
EDITOR_SCRIPTS = ("flow",)
SCRIPTS = tuple(sorted({path.stem for path in (STATIC / "js").glob("*.js")} - set(EDITOR_SCRIPTS)))
MACROS = "_macros.html"
_macros: ContextVar[list[Any] | None] = ContextVar("macros", default=None)
_joint = re.compile(r"(?<=[/.])(?=.)")
# Customer text never becomes script: no evaluation, no scripts in fragments, no styles written by htmx, only ourselves;
# and pages are not kept in the browser's storage.
HTMX_CONFIG = json.dumps(
    {
        "allowEval": False,
        "allowScriptTags": False,
        "selfRequestsOnly": True,
        "includeIndicatorStyles": False,
        "attributesToSettle": ["class"],
        "historyEnabled": False,
        "historyCacheSize": 0,
        "refreshOnHistoryMiss": True,
        "scrollIntoViewOnBoost": False,
        "responseHandling": [{"code": "204", "swap": False}, {"code": "[2345]..", "swap": True}],
    }
)


class _Template(Template):
    """A template whose import of the macros is shared by all pieces of one rendering: fifty rows take them from one
    module, where each would make its own."""

    def make_module(self, vars: Any = None, shared: bool = False, locals: Any = None) -> Any:
        kept = _macros.get()
        if self.name != MACROS or kept is None:
            return super().make_module(vars, shared, locals)
        if not kept:
            kept.append(super().make_module(vars, shared, locals))
        return kept[0]


class _Environment(Environment):
    template_class = _Template


def _environment() -> Environment:
    made = _Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # a process and its pages are of one version, also while files are being replaced
    )
    made.filters["pieces"] = segments
    made.filters["breakable"] = breakable
    made.globals.update(
        csrf_token=generate_csrf,
        drawn=drawn,
        is_plain=is_plain,
        keep=keep,
        same_for_all=same_for_all,
        spoken=spoken,
        map_link=map_link,
        length=length,
        url=_url,
        static=static,
        styles=STYLES,
        scripts=SCRIPTS,
        htmx_config=HTMX_CONFIG,
        home=HOME,
    )
    return made


def render(template: str, **values: Any) -> str:
    """A template with the agent's words and formats."""
    values.setdefault("oob", False)
    row = getattr(g, "agent_row", None)
    theme = row["theme"] if row else "system"
    token = _macros.set([])
    try:
        return _templates().get_template(template).render(
            t=here.texts(), f=here.formats(), theme=theme, sprite=_sprite_url(), **values)
    finally:
        _macros.reset(token)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a list, told from others by all that it says."""

    told: str
    values: Mapping[str, Any] = field(compare=False)


def drawn(row: Mapping[str, Any]) -> Markup:
    """A row of a list without buttons. What reads the same to two agents is the same, so it is drawn once for both."""
    return _drawn(here.language(), _Row(repr(row), row))


@lru_cache(2_048)
def _drawn(_language: str, row: _Row) -> Markup:
    return Markup(render("_row.html", row=row.values))


def is_plain(bubble: Bubble) -> bool:
    """Whether a message reads the same to everybody who may see it: no button, no file with a state of its own, no way
    to a card beside it."""
    return not (bubble.can_retry or bubble.attachments or bubble.cites or bubble.loose)


def same_for_all(place: int, stretch: Stretch, thread: Mapping[str, Any]) -> tuple[Any, ...]:
    """By what a stretch is told from others of its transcript, where it reads the same to all who read that; else empty."""
    if not all(map(is_plain, stretch.bubbles)):
        return ()
    return (place, here.formats().today, *(thread[name] for name in ("owner", "name", "first_name", "channel")))


def keep(drawn: dict[Any, str], name: tuple[Any, ...], made: Markup) -> Markup:
    """A stretch that was just drawn, kept for the next who reads it if it has a name."""
    if name:
        drawn[name] = made
    return made


def spoken(bubble: Bubble, thread: Mapping[str, Any], named: bool) -> Markup:
    """Such a message; drawn once for all who read it in the same language, zone and day, as long as it says the same."""
    reader, around = here.formats(), tuple((name, thread[name]) for name in ("name", "first_name", "channel"))
    told = f"{named} {reader.zone.key} {reader.today} {around} {bubble!r}"
    return _spoken(reader.language, _Message(told, bubble, dict(around), named))


@dataclass(frozen=True, slots=True)
class _Message:
    """A message, told from others by all that its template reads."""

    told: str
    bubble: Bubble = field(compare=False)
    thread: Mapping[str, Any] = field(compare=False)
    named: bool = field(compare=False)


@lru_cache(4_096)
def _spoken(_language: str, said: _Message) -> Markup:
    return Markup(render("_message.html", bubble=said.bubble, thread=said.thread, named=said.named))


def breakable(address: str) -> list[str]:
    """An address in the pieces between which one would break it by hand."""
    start, slashes, rest = address.partition("://")
    first, *others = _joint.split(rest)
    return [start + slashes + first, *others]


def page(template: str, status: int = 200, **values: Any) -> Response:
    return Response(render(template, **values), status, mimetype="text/html")


@cache
def _templates() -> Environment:
    return _environment()


def _url(endpoint: str, **values: Any) -> str:
    return url_for(f"console.{endpoint}", **values)


@cache
def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()[:10]


def static(name: str) -> str:
    """The address of a file, with the hash of its content: it may be kept for ever."""
    return url_for("console.static", filename=name, v=_digest(STATIC / name))


@cache
def version() -> str:
    """Of which version our pages are: another one has other files."""
    files = [_digest(STATIC / f"{kind}/{name}.{kind}") for kind, names in (("css", STYLES), ("js", SCRIPTS)) for name in names]
    pages = [_digest(path) for path in sorted((FOLDER / "templates").glob("*.html"))]
    return sha256("".join([*files, *pages]).encode()).hexdigest()[:10]


def _sprite_url() -> str:
    return url_for("console.sprite", v=_sprite_digest())


@cache
def _sprite_digest() -> str:
    return sha256(sprite().encode()).hexdigest()[:10]


@cache
def sprite() -> str:
    """All icons in one file; a page shows one with `<use href="…#i-name">`."""
    symbols = []
    for path in sorted((STATIC / "icons").glob("*.svg")):
        inner = re.search(r"<svg[^>]*>(.*)</svg>", path.read_text(encoding="utf-8"), re.DOTALL)
        if inner and path.stem != "relevo":
            symbols.append(
                f'<symbol id="i-{path.stem}" viewBox="0 0 24 24">{" ".join(inner.group(1).split())}</symbol>'
            )
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'
