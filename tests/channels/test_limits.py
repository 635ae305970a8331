"""Ten thousand messages on every kind of channel: nothing above a limit, nothing lost without a word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import channels
from channels import showing
from tests.channels.limits_checker import problems, unreachable
from tests.channels.random_messages import a_message

KINDS = list(channels.adapters())
MESSAGES = 10_000
PLACES = {kind: showing.place(channels.adapter(kind), "", "free") for kind in KINDS}


def shown(kind: str, line: dict[str, Any]) -> dict[str, Any]:
    return showing.shown(json.dumps(line).encode(), PLACES[kind])


def pages(kind: str, line: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What she sees who goes on to the last page."""
    more = "more>0"
    while more:
        line = {**line, "shown": int(more.removeprefix("more>"))}
        yield shown(kind, line)
        more = PLACES[kind].adapter.render(showing.outgoing(line)).more


LABELS = st.text(max_size=90)
CHOICE = st.fixed_dictionaries(
    {"id": st.text(max_size=210), "label": LABELS},
    optional={"description": LABELS, "section": LABELS, "url": st.sampled_from(["https://a.example/b", "nowhere"])},
)
MEDIA = st.fixed_dictionaries({"url": st.sampled_from(["https://a.example/b.jpg", "https://a.example/b.pdf", ""])},
                              optional={"caption": st.text(max_size=1200), "filename": LABELS})
MESSAGE = st.fixed_dictionaries(
    {"text": st.text(max_size=2500)},
    optional={"choices": st.lists(CHOICE, max_size=16), "media": st.lists(MEDIA, max_size=3), "header": LABELS,
              "footer": LABELS, "choice_style": st.sampled_from(["auto", "buttons", "list", "menu"])},
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(KINDS), MESSAGE)
def test_whatever_is_written_stays_within_every_limit(kind: str, line: dict[str, Any]) -> None:
    assert problems(kind, line, shown(kind, line)) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.timeout(300)
def test_ten_thousand_messages_are_within_every_limit(kind: str) -> None:
    random = Random(f"limits of {kind}")
    for _ in range(MESSAGES):
        line = a_message(random)

        assert problems(kind, line, shown(kind, line)) == [], line


@pytest.mark.parametrize("kind", KINDS)
def test_every_choice_of_a_thousand_messages_can_be_reached(kind: str) -> None:
    random = Random(f"choices of {kind}")
    for _ in range(1_000):
        line = a_message(random)
        found = list(pages(kind, line))
        if not any("refused" in page for page in found) and not line.get("template"):
            assert unreachable(line.get("choices", ()), found, kind) == [], line
