"""The data's card and the model's card, written from what is measured: docs/data-card.md and docs/model-card.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from bot.understanding import model as runtime
from training.agreement import agreement
from training.corpus import DATA, Line, dialogues, messages
from training.evaluate import TITLES, Report, curve, evaluate
from training.fit import lessons
from training.validate import nearness

DOCS = Path(__file__).resolve().parent.parent / "docs"


def write(folder: Path = DOCS) -> None:
    """Measure everything and write both cards."""
    lines = messages()
    (folder / "data-card.md").write_text("\n".join(_data_card(lines)) + "\n", encoding="utf-8")
    (folder / "model-card.md").write_text("\n".join(_model_card(lines)) + "\n", encoding="utf-8")


def of_report(report: Report) -> Iterator[str]:
    """A report as lines of text."""
    yield TITLES
    for figures in (*report.hands, report.all):
        yield figures.row()
    ranked = sorted(report.intents.items(), key=lambda item: item[1])
    macro = sum(report.intents.values()) / max(1, len(report.intents))
    yield f"intents: micro F1 {report.intents_micro:.3f}, macro {macro:.3f}"
    yield "  " + "  ".join(f"{head.partition(':')[2]} {value:.2f}" for head, value in ranked)
    yield f"language {report.language:.3f}"
    yield "calibration error " + ", ".join(f"{head} {value:.3f}" for head, value in report.calibration_error.items())


def _data_card(lines: Sequence[Line]) -> Iterator[str]:
    held = dialogues()
    people: Mapping[str, str] = yaml.safe_load((DATA / "hands.yaml").read_text(encoding="utf-8"))
    due = sum(dialogue.escalate_turn is not None for dialogue in held)
    yield "# The data's card\n"
    yield (
        f"{len(lines):,} messages and {len(held)} dialogues ({due} with a turn at which a person is due) by {len(people)} hands."
        " A hand is one writer with a group of people of its own, who saw none of the others' lines; every sentence was"
        " written for this project. Labels: [labels.md](labels.md). Written by `python -m training card`.\n"
    )
    yield from _counts("language", Counter(line.language for line in lines))
    yield from _counts("country", Counter(line.country for line in lines))
    yield from _counts("severity", Counter(str(line.severity) for line in lines))
    yield from _counts("kind", Counter(line.kind for line in lines))
    yield from _counts("style", Counter(style for line in lines for style in line.style))
    yield from _counts("intent", Counter(intent for line in lines for intent in line.intents))
    asked = sum(line.human_request for line in lines)
    yield f"Requests for a person {asked:,}, calm near-misses {sum(line.is_near_miss for line in lines):,}, grey {sum(line.grey for line in lines)}.\n"
    yield "## Hands\n\n| hand | messages | dialogues | shared runs of six words | nearest line of another hand, mean and 95 % | who |\n|---|---|---|---|---|---|"
    talks, near = Counter(dialogue.hand for dialogue in held), {one.hand: one for one in nearness(lines)}
    for hand, count in sorted(Counter(line.hand for line in lines).items()):
        one = near[hand]
        yield f"| {hand} | {count} | {talks[hand]} | {one.shared_runs:.2%} | {one.mean:.2f}, {one.high:.2f} | {people[hand]} |"
    yield "\n## A second reader\n\nOne line in ten was labelled again by readers who saw the text alone.\n"
    yield "| what | n | same | kappa | F1 |\n|---|---|---|---|---|"
    for told in agreement(lines):
        yield f"| {told.what} | {told.n} | {told.same:.3f} | {told.kappa:.3f} | {told.f1:.3f} |"


def _counts(what: str, counted: Mapping[str, int]) -> Iterator[str]:
    told = ", ".join(f"{name} {count:,}" for name, count in sorted(counted.items(), key=lambda item: (-item[1], item[0])))
    yield f"**{what}**: {told}\n"


def _model_card(lines: Sequence[Line]) -> Iterator[str]:
    told = lessons(lines, dialogues())
    held = runtime.load(runtime.FILE)
    yield "# The model's card\n"
    yield (
        f"`bot/understanding/model.npz`, {runtime.FILE.stat().st_size:,} bytes: {len(held.weights) - 1:,} features,"
        f" {len(held.heads)} heads, whole numbers of one byte. Learned from {held.origin['lines']:,} messages of"
        f" {held.origin['hands']} hands ([data-card.md](data-card.md)) with {_versions(held.origin)}."
        " Written by `python -m training card`.\n"
    )
    yield "## On a hand never seen\n\nEvery hand is scored by a model that has seen none of its lines.\n\n```"
    yield from of_report(evaluate(told))
    yield "```\n\n`implic.`: recall of implicit requests and of “nobody answers”; `near`, `plain`: calm messages that are flagged.\n"
    yield "## By number of hands\n\n| hands learned from | frustrated F1 | human request F1 |\n|---|---|---|"
    for count, frustrated, human in curve(told):
        yield f"| {count} | {frustrated:.3f} | {human:.3f} |"
    yield ""
    yield (DATA / "limits.md").read_text(encoding="utf-8").rstrip()


def _versions(origin: Mapping[str, object]) -> str:
    versions = origin["versions"]
    assert isinstance(versions, dict)
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def missing_people(lines: Sequence[Line]) -> set[str]:
    """Hands of which `hands.yaml` says nothing."""
    return {line.hand for line in lines} - set(yaml.safe_load((DATA / "hands.yaml").read_text(encoding="utf-8")))

