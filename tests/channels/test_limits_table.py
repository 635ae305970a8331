"""The page about channels shows the limits of today."""

from __future__ import annotations

import re
from pathlib import Path

from tests.channels import limits_table

NOTES = re.compile(r'"(?:[a-z]+_)+(?:split|removed|menu|paged|out|changed|cut|replaced|offered|text|link|template|refused)"')


def test_the_page_shows_the_limits_of_today() -> None:
    page = limits_table.PAGE.read_text("utf-8")

    assert page == limits_table.written(page), "python -m tests.channels.limits_table writes it anew"


def test_every_word_of_a_change_is_explained() -> None:
    folder = Path(limits_table.channels.__file__).parent
    names = ("render", "choices", "files", "templates")
    words = {word.strip('"') for name in names for word in NOTES.findall((folder / f"{name}.py").read_text("utf-8"))}
    section = limits_table.PAGE.read_text("utf-8").partition("## What may be changed on the way")[2].partition("\n## ")[0]

    assert len(words) > 15
    assert [word for word in sorted(words) if f"`{word}`" not in section] == []
