"""`python -m bench.understanding`: how fast messages are read and turns are weighed, and how long lexicons take to load.

Times are this process's own (CPU): what else the machine does counts for little. Nothing here fails on a slow machine.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.flow_engine import Figure
from bot.escalation import Policy
from bot.understanding import judging
from bot.understanding.contacts import contacts
from bot.understanding.detect import detect
from bot.understanding.frustration import temper
from bot.understanding.intents import intents
from bot.understanding.lexicon import hits
from bot.understanding.model import model
from bot.understanding.order_numbers import order_numbers
from bot.understanding.prose import fold_prose
from bot.understanding.read import read
from bot.understanding.requests import requests
from bot.understanding.scoring import scorer
from bot.understanding.turns_command import weighed

DATA = Path(__file__).resolve().parent.parent / "training" / "data"
LOAD = (
    "import time; from bot.understanding import lexicon, read, scoring; began = time.process_time(); "
    "lexicon.lexicon(); scoring.scorer(); print(time.process_time() - began)"
)
IMPORT = "import time; began = time.process_time(); import bot.understanding.read; print(time.process_time() - began)"
MOST_DIALOGUES = 500

Rows = Sequence[tuple[Any, ...]]


def records(kind: str) -> list[dict[str, Any]]:
    """The training data of a kind (messages, dialogues), hands in order."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((DATA / kind).glob("*.jsonl"))]
    return [json.loads(line) for text in texts for line in text.split("\n") if line]


def in_new_process_ms(program: str) -> float:
    """Milliseconds of CPU that a program of ours says it took in a fresh interpreter."""
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=DATA.parent.parent)
    return 1000 * float(said.stdout)


def times_us(work: Callable[..., Any], rows: Rows) -> list[float]:
    """Microseconds of CPU for each row."""
    clock, took = time.process_time_ns, []
    for row in rows:
        began = clock()
        work(*row)
        took.append((clock() - began) / 1000)
    return took


def mean_us(work: Callable[..., Any], rows: Rows, repeats: int) -> float:
    """Microseconds of CPU a row, in the best of the runs: the others were disturbed."""
    return min(_run_us(work, rows) for _ in range(repeats))


def _run_us(work: Callable[..., Any], rows: Rows) -> float:
    began = time.process_time()
    for row in rows:
        work(*row)
    return 1e6 * (time.process_time() - began) / len(rows)


def stages(texts: Sequence[str]) -> dict[str, tuple[Callable[..., Any], Rows]]:
    """The parts of a reading, each with what it is given for these texts."""
    found = [contacts(text) for text in texts]
    folded = [fold_prose(text) for text in texts]
    places = [hits(one) for one in folded]
    chances = [scorer().probabilities(*row) for row in zip(folded, places)]
    pairs = list(zip(folded, places))
    moods = [(*row, chance, requests(*row), temper(*row)) for row, chance in zip(pairs, chances)]
    return {
        "contacts": (contacts, [(text,) for text in texts]),
        "fold": (fold_prose, [(text,) for text in texts]),
        "hits": (hits, [(one,) for one in folded]),
        "score": (scorer().probabilities, pairs),
        "requests": (requests, pairs),
        "temper": (temper, pairs),
        "judge": (judging.judge, moods),
        "detect": (detect, [(text, one.words, None) for text, one in zip(texts, folded)]),
        "intents": (intents, [(chance, model().thresholds, held, 0.0) for chance, held in zip(chances, places)]),
        "order numbers": (order_numbers, [(one.rest, words.words) for one, words in zip(found, folded)]),
    }


def turn_lines(dialogues: Iterable[Mapping[str, Any]]) -> list[str]:
    """The contacts' turns as `flask understand turns` takes them."""
    lines = []
    for dialogue in dialogues:
        bot: Mapping[str, Any] = {}
        for number, turn in enumerate(dialogue["turns"], 1):
            if turn["role"] == "bot":
                bot = turn
                continue
            asked = {"dialogue": dialogue["id"], "turn": number, "text": turn["text"], "gap_min": turn.get("gap_min")}
            lines.append(json.dumps({**asked, "bot_prev": bot}))
    return lines


def turns_us(lines: Sequence[str], repeats: int) -> float:
    """Microseconds of CPU for a turn: read, weighed and told."""
    return mean_us(lambda: list(weighed(lines, Policy())), [()], repeats) / max(1, len(lines))


def measure(messages: int, repeats: int) -> list[Figure]:
    """Every figure; texts are read once before, so that what is kept of words is there."""
    texts = [one["text"] for one in records("messages")]
    texts = texts[:: max(1, len(texts) // messages)]
    rows = [(text,) for text in texts]
    first = times_us(read, rows)
    each = sorted(times_us(read, rows))
    shares = [
        Figure(f"  {name}", mean_us(work, given, repeats), "µs", 250, False) for name, (work, given) in stages(texts).items()
    ]
    return [
        Figure("import", min(in_new_process_ms(IMPORT) for _ in range(repeats)), "ms", 300, False),
        Figure("load lexicons and weights", min(in_new_process_ms(LOAD) for _ in range(repeats)), "ms", 300, False),
        Figure("message, mean, first time", statistics.mean(first), "µs", 1_000, False),
        Figure("message, mean", mean_us(read, rows, repeats), "µs", 250, False),
        Figure("message, p50", each[len(each) // 2], "µs", 250, False),
        Figure("message, p99", each[len(each) * 99 // 100], "µs", 1_500, False),
        *shares,
        Figure("turn of a dialogue, mean", turns_us(turn_lines(records("dialogues")[:MOST_DIALOGUES]), repeats), "µs", 500, False),
    ]


def main() -> None:
    """Print the figures; with --json, for a machine."""
    parser = argparse.ArgumentParser(prog="python -m bench.understanding", description="How fast messages are understood.")
    parser.add_argument("--messages", type=int, default=5_000, help="texts of training/data, spread over the hands")
    parser.add_argument("--repeats", type=int, default=3, help="runs, of which the best counts")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure(options.messages, options.repeats)
    if options.json:
        told = {one.name.strip(): {"value": one.value, "unit": one.unit, "ratio": one.ratio} for one in figures}
        print(json.dumps(told, ensure_ascii=False))
    else:
        print("\n".join(map(str, figures)))


if __name__ == "__main__":
    main()
