"""What the data must keep to: labels that fit together, no near-doubles, hands that did not copy one another."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from rapidfuzz import fuzz
from sklearn.preprocessing import normalize

from bot.understanding.fold import plain_word
from bot.understanding.intents import INTENTS
from training.corpus import LANGUAGES, Dialogue, Line
from training.fit import Matrix, hands_of, matrix

KINDS = frozenset((
    "plain", "near", "mild", "angry", "sarcasm", "polite", "repeat", "wait", "implicit", "request", "unreachable", "threat",
    "insult", "distress", "safety", "giving_up", "grey",
))  # fmt: skip
STYLES = frozenset(("voice", "typo", "emoji", "caps", "long", "forward", "review", "public", "mixed"))
RUN = 6  # words
MOST_SHARED = 0.01  # of a hand's runs of six words may stand in another hand's lines
ALIKE = 90  # rapidfuzz ratio, 0-100, from which two lines are doubles
COMMON = 3  # words in a row that doubles have in common
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near one hand's lines are to their nearest neighbour in any other hand: cosine, mean and 95th percentile."""

    hand: str
    shared_runs: float
    mean: float
    high: float


def faults(lines: Sequence[Line], dialogues: Sequence[Dialogue]) -> list[str]:
    """Every fault of the data as a sentence that names the line; an empty list is a pass."""
    found = [f"{line.id}: {fault}" for line in lines for fault in _of_line(line)]
    found += [f"{dialogue.id}: {fault}" for dialogue in dialogues for fault in _of_dialogue(dialogue)]
    found += [f"{name} stands twice among the ids." for name, count in Counter(line.id for line in lines).items() if count > 1]
    found += _doubles(lines)
    found += [
        f"Hands {one} and {other} share {share:.1%} of their runs of {RUN} words: at most {MOST_SHARED:.0%}."
        for (one, other), share in shared_runs(lines).items()
        if share > MOST_SHARED
    ]
    return found


def _of_line(line: Line) -> Iterable[str]:
    if not line.text.strip():
        yield "there is no text."
    if line.language not in LANGUAGES:
        yield f"“{line.language}” is none of {', '.join(LANGUAGES)}."
    if line.severity not in range(4):
        yield f"severity {line.severity} is not 0 to 3."
    if unknown := set(line.intents) - INTENTS:
        yield f"no intent is called {', '.join(sorted(unknown))}."
    if line.human_request != ("human" in line.intents):
        yield "a request for a person and the intent `human` go together."
    if line.kind not in KINDS or not STYLES.issuperset(line.style):
        yield f"kind “{line.kind}” or style {line.style} is not on the list."
    if line.is_near_miss and line.escalates:
        yield "a near-miss is calm and asks for nobody."
    if line.order_number and not (line.order_number.isalnum() and any(map(str.isdigit, line.order_number))):
        yield f"order number “{line.order_number}”: letters and digits only, and a digit."


def _of_dialogue(dialogue: Dialogue) -> Iterable[str]:
    customers = sum(turn["role"] == "customer" for turn in dialogue.turns)
    if dialogue.escalate_turn is not None and not 1 <= dialogue.escalate_turn <= customers:
        yield f"a person is due at turn {dialogue.escalate_turn} of {customers}."
    for turn in dialogue.turns:
        if turn["role"] == "bot" and turn["outcome"] not in ("answer", "ask", "fallback"):
            yield f"outcome “{turn['outcome']}” is none of answer, ask, fallback."


def folded(text: str) -> tuple[str, ...]:
    return tuple(word for raw in _WORD.findall(text) if (word := plain_word(raw)))


def shared_runs(lines: Sequence[Line]) -> dict[tuple[str, str], float]:
    """For each two hands, the share of the smaller one's runs of six words that the other one has too."""
    runs: Mapping[str, set[tuple[str, ...]]] = defaultdict(set)
    for line in lines:
        words = folded(line.text)
        runs[line.hand].update(words[at : at + RUN] for at in range(len(words) - RUN + 1))
    pairs = combinations(sorted(runs), 2)
    return {(one, other): len(runs[one] & runs[other]) / max(1, min(len(runs[one]), len(runs[other]))) for one, other in pairs}


def nearness(lines: Sequence[Line]) -> list[Nearness]:
    """How near the hands are to one another, hand by hand."""
    shared = shared_runs(lines)
    rows = _normed(lines)
    hands = hands_of(lines)
    found = []
    for hand in np.unique(hands):
        inside, others = rows[hands == hand], rows[hands != hand]
        nearest = np.asarray((inside @ others.T).max(axis=1).todense()).ravel()
        most = max((share for pair, share in shared.items() if hand in pair), default=0.0)
        found.append(Nearness(str(hand), most, float(nearest.mean()), float(np.percentile(nearest, 95))))
    return found


def _doubles(lines: Sequence[Line]) -> list[str]:
    """Long lines that all but coincide; short sayings are everybody's."""
    texts = {line.id: folded(line.text) for line in lines}
    sharing: Mapping[tuple[str, ...], list[str]] = defaultdict(list)
    for name, words in texts.items():
        for run in {words[at : at + COMMON] for at in range(len(words) - COMMON + 1)} if len(words) >= RUN else ():
            sharing[run].append(name)
    pairs = {pair for names in sharing.values() for pair in combinations(names, 2)}
    alike = [pair for pair in sorted(pairs) if fuzz.ratio(*(" ".join(texts[name]) for name in pair)) >= ALIKE]
    return [f"{one} and {other} are nearly the same." for one, other in alike]


def _normed(lines: Sequence[Line]) -> Matrix:
    return normalize(matrix([line.text for line in lines]))
