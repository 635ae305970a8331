"""Good flows, made worse at random: whatever comes out, the lint says it in words, at a place in the file, and soon.

    python -m tests.bot.flow.fuzzing 100000 4
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache

from bot.flow.arguments import Known
from bot.flow.findings import Finding, normal
from bot.flow.formatting import formatted
from bot.flow.language import parse
from bot.flow.library import compiled
from bot.flow.lint import check_sources
from tests.bot.flow import mistakes

LONGEST = 1.0  # seconds of work for one file
LINTED = 25  # every how many files the rules look at all of them, too; the others are read and compiled
SIGNS = ("\t", "\u00a0", "\u200b", "“", "”", '"', "'", ":", ": ", "#", " #", "- ", "-", "{", "}", "[", "]", "&a ", "*a ", "!x ", "|", ">",
         "%", "@", "`", ",", "\\", "\0", "\r", "\n", "\ufeff", "---\n", "<<: ", "? ", "{{7*7}}", "{x}", "😀", "ñ", "\u2028", "\ud800",
         "==", "=", "&&", "(", ")", "9" * 40, "a" * 600)  # fmt: skip
WORDS = ("say", "ask", "menu", "then", "save", "options", "es", "en", "pt", "end", "goto", "if", "order_ref", "steps", "data", "hola", "2", "no")


def _letters(rng: random.Random, text: str) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(SIGNS) + text[at + rng.choice((0, 0, 1, 1, 2, 5)) :]


def _bytes(rng: random.Random, text: str) -> str:
    raw = bytearray(text.encode("utf-8", "replace"))
    for _ in range(rng.randint(1, 3)):
        raw[rng.randrange(len(raw))] = rng.randrange(256)
    return raw.decode("utf-8", "replace")


def _lines(rng: random.Random, text: str) -> str:
    lines = text.split("\n")
    at, to = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.randrange(5)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(to, lines[at])
    elif kind == 2:
        lines[at], lines[to] = lines[to], lines[at]
    elif kind == 3:
        del lines[at : at + rng.randint(2, 8)]
    else:
        lines = lines[:at]
    return "\n".join(lines)


def _indent(rng: random.Random, text: str) -> str:
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    for number in range(at, min(len(lines), at + rng.choice((1, 1, 1, 3, 8)))):
        by = rng.choice((-4, -2, -1, 1, 2, 4))
        lines[number] = " " * by + lines[number] if by > 0 else lines[number][-by:]
    return "\n".join(lines)


def _words(rng: random.Random, text: str) -> str:
    parts = text.split(" ")
    at = rng.randrange(len(parts))
    parts[at] = rng.choice((rng.choice(parts), rng.choice(WORDS), "", parts[at][1:], parts[at] + ":", parts[at][::-1]))
    return " ".join(parts)


def _keys(rng: random.Random, text: str) -> str:
    old, new = rng.sample(WORDS, 2)
    at = text.find(f"{old}:", rng.randrange(len(text) + 1))
    return text if at < 0 else text[:at] + new + text[at + len(old) :]


MUTATIONS: tuple[Callable[[random.Random, str], str], ...] = (_letters, _letters, _bytes, _lines, _indent, _words, _keys)


def mutated(rng: random.Random) -> tuple[str, str]:
    """A file and its text with one to four things wrong in it."""
    file = rng.choice(("main.yaml",) * 6 + ("_project.yaml", "_services.yaml", "_texts.yaml", "other.yaml"))
    text = mistakes.files()[file]
    for _ in range(rng.choice((1, 1, 2, 4))):
        text = rng.choice(MUTATIONS)(rng, text) if text else text
    return file, text


def troubles(sources: Mapping[str, str], findings: tuple[Finding, ...]) -> list[str]:
    """What is wrong with the findings themselves: without a mend, or beside the file."""
    found = []
    for one in findings:
        lines = normal(sources.get(one.file, "")).split("\n")
        if not 1 <= one.line <= len(lines) + 1:
            found.append(f"{one.place} {one.code} is no line of the file")
        elif one.column < 1 or one.column > len(lines[one.line - 1] if one.line <= len(lines) else "") + 1:
            found.append(f"{one.place} {one.code} is no column of the line")
        if not one.what("es").strip() or not one.mend("es").strip():
            found.append(f"{one.place} {one.code} has no words")
    return found


@cache
def _known() -> Known:
    """What a flow knows of its shop, read once: most files that are tried are flows."""
    whole = compiled(mistakes.files()).library
    assert whole is not None
    return Known(whole.project, whole.services, whole.sentences, frozenset(whole.flows))


def _read(file: str, text: str, sources: Mapping[str, str]) -> tuple[Finding, ...]:
    if file.startswith("_"):
        return compiled(sources).findings
    return tuple(parse(file.removesuffix(".yaml"), text, _known())[1].findings)


def tried(rng: random.Random, number: int) -> tuple[list[str], tuple[Finding, ...]]:
    file, text = mutated(rng)
    sources = {**mistakes.files(), file: text}
    begun = time.process_time()
    findings = check_sources(sources) if number % LINTED == 0 else _read(file, text, sources)
    took = time.process_time() - begun
    found = troubles(sources, findings)
    if took > LONGEST:
        found.append(f"{file} took {took:.2f} s")
    if number % 5 == 0:
        laid = formatted(text)
        if laid != formatted(laid):
            found.append(f"{file} is laid out differently the second time")
    return [f"{one}\n{text!r}" for one in found], findings


def main(count: int, seed: int) -> int:
    codes: Counter[str] = Counter()
    bad = 0
    begun = time.perf_counter()
    for number in range(count):
        rng = random.Random(f"{seed}.{number}")
        try:
            found, findings = tried(rng, number)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what the fuzzer looks for
            found, findings = [f"{seed}.{number} {type(error).__name__}: {error}"], ()
        codes.update(one.code for one in findings)
        bad += bool(found)
        for one in found if bad <= 10 else ():
            print(f"{seed}.{number}: {one}")
    total = sum(codes.values())
    unexplained = 100 * codes["Y00"] / max(1, total)
    print(f"{count} files in {time.perf_counter() - begun:.0f} s, {total} findings of {len(codes)} kinds, {bad} troubles, {unexplained:.2f} % unexplained")
    print(", ".join(f"{code} {n}" for code, n in codes.most_common()))
    return 1 if bad or unexplained > 2 else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1))
