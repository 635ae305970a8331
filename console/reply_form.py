"""Saved replies as a form and as YAML: what is written into them, and what came of a file. Pure but for the form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from console import here, variables
from console.admin_form import LANGUAGES, Form, is_program
from console.words import words
from handoff import blanks
from handoff.admin_errors import BadValue
from handoff.saved_replies import DOINGS, LONGEST_NAME, LONGEST_TEXT, Wording

ACTIONS = 3
MAX_IMPORTED = 500
MAX_STEPS = 20
KEYS = ("name", "shortcut", "texts", "queues", "steps", "actions")
SAMPLE: Mapping[str, str] = {
    "name": "Marta", "full_name": "Marta Ríos", "order.reference": "AB-54321", "order.number": "AB-54321",
    "order.carrier": "Veloz24", "order.tracking_number": "VZ 8841 2207 5", "order.tracking_url": "https://veloz24.example/8841",
}  # fmt: skip
_STEP = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?")


def read(form: Form, queues: Sequence[str]) -> None:
    """What was typed, into the form's values; `texts`, `steps` and `actions` as the table has them."""
    form.text("name", LONGEST_NAME, least=1)
    form.text("shortcut", 33)
    form.by_language("text", "texts", most=LONGEST_TEXT, before=form.current.get("texts"))
    form.ticks("queues", queues)
    form.switch("is_own")
    if not is_program() or "steps" in here.fields():
        given = here.list_field("steps") if is_program() else re.split(r"[\s,]+", here.text_field("steps"))
        _keep(form, "steps", _steps, [one for one in given if one])
    if not is_program() or "actions" in here.fields():
        _keep(form, "actions", lambda rows: _actions(rows, queues), _typed_actions())


def wording(values: Mapping[str, Any], row: Mapping[str, Any], upload: Mapping[str, Any]) -> Wording:
    """The whole of it: what was typed over what was."""
    whole: dict[str, Any] = {"shortcut": "", "queues": [], "steps": [], "actions": [], "is_own": False} | dict(row) | dict(values)
    return Wording(whole["name"], whole["texts"], whole["shortcut"], whole["queues"], bool(whole["is_own"]), whole["steps"],
                   upload, whole["actions"])


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the fields of its form."""
    found = dict(row) | {f"text_{tag}": text for tag, text in row["texts"].items()}
    found |= {"steps": ", ".join(row["steps"]), "is_own": bool(row["agent_id"])}
    for n, action in enumerate(row["actions"][:ACTIONS]):
        found |= {f"do_{n}": action.get("do"), f"value_{n}": action.get("value", "")}
    return found


def preview(texts: Mapping[str, str], agent: str, queue: str) -> list[tuple[str, tuple[blanks.Piece, ...]]]:
    """How it reads for a made-up contact, by language, with its gaps."""
    filling = {**SAMPLE, "agent": agent, "queue": queue, "channel": "WhatsApp"}
    return [(tag, tuple(blanks.pieces(blanks.filled(texts[tag], filling, variables.names(words(tag))))))
            for tag in LANGUAGES if texts.get(tag)]  # fmt: skip


def exported(rows: Sequence[Mapping[str, Any]]) -> str:
    """The house's own as YAML that `imported` reads; pictures stay where they are."""
    told = [{key: row[key] for key in KEYS if row[key]} for row in rows if not row["agent_id"]]
    return yaml.safe_dump({"saved_replies": told}, allow_unicode=True, sort_keys=False, width=120)


def imported(text: str, queues: Sequence[str]) -> list[dict[str, Any]]:
    """The entries of a file, each as the table has them. Raises BadValue with the place of the first mistake."""
    try:
        tree = yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError):
        raise BadValue("yaml", "yaml") from None
    entries = tree.get("saved_replies") if isinstance(tree, dict) else None
    if not isinstance(entries, list) or not entries:
        raise BadValue("yaml", "yaml")
    if len(entries) > MAX_IMPORTED:
        raise BadValue("yaml", "too_many", most=MAX_IMPORTED)
    return [here.clean(_entry(n, entry, queues)) for n, entry in enumerate(entries, 1)]


def _entry(n: int, entry: Any, queues: Sequence[str]) -> dict[str, Any]:
    if not isinstance(entry, dict) or set(entry) - set(KEYS):
        raise BadValue("yaml", "entry", n=n, keys=", ".join(KEYS))
    texts = entry.get("texts")
    if not (isinstance(entry.get("name"), str) and isinstance(texts, dict) and texts):
        raise BadValue("yaml", "entry_texts", n=n)
    if not all(tag in LANGUAGES and isinstance(one, str) for tag, one in texts.items()):
        raise BadValue("yaml", "entry_texts", n=n)
    lists = {key: entry.get(key) or [] for key in ("queues", "steps", "actions")}
    if not all(isinstance(one, list) and _is_flat(one) for one in lists.values()) or set(lists["queues"]) - set(queues):
        raise BadValue("yaml", "entry_queues", n=n)
    rows = [one for one in lists["actions"] if isinstance(one, dict)]
    return {"name": entry["name"], "texts": texts, "shortcut": _word(entry.get("shortcut")), "queues": lists["queues"],
            "steps": _steps([str(one) for one in lists["steps"]]), "actions": _actions(rows, queues)}  # fmt: skip


def _word(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and value else ""


def _is_flat(rows: Sequence[Any]) -> bool:
    """Words, or maps of words: an alias of YAML may unfold into more than any memory holds once it is made a text."""
    words = [word for row in rows for word in (row.values() if isinstance(row, dict) else (row,))]
    return len(words) <= MAX_STEPS * ACTIONS and all(isinstance(word, str) for word in words)


def _keep(form: Form, name: str, make: Any, given: Any) -> None:
    try:
        form.values[name] = make(given)
    except BadValue as error:
        form.refuse(error.field, error.why, **error.values)


def _typed_actions() -> list[Mapping[str, Any]]:
    if is_program():
        given = here.fields().get("actions")
        return [one for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []
    return [{"do": here.text_field(f"do_{n}"), "value": here.text_field(f"value_{n}")} for n in range(ACTIONS)]


def _actions(rows: Sequence[Mapping[str, Any]], queues: Sequence[str]) -> list[dict[str, str]]:
    found = [{"do": str(row.get("do") or ""), "value": str(row.get("value") or "")[:60]} for row in rows if row.get("do")]
    for one in found:
        if one["do"] not in DOINGS:
            raise BadValue("actions", "choice")
        if (one["do"] == "transfer" and one["value"] not in queues) or (one["do"] == "tag" and not one["value"]):
            raise BadValue("actions", "action_value")
    return found


def _steps(given: Sequence[str]) -> list[str]:
    if len(given) > MAX_STEPS or not all(_STEP.fullmatch(one) for one in given):
        raise BadValue("steps", "steps")
    return list(dict.fromkeys(given))
