"""The lines of a file while mistakes are mended in memory, so that reading can go on behind each of them.

Every line keeps its number, and every column can be traced back to where it stood in the file.
"""

from __future__ import annotations

from bot.flow.findings import Place


class Sheet:
    """Lines and columns count from 0 here, as the parser counts them."""

    def __init__(self, source: str) -> None:
        self.lines = source.split("\n")
        self.quoted: set[tuple[int, int]] = set()
        self._moves: dict[int, list[tuple[int, int]]] = {}

    @property
    def source(self) -> str:
        return "\n".join(self.lines)

    @property
    def is_mended(self) -> bool:
        return bool(self._moves)

    def place(self, line: int, column: int) -> Place:
        """Where this spot stands in the file itself."""
        for at, width in reversed(self._moves.get(line, ())):
            if column >= at + max(width, 0):
                column -= width
            elif column > at:
                column = at
        return Place(line + 1, column + 1)

    def insert(self, line: int, column: int, text: str) -> None:
        whole = self.lines[line]
        self.lines[line] = whole[:column] + text + whole[column:]
        self._moves.setdefault(line, []).append((column, len(text)))

    def remove(self, line: int, column: int) -> None:
        """Take one sign out."""
        whole = self.lines[line]
        self.lines[line] = whole[:column] + whole[column + 1 :]
        self._moves.setdefault(line, []).append((column, -1))

    def replace(self, line: int, text: str, delta: int) -> None:
        """Another text for a line; `delta`: by how much its columns moved to the right."""
        self.lines[line] = text
        self._moves.setdefault(line, []).append((0, delta))

    def quote(self, line: int, column: int, end: int | None = None) -> None:
        """Put what stands from `column` on (up to `end`) in quotes that take everything as it is."""
        whole = self.lines[line]
        inside, rest = (whole[column:].rstrip(), "") if end is None else (whole[column:end], whole[end:])
        self.lines[line] = f"{whole[:column]}'{inside.replace(chr(39), chr(39) * 2)}'{rest}"
        self._moves.setdefault(line, []).append((column, 1))
        self.quoted.add((line, column))

    def indent(self, line: int, delta: int) -> None:
        """Move a line to the right or left, with those below it that stand as deep and those inside them."""
        depth = indentation(self.lines[line])
        opens = False
        for number in (line, *self.inside(line, depth - 1)):
            text = self.lines[number]
            column = indentation(text)
            if number > line and text.strip() and (column == depth + delta or column > depth and not opens):
                break
            if text.strip() and column == depth:
                opens = text.rstrip()[-1:] in (":", "|", ">", ",", "{", "[")
            self.lines[number] = " " * delta + text if delta > 0 else text[min(-delta, column) :]
            self._moves.setdefault(number, []).append((0, delta))

    def inside(self, line: int, depth: int) -> list[int]:
        """The lines below `line` that stand deeper than `depth`."""
        found = []
        for number in range(line + 1, len(self.lines)):
            text = self.lines[number]
            if text.strip() and indentation(text) <= depth:
                break
            found.append(number)
        return found

    def blank(self, first: int, after: int) -> None:
        """Take lines out; they stay as empty ones."""
        for number in range(first, after):
            self.lines[number] = ""
            self._moves.setdefault(number, []).append((0, 0))

    def above(self, line: int) -> int | None:
        """The nearest line above that says something."""
        for number in range(min(line, len(self.lines)) - 1, -1, -1):
            text = self.lines[number].strip()
            if text and not text.startswith("#"):
                return number
        return None


def indentation(text: str) -> int:
    return len(text) - len(text.lstrip(" "))
