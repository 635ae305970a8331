"""What is wrong in the files of the flows: where, what, and how to mend it, in three languages."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ERROR = "error"
WARNING = "warning"
_OF_A_WHOLE = ("S02", "S08", "V07")
_SENTENCES = Path(__file__).parent / "sentences"

# What people type who think in their own language, and the word of the flows for it.
TRANSLATED = {
    "decir": "say", "di": "say", "dizer": "say", "mensaje": "say", "message": "say", "send": "say",
    "preguntar": "ask", "pregunta": "ask", "perguntar": "ask", "collect": "ask", "question": "ask",
    "opciones": "options", "opcoes": "options", "opções": "options", "choices": "options",
    "si": "if", "se": "if", "entonces": "then", "sino": "else", "entao": "then", "senao": "else",
    "guardar": "save", "salvar": "save", "reintentos": "retries", "tentativas": "retries",
    "buscar": "lookup", "consultar": "lookup", "hacer": "do", "fin": "end", "fim": "end", "terminar": "end",
    "pasar": "handoff", "agente": "handoff", "escalar": "handoff", "etiqueta": "tag", "nota": "note",
    "ir": "goto", "ir_a": "goto", "motivo": "reason", "prioridad": "priority", "resumen": "summary",
    "botones": "buttons", "texto": "text", "palabras": "words", "tipo": "type", "pasos": "steps",
    "datos": "data", "flujo": "flow", "inicio": "start", "invalido": "invalid", "condicion": "when",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake. `facts` fill the sentence of its `code`; `source` is the line as it stands in the file."""

    file: str
    line: int
    column: int
    code: str
    level: str = ERROR
    facts: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def what(self, language: str = "es") -> str:
        told = _sentences(language)[self.code]
        facts = {name: _told(value, language) for name, value in self.facts.items()}
        return _fill(told["one"] if facts.get("count") == 1 and "one" in told else told["what"], facts)

    def mend(self, language: str = "es") -> str:
        near = self.facts.get("near")
        if near:
            return _fill(_sentences(language)["did_you_mean"]["mend"], self.facts)
        return _fill(_sentences(language)[self.code].get("mend", ""), self.facts)

    def render(self, language: str = "es") -> str:
        """Place, level, code and sentence; the line with a mark below the spot; how to mend it."""
        level = _sentences(language)["levels"][self.level]
        lines = [f"{self.place}: {level} [{self.code}] {self.what(language)}"]
        if self.source:
            mark = " " * (min(self.column, len(self.source) + 1) - 1) + "^"
            lines += [f"{self.line:>6} | {self.source}", f"       | {mark}"]
        mend = self.mend(language)
        if mend:
            lines.append(f"       = {mend}")
        return "\n".join(lines)


class Reporter:
    """Collects the findings of one file; everything that reads a tree is handed one.

    `is_whole`: no part of the file had to be left out. `mended` are lines that were read as they were probably meant.
    """

    def __init__(self, file: str, source: str = "") -> None:
        self.file = file
        self.lines = normal(source).split("\n")
        self.findings: list[Finding] = []
        self.is_whole = True
        self.mended: set[int] = set()

    def error(self, code: str, place: Any, **facts: Any) -> None:
        """`place` is anything with `line` and `column`."""
        self._add(ERROR, code, place, facts)

    def warning(self, code: str, place: Any, **facts: Any) -> None:
        self._add(WARNING, code, place, facts)

    def settle(self) -> None:
        """Drop what follows from another mistake: the shape of a line that was read as it was probably meant, and,
        where a part had to be left out, what it may have held."""
        self.findings = [
            one for one in self.findings
            if not (one.code[0] == "S" and one.line in self.mended) and (self.is_whole or one.code not in _OF_A_WHOLE)
        ]

    def _add(self, level: str, code: str, place: Any, facts: Mapping[str, Any]) -> None:
        source = self.lines[place.line - 1] if 0 < place.line <= len(self.lines) else ""
        self.findings.append(Finding(self.file, place.line, place.column, code, level, facts, source))


@dataclass(frozen=True, slots=True)
class Place:
    line: int
    column: int


def normal(source: str) -> str:
    """The text with plain line ends and without the mark that some editors put at its beginning."""
    return source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def near(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, or an empty text."""
    names = list(known)
    translated = TRANSLATED.get(word.lower())
    if translated in names:
        return translated
    found = difflib.get_close_matches(word.lower(), names, 1, 0.6)
    return found[0] if found else ""


def has_errors(findings: Iterable[Finding]) -> bool:
    return any(finding.level == ERROR for finding in findings)


def codes() -> tuple[str, ...]:
    """Every code there is, for the documentation and its test."""
    return tuple(code for code in _sentences("es") if code[0].isupper())


def sentence(code: str, language: str = "es") -> str:
    """What a code says, with its facts still as names in braces."""
    return str(_sentences(language)[code]["what"])


@cache
def _sentences(language: str) -> Mapping[str, Any]:
    path = _SENTENCES / f"{language}.yaml"
    if not path.exists():
        path = _SENTENCES / "es.yaml"
    sentences: Mapping[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return sentences


def _told(fact: Any, language: str) -> Any:
    """A fact that is a sentence itself (a path through a flow) says itself in the language asked for."""
    return fact.told(language) if hasattr(fact, "told") else fact


def phrase(group: str, name: str, language: str = "es", **facts: Any) -> str:
    """Words that stand beside the findings' sentences: of the proof, of the diagram."""
    return _fill(_sentences(language)[group][name], facts)


def _fill(sentence: str, facts: Mapping[str, Any]) -> str:
    for name, value in facts.items():
        sentence = sentence.replace("{" + name + "}", str(value))
    return sentence
