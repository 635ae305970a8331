"""A new flow to begin with: it asks one thing, in the languages of the shop, and passes to a person. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence

from console.words import words

_TEXT = """\
flow: {name}
title: {title}
start:
  words:
{phrases}
data:
  answer: text

steps:
  - ask:
{questions}
    save: answer

  - handoff: {queue}
    reason: {name}
    summary: "{{answer}}"
"""


def skeleton(name: str, title: str, languages: Sequence[str], queue: str) -> str:
    """The text of the file; its first phrases are the title, until somebody writes better ones."""
    phrases = [f"    {language}: [{_quoted(title.lower())}]" for language in languages[:1]]
    questions = [f"      {language}: {_quoted(words(language)('flows.skeleton'))}" for language in languages]
    return _TEXT.format(
        name=name, title=_quoted(title), queue=queue, phrases="\n".join(phrases), questions="\n".join(questions)
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
