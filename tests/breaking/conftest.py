"""Fixtures of the pipeline's tests, here too; and whatever a test armed is disarmed after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import faults
from tests.pipeline.conftest import marta, twilio
from tests.pipeline.test_lanes import redis_url

__all__ = ["marta", "redis_url", "twilio"]


@pytest.fixture(autouse=True)
def nothing_stays_armed() -> Iterator[None]:
    yield
    faults.disarm()
