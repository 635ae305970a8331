"""What only the conversation shows: the bot gets nowhere, or the contact is served. Pure; nothing is weighed here.

A supervisor tolerates one failure, a slip that is put right, a question asked again because the answer got lost, many
questions one after the other. What she looks for is a bot that does not move while the contact pushes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from bot.escalation_cues import cues, says
from bot.escalation_memory import FRESH_AFTER, KEPT_LEVELS, Memory, is_alike, is_same, numbers, roots
from bot.understanding.fold import fold
from bot.understanding.frustration import is_shouted
from bot.understanding.lexicon import mend

LOOKED_AT = 400  # characters of a text in which its turns of phrase are looked for
_ANSWER, _QUESTION = "a ", "q "
SOOTHING = frozenset(("relief", "own_slip", "patience", "laughter"))
_ANNOYED = 0.2
_A_LITTLE = 0.08
_MOST_COUNTED = 9


@dataclass(frozen=True, slots=True)
class Spoken:
    """One text and what stood before it, as far as signals need it; see `bot.escalation.Heard`."""

    text: str
    now: datetime
    strength: float = 0.0
    last_outcome: str = ""
    last_answer: str = ""
    last_slot: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    """`quote` is the contact's own words, a count (“2×”) or a time (“35 min”)."""

    code: str
    quote: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Signs that the bot gets nowhere, cues that soothe, and what is remembered of this turn."""

    signals: tuple[Signal, ...]
    soothing: frozenset[str]
    memory: Memory


@dataclass(frozen=True, slots=True)
class _Look:
    """One turn, taken apart once."""

    spoken: Spoken
    memory: Memory
    cues: dict[str, str]
    text: str
    answer: str
    numbers: tuple[str, ...]
    puts_off: bool
    wants_number: bool

    @property
    def returns_to_it(self) -> bool:
        """Does she come back to words of hers that no answer of the bot has taken up?"""
        answered = {word for one in (*self.memory.answers, self.answer) for word in one.split()}
        before = {word for text in self.memory.texts for word in text.split()}
        return bool((set(self.text.split()) & before) - answered)

    @property
    def takes_up_the_answer(self) -> bool:
        return bool(set(self.text.split()) & set(self.answer.split()))

    @property
    def is_question(self) -> bool:
        return self.spoken.last_outcome == "ask"

    @property
    def failed(self) -> bool:
        return self.spoken.last_outcome == "fallback"

    @property
    def asks_for_given(self) -> bool:
        """Did the bot ask for a number though one had been given?"""
        return self.is_question and self.wants_number and bool(self.memory.numbers)

    @property
    def earlier(self) -> list[str]:
        """What the bot said before, of the kind it said now."""
        kind = _QUESTION if self.is_question else _ANSWER
        return [one[2:] for one in self.memory.answers if one.startswith(kind)]


def shown(memory: Memory, spoken: Spoken, wait_minutes: float) -> Shown:
    """What this turn shows, and the memory after it (without score and evidence, which are the weigher's).

    A wait counts from `wait_minutes` on.
    """
    look = _taken_apart(memory, spoken)
    soothing = SOOTHING & look.cues.keys()
    signals = (*_of_the_bot(look), *_of_what_she_says(look), *_of_how_she_says_it(look, wait_minutes))
    return Shown(signals, soothing, _remembered(look, "relief" in soothing))


def _taken_apart(memory: Memory, spoken: Spoken) -> _Look:
    folded = fold(spoken.text[:LOOKED_AT], mend)
    answer, puts_off, wants_number = _answered(spoken.last_answer[:LOOKED_AT])
    return _Look(
        spoken, memory, cues(folded), roots(folded), answer, numbers(spoken.text[:LOOKED_AT]), puts_off, wants_number
    )


@lru_cache(maxsize=2048)
def _answered(text: str) -> tuple[str, bool, bool]:
    """The roots of what the bot said, and whether it only put her off or wants a number. It says much the same to
    many, so that this is mostly remembered."""
    if not text:
        return "", False, False
    folded = fold(text, mend)
    return roots(folded), says("puts_off", folded), says("wants_number", folded)


def _of_the_bot(look: _Look) -> Iterator[Signal]:
    memory = look.memory
    if look.failed:
        times = memory.failures + 1
        yield Signal("fallback" if times == 1 else "fallbacks", _times(times))
    elif look.is_question:
        if _asks_again(look):
            yield Signal("same_slot", look.spoken.last_slot or _times(2))
        elif look.asks_for_given:
            yield Signal("asked_given", memory.numbers[-1])
    elif same := sum(is_same(look.answer, one) for one in look.earlier if one):
        yield Signal("same_answer", _times(same + 1))
    elif alike := sum(is_alike(look.answer, one) for one in look.earlier):
        yield Signal("like_answer", _times(alike + 1))
    if look.puts_off and memory.put_offs:
        yield Signal("put_off", _times(memory.put_offs + 1))


def _asks_again(look: _Look) -> bool:
    slot = look.spoken.last_slot
    if slot and slot == look.memory.slot or look.asks_for_given and look.memory.asked_given:
        return True
    return any(is_same(look.answer, one) or is_alike(look.answer, one) for one in look.earlier if one)


def _of_what_she_says(look: _Look) -> Iterator[Signal]:
    memory, words = look.memory, set(look.text.split())
    if any(number in memory.numbers for number in look.numbers):
        yield Signal("given_again", next(number for number in look.numbers if number in memory.numbers))
    before = [set(text.split()) for text in memory.texts]
    if len(words) > 1 and any(len(words & one) >= 0.6 * min(len(words), len(one)) for one in before if one):
        yield Signal("repeat", look.spoken.text.strip()[:80])
    elif look.returns_to_it:
        yield Signal("rephrases" if memory.rephrased else "rephrase", look.spoken.text.strip()[:80])
    if "denial" in look.cues and (look.returns_to_it or look.takes_up_the_answer):
        yield Signal("corrects", look.spoken.text.strip()[:80])
    if "pushback" in look.cues:
        yield Signal("pushback" if not memory.pushes else "pushes", look.cues["pushback"])
    if "giving_up" in look.cues:
        yield Signal("gives_up", look.cues["giving_up"])


def _of_how_she_says_it(look: _Look, wait_minutes: float) -> Iterator[Signal]:
    memory, spoken = look.memory, look.spoken
    minutes = _waited(look)
    if minutes >= max(1.0, wait_minutes):
        yield Signal("wait", f"{minutes} min")
    if _grows(memory.levels, spoken.strength):
        yield Signal("growing", spoken.text.strip()[:80])
    if memory.turns and not memory.shouted and is_shouted(spoken.text):
        yield Signal("shouting", spoken.text.strip()[:80])
    if spoken.text.count("!") >= 2 or spoken.text.count("?") >= 2:
        yield Signal("insistence", spoken.text.strip()[-20:])


def _grows(levels: tuple[float, ...], now: float) -> bool:
    """Is she annoyed, and was she a little before, and no more than that: a rise, and no start out of nothing."""
    return now >= _ANNOYED and bool(levels) and _A_LITTLE <= levels[-1] < now and levels[0] <= levels[-1]


def _waited(look: _Look) -> int:
    """Minutes since her last message, where the bot put her off or failed or she is annoyed: time alone is none."""
    is_waiting = look.puts_off or look.failed or look.spoken.strength >= _ANNOYED
    if look.memory.last_at is None or not is_waiting:
        return 0
    pause = look.spoken.now - look.memory.last_at
    return round(pause.total_seconds() / 60) if pause < FRESH_AFTER else 0


def _remembered(look: _Look, relieved: bool) -> Memory:
    memory, spoken = look.memory, look.spoken
    kind = _QUESTION if look.is_question else _ANSWER
    said = (kind + look.answer,) if look.answer and not look.failed else ()
    kept = 0 if relieved else 1
    return replace(
        memory,
        turns=memory.turns + 1,
        texts=(*memory.texts, *((look.text,) if look.text else ())),
        answers=(*memory.answers, *said),
        numbers=(*memory.numbers, *(one for one in look.numbers if one not in memory.numbers)),
        slot=spoken.last_slot,
        asked_given=min(_MOST_COUNTED, memory.asked_given + look.asks_for_given),
        rephrased=min(_MOST_COUNTED, kept * (memory.rephrased + look.returns_to_it)),
        failures=min(_MOST_COUNTED, kept * (memory.failures + look.failed)),
        put_offs=min(_MOST_COUNTED, kept * (memory.put_offs + look.puts_off)),
        pushes=min(_MOST_COUNTED, kept * (memory.pushes + ("pushback" in look.cues))),
        levels=(*memory.levels, spoken.strength)[-KEPT_LEVELS:],
        shouted=is_shouted(spoken.text),
        guard=max(0, memory.guard - 1),
        last_at=spoken.now,
    )


def _times(count: int) -> str:
    return f"{count}×"
