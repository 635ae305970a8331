"""Where flows name a queue, a skill or a step: file and line, so that nobody takes away what a flow counts on. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

_KEYS = {
    "queue": ("handoff", "queue", "default_queue", "queues", "overflow"),
    "skill": ("skill", "skills"),
}


def places(files: Mapping[str, str], what: str, name: str) -> list[str]:
    """`returns.yaml:12` for each line of the flows (not of their tests) that names this queue or skill."""
    keys, word = "|".join(_KEYS[what]), re.escape(name)
    naming = re.compile(rf"(?:^|[\s{{,-])(?:{keys})\s*:\s*(?:[\"']?{word}[\"']?\s*(?:$|[#,}}])|\[[^\]]*\b{word}\b[^\]]*\])")
    return [f"{file}:{number}" for file, text in sorted(files.items()) if "/" not in file
            for number, line in enumerate(text.split("\n"), 1) if naming.search(_without_comment(line))]


def _without_comment(line: str) -> str:
    return "" if line.lstrip().startswith("#") else line.split(" #")[0]
