"""One lab for all scenarios; each seeds what it needs. RELEVO_LAB names a lab that runs already."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.acceptance.playing import ASKS, MARTA, House, Person, Talk, queue
from tests.end_to_end.relevo import Relevo


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if os.environ.get("RELEVO_LAB"):
        yield House(os.environ["RELEVO_LAB"])
        return
    with Relevo(tmp_path_factory.mktemp("lab") / "data", {"MODE": "lab"}) as relevo:
        yield House(f"http://127.0.0.1:{relevo.port}")


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
