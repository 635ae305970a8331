"""The contract of `contract.py`, kept by every connector of the registry."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import registry
from tests.orders.contract import CHECKS, Check, Rig
from tests.orders.rigs import RIGS

CONNECTORS = tuple(registry.collect("orders", "CONNECTOR"))


@pytest.fixture(scope="module", params=CONNECTORS)
def rig(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with RIGS[request.param](tmp_path_factory.mktemp(request.param)) as connector:
        yield Rig(connector)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_connector_keeps_the_contract(rig: Rig, check: Check) -> None:
    check(rig)


@pytest.mark.parametrize("name", CONNECTORS)
def test_connector_has_a_rig(name: str) -> None:
    assert name in RIGS


def test_contract_has_at_least_forty_promises() -> None:
    assert len(CHECKS) >= 40
