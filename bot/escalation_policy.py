"""The policy of `flows/_policy.yaml`: thresholds, points, waits, switches. Values arrive as text; every key may be
left out, and a language or a channel may have thresholds of its own. Keys and defaults: docs/understanding.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

# Points of what only the conversation shows; four are the most a score can say. `python -m training talks` finds them.
POINTS: Mapping[str, float] = MappingProxyType(
    {
        "fallback": 0.1,
        "fallbacks": 2.8,
        "same_answer": 2.8,
        "like_answer": 0.2,
        "same_slot": 1.6,
        "asked_given": 0.5,
        "put_off": 1.3,
        "given_again": 0.6,
        "repeat": 0.3,
        "rephrase": 0.3,
        "rephrases": 1.2,
        "corrects": 1.1,
        "pushback": 0.4,
        "pushes": 0.9,
        "gives_up": 1.3,
        "growing": 0.4,
        "wait": 0.5,
        "shouting": 0.5,
        "insistence": 0.2,
    }
)
# What takes weight from a turn: she is served, the slip was hers, she has time, she laughs.
SOOTHING: Mapping[str, float] = MappingProxyType({"relief": 1.2, "own_slip": 1.6, "patience": 0.8, "laughter": 0.4})

_SWITCH = {"on": True, "off": False, "true": True, "false": False, "yes": True, "no": False}
_THRESHOLDS = {"frustration": ("high", "low", "clear", "severe", "faint"), "human_request": ("high", "low")}
_BESIDE_HIGH = ("clear", "severe")
_LANGUAGES = ("es", "en", "pt")
_KEYS = (
    "frustration", "human_request", "signals", "decay", "relief_keeps", "wait_minutes", "points", "soothing",
    "judge", "by_language", "by_channel",
)  # fmt: skip
_MOST_POINTS = 10.0
_MOST_MINUTES = 10_000.0


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds and scores run from 0 to 1; those of frustration are held against the score of the whole talk.

    `frustration_clear` and `frustration_severe` hold for a message of severity 2 and 3, where they are lower; below `frustration_faint` words count nothing towards the
    talk. `decay` is what a point keeps at each turn of the contact, `relief_keeps` what is left when she is served.
    `off` are the signals that are switched off; without `signals` only the words of the message count. `judge`: is one
    asked, see `bot.judge`. `variants` are whole policies by channel and language, "" for any; see `at`.
    """

    frustration_high: float = 0.55
    frustration_low: float = 0.45
    frustration_clear: float = 0.5
    frustration_severe: float = 0.4
    frustration_faint: float = 0.15
    human_request_high: float = 0.6
    human_request_low: float = 0.4
    signals: bool = True
    off: frozenset[str] = frozenset()
    decay: float = 0.75
    relief_keeps: float = 0.3
    wait_minutes: float = 10.0
    judge: bool = False
    points: Mapping[str, float] = field(default_factory=lambda: POINTS)
    soothing: Mapping[str, float] = field(default_factory=lambda: SOOTHING)
    variants: Mapping[tuple[str, str], Policy] = field(default_factory=lambda: MappingProxyType({}))

    def at(self, channel: str = "", language: str = "") -> Policy:
        """The policy of a talk in this language on this channel, named by its kind (`twilio-sms`) or family (`sms`)."""
        if not self.variants:
            return self
        family = channel.rpartition("-")[2]
        for place in ((channel, language), (family, language), (channel, ""), (family, ""), ("", language)):
            if place in self.variants:
                return self.variants[place]
        return self

    def high(self, severity: int) -> float:
        """The high threshold for a message of this severity: what is clear or grave needs less beside it."""
        steps = (self.frustration_high, self.frustration_high, self.frustration_clear, self.frustration_severe)
        return min(steps[: severity + 1])

    def counts(self, signal: str) -> float:
        """The points of a signal, 0 where it is switched off."""
        return 0.0 if signal in self.off else self.points[signal]


def policy_from(tree: Mapping[str, Any]) -> Policy:
    """The policy that a plain dict describes. Raises ValueError with a sentence that names the key and the mend."""
    _only(tree, "", _KEYS)
    default = Policy()
    signals, off = _signals(tree.get("signals", "on"))
    policy = replace(
        _with_thresholds(default, tree, ""),
        signals=signals,
        off=off,
        decay=_number(tree, "decay", default.decay, 1.0),
        relief_keeps=_number(tree, "relief_keeps", default.relief_keeps, 1.0),
        wait_minutes=_number(tree, "wait_minutes", default.wait_minutes, _MOST_MINUTES),
        judge=_switch("judge", tree.get("judge", "off")),
        points=_numbers(tree, "points", POINTS),
        soothing=_numbers(tree, "soothing", SOOTHING),
    )
    return replace(policy, variants=_variants(policy, tree))


