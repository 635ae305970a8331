"""Parts of one line of YAML, found without a parser: for lines that no parser reads."""

from __future__ import annotations

import re
from collections.abc import Mapping

ENTRY = re.compile(r"^(?P<indent> *)(?P<dashes>(?:- +)*)(?P<key>[^\s\"'#{\[:,-][^\s\"'#{\[:,]*)?(?P<colon>:)?(?P<gap> *)")
KEY = re.compile(r"^ *(?:- +)*[^\s\"'#{\[,-][^\"'#{\[]*?:(?= |$)")
GLUED = re.compile(r"^ *(?:- +)*(?P<key>[A-Za-zÀ-ÿ_][\w-]*):(?=[^\s/\d:])")
BARE_DASH = re.compile(r"^ *-(?=[A-Za-zÀ-ÿ_])")
INLINE_MAP = re.compile(r"^[{] *[\w-]+ *:")
CUT_INSIDE = re.compile(r"\s#\S")
UNQUOTED = re.compile(r"[{,] *(?P<key>[a-z]{2}(?:-[A-Z]{2})?) *: +(?P<text>[^\"'{\[\s][^,}]*)")
CURLY = "“”„"
SIGNS = "*&@`%{[!|>?"
_PIECES = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[{}\[\]]")
_OPENS = re.compile(r"(?:(?<=: )|(?<=- )|(?<=[{\[,] )|(?<=[{\[,])) *([\"'])")


def nearest(columns: Mapping[int, bool], column: int, dashed: bool) -> int | None:
    """The open column that a line at `column` was probably meant for; `columns` tell whether dashes begin there."""
    fitting = [at for at, is_dash in columns.items() if is_dash == dashed]
    return min(fitting, key=lambda at: (abs(at - column), at)) if fitting else None


def value_start(text: str, before: int) -> int | None:
    """Where the value begins that was over at this column."""
    key = KEY.match(text)
    dashes = re.match(r"^ *(?:- +)*", text)
    start = key.end() if key and key.end() < before else dashes.end() if dashes else 0
    start += len(text[start:]) - len(text[start:].lstrip())
    return start if start < before and start < len(text) else None


def start_of_quoted(text: str, closing: int) -> int:
    """Where the quote opens that closes at this column."""
    found = max(text.rfind(mark, 0, closing) + len(mark) - 1 for mark in (': "', '{"', '["', ', "', ',"', '- "'))
    return max(found, 0)


def open_quote(text: str) -> int | None:
    """Where a value of this line opens a quote that the line does not close."""
    for match in _OPENS.finditer(text):
        quote, start = match[1], match.start(1)
        inner = r"[^\"\\]|\\." if quote == '"' else r"[^']|''"
        if not is_quoted(text, start) and not re.match(rf"{quote}(?:{inner})*{quote}", text[start:]):
            return start
    return None


def end_of_content(text: str) -> int:
    """Where the line ends, its comment and the spaces before that left out."""
    for comment in re.finditer(r"\s#", text):
        if not is_quoted(text, comment.start()):
            return len(text[: comment.start()].rstrip())
    return len(text.rstrip())


def is_quoted(text: str, column: int) -> bool:
    """Whether this column stands inside double quotes."""
    return text[:column].count('"') % 2 == 1


def is_inside_brackets(text: str, column: int) -> bool:
    return bool(missing_closers(text[:column]))


def missing_closers(text: str) -> str:
    """The brackets that this piece opens outside quotes and does not close, as they would close."""
    open_ones: list[str] = []
    for piece in _PIECES.findall(text):
        if piece in "{[":
            open_ones.append("}" if piece == "{" else "]")
        elif piece in "}]" and open_ones:
            open_ones.pop()
    return "".join(reversed(open_ones))
