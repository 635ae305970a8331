"""What `ask` and `menu` share: options, retries, reminders."""

from __future__ import annotations

from bot.flow.arguments import Arguments
from bot.flow.model import Check, NoReply, Option
from bot.flow.texts import Texts
from bot.flow.tree import Items, Node, Table, Text
from bot.flow.words import bare, tokens

MAX_OPTIONS = 40  # channels show them page by page; more than that nobody reads
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
    detail = node if isinstance(node, Table) and OPTION_KEYS[0] in node.nodes else None
    label = reading.texts_of(detail.nodes["text"] if detail else node)
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
