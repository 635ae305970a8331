"""WhatsApp's marks (*bold*, _italic_, ~struck~, `code`): other channels would show them as stars."""

from __future__ import annotations

import re

from channels.splitting import URL

_SIGNS = frozenset("*_~`")
_MARKS = re.compile(r"(?<![\w*_~`])([*_~]|`{1,3})(?=\S)([^\n]*?\S)\1(?![\w*_~`])")


def without_marks(text: str) -> str:
    """`text` without its marks; links and AB_12_C are left alone."""
    if _SIGNS.isdisjoint(text):
        return text
    urls = [match.span() for match in URL.finditer(text)]

    def bare(match: re.Match[str]) -> str:
        inside = any(start <= match.start() < end or start < match.end() <= end for start, end in urls)
        return match[0] if inside else match[2]

    return _MARKS.sub(bare, text)
