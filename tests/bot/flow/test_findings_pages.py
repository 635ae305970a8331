"""Every code has a page, and what the page shows is so: its Before has the finding, its After does not."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from bot.flow import pages
from bot.flow.findings import Finding, codes
from bot.flow.lint import check_sources

README = (pages.FOLDER / "README.md").read_text(encoding="utf-8")
NO_FILE_SHOWS_IT = ("L", "M", "F", "X", "Y00", "Y19")
TESTS = Path(__file__).parents[2]


def page(code: str) -> pages.Page:
    path = pages.FOLDER / f"{code}.md"
    found = pages.parse(path.read_text(encoding="utf-8")) if path.is_file() else None
    assert found is not None, f"{code} has no page docs/findings/{code}.md that begins with “# {code}: …”"
    return found


@cache
def shown(code: str, part: str) -> tuple[Finding, ...]:
    return check_sources({**pages.blocks(README), **getattr(page(code), part)})


@cache
def everything_tested() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))


@pytest.mark.parametrize("code", codes())
def test_every_code_has_its_page(code: str) -> None:
    one = page(code)

    assert (one.code, bool(one.title)) == (code, True)
    assert (one.before and one.after) or (one.seen_when and code.startswith(NO_FILE_SHOWS_IT))


@pytest.mark.parametrize("code", codes())
def test_the_file_before_has_the_finding_at_its_line(code: str) -> None:
    one = page(code)
    if one.seen_when:
        assert f'"{code}"' in everything_tested(), "no test produces this code"
        return

    assert (one.file, one.line) in {(f.file, f.line) for f in shown(code, "before") if f.code == code}


@pytest.mark.parametrize("code", codes())
def test_the_file_after_is_mended(code: str) -> None:
    if page(code).seen_when:
        return

    assert [f.render("en") for f in shown(code, "after") if f.code == code or f.code[0] in "YSEV"] == []


@pytest.mark.parametrize("code", codes())
def test_the_message_on_the_page_is_the_one_that_is_printed(code: str) -> None:
    one = page(code)
    printed = [f.render("es") for f in shown(code, "before") if f.code == code] if one.before else [""]

    assert one.message.rstrip("\n") in printed, "run: flask flows explain --write"


def test_no_page_is_of_a_code_that_does_not_exist() -> None:
    assert {path.stem for path in pages.FOLDER.glob("*.md")} - {"README", *codes()} == set()


def test_the_index_lists_every_page() -> None:
    assert pages.index(README, [page(code) for code in codes()]) == README, "run: flask flows explain --write"
