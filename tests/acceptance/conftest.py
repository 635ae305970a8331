"""One lab for all scenarios; each seeds what it needs. RELEVO_LAB names a lab that runs already."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.acceptance.playing import ASKS, MARTA, House, Person, Talk, queue
from tests.end_to_end.relevo import Relevo
from tests.providers.meta import ACCESS_TOKEN, APP_ID, APP_SECRET, PAGE_ID, MetaStandIn


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if os.environ.get("RELEVO_LAB"):
        yield House(os.environ["RELEVO_LAB"])
        return
    with MetaStandIn() as meta:
        relevo = Relevo(tmp_path_factory.mktemp("lab") / "data", {"MODE": "lab", **_named(meta)})
        meta.webhook_url = f"http://127.0.0.1:{relevo.port}/webhooks/meta"
        with relevo:
            yield House(f"http://127.0.0.1:{relevo.port}", meta)


def _named(meta: MetaStandIn) -> dict[str, str]:
    """The settings of an account at this Meta; nobody asks it how the channels stand."""
    return {"META_GRAPH_BASE": meta.url, "META_APP_ID": APP_ID, "META_APP_SECRET": APP_SECRET,
            "META_ACCESS_TOKEN": ACCESS_TOKEN, "META_VERIFY_TOKEN": "a word", "META_PAGES": PAGE_ID, "CHECK_SECONDS": "0"}


@pytest.fixture
def house(lab: House) -> House:
    """Monday at ten; Ana and Bo in shipping, Sue supervises."""
    lab.seed(queues=[queue(), queue("returns")],
             agents=[{"name": "Ana"}, {"name": "Bo"}, {"name": "Sue", "role": "supervisor", "queues": []}])
    return lab


@pytest.fixture
def ana(house: House) -> Person:
    return house.person("Ana")


@pytest.fixture
def bo(house: House) -> Person:
    return house.person("Bo")


@pytest.fixture
def sue(house: House) -> Person:
    return house.person("Sue")


@pytest.fixture
def waiting(house: House, ana: Person) -> Talk:
    """Marta asked for a person and waits."""
    house.say(MARTA, ASKS)
    return ana.talk("Marta")


@pytest.fixture
def held(waiting: Talk) -> Talk:
    """Ana has Marta's conversation and has written to her."""
    assert waiting.claim().status == 200
    assert waiting.reply("Ya lo estoy mirando.").status == 200
    return waiting