def _with_thresholds(policy: Policy, tree: Mapping[str, Any], place: str) -> Policy:
    """The policy with the thresholds that stand in `tree`; `place` is where that stands, for the sentences."""
    changed: dict[str, float] = {}
    for label, names in _THRESHOLDS.items():
        block = _block(tree, label, names, place)
        usual = {name: getattr(policy, f"{label}_{name}") for name in names}
        high = _number(block, f"{place}{label}.high", usual["high"], 1.0)
        for name in names:
            # What is left out keeps its distance from a high threshold that was moved, and low stays below it.
            left = round(usual[name] + high - usual["high"], 4) if name in _BESIDE_HIGH else min(usual[name], high)
            changed[f"{label}_{name}"] = _number(
                block, f"{place}{label}.{name}", high if name == "high" else max(0.0, left), 1.0
            )
    policy = replace(policy, **changed)  # type: ignore[arg-type]
    for label in _THRESHOLDS:
        high, low = getattr(policy, f"{label}_high"), getattr(policy, f"{label}_low")
        if low > high:
            raise ValueError(
                f"{place}{label}.low ({low}) is above {place}{label}.high ({high}): give low the smaller number."
            )
    return policy


def _variants(policy: Policy, tree: Mapping[str, Any]) -> Mapping[tuple[str, str], Policy]:
    """A whole policy for every language and channel that is named, and for both together: there the channel wins."""
    languages = _block(tree, "by_language", _LANGUAGES)
    channels = _block(tree, "by_channel", None)
    found: dict[tuple[str, str], Policy] = {}
    for language in languages:
        block = _block(languages, language, tuple(_THRESHOLDS), "by_language.")
        found["", language] = _with_thresholds(policy, block, f"by_language.{language}.")
    for channel in channels:
        block = _block(channels, channel, tuple(_THRESHOLDS), "by_channel.")
        for language in ("", *languages):
            below = found.get(("", language), policy)
            found[channel, language] = _with_thresholds(below, block, f"by_channel.{channel}.")
    return MappingProxyType(found)


def _signals(raw: Any) -> tuple[bool, frozenset[str]]:
    """On or off for all of them, or a switch for each."""
    if not isinstance(raw, Mapping):
        return _switch("signals", raw), frozenset()
    _only(raw, "signals.", tuple(POINTS))
    return True, frozenset(name for name, value in raw.items() if not _switch(f"signals.{name}", value))


def _switch(place: str, raw: Any) -> bool:
    value = str(raw).lower()
    if value not in _SWITCH:
        raise ValueError(f"“{place}: {raw}” is neither on nor off: write one of the two.")
    return _SWITCH[value]


def _only(block: Mapping[str, Any], place: str, known: tuple[str, ...]) -> None:
    for key in block:
        if key not in known:
            raise ValueError(f"“{place}{key}” is not a key of the policy: use one of {', '.join(known)}.")


def _block(tree: Mapping[str, Any], key: str, known: tuple[str, ...] | None, place: str = "") -> Mapping[str, Any]:
    """What stands below a key; `known` are the names it may hold, None for any."""
    block = tree.get(key) or {}
    if not isinstance(block, Mapping):
        names = f" ({', '.join(known)})" if known else ""
        raise ValueError(  # noqa: TRY004 - the caller shows every mend as one kind of error
            f"“{place}{key}” must hold keys below it{names}, not “{block}”."
        )
    if known is not None:
        _only(block, f"{place}{key}.", known)
    return block


def _numbers(tree: Mapping[str, Any], key: str, default: Mapping[str, float]) -> Mapping[str, float]:
    block = _block(tree, key, tuple(default))
    return MappingProxyType(
        {name: _number(block, f"{key}.{name}", usual, _MOST_POINTS) for name, usual in default.items()}
    )


def _number(block: Mapping[str, Any], place: str, default: float, most: float) -> float:
    raw = block.get(place.rpartition(".")[2])
    if raw is None or raw == "":
        return default
    try:
        number = float(str(raw))
    except ValueError:
        number = -1.0
    if not 0.0 <= number <= most:
        raise ValueError(f"“{place}: {raw}” is not a number from 0 to {most:g}: write one, for example {default:g}.")
    return number
