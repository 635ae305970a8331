"""The bench sees what is lost, doubled and mixed up, and refuses to measure when a part is off."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.__main__ import arguments, measure
from bench.product import ProductFailed, Setting

STUB = (sys.executable, "-m", "tests.bench.stub_product")


def run(folder: Path, defect: str = "", *options: str) -> dict[str, Any]:
    """One short run of the stub with this defect."""
    chosen = arguments().parse_args(["--rate", "40", "--seconds", "1", *options])
    setting = Setting(command=STUB, more={"STUB_DEFECT": defect, "RELEVO_PROCESS": "web"})
    found: dict[str, Any] = asyncio.run(measure(chosen, setting, folder))
    return found


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A run of the stub without a defect."""
    return run(tmp_path_factory.mktemp("sound"), "", "--callbacks")


def test_a_sound_product_is_clean(sound: dict[str, Any]) -> None:
    figures = sound["figures"]

    assert (figures["clean"], figures["messages"], figures["replies"], figures["acked"]) == (True, 40, 40, 40)


def test_what_it_costs_is_told_by_process(sound: dict[str, Any]) -> None:
    figures = sound["figures"]

    assert set(figures["cpu_by_process"]) == {"web", "sender", "worker"}
    assert figures["cpu_per_1000"] > 0
    assert figures["pss_mb"] > 5


def test_latencies_rise_with_the_share_they_cover(sound: dict[str, Any]) -> None:
    figures = sound["figures"]

    assert 0 < figures["reply_ms"][0] <= figures["reply_ms"][1] <= figures["reply_ms"][2]


def test_reports_of_delivery_are_signed_and_acknowledged(sound: dict[str, Any]) -> None:
    assert set(sound["callbacks"]) == {"acked"}


def test_a_slow_provider_does_not_count_as_reply_time(tmp_path: Path) -> None:
    figures = run(tmp_path, "", "--provider-ms", "300")["figures"]

    assert figures["reply_ms"][0] < 300


def test_a_lost_reply_is_seen(tmp_path: Path) -> None:
    figures = run(tmp_path, "loses", "--patience", "0.3")["figures"]

    assert (figures["lost"], figures["clean"]) == (4, False)


def test_a_doubled_reply_is_seen(tmp_path: Path) -> None:
    assert run(tmp_path, "doubles")["figures"]["doubled"] == 4


def test_a_wrong_order_is_seen(tmp_path: Path) -> None:
    figures = run(tmp_path, "swaps", "--seconds", "3", "--patience", "0.3")["figures"]

    assert figures["misordered"] > 0


def test_the_closed_loop_takes_every_turn_of_every_customer(tmp_path: Path) -> None:
    figures = run(tmp_path, "", "--closed", "--conversations", "20")["figures"]

    assert (figures["messages"], figures["clean"]) == (80, True)


@pytest.mark.parametrize(("defect", "sentence"), [
    ("forged", "the signature check is off"), ("volatile", "Commits are not durable"), ("mute", "Understanding is off"),
    ("alone", "There is no process “sender”"), ("wordy", "must be answered"), ("dies", "The shop's file is missing"),
])
def test_nothing_is_measured_when_a_part_is_off(tmp_path: Path, defect: str, sentence: str) -> None:
    with pytest.raises(ProductFailed, match=sentence):
        run(tmp_path, defect, "--patience", "0.2")
