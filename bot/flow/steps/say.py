"""`say`: send a text, with a picture or a paper, a page to open, things to tap, or as a template outside the window."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.flow import texts as flow_texts
from bot.flow.arguments import Arguments
from bot.flow.effects import Choice, Say
from bot.flow.expressions import Expression
from bot.flow.findings import near
from bot.flow.formulas import text as written
from bot.flow.model import Option, Run, Step, StepKind
from bot.flow.steps import asking
from bot.flow.texts import Texts
from bot.flow.tree import Items, Node, Table, Text

# A tap on one of these means the same whenever it comes: it starts the flow of this name or payload, or says its label.
TAPS = "say:"
_BUTTONS = 10
_LINK_LABEL = 20
_ADDRESS = re.compile(r"https?://|\{")


@dataclass(frozen=True, slots=True)
class Saying:
    """`values` fill the blanks of the template named `template`, in their order."""

    text: Texts
    media: Texts | None = None
    url: Texts | None = None
    label: Texts | None = None
    buttons: tuple[Option, ...] = ()
    template: str = ""
    values: tuple[Texts | Expression, ...] = field(default=())


def build(arguments: Arguments) -> Saying:
    url, label = _link(arguments)
    template, values = _template(arguments)
    return Saying(
        text=arguments.needed_texts("say"),
        media=arguments.team_texts("media"),
        url=url,
        label=label,
        buttons=_buttons(arguments, url is not None),
        template=template,
        values=values,
    )


def _buttons(arguments: Arguments, has_link: bool) -> tuple[Option, ...]:
    table = arguments.table("buttons", "menu: {es: “Menú”, en: “Menu”, pt: “Menu”}")
    if len(table.nodes) > _BUTTONS:
        arguments.report.error("C02", arguments.place("buttons"), count=len(table.nodes), most=_BUTTONS)
    if has_link and table.nodes:
        arguments.report.warning("C30", arguments.place("buttons"))
    for key, node in table.nodes.items():
        # nothing waits for this tap, so there is nothing that it could branch to
        if isinstance(node, Table) and "then" in node.nodes:
            arguments.report.error("S33", node.keys["then"], name=key)
    return () if _has_then(table) else asking.options(arguments, "buttons")


def _has_then(table: Table) -> bool:
    return any(isinstance(node, Table) and "then" in node.nodes for node in table.nodes.values())


def _link(arguments: Arguments) -> tuple[Texts | None, Texts | None]:
    node = arguments.get("link")
    if node is None:
        return None, None
    if not isinstance(node, Table) or "url" not in node.nodes or "label" not in node.nodes:
        arguments.report.error(
            "S05", node, name="link", shape='{url: "https://…", label: {es: “Ver”, en: “View”, pt: “Ver”}}'
        )
        return None, None
    asking.only(arguments, node, ("url", "label"))
    url = asking.team_texts(arguments, node.nodes["url"])
    place = node.nodes["url"]
    if isinstance(place, Text) and not _ADDRESS.match(place.value.strip()):
        arguments.report.error("V33", place, value=place.value)
    label = arguments.reading.texts_of(node.nodes["label"])
    if label is not None:
        asking.check_length(arguments, label, _LINK_LABEL)
    return url, label


def _template(arguments: Arguments) -> tuple[str, tuple[Texts | Expression, ...]]:
    node = arguments.get("template")
    if node is None:
        return "", ()
    named = node.nodes.get("name") if isinstance(node, Table) else node
    if not isinstance(named, Text):
        arguments.report.error(
            "S05", node, name="template", shape="{name: order_news, vars: [contact.name, order_ref]}"
        )
        return "", ()
    if isinstance(node, Table):
        asking.only(arguments, node, ("name", "vars"))
    known = arguments.known.templates
    found = known.get(named.value.strip())
    if found is None:
        facts = {"name": named.value, "near": near(named.value, known), "known": ", ".join(sorted(known)) or "–"}
        arguments.report.error("V34", named, **facts)
        return "", ()
    given = node.nodes.get("vars") if isinstance(node, Table) else None
    values = _values(arguments, given)
    if len(values) != len(found.blanks):
        arguments.report.error("V35", given or named, name=found.name, count=len(values), wanted=len(found.blanks))
    return found.name, values


def _values(arguments: Arguments, node: Node | None) -> tuple[Texts | Expression, ...]:
    """A list in the order of the blanks, or by their numbers: expressions, or texts with `{…}` in them."""
    if node is None:
        return ()
    if isinstance(node, Table):
        order = sorted(node.nodes.items(), key=lambda pair: (len(pair[0]), pair[0]))
        nodes: tuple[Node, ...] = tuple(one for _, one in order)
    else:
        nodes = node.nodes if isinstance(node, Items) else (node,)
    return tuple(found for one in nodes if (found := _value(arguments, one)) is not None)


def _value(arguments: Arguments, node: Node) -> Texts | Expression | None:
    if isinstance(node, Text) and "{" not in node.value:
        return arguments.reading.expression_of(node)
    return asking.team_texts(arguments, node)


def run(run: Run, step: Step) -> int:
    saying: Saying = step.data
    url = run.render(saying.url) if saying.url else ""
    run.send(
        Say(
            text=run.render(saying.text),
            choices=tuple(_choice(run, one) for one in saying.buttons if one.when is None or one.when.call(run.values)),
            media_url=run.render(saying.media) if saying.media else "",
            link=(run.render(saying.label), url) if url and saying.label else ("", ""),
            template=saying.template,
            template_values=_filled(run, saying),
        )
    )
    return step.next


def _choice(run: Run, option: Option) -> Choice:
    return Choice(
        f"{TAPS}{option.key}", run.render(option.label), run.render(option.description) if option.description else ""
    )


def _filled(run: Run, saying: Saying) -> Mapping[str, str]:
    return {str(number): _text(run, one) for number, one in enumerate(saying.values, 1)}


def _text(run: Run, value: Texts | Expression) -> str:
    if isinstance(value, Texts):
        return run.render(value)
    found: Any = value.call(run.values)
    if found is None:
        run.values[flow_texts.MISSING].append(value.source)
    return written(found)


STEP = StepKind(
    name="say",
    options=("media", "link", "buttons", "template"),
    build=build,
    run=run,
    example="""
- say: {es: "¡Gracias!", en: "Thank you!", pt: "Obrigado!"}
""",
)
