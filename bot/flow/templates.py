"""Message templates: `_templates.yaml`, the texts a provider approved for writing once its window is closed. Pure.

Limits: a body of 1,024 characters, a footer of 60, 10 buttons of 25 (Meta, "Template components", read 2026-11-22); a body
that begins or ends with a blank, or has two side by side, is not approved (Twilio, "twilio/text", read 2026-11-22).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.flow.findings import Place, Reporter
from bot.flow.project import unknown_keys, word
from bot.flow.tree import Items, Node, Table, Text

CATEGORIES = ("utility", "marketing")
FILLS = ("name", "order", "agent")
BODY, FOOTER, BUTTON, BUTTONS = 1_024, 60, 25, 10
_KEYS = ("title", "category", "blanks", "languages")
_WORDING_KEYS = ("body", "footer", "buttons", "meta", "meta_language", "twilio")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_META_NAME = re.compile(r"[a-z0-9_]{1,512}")
_META_LANGUAGE = re.compile(r"[a-z]{2,3}(?:_[A-Z]{2})?")
_CONTENT_SID = re.compile(r"HX[0-9a-f]{32}")
_BLANK = re.compile(r"\{\{\s*(\d{1,2})\s*\}\}")
_AT_EDGE = re.compile(r"^\s*\{\{|\}\}\s*$|\}\}\s*\{\{")


@dataclass(frozen=True, slots=True)
class Blank:
    """{{1}}, {{2}} … of the body. `fill` is what it holds before the agent writes: her name, the order, the agent's name."""

    labels: Mapping[str, str] = field(default_factory=dict)
    fill: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """One button under the text; `payload` comes back when it is tapped, where the provider lets us choose it."""

    label: str
    payload: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """The template in one language, and its name at each provider that approved it ('' where none did)."""

    body: str
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    meta: str = ""
    meta_language: str = ""
    twilio: str = ""

    def name_at(self, provider: str) -> str:
        """Meta's name of it, Twilio's ContentSid; '' where this provider does not have it."""
        return {"meta": self.meta, "twilio": self.twilio}.get(provider, "")

    def filled(self, values: tuple[str, ...]) -> str:
        """How it reads with these values; a blank without one stays as it is written."""
        return "".join(text for text, _ in self.pieces(values))

    def pieces(self, values: tuple[str, ...]) -> list[tuple[str, int]]:
        """The same in pieces, each with the number of the blank it fills (0: words of the template)."""
        found: list[tuple[str, int]] = []
        end = 0
        for blank in _BLANK.finditer(self.body):
            n = int(blank[1])
            value = values[n - 1] if 0 < n <= len(values) else ""
            found += [(self.body[end : blank.start()], 0), (value or blank[0], n)]
            end = blank.end()
        return [piece for piece in [*found, (self.body[end:], 0)] if piece[0]]


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """One entry of the file. `category` decides what a contact without advertising may still get."""

    name: str
    category: str = "utility"
    titles: Mapping[str, str] = field(default_factory=dict)
    blanks: tuple[Blank, ...] = ()
    wordings: Mapping[str, Wording] = field(default_factory=dict)


def read_templates(tree: Node | None, report: Reporter) -> dict[str, MessageTemplate]:
    """Every mistake is reported; an entry that is wrong is left out."""
    found: dict[str, MessageTemplate] = {}
    for name, node in tree.nodes.items() if isinstance(tree, Table) else ():
        if not _NAME.fullmatch(name):
            report.error("S11", tree.keys[name], name=name)  # type: ignore[union-attr]
        elif not isinstance(node, Table):
            report.error("S05", node, name=name, shape="category, blanks, languages")
        else:
            found[name] = _template(name, node, report)
    return found


def _template(name: str, node: Table, report: Reporter) -> MessageTemplate:
    unknown_keys(node, _KEYS, report)
    category = word(node, "category", report) or "utility"
    if category not in CATEGORIES:
        report.error("S09", node.nodes["category"], name="category", value=category, known=", ".join(CATEGORIES))
    blanks = _blanks(node, report)
    languages = node.get("languages")
    if not isinstance(languages, Table) or not languages.nodes:
        report.error("S02", node.keys.get("languages") or _place(node), verb=name, name="languages")
        languages = Table()
    wordings = {language: _wording(one, len(blanks), report) for language, one in languages.nodes.items()
                if _is_table(one, language, report)}
    return MessageTemplate(name, category, _by_language(node, "title", report), blanks, wordings)


