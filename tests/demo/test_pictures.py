"""The list of pictures holds every page, and the pictures that people read about are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from console.blueprint import ROUTES
from demo import pictures
from demo.picture_views import KNOWN, LINKED, NO_PAGE, pages

ROOT = Path(__file__).resolve().parent.parent.parent
READ = {route.endpoint: route for route in ROUTES if "GET" in route.methods and not route.rule.startswith("/api/")}


def test_every_page_that_is_read_has_its_view_or_says_why_not() -> None:
    unreachable = {name for name in pages() if "<" in READ[name].rule} - set(LINKED) - set(KNOWN)

    assert not unreachable


def test_what_is_left_out_or_looked_for_exists() -> None:
    assert {*NO_PAGE, *LINKED, *KNOWN} <= set(READ)


@pytest.mark.parametrize("page", ["README.md", "docs/manual.md"])
def test_the_pictures_of_a_page_are_there(page: str) -> None:
    path = ROOT / page
    named = re.findall(r'(?:srcset|src)="([^"]+\.webp)"|!\[[^]]*\]\(([^)]+\.webp)\)', path.read_text(encoding="utf-8"))

    assert named and all((path.parent / (one or other)).exists() for one, other in named)


def test_every_pair_has_its_mock_up_and_was_made() -> None:
    made = {path.name for path in pictures.FOLDER.glob("beside-*.webp")}
    drawn = {path.stem for path in pictures.MOCKUPS.glob("*.webp")}

    assert made == {f"beside-{ours}.webp" for ours, _ in pictures.PAIRS} and len(pictures.PAIRS) == 10
    assert {theirs for _, theirs in pictures.PAIRS} <= drawn
