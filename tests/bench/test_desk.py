"""The desk's bench measures a small desk, and says so when a console's stream breaks."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bench import desk
from bench.desk import Size
from bench.product import ProductFailed, Setting

SMALL = Size(tickets=30, longest=12, agents=3, consoles=4, inside=2, visits=2, messages=1, claims=12)


def test_a_small_desk_is_measured_and_each_ticket_has_one_winner(tmp_path: Path) -> None:
    *_, shown, claims = asyncio.run(desk.measure(Setting(), tmp_path, SMALL))

    assert shown.p95 > 0
    assert claims.told.endswith("winners a ticket: {1: 24}")


def test_a_stream_that_breaks_ends_the_wait() -> None:
    async def refused() -> None:
        raise ProductFailed("The stream answered 503")

    async def wait() -> None:
        await desk._unless_failed([asyncio.create_task(refused())], asyncio.Event().wait())

    with pytest.raises(ProductFailed, match="answered 503"):
        asyncio.run(wait())
