"""What a question offers at this moment: its own options, those made of a list (`options_from`), and, where an answer
is known already, yes and no to it (`if_known: confirm`)."""

from __future__ import annotations

import hashlib
import json
from collections import ChainMap
from collections.abc import Mapping
from typing import Any

from bot.flow import filters
from bot.flow.effects import Choice
from bot.flow.expressions import Expression
from bot.flow.filters import Setting
from bot.flow.formulas import known, text
from bot.flow.model import Option, OptionSource, Question
from bot.flow.texts import Template, Texts
from bot.flow.values import stored
from bot.flow.words import bare, tokens

MAX_OFFERED = 40  # channels show them page by page; more than that nobody reads
LONGEST_LABEL = 200  # what a channel shows of it is the channel's; no label of a shop's data is longer than this
ITEM = "item"
YES, NO = "known.yes", "known.no"
_LONGEST_KEY = 60
_HIDDEN = "•••"


def offered(question: Question, values: Mapping[str, Any], language: str) -> tuple[Option, ...]:
    """The options whose `when` holds, those of the list before the others."""
    own = tuple(one for one in question.options if one.when is None or one.when.call(values))
    if question.source is None:
        return own
    taken = {one.key for one in own}
    made = [one for one in _made(question.source, values, language) if one.key not in taken]
    return (*made[: MAX_OFFERED - len(own)], *own)


def varies(question: Question) -> bool:
    """Whether what it offers depends on the moment."""
    return question.source is not None or any(one.when is not None for one in question.options)


def _made(source: OptionSource, values: Mapping[str, Any], language: str) -> list[Option]:
    items = source.items.call(values)
    found: dict[str, Option] = {}
    for item in items[: 2 * MAX_OFFERED] if isinstance(items, (list, tuple)) else ():
        scope = ChainMap({ITEM: item}, values)  # type: ignore[arg-type]
        label = " ".join(_labelled(source.label, scope, item, language).split())[:LONGEST_LABEL]
        value = stored(item if source.value is None else source.value.call(scope))
        if label and value is not None:
            option = _option(label, value, language)
            found.setdefault(option.key, option)
    return list(found.values())


def _labelled(label: Texts | Expression | None, scope: Mapping[str, Any], item: Any, language: str) -> str:
    if label is None:
        return text(item) if not isinstance(item, Mapping) else text(item.get("name") or item.get("label"))
    if isinstance(label, Expression):
        return text(label.call(scope))
    return label.pick(language, language).render(scope)


def _option(label: str, value: Any, language: str) -> Option:
    words = tuple(tokens(label))
    named = {bare(label), bare(text(value)) if isinstance(value, (str, int)) else ""}
    return Option(
        key=_key(value),
        label=Texts({language: (Template(label, (label,), constant=label),)}),
        words=(words,) if words else (),
        folded=frozenset(named - {""}),
        value=value,
    )


def _key(value: Any) -> str:
    """What a tap brings back. Made of the value, so that a list that has changed means no other thing by it."""
    if isinstance(value, (str, int)) and not isinstance(value, bool) and len(str(value)) <= _LONGEST_KEY:
        written = str(value)
        if written.isascii() and written == written.strip() and written.isprintable() and written:
            return written
    packed = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return f"_{hashlib.blake2s(packed.encode(), digest_size=6).hexdigest()}"


def confirms(question: Question, value: Any) -> bool:
    """Is this value, known already, to be confirmed before it is taken?"""
    return question.confirms_known and known(value)


def confirmation(question: Question, value: Any, setting: Setting) -> str:
    """The known value as the contact reads it; of a sensitive one only its end."""
    kind = question.type
    if question.is_sensitive:
        whole = text(value)
        return f"{_HIDDEN}{whole[-3:]}" if len(whole) > 6 else _HIDDEN
    writer = {"money": filters.money, "date": filters.day, "time": filters.clock_time, "number": filters.count}.get(
        kind
    )
    return writer(value, setting) if writer else text(value)


def yes_and_no(place: str, yes: str, no: str) -> tuple[Choice, ...]:
    return (Choice(f"{place}:{YES}", yes), Choice(f"{place}:{NO}", no))
