"""Training: data, lexicons and code in, `bot/understanding/model.npz` out."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from bot.understanding import model as runtime
from training.corpus import Line, dialogues, messages
from training.fit import HEADS, MOODS, Array, Fitted, calibrate, chances, fit_all, lessons

ROOT = Path(__file__).resolve().parent.parent
MADE_FROM = {
    "data": ("training/data/messages/*.jsonl", "training/data/dialogues/*.jsonl", "training/data/shop_turns.jsonl"),
    "lexicons": ("bot/understanding/languages/*.yaml", "bot/understanding/concepts.yaml"),
    "code": (
        "training/calm_turns.py", "training/corpus.py", "training/fit.py", "training/train.py",
        *(f"bot/understanding/{name}.py" for name in (
            "concepts", "features", "fold", "frustration", "lexicon", "phrase_index", "phrases", "prose", "requests",
        )),
    ),
}  # fmt: skip
LARGEST = 80_000  # features that are kept, those that weigh most
STEPS = 127
FEWER_FOLDS = 3  # for the thresholds of intents and languages
_AGES_AGO = (1980, 1, 1, 0, 0, 0)


def train() -> bytes:
    """The model's file, made from the repository's data."""
    held = lessons(messages(), dialogues())
    unseen = held.unseen(MOODS) | held.unseen(HEADS[len(MOODS) :], FEWER_FOLDS)
    lines_of = {head: calibrate(unseen[head], held.told(head)) for head in HEADS}
    thresholds = {head: best_threshold(chances(unseen[head], *lines_of[head]), held.told(head)) for head in HEADS}
    fitted = fit_all(held.rows, held.said, held.hands, HEADS, held.picked)
    return packed(fitted, lines_of, thresholds, origin(held.lines))


def best_threshold(chance: Array, said: Array) -> float:
    """The probability at which precision and recall together (F1) are best on hands that were not seen."""
    tried = np.arange(0.1, 0.9, 0.02)
    return round(float(max(tried, key=lambda threshold: f1(chance >= threshold, said))), 2)


def f1(yes: Array, said: Array) -> float:
    right = float((yes & said).sum())
    return 2 * right / max(1.0, float(yes.sum()) + float(said.sum()))


def origin(lines: Sequence[Line]) -> dict[str, Any]:
    """What the model was made from: sums of the files, counts, versions."""
    return {
        **{what: digest(patterns) for what, patterns in MADE_FROM.items()},
        "lines": len(lines),
        "hands": len({line.hand for line in lines}),
        "versions": {name: version(name) for name in ("numpy", "scipy", "scikit-learn")},
    }


def digest(patterns: Sequence[str], root: Path = ROOT) -> str:
    """The sha256 over the files that the patterns name, by name and content."""
    total = hashlib.sha256()
    for path in sorted(path for pattern in patterns for path in root.glob(pattern)):
        total.update(path.relative_to(root).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def packed(
    fitted: Mapping[str, Fitted],
    lines_of: Mapping[str, tuple[float, float]],
    thresholds: Mapping[str, float],
    made_from: Mapping[str, Any],
) -> bytes:
    """The file: whole numbers of one byte, one scale a head, and the features that weigh most."""
    columns = next(iter(fitted.values())).columns
    weights = np.stack([fitted[head].weights for head in HEADS], axis=1)
    scale = np.abs(weights).max(axis=0) / STEPS
    scale[scale == 0] = 1.0
    whole = np.rint(weights / scale).astype(np.int8)
    importance = np.abs(weights / np.abs(weights).max(axis=0).clip(1e-9))
    importance[:, : len(MOODS)] *= 3
    heaviest = np.sort(np.argsort(-importance.max(axis=1), kind="stable")[:LARGEST])
    told = {"heads": HEADS, "thresholds": thresholds, "origin": made_from}
    return archive({
        "numbers": columns[heaviest].astype(np.int32),
        "weights": whole[heaviest],
        "scale": scale.astype(np.float32),
        "lines": np.array(
            [[fitted[head].bias for head in HEADS], *zip(*(lines_of[head] for head in HEADS))], np.float32
        ),
        "told": np.frombuffer(json.dumps(told, sort_keys=True).encode(), np.uint8),
    })  # fmt: skip


def archive(arrays: Mapping[str, Array]) -> bytes:
    """Arrays as an .npz whose bytes depend on nothing but the arrays: no time of day, no order of a folder."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as held:
        for name, array in arrays.items():
            part = io.BytesIO()
            np.lib.format.write_array(part, np.ascontiguousarray(array), allow_pickle=False)
            held.writestr(
                zipfile.ZipInfo(f"{name}.npy", _AGES_AGO), part.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9
            )
    return whole.getvalue()


def write(path: Path = runtime.FILE) -> int:
    """Train and write the file; its size in bytes."""
    made = train()
    path.write_bytes(made)
    return len(made)
