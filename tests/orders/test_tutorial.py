"""The connector of docs/cookbook/a-connector.md: its code as it stands on the page keeps contract and faults."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from tests.orders import samples
from tests.orders.contract import CHECKS, Check, Rig
from tests.orders.faults import AGAIN, CASES, TIMEOUT_SECONDS, Faulty

PAGE = (Path(__file__).parents[2] / "docs" / "cookbook" / "a-connector.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"```\w+ file=(\S+)\n(.*?)```", PAGE, re.DOTALL))
MODULES = ("tests/providers/taller.py", "orders/taller.py")
MOST_LINES = 60


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[ModuleType]]:
    """The code of the page as modules, from files in a folder of their own."""
    folder = tmp_path_factory.mktemp("page")
    loaded = [_module(folder / Path(name).name, BLOCKS[name]) for name in MODULES]
    yield loaded
    for one in loaded:
        del sys.modules[one.__name__]


def _module(path: Path, source: str) -> ModuleType:
    path.write_text(source, encoding="utf-8")
    spec = util.spec_from_file_location(f"page_{path.parent.name}_{len(source)}", path)
    assert spec is not None and spec.loader is not None
    module = sys.modules[spec.name] = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def settings(url: str, key: str, **more: Any) -> dict[str, Any]:
    """Those of the page, with the words of the samples and no waiting."""
    shown = yaml.safe_load(BLOCKS["flows/_orders.yaml"])["settings"]
    words = {word: status for status, word in samples.REST_WORDS.items()}
    return {**shown, "url": url, "key": key, "not_found_seconds": 0, "statuses": words, **more}


@pytest.fixture(scope="module")
def rig(modules: list[ModuleType]) -> Iterator[Rig]:
    shop, connector = modules
    with shop.TallerStandIn(samples.rest_orders()) as stand_in:
        made = connector.CONNECTOR.create(settings(stand_in.url, shop.KEY))
        yield Rig(made)
        made.close()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_connector_of_the_page_keeps_the_contract(rig: Rig, check: Check) -> None:
    check(rig)


@pytest.mark.parametrize("case", [case for case in CASES if not case.startswith(AGAIN)])
def test_the_connector_of_the_page_keeps_to_the_truth(modules: list[ModuleType], case: str) -> None:
    shop, connector = modules
    with shop.TallerStandIn(samples.rest_orders()) as stand_in:
        made = connector.CONNECTOR.create(settings(stand_in.url, shop.KEY, timeout_seconds=TIMEOUT_SECONDS, retries=0))
        CASES[case](Faulty(made, stand_in))
        made.close()


def test_the_connector_of_the_page_has_sixty_lines_at_most() -> None:
    code = [line for line in BLOCKS["orders/taller.py"].splitlines() if line.strip()]

    assert len(code) <= MOST_LINES
