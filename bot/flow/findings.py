"""What is wrong in the files of the flows: where, what, and how to mend it, in three languages."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import fuzz, process

ERROR = "error"
WARNING = "warning"
MOST = 400  # of a level in one file: who has more begins with those
_LOOKED_AT = 20  # names that a word is compared with letter by letter
_OF_A_WHOLE = ("S02", "S08", "V07")
_SENTENCES = Path(__file__).parent / "sentences"

# What people type who think in their own language, and the word of the flows for it.
TRANSLATED = {
    "decir": "say", "di": "say", "dizer": "say", "diga": "say", "mensaje": "say", "mensagem": "say", "message": "say",
    "send": "say", "enviar": "say", "responder": "say", "text_message": "say", "print": "say", "utter": "say",
    "preguntar": "ask", "pregunta": "ask", "perguntar": "ask", "pergunta": "ask", "collect": "ask", "question": "ask",
    "input": "ask", "pedir": "ask", "prompt": "ask", "elegir": "menu", "escolher": "menu", "choose": "menu", "choice": "menu",
    "opciones": "options", "opcion": "options", "opción": "options", "opcoes": "options", "opções": "options",
    "choices": "options", "si": "if", "se": "if", "entonces": "then", "entao": "then", "então": "then", "sino": "else",
    "si_no": "else", "senao": "else", "senão": "else", "otherwise": "else", "elseif": "elif", "else_if": "elif",
    "segun": "switch", "según": "switch", "case": "switch", "casos": "cases", "poner": "set", "definir": "set", "asignar": "set",
    "guardar": "save", "salvar": "save", "store": "save", "variable": "save", "save_as": "save", "guardar_en": "save",
    "reintentos": "retries", "intentos": "retries", "tentativas": "retries", "tries": "retries", "attempts": "retries",
    "buscar": "lookup", "consultar": "lookup", "query": "lookup", "get": "lookup", "hacer": "do", "fazer": "do",
    "accion": "do", "acción": "do", "action": "do", "llamar": "call", "chamar": "call", "subflow": "call",
    "empezar_flujo": "start_flow", "iniciar_flujo": "start_flow", "link": "start_flow", "flow_start": "start_flow",
    "fin": "end", "fim": "end", "terminar": "end", "acabar": "end", "stop": "end", "finish": "end", "exit": "end",
    "pasar": "handoff", "agente": "handoff", "agent": "handoff", "escalar": "handoff", "escalate": "handoff",
    "transferir": "handoff", "derivar": "handoff", "transfer": "handoff", "persona": "handoff", "pessoa": "handoff",
    "etiqueta": "tag", "etiquetar": "tag", "etiquetas": "tag", "tags": "tag", "label_as": "tag", "nota": "note", "notes": "note",
    "recordar": "remember", "lembrar": "remember", "esperar": "wait", "espera": "wait", "sleep": "wait", "pausa": "wait",
    "repetir": "repeat", "loop": "repeat", "bucle": "repeat", "azar": "random", "aleatorio": "random", "valorar": "rate",
    "calificar": "rate", "avaliar": "rate", "csat": "rate", "ir": "goto", "ir_a": "goto", "ir_para": "goto", "go_to": "goto",
    "jump": "goto", "next": "goto", "motivo": "reason", "razon": "reason", "razón": "reason", "razao": "reason",
    "prioridad": "priority", "prioridade": "priority", "skill": "skills", "resumen": "summary", "resumo": "summary", "cerrado": "if_closed",
    "botones": "buttons", "boton": "buttons", "botón": "buttons", "botoes": "buttons", "botões": "buttons",
    "texto": "text", "palabras": "words", "palavras": "words", "frases": "words", "phrases": "words", "keywords": "words",
    "tipo": "type", "pasos": "steps", "passos": "steps", "datos": "data", "dados": "data", "variables": "data", "vars": "data",
    "flujo": "flow", "fluxo": "flow", "name": "flow", "nombre": "flow", "inicio": "start", "início": "start", "trigger": "start",
    "triggers": "start", "empieza": "start", "titulo": "title", "título": "title", "dueño": "owner", "cola": "queue", "fila": "queue",
    "idioma": "language", "caduca": "expires", "entradas": "inputs", "salidas": "outputs", "saidas": "outputs",
    "invalido": "invalid", "inválido": "invalid", "error": "invalid", "condicion": "when", "condición": "when", "cuando": "when",
    "quando": "when", "con": "with", "com": "with", "args": "with", "params": "with", "no_encontrado": "not_found",
    "nao_encontrado": "not_found", "fallo": "failed", "falla": "failed", "falhou": "failed", "on_error": "failed",
    "sin_respuesta": "no_reply", "sem_resposta": "no_reply", "timeout_after": "no_reply", "despues": "after", "después": "after",
    "depois": "after", "recordatorio": "remind", "lembrete": "remind", "descripcion": "desc", "descripción": "desc",
    "description": "desc", "descricao": "desc", "imagen": "media", "imagem": "media", "image": "media", "foto": "media",
    "sensible": "sensitive", "sensivel": "sensitive", "comprobar": "checks", "validar": "checks", "validate": "checks",
    "check": "checks", "verificar": "checks", "plantilla": "template", "enlace": "link", "maximo": "max", "máximo": "max",
    "mientras": "while", "enquanto": "while", "para_cada": "for_each", "foreach": "for_each", "comentario": "comment",
    "alta": "high", "alto": "high", "baja": "low", "baixa": "low", "bajo": "low", "urgente": "urgent", "media_": "normal",
    "leer": "read", "ler": "read", "escribir": "write", "escrever": "write", "colas": "queues", "filas": "queues",
    "idiomas": "languages", "tienda": "shop", "loja": "shop", "pais": "country", "país": "country", "moneda": "currency",
    "moeda": "currency", "zona_horaria": "time_zone", "timezone": "time_zone", "firma": "signature", "tipos": "types",
    "requires": "required", "obligatorio": "required", "ejemplo": "fake", "ejemplos": "fake", "fakes": "fake",
    "entero": "integer", "inteiro": "integer", "int": "integer", "string": "text", "str": "text", "numero": "number",
    "número": "number", "float": "number", "decimal": "number", "fecha": "date", "data_": "date", "hora": "time",
    "dinero": "money", "dinheiro": "money", "importe": "money", "correo": "email", "mail": "email", "telefono": "phone",
    "teléfono": "phone", "telefone": "phone", "movil": "phone", "codigo_postal": "postcode", "cp": "postcode", "cep": "postcode",
    "pedido": "order_number", "imagen_": "image", "photo": "image", "ubicacion": "location", "ubicación": "location",
    "lista": "list", "array": "list", "registro": "record", "object": "record", "dict": "record", "bool": "yes_no",
    "boolean": "yes_no", "si_no_": "yes_no", "sino_": "yes_no", "saltar": "skip", "confirmar": "confirm", "mover": "move",
    "fijar": "pin", "true_": "true", "verdadero": "true", "verdadeiro": "true", "falso": "false", "null": "nothing",
    "none": "nothing", "nada": "nothing", "vacio": "nothing", "vacío": "nothing", "existe": "known", "exists": "known",
    "contiene": "contains", "contem": "contains", "contém": "contains", "includes": "contains", "igual": "same",
    "mayusculas": "upper", "minusculas": "lower", "moneda_": "money", "longitud": "len", "length": "len",
    "lunes": "monday", "martes": "tuesday", "miercoles": "wednesday", "miércoles": "wednesday", "jueves": "thursday",
    "viernes": "friday", "sabado": "saturday", "sábado": "saturday", "domingo": "sunday", "segunda": "monday",
    "terca": "tuesday", "terça": "tuesday", "quarta": "wednesday", "quinta": "thursday", "sexta": "friday",
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
        self._counts: dict[str, int] = {}

    def error(self, code: str, place: Any, **facts: Any) -> None:
        """`place` is anything with `line` and `column`."""
        self._add(ERROR, code, place, facts)

    def warning(self, code: str, place: Any, **facts: Any) -> None:
        self._add(WARNING, code, place, facts)

    def settle(self) -> None:
        """Drop what follows from another mistake: the shape of a line that was read as it was probably meant, and,
        where a part had to be left out, what it may have held."""
        no_steps = {str(one.facts.get("name")): one.line for one in self.findings if one.code == "S13"}
        self.findings = [one for one in self.findings if not self._follows(one, no_steps)]

    def _follows(self, one: Finding, no_steps: Mapping[str, int]) -> bool:
        """`no_steps` are options that stand as steps of their own: the step above lacks them for that reason."""
        if one.line in self.mended and (one.code[0] == "S" or one.code == "V07"):
            return True
        if one.code == "S02" and no_steps.get(str(one.facts.get("name")), 0) > one.line:
            return True
        if one.code == "S08" and any(other.facts.get("near") == "steps" for other in self.findings):
            return True
        return not self.is_whole and one.code in _OF_A_WHOLE

    def _add(self, level: str, code: str, place: Any, facts: Mapping[str, Any]) -> None:
        self._counts[level] = self._counts.get(level, 0) + 1
        if self._counts[level] > MOST:
            return
        # What was mended in memory may be longer than the line as it was typed.
        line = min(max(place.line, 1), len(self.lines))
        source = self.lines[line - 1]
        column = min(max(place.column, 1), len(source) + 1)
        self.findings.append(Finding(self.file, line, column, code, level, facts, source))


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
    folded = word.strip().lower().replace(" ", "_").replace("-", "_")
    translated = TRANSLATED.get(folded)
    if translated in names:
        return translated
    # The quick ratio is never lower than the other one: it only says whom to look at, however many names there are.
    likely = [name for name, _, _ in process.extract(word.lower(), names, scorer=fuzz.ratio, limit=_LOOKED_AT, score_cutoff=60)]
    found = difflib.get_close_matches(word.lower(), sorted(likely, key=names.index), 1, 0.6)
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
