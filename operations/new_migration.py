"""Writes a migration: compares the models with a scratch database that stands at the newest one. See bin/migration."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from itertools import takewhile
from pathlib import Path

from operations import migrations
from pipeline import schema

TABLE = re.compile(r"    (?:op\.(create)_table|with op\.batch_(alter)_table)\('(\w+)'")


def main(arguments: list[str]) -> int:
    """Write the next migration under the given title, or the newest one again; a second argument limits it to a package."""
    if not 1 <= len(arguments) <= 2 or not arguments[0].strip():
        print('Say what the migration does: bin/migration "Add the colour of a queue"', file=sys.stderr)
        return 2
    known = sorted(schema.VERSIONS.glob("[0-9]*_*.py"))
    title = arguments[0]
    if title != "--again":
        write(title, f"{len(known) + 1:04}", *arguments[1:])
        return 0
    by_hand = {path: path.read_text(encoding="utf-8") for path in _by_hand_at_the_end(known)}
    newest = known[-1 - len(by_hand)]
    title = newest.read_text(encoding="utf-8").splitlines()[0].strip('".')
    for path in (newest, *by_hand):
        path.unlink()
    try:
        write(title, newest.name.partition("_")[0], *arguments[1:])
    finally:
        for path, text in by_hand.items():
            path.write_text(text, encoding="utf-8")
    return 0


def _by_hand_at_the_end(known: list[Path]) -> list[Path]:
    """The newest migrations that no comparison would write: their first line says that they are written by hand."""
    first = {path: path.read_text(encoding="utf-8").splitlines()[0] for path in known}
    return list(takewhile(lambda path: "by hand" in first[path], reversed(known)))


def write(title: str, number: str, package: str = "") -> None:
    """Write migration `number` beside the others."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'scratch.db'}"
        if number > "0001":
            migrations.upgrade(url)
        engine = migrations.open_engine(url)
        with engine.begin() as connection:
            migrations.write(connection, title, number, package)
        engine.dispose()
    path = next(schema.VERSIONS.glob(f"{number}_*.py"))
    path.write_text(by_table(path.read_text(encoding="utf-8")), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(path)], check=False)


def by_table(source: str) -> str:
    """The migration with one function for each table it makes or changes, so that a reader finds his way."""
    head, _, body = source.partition("def upgrade() -> None:\n")
    lines = [line for line in body.splitlines() if line.strip() and not line.startswith("    # ###")]
    calls: list[str] = []
    functions: list[str] = []
    for line in lines:
        begun = TABLE.match(line)
        if begun:
            name = f"_{'create' if begun[1] else 'index' if f'    _create_{begun[3]}()' in calls else 'alter'}_{begun[3]}"
            calls.append(f"    {name}()")
            functions.append(f"\n\ndef {name}() -> None:")
        (functions if functions else calls).append(line)
    return head + "def upgrade() -> None:\n" + "\n".join(calls) + "\n" + "\n".join(functions) + "\n" * bool(functions)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
