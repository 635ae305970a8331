"""What `ask`, `menu` and `rate` share: options, those made of a list, retries, reminders."""

from __future__ import annotations

from dataclasses import replace

from bot.flow import offers
from bot.flow.arguments import Arguments
from bot.flow.expressions import Expression
from bot.flow.findings import Place, near
from bot.flow.model import Check, NoReply, Option, OptionSource
from bot.flow.texts import Texts
from bot.flow.tree import Items, Node, Table, Text
from bot.flow.words import bare, tokens

MAX_OPTIONS = offers.MAX_OFFERED
MOST_QUIET_SECONDS = 600
OPTION_KEYS = ("text", "desc", "words", "when", "then")


def options(arguments: Arguments, name: str) -> tuple[Option, ...]:
    """The choices under `options:` or `buttons:`; their blocks are called `then.KEY`."""
    table = arguments.table(name, "si: {es: “Sí”, en: “Yes”, pt: “Sim”}")
    found = tuple(
        option for key, node in table.nodes.items() if (option := _option(arguments, table, key, node)) is not None
    )
    if len(found) > MAX_OPTIONS:
        arguments.report.error("C02", arguments.place(name), count=len(found), most=MAX_OPTIONS)
    return found


def _option(arguments: Arguments, table: Table, key: str, node: Node) -> Option | None:
    reading, report = arguments.reading, arguments.report
    detail = node if isinstance(node, Table) and any(name in node.nodes for name in OPTION_KEYS) else None
    written = detail.nodes.get("text") if detail else node
    label = reading.texts_of(written) if written is not None else None
    if label is None:
        report.error("T06", table.keys[key], name=key)
        return None
    if len(key) > 60 or not key.strip():
        report.error("S11", table.keys[key], name=key)
    if detail is None:
        return Option(key, label, folded=_folded(key, label, ()))
    for extra in detail.keys:
        if extra not in OPTION_KEYS:
            report.error("S01", detail.keys[extra], name=extra, near="", known=", ".join(OPTION_KEYS))
    if "then" in detail.nodes:
        arguments.block_of(f"then.{key}", detail.nodes["then"])
    phrases = _phrases(arguments, detail.get("words"))
    return Option(
        key=key,
        label=label,
        description=reading.texts_of(detail.nodes["desc"]) if "desc" in detail.nodes else None,
        words=phrases,
        folded=_folded(key, label, phrases),
        when=reading.expression_of(detail.nodes["when"]) if "when" in detail.nodes else None,
    )


def _folded(key: str, label: Texts, phrases: tuple[tuple[str, ...], ...]) -> frozenset[str]:
    """Whole messages that choose this option: its key, its label in any language, its words."""
    labels = {
        bare(template.constant) for found in label.by_language.values() for template in found if template.constant
    }
    return frozenset({bare(key), *labels, *(" ".join(phrase) for phrase in phrases)} - {""})


def _phrases(arguments: Arguments, node: Node | None) -> tuple[tuple[str, ...], ...]:
    """Words by language or in one list: a contact may answer in any."""
    if node is None:
        return ()
    if isinstance(node, Table):
        return tuple(phrase for child in node.nodes.values() for phrase in _phrases(arguments, child))
    nodes = node.nodes if isinstance(node, Items) else (node,)
    found = tuple(tuple(tokens(one.value)) for one in nodes if isinstance(one, Text))
    return tuple(phrase for phrase in found if phrase)


def source(arguments: Arguments) -> OptionSource | None:
    """`options_from`: a list; `label` and `value` say, with `item`, what each of it is called and what is saved."""
    if arguments.get("options_from") is None:
        for name in ("label", "value"):
            if arguments.get(name) is not None:
                arguments.report.error("S15", arguments.place(name), name=name, needs="options_from")
        return None
    items = arguments.expression("options_from")
    reading = arguments.reading
    outer = reading.scope
    reading.scope = replace(outer, types={**outer.types, offers.ITEM: "any"})
    try:
        value = arguments.get("value")
        return OptionSource(items, _label(arguments), reading.expression_of(value) if value is not None else None)
    finally:
        reading.scope = outer


def _label(arguments: Arguments) -> Texts | Expression | None:
    """`item.name`, or a text with `{item.name}` in it, in one language or in all."""
    node = arguments.get("label")
    if node is None:
        return None
    if isinstance(node, Text) and "{" not in node.value:
        return arguments.reading.expression_of(node)
    return arguments.reading.texts_of(node)


def only(arguments: Arguments, table: Table, known: tuple[str, ...]) -> None:
    """Report the keys of a small table that it does not have."""
    for name, key in table.keys.items():
        if name not in known:
            arguments.report.error("S01", key, name=name, near=near(name, known), known=", ".join(known))


def team_texts(arguments: Arguments, node: Node) -> Texts | None:
    """A text that need not be there in every language: an address, the value of a blank."""
    met = len(arguments.reading.texts)
    found = arguments.reading.texts_of(node)
    del arguments.reading.texts[met:]
    return found


def check_length(arguments: Arguments, texts: Texts, most: int) -> None:
    for language, found in texts.by_language.items():
        for one in found:
            length = len(one.source)
            if one.constant is not None and length > most:
                place = Place(*texts.columns.get(language, (texts.line, texts.column)))
                facts = {"label": one.source, "length": length, "most": most, "over": length - most}
                arguments.report.error("C01", place, **facts)


def checks(arguments: Arguments) -> tuple[Check, ...]:
    node = arguments.get("checks")
    nodes = node.nodes if isinstance(node, Items) else (node,) if node is not None else ()
    found = []
    for one in nodes:
        if not isinstance(one, Table) or "is_true" not in one.nodes or "else" not in one.nodes:
            arguments.report.error("S05", one, name="checks", shape="- is_true: …  else: {es: …}")
            continue
        texts = arguments.reading.texts_of(one.nodes["else"])
        if texts is not None:
            found.append(Check(arguments.reading.expression_of(one.nodes["is_true"]), texts))
    return tuple(found)


def invalid(arguments: Arguments) -> tuple[Texts, ...]:
    """One text for every attempt, or a list with one per attempt."""
    node = arguments.get("invalid")
    if node is None:
        return ()
    nodes = node.nodes if isinstance(node, Items) else (node,)
    found = (arguments.reading.texts_of(one) for one in nodes)
    return tuple(texts for texts in found if texts is not None)


def is_yes(arguments: Arguments, name: str) -> bool:
    return arguments.word(name, ("yes", "no", "true", "false"), "no") in ("yes", "true")


def gather_seconds(arguments: Arguments) -> float:
    """How long the contact has to be quiet before several messages are one answer; 0: each is one."""
    node = arguments.get("gather")
    if node is None:
        return 0.0
    found = arguments.seconds_of(node, "gather")
    if not 1 <= found <= MOST_QUIET_SECONDS:
        arguments.report.error("S10", node, name="gather", value=getattr(node, "value", "…"), example="20s")
        return 20.0
    return found


def no_reply(arguments: Arguments) -> NoReply | None:
    table = arguments.table("no_reply", "after: 15m")
    if not table.nodes:
        return None
    for extra in table.keys:
        if extra not in ("after", "remind", "then"):
            arguments.report.error("S01", table.keys[extra], name=extra, near="", known="after, remind, then")
    if "then" in table.nodes:
        arguments.block_of("no_reply.then", table.nodes["then"])
    remind = arguments.reading.texts_of(table.nodes["remind"]) if "remind" in table.nodes else None
    return NoReply(arguments.seconds_of(table.get("after"), "after"), remind)
