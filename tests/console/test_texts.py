"""Texts, templates and files: complete in three languages, small, and what their hashes say."""

from __future__ import annotations

import hashlib
import json
import re
import string
from pathlib import Path

import pytest
import yaml

from console import naming, nav, words
from console.rendering import EDITOR_SCRIPTS, HTMX_CONFIG, SCRIPTS, STATIC, STYLES, breakable
from handoff.card import REASONS

FOLDER = Path(words.__file__).parent
TEMPLATES = sorted((FOLDER / "templates").glob("*.html"))
SOURCES = [*TEMPLATES, *FOLDER.glob("*.py"), *FOLDER.glob("pages/*.py")]


def blanks(text: words.Text) -> set[str]:
    whole = text if isinstance(text, str) else " ".join(text.values())
    return {name for _, name, _, _ in string.Formatter().parse(whole) if name}


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_language_has_every_text_with_the_same_blanks(language: str) -> None:
    spanish, other = words.load("es"), words.load(language)

    assert set(other) == set(spanish)
    assert [key for key in spanish if blanks(spanish[key]) != blanks(other[key])] == []


def test_every_text_that_is_asked_for_exists() -> None:
    asked = {
        key
        for path in SOURCES
        for key in re.findall(r"""(?:\bt|words|texts\(\))\(["']([a-z_]+(?:\.[a-z_]+)+)["']""", path.read_text("utf-8"))
    }

    assert len(asked) > 100
    assert asked - set(words.load("es")) == set()


def test_htmx_writes_no_style_that_the_policy_would_block() -> None:
    config = json.loads(HTMX_CONFIG)

    assert (config["includeIndicatorStyles"], config["attributesToSettle"]) == (False, ["class"])


def test_nothing_in_spanish_says_coger() -> None:
    assert not re.search(
        r"\b(coge|coger|cogid|cojo|coja)", (FOLDER / "texts/es.yaml").read_text("utf-8"), re.IGNORECASE
    )


def test_an_address_breaks_behind_its_slashes_and_dots() -> None:
    assert breakable("https://a.example/b/") == ["https://a.", "example/", "b/"]


def test_plurals_follow_the_number() -> None:
    found = words.words("es")

    assert (found("order.late", n=1), found("order.late", n=4)) == ("1 día tarde", "4 días tarde")


def test_every_icon_that_is_asked_for_exists() -> None:
    asked = {name for path in TEMPLATES for name in re.findall(r"""icon\('([a-z0-9-]+)'""", path.read_text("utf-8"))}
    asked |= {*nav.ICONS.values(), *nav.QUEUE_ICONS.values()}
    assert {name for name in asked if not (STATIC / f"icons/{name}.svg").exists()} == set()


@pytest.mark.parametrize("code", [*yaml.safe_load(REASONS.read_text("utf-8")), "a_flows_own"])
def test_every_reason_has_a_chip(code: str) -> None:
    chip = naming.why(code)

    assert words.words("es").has(f"reasons.{chip.key}")
    assert (STATIC / f"icons/{chip.icon}.svg").exists()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_is_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) < 40


def test_our_own_scripts_stay_small() -> None:
    lines = {path.stem: len(path.read_text("utf-8").splitlines()) for path in (STATIC / "js").glob("*.js")}

    assert sum(lines[name] for name in SCRIPTS) <= 400
    assert sum(lines[name] for name in EDITOR_SCRIPTS) <= 250
    assert set(lines) == {*SCRIPTS, *EDITOR_SCRIPTS}


def test_every_style_sheet_is_used_and_in_a_layer() -> None:
    files = sorted((STATIC / "css").glob("*.css"))

    assert {path.stem for path in files} == set(STYLES)
    assert [path.name for path in files if "@layer" not in path.read_text("utf-8")] == []


def test_colours_are_written_in_one_place() -> None:
    outside = [
        path.name
        for path in (STATIC / "css").glob("*.css")
        if path.stem != "tokens"
        for line in path.read_text("utf-8").splitlines()
        if re.search(r"#[0-9a-f]{3,8}\b", line) and "light-dark" not in line
    ]

    assert outside == []


def test_vendored_scripts_are_what_was_taken_in() -> None:
    rows = re.findall(
        r"^\| (\S+\.js) \| \S+ \| \S+ \| (\w{64}) \|", (STATIC / "vendor/VERSIONS.md").read_text("utf-8"), re.MULTILINE
    )

    assert {name for name, _ in rows} == {path.name for path in (STATIC / "vendor").glob("*.js")}
    assert [
        name for name, digest in rows if hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() != digest
    ] == []
