"""Paths into an answer."""

from __future__ import annotations

import pytest

from orders import paths

ANSWER = {"data": {"lines": [{"title": "Nido"}], "ship to": {"zip": "28013"}, "2": "two"}}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("data.lines[0].title", "Nido"),
        ("$.data.lines.0.title", "Nido"),
        ("data['ship to'].zip", "28013"),
        ("data.2", "two"),
        ("data.lines[7].title", None),
        ("data.zip.more", None),
        ("$", ANSWER),
        ("$..zip", "28013"),
        ("$.data.lines[?(@.title=='Nido')].title", "Nido"),
        ("$.data.lines[?(@.title=='Junco')].title", None),
        ("$.data.lines[-1].title", "Nido"),
        ("$.data.lines[*].title", "Nido"),
    ],
)
def test_path_leads_to_its_value(path: str, found: object) -> None:
    assert paths.at(ANSWER, paths.parse(path)) == found


@pytest.mark.parametrize("path", ["a b", "a[", "a[x]", "..b", "a[?(@.x)]", "$[?(@.x]", "$.a[?__import__(1)]", ".".join("a" * 30)])
def test_path_that_cannot_be_read_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="is not a path"):
        paths.parse(path)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("data.lines", [{"title": "Nido"}]),
        ("$.data.lines[*]", [{"title": "Nido"}]),
        ("$.data.lines[?(@.title=='Junco')]", []),
        ("data.nothing", []),
        ("data.2", ["two"]),
    ],
)
def test_list_is_what_a_path_leads_to(path: str, found: object) -> None:
    assert paths.each(ANSWER, paths.parse(path)) == found
