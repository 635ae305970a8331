"""The command bar finds conversations by what was said, only those one may see."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from conversation.work import Database
from tests.console import desks
from tests.console.test_finding import indexed


@pytest.fixture
def story(database: Database) -> tuple[str, str]:
    """Ana's conversation with Marta."""
    with database.work() as work:
        held = desks.held(work, "agt_ana")
    indexed(database)
    return held


def bar(client: Client, query: str) -> str:
    return client.get("/console/commands", query_string={"q": query}).get_data(as_text=True)


def test_a_conversation_is_found_with_what_tells_it_from_others(ana: Client, story: tuple[str, str]) -> None:
    found = bar(ana, "marta")

    assert f"/console/conversations/{story[0]}" in found and "WhatsApp" in found


def test_who_may_not_see_it_finds_only_the_way_to_search(bo: Client, story: tuple[str, str]) -> None:
    found = bar(bo, "marta")

    assert story[0] not in found and "/console/search?q=marta" in found


def test_a_single_letter_looks_for_no_conversation(ana: Client, story: tuple[str, str]) -> None:
    assert story[0] not in bar(ana, "m")
