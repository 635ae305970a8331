"""What all tests in a browser wait for: as long as a machine needs that does other things too. Who is answered goes on."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

PATIENCE_MS = 20_000


@pytest.fixture(scope="session", autouse=True)
def patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)
