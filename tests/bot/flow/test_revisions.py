"""What changes a flow's shape, what changes its wording alone, what changes nothing."""

from __future__ import annotations

import pytest

from tests.bot.flow.builders import a_library

STEPS = """
  - ask: {es: "¿Cuál?", en: "Which?", pt: "Qual?"}
    save: wish
    type: number
  - menu: {es: "¿Y ahora?", en: "What now?", pt: "E agora?"}
    id: next
    options:
      a: {text: {es: "Uno", en: "One", pt: "Um"}, words: [primero]}
      b: {es: "Dos", en: "Two", pt: "Dois"}
    after_retries:
      - handoff: returns
        reason: x
"""
HEAD = "start: {words: [go]}\ndata: {wish: any}"


def hashes(steps: str, head: str = HEAD) -> tuple[str, str]:
    flow = a_library(steps, head=head).flows["main"]
    return flow.shape, flow.revision


BEFORE = hashes(STEPS)


@pytest.mark.parametrize(
    ("old", "new"), [('"Which?"', "'Which?'"), ("    save: wish", "    # why\n    save:   wish"), ("{es: \"Dos\"", "{ es: \"Dos\"")]
)
def test_quotes_spaces_and_comments_change_nothing(old: str, new: str) -> None:
    assert hashes(STEPS.replace(old, new)) == BEFORE


@pytest.mark.parametrize(("old", "new"), [("Which?", "Which one?"), ("[primero]", "[primero, el uno]"), ('"Uno"', '"El uno"')])
def test_better_words_leave_the_shape(old: str, new: str) -> None:
    shape, revision = hashes(STEPS.replace(old, new))

    assert shape == BEFORE[0] and revision != BEFORE[1]


def test_another_way_to_begin_leaves_the_shape() -> None:
    shape, revision = hashes(STEPS, HEAD.replace("[go]", "[go, start]"))

    assert shape == BEFORE[0] and revision != BEFORE[1]


@pytest.mark.parametrize(
    ("old", "new"),
    [("type: number", "type: integer"), ("      b:", "      c:"), ("id: next", "id: after"), ("reason: x", "reason: y"),
     ("    save: wish", "    save: wish\n    retries: 1"), ("  - menu", "  - tag: late\n  - menu")],
)  # fmt: skip
def test_steps_types_names_and_targets_are_the_shape(old: str, new: str) -> None:
    assert hashes(STEPS.replace(old, new))[0] != BEFORE[0]
