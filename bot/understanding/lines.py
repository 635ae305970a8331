"""JSON lines in and out for `flask understand`: a bad line is told with its number and costs no other line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click


def records(lines: Iterable[str], keys: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The objects of these lines that have the keys; what is wrong with any other line is said on stderr."""
    for number, line in enumerate(lines, 1):
        bare = line.strip().lstrip("\ufeff")
        if not bare:
            continue
        wrong = ""
        try:
            record = json.loads(bare)
        except ValueError as error:
            wrong = f"it is no JSON ({error})"
        else:
            if not isinstance(record, dict):
                wrong = "it is no object; write {…}"
            elif missing := [key for key in keys if record.get(key) is None]:
                wrong = f"“{missing[0]}” is missing"
        if wrong:
            click.echo(f"Line {number} was left out: {wrong}.", err=True)
        else:
            yield record


def put(answer: dict[str, Any]) -> None:
    """One object as one line, at once; half characters that cannot be written are replaced."""
    text = json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")
    click.echo(text)
    sys.stdout.flush()
