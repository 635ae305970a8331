"""Hostile texts: the work grows with the text and not with its square, counted in steps and not by the clock."""

import re
import sys
from re import _parser as sre_parse

import pytest

from bot.understanding import contacts, fold, order_cues, order_numbers, written_numbers
from bot.understanding.read import read

HOSTILE = [
    "quiero " * 600,
    "no quiero hablar con " * 200,
    "a" * 5000,
    "1-" * 2000,
    "1 2 3 4 " * 500,
    "a@" * 2000,
    "a.b" * 1300 + "@",
    "((((" * 1000,
    "😡" * 4000,
    "AB-" * 1300,
    "gracias " * 500,
    "AB-12345 no, " * 300,
    "pedido 4417 " * 300,
    "uno dos tres cuatro " * 200,
    "\u200b" * 4000,
]


def steps(text: str) -> int:
    """Lines of Python run while a text is read, once everything is compiled."""
    read(text)
    counted = 0

    def count(*_: object) -> object:
        nonlocal counted
        counted += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        read(text)
    finally:
        sys.settrace(before)
    return counted


@pytest.mark.parametrize("text", HOSTILE)
def test_twice_the_text_is_at_most_thrice_the_work(text):
    half, whole = text[: len(text[:4000]) // 2], text[:4000]

    assert steps(whole) <= 3 * steps(half) + 2000


@pytest.mark.parametrize("module", [contacts, fold, order_cues, order_numbers, written_numbers])
def test_patterns_outside_re2_have_no_repeat_inside_an_unbounded_repeat(module):
    patterns = [value for value in vars(module).values() if isinstance(value, re.Pattern)]

    assert patterns
    assert [p.pattern for p in patterns if _nested(sre_parse.parse(p.pattern, p.flags), False)] == []


def _nested(tree: object, inside: bool) -> bool:
    """Is there a repeat without bound around another repeat."""
    if isinstance(tree, sre_parse.SubPattern):
        return any(_nested(item, inside) for item in tree.data)
    if isinstance(tree, tuple) and len(tree) == 2 and str(tree[0]) in ("MAX_REPEAT", "MIN_REPEAT"):
        _, most, held = tree[1]
        unbounded = most == sre_parse.MAXREPEAT
        return (inside and most > 1) or _nested(held, inside or unbounded)
    if isinstance(tree, tuple | list):
        return any(_nested(item, inside) for item in tree)
    return False
