"""What ops people get wrong, planted one by one and all together: found at its letter, told with a mend, in three languages."""

from __future__ import annotations

from functools import cache

import pytest

from bot.flow.findings import Finding
from bot.flow.lint import check_sources
from tests.bot.flow import mistakes
from tests.bot.flow.mistakes import ALL, Mistake, files, planted

POINTED = [mistake for mistake in ALL if "▮" in mistake.bad]
NAMES = [mistake.what for mistake in ALL]


@cache
def found(mistake: Mistake) -> tuple[Finding, ...]:
    if mistake in POINTED:
        return check_sources(planted(mistake)[0])
    whole = files()
    return check_sources({**whole, mistake.file: whole[mistake.file].replace(mistake.good, mistake.bad)})


def test_the_flows_without_a_mistake_are_clean() -> None:
    assert [finding.render("en") for finding in check_sources(files())] == []


@pytest.mark.parametrize("mistake", ALL, ids=NAMES)
def test_a_mistake_is_found(mistake: Mistake) -> None:
    assert mistake.code in {finding.code for finding in found(mistake) if finding.file == mistake.file}


@pytest.mark.parametrize("mistake", POINTED, ids=[one.what for one in POINTED])
def test_a_mistake_is_found_at_its_letter(mistake: Mistake) -> None:
    _, line, column = planted(mistake)

    assert (line, column) in {(one.line, one.column) for one in found(mistake) if one.code == mistake.code}


@pytest.mark.parametrize("mistake", ALL, ids=NAMES)
def test_one_mistake_calls_forth_no_other(mistake: Mistake) -> None:
    others = [one.render("en") for one in found(mistake) if one.code not in (mistake.code, *mistake.also)]

    assert others == []


@pytest.mark.parametrize("mistake", ALL, ids=NAMES)
def test_a_mistake_comes_with_its_mend(mistake: Mistake) -> None:
    mends = [one.mend("es") for one in found(mistake) if one.code == mistake.code]

    assert any(mistake.mend in mend for mend in mends), mends


@pytest.mark.parametrize("language", ["es", "en", "pt"])
def test_every_mistake_is_told_whole_in_each_language(language: str) -> None:
    told = [words for mistake in ALL for one in found(mistake) for words in (one.what(language), one.mend(language))]

    assert [words for words in told if not words.strip()] == []


def test_there_are_many_kinds_of_them() -> None:
    assert len(ALL) >= 150 and len({mistake.code for mistake in ALL}) >= 60


def test_mistakes_far_from_each_other_are_all_found_at_once() -> None:
    several = [one for one in ALL if one.what in (
        "quotes in quotes in braces", "a colon in a plain text", "tries in words", "a field with a slip in a condition",
        "a filter that does not exist", "a shared text that does not exist", "a bracket of the other kind", "a value that the menu does not save",
        "a verb with a slip", "a type with a slip",
    )]  # fmt: skip
    source = mistakes.GOOD
    for one in several:
        source = source.replace(one.good, one.bad.replace("▮", ""), 1)

    assert {one.code for one in several} <= {one.code for one in check_sources({**files(), "main.yaml": source})}


def test_a_broken_file_hides_nothing_in_the_others() -> None:
    whole = files()
    whole["other.yaml"] = whole["other.yaml"].replace("handoff: general", 'handoff: "general')
    whole["main.yaml"] = whole["main.yaml"].replace("Pedido {order_ref}", "Pedido {order_rf}").replace('"Llegó roto", en', '"Llegó roto y dañado del todo", en')

    assert {("other.yaml", "Y03"), ("main.yaml", "E01"), ("main.yaml", "C01")} <= {(one.file, one.code) for one in check_sources(whole)}


def test_a_project_of_which_a_part_is_lost_calls_forth_nothing_either() -> None:
    whole = files()
    whole["_project.yaml"] = whole["_project.yaml"].replace("queues: [shipping, returns, general]", "queues: {[shipping, returns, general]")

    assert {one.file for one in check_sources(whole)} == {"_project.yaml"}


def test_a_broken_project_calls_forth_nothing_in_the_flows() -> None:
    whole = files()
    whole["_project.yaml"] = whole["_project.yaml"].replace("queues: [shipping, returns, general]", "queues: [shipping, returns, general")

    assert [(one.file, one.code) for one in check_sources(whole)] == [("_project.yaml", "Y25")]