def _blanks(node: Table, report: Reporter) -> tuple[Blank, ...]:
    entry = node.get("blanks")
    if entry is None:
        return ()
    if not isinstance(entry, Items):
        report.error("S05", entry, name="blanks", shape="- {label: {es: “…”}, fill: name}")
        return ()
    return tuple(_blank(one, report) for one in entry.nodes)


def _blank(node: Node, report: Reporter) -> Blank:
    if not isinstance(node, Table):
        report.error("S05", node, name="blanks", shape="- {label: {es: “…”}, fill: name}")
        return Blank()
    unknown_keys(node, ("label", "fill"), report)
    fill = word(node, "fill", report)
    if fill and fill not in FILLS:
        report.error("S09", node.nodes["fill"], name="fill", value=fill, known=", ".join(FILLS))
    labels = _by_language(node, "label", report)
    if not labels:
        report.error("S02", node, verb="blanks", name="label")
    return Blank(labels, fill)


def _wording(node: Table, blanks: int, report: Reporter) -> Wording:
    unknown_keys(node, _WORDING_KEYS, report)
    made = Wording(word(node, "body", report), word(node, "footer", report), _buttons(node, report),
                   _named(node, "meta", _META_NAME, "order_news", report),
                   _named(node, "meta_language", _META_LANGUAGE, "es_ES", report),
                   _named(node, "twilio", _CONTENT_SID, "HX0123456789abcdef0123456789abcdef", report))
    if not made.body:
        report.error("S02", node, verb="languages", name="body")
    else:
        _check_body(made.body, node.nodes["body"], blanks, report)
    _check_length(node, "footer", made.footer, FOOTER, report)
    if not made.meta and not made.twilio:
        report.error("M04", node)
    return made


def _check_body(body: str, place: Node, blanks: int, report: Reporter) -> None:
    numbers = sorted({int(number) for number in _BLANK.findall(body)})
    if numbers != list(range(1, blanks + 1)):
        shown = ", ".join(f"{{{{{n}}}}}" for n in numbers) or "–"
        report.error("M01", place, found=shown, count=blanks)
    if _AT_EDGE.search(body):
        report.error("M03", place)
    if len(body) > BODY:
        report.error("M02", place, name="body", length=len(body), most=BODY, over=len(body) - BODY)


def _buttons(node: Table, report: Reporter) -> tuple[Button, ...]:
    entry = node.get("buttons")
    if entry is None:
        return ()
    if not isinstance(entry, Items) or len(entry.nodes) > BUTTONS:
        report.error("S05", entry, name="buttons", shape=f"[“…”, “…”] (1–{BUTTONS})")
        return ()
    return tuple(_button(one, report) for one in entry.nodes)


def _button(node: Node, report: Reporter) -> Button:
    if isinstance(node, Text):
        made = Button(node.value.strip())
    elif isinstance(node, Table):
        unknown_keys(node, ("label", "payload"), report)
        made = Button(word(node, "label", report), word(node, "payload", report))
    else:
        made = Button("")
    if not made.label:
        report.error("S05", node, name="buttons", shape="{label: “…”, payload: …}")
    elif len(made.label) > BUTTON:
        report.error("M02", node, name="buttons", length=len(made.label), most=BUTTON, over=len(made.label) - BUTTON)
    return made


def _named(node: Table, key: str, form: re.Pattern[str], example: str, report: Reporter) -> str:
    written = word(node, key, report)
    if written and not form.fullmatch(written):
        report.error("S10", node.nodes[key], name=key, value=written, example=example)
        return ""
    return written


def _check_length(node: Table, key: str, text: str, most: int, report: Reporter) -> None:
    if len(text) > most:
        report.error("M02", node.nodes[key], name=key, length=len(text), most=most, over=len(text) - most)


def _by_language(node: Table, key: str, report: Reporter) -> dict[str, str]:
    """`{es: …, en: …}`, or one text for all."""
    entry = node.get(key)
    if isinstance(entry, Text):
        return {"": entry.value.strip()}
    if isinstance(entry, Table):
        return {language: one.value.strip() for language, one in entry.nodes.items() if isinstance(one, Text)}
    if entry is not None:
        report.error("S05", entry, name=key, shape="{es: “…”, en: “…”, pt: “…”}")
    return {}


def _is_table(node: Node, language: str, report: Reporter) -> bool:
    if isinstance(node, Table):
        return True
    report.error("S05", node, name=language, shape="body, meta, twilio")
    return False


def _place(node: Table) -> Place:
    return Place(node.line, node.column)
