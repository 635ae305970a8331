"""What the parser stumbled over, in plain words, and the same line as it was meant, so that reading goes on.

Indentation is looked at before anything else: a wrong hint is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bot.flow.reading import line_parts
from bot.flow.reading.breaks import Break, second_document, unclosed_above
from bot.flow.reading.sheet import Sheet, indentation


@dataclass(frozen=True, slots=True)
class Trap:
    """What the mistake is, where (counted from 0), and how to write the line as it was meant.

    Without `mend` nobody can know what was meant: the step it stands in is left out.
    """

    code: str
    line: int
    column: int
    facts: Mapping[str, Any] = field(default_factory=dict)
    mend: Callable[[], None] | None = None


def explain(sheet: Sheet, spot: Break, starts: frozenset[str]) -> Trap:
    """What is wrong there. `starts` are the words that begin an entry of a list (the verbs of a flow)."""
    reader = _Explainer(sheet, spot, starts)
    problem = spot.problem
    second = second_document(sheet, spot.line)
    if second is not None:
        return Trap("Y16", second, 0, mend=partial(sheet.blank, second, len(sheet.lines)))
    opened = unclosed_above(sheet, spot)
    if opened is not None:
        return reader.unclosed(opened)
    if reader.text.startswith("%"):
        return Trap("Y06", reader.line, 0, {"sign": "%"})
    if reader.text.lstrip(" -").startswith(": "):
        return Trap("Y27", reader.line, reader.text.index(":"))
    for words, find in reader.findings():
        if words in problem:
            return find()
    return Trap("Y00", reader.line, spot.column, {"problem": problem[:120]})


class _Explainer:
    def __init__(self, sheet: Sheet, spot: Break, starts: frozenset[str]) -> None:
        self.sheet = sheet
        self.spot = spot
        self.starts = starts
        self.line = min(spot.line, len(sheet.lines) - 1)
        self.text = sheet.lines[self.line]
        self.begun = spot.begun or (self.line, spot.column)

    def findings(self) -> tuple[tuple[str, Callable[[], Trap]], ...]:
        """The parser's own words, and who looks into them."""
        return (
            ("tab character", self.sign),
            ("cannot start any token", self.sign),
            ("escape", self.backslash),
            ("hexdecimal", self.backslash),
            ("tag", self.tag),
            ("expected '!'", self.tag),
            ("indentation indicator", partial(self.start_sign, *self.begun)),
            ("comment or line break", partial(self.start_sign, *self.begun)),
            ("alphabetic or numeric", partial(self.start_sign, *self.begun)),
            ("mapping keys are not allowed", partial(self.start_sign, self.line, self.spot.column)),
            ("sequence entries are not allowed", self.dash),
            ("mapping values are not allowed", self.second_colon),
            ("could not find expected ':'", partial(self.no_colon, *self.begun)),
            ("end of stream", partial(self.unclosed, self.begun[0])),
            ("',' or", partial(self.bracket, *self.begun)),
            ("did not find expected", self.misfit),
        )

    def sign(self) -> Trap:
        """A character that can begin nothing: a tab, @, `, %, or a closing bracket."""
        column = self.spot.column
        if "\t" in self.text[: column + 1] and not self.text[: column + 1].strip():
            return Trap("Y01", self.line, 0, mend=partial(self._spaces, self.line))
        return self.start_sign(self.line, column)

    def backslash(self) -> Trap:
        r"""`"C:\tallas"`: in double quotes a backslash changes the sign behind it."""
        text = self.sheet.lines[self.line]
        at = text.rfind("\\", 0, self.spot.column + 1)
        at = at if at >= 0 else self.spot.column
        mend = partial(self.sheet.insert, self.line, at, "\\") if at < len(text) and self.begun[0] == self.line else None
        return Trap("Y28", self.line, at, {"sign": text[at : at + 2]}, mend)

    def tag(self) -> Trap:
        line, column = self.begun
        return Trap("Y10", line, column, {"tag": self.sheet.lines[line][column:].split(" ")[0]},
                    partial(self.sheet.quote, line, column) if self._is_value(line, column) else None)

    def _spaces(self, line: int) -> None:
        """Tabs at the start of a line as spaces: as deep as the lines around it suggest."""
        above = self.sheet.above(line)
        body = self.sheet.lines[line].lstrip(" \t")
        over = self.sheet.lines[above] if above is not None else ""
        opens, dashed = over.rstrip().endswith(":"), over.lstrip().startswith("- ")
        wanted = indentation(over) + (4 if opens and dashed else 2 if opens or dashed else 0)
        if dashed and body.startswith("- "):
            wanted = indentation(over) + (4 if opens else 0)
        self.sheet.replace(line, " " * wanted + body, wanted - len(self.sheet.lines[line]) + len(body))

    def start_sign(self, line: int, column: int) -> Trap:
        """A text that begins with a sign that YAML keeps for itself."""
        value = line_parts.value_start(self.sheet.lines[line], column) if column else None
        if value is not None and value < column and self.sheet.lines[line][value] in "{[":
            column = value  # `{total} > 100`: the bracket in front is what YAML took for more than a text
        sign = self.sheet.lines[line][column : column + 1]
        code = "Y04" if sign and sign in "*&" else "Y05" if sign and sign in "{[" else "Y06"
        facts = {"sign": sign or "?"}
        if not self._is_value(line, column):
            return Trap(code, line, column, facts)
        return Trap(code, line, column, facts, partial(self.sheet.quote, line, column))

    def _is_value(self, line: int, column: int) -> bool:
        before = self.sheet.lines[line][:column]
        return bool(before.strip()) and before.rstrip()[-1:] in (":", "-")

    def dash(self) -> Trap:
        column = self.spot.column
        if self._is_value(self.line, column):
            return Trap("Y07", self.line, column, mend=partial(self.sheet.quote, self.line, column))
        return self.indented()

    def second_colon(self) -> Trap:
        """A colon where no key can stand: a second one in the line, or the line is inside the text above."""
        first = line_parts.KEY.match(self.text)
        if first is None or first.end() > self.spot.column:
            return self.missing_above()
        rest = self.text[first.end() :]
        return self.in_value(first.end() + len(rest) - len(rest.lstrip()))

    def in_value(self, column: int) -> Trap:
        sign = self.text[column : column + 1]
        if sign in ('"', "'"):
            return self.quotes(self.line, column)
        if sign in ("{", "["):
            return self.start_sign(self.line, column)
        code, at = ("Y24", column) if sign and sign in line_parts.CURLY else ("Y08", self.spot.column)
        facts = {"whole": self.text[column:].strip().replace('"', "'")}
        return Trap(code, self.line, at, facts, partial(self.sheet.quote, self.line, column))

    def missing_above(self) -> Trap:
        """The line was taken for the rest of what stands above: a sign is missing there, or this one is too deep."""
        above = self.sheet.above(self.line)
        if above is None:
            return self.indented()
        text = self.sheet.lines[above]
        told = self._glued(above) or self._bare_dash(above)
        if told is not None:
            return told
        entry = line_parts.ENTRY.match(text)
        if entry and entry["key"] and not entry["colon"] and self._may_lack_colon(text, entry):
            return self.no_colon(above, entry.start("key"))
        return self.indented()

    def _glued(self, line: int) -> Trap | None:
        text = self.sheet.lines[line]
        glued = line_parts.GLUED.match(text)
        if glued is None:
            return None
        facts = {"name": glued["key"], "text": text[glued.end() :].strip()}
        return Trap("Y09", line, glued.end() - 1, facts, partial(self.sheet.insert, line, glued.end(), " "))

    def _bare_dash(self, line: int | None) -> Trap | None:
        text = self.sheet.lines[line] if line is not None else ""
        bare = line_parts.BARE_DASH.match(text)
        if line is None or bare is None:
            return None
        facts = {"text": text[bare.end() :].strip()[:40]}
        return Trap("Y26", line, bare.end() - 1, facts, partial(self.sheet.insert, line, bare.end(), " "))

    def _may_lack_colon(self, text: str, entry: re.Match[str]) -> bool:
        rest = text[entry.end("key") :].strip()
        return not rest or entry["key"] in self.starts or (not entry["dashes"] and indentation(text) == 0)

    def no_colon(self, line: int, column: int) -> Trap:
        """`- say "Hola"`, `save email`: the word is there and its colon is not."""
        text = self.sheet.lines[line]
        word = re.match(r"[\"']?[\w-]+[\"']?", text[column:])
        if word is None or text[column:].count('"') % 2:
            return self.unclosed(line)
        glued = self._glued(line)
        if glued is not None:
            return glued
        at = column + word.end()
        rest = text[at:].strip()
        colon = ":" if not rest or text[at : at + 1] == " " else ": "
        facts = {"name": word[0], "text": rest[:40]}
        return Trap("Y21", line, at, facts, partial(self.sheet.insert, line, at, colon))

    def unclosed(self, line: int) -> Trap:
        """A quote that nothing closes; the line where it opens."""
        text = self.sheet.lines[line]
        opened = line_parts.open_quote(text)
        column = opened if opened is not None else self.begun[1] if self.begun[0] == line else indentation(text)
        sign = text[column : column + 1]
        if sign not in ('"', "'") or line_parts.is_inside_brackets(text, column):
            return Trap("Y03", line, column)
        return Trap("Y03", line, column, mend=partial(self.sheet.insert, line, len(text.rstrip()), sign))

    def quotes(self, line: int, column: int) -> Trap:
        """More text behind a closing quote: quotes inside quotes."""
        text = self.sheet.lines[line]
        end = len(text.rstrip())
        if line_parts.is_inside_brackets(text, column):
            closing = re.search(r"\"(?= *(?:,\s*[\w-]+\s*:|[}\]]))", text[column + 1 :])
            if closing is None:
                return Trap("Y22", line, self.spot.column)
            end = column + 1 + closing.end()
        return Trap("Y22", line, self.spot.column, mend=partial(self._requote, line, column, end))

    def _requote(self, line: int, column: int, end: int) -> None:
        text = self.sheet.lines[line]
        inside = text[column + 1 : end]
        inside = inside[:-1] if inside.endswith(text[column]) else inside
        self.sheet.replace(line, f"{text[:column]}'{inside.replace(chr(39), chr(39) * 2)}'{text[end:]}", 0)

    def bracket(self, line: int, column: int) -> Trap:
        """Something is wrong between brackets that open at this place."""
        text = self.sheet.lines[line]
        opened = line_parts.open_quote(text)
        if opened is not None:
            return Trap("Y03", line, opened)
        if text[column] == "{" and not line_parts.INLINE_MAP.match(text[column:]) and self._is_value(line, column):
            return self.start_sign(line, column)
        cut = line_parts.CUT_INSIDE.search(text, column)
        if cut and not line_parts.is_quoted(text, cut.start()) and line < self.line:
            return self._cut_inside(line, column, cut.start())
        return self._inside(line) if line == self.line else self._not_closed(line, column)

    def _cut_inside(self, line: int, column: int, at: int) -> Trap:
        text = self.sheet.lines[line]
        start = max(text.rfind(sign, column, at) for sign in ",[{:") + 1
        start += len(text[start:]) - len(text[start:].lstrip())
        closing = re.search(r"[,\]}]", text[at:])
        end = at + closing.start() if closing else len(text.rstrip())
        facts = {"text": text[start:at], "whole": text[start:end]}
        return Trap("Y11", line, at + 1, facts, partial(self.sheet.quote, line, start, end))

    def _inside(self, line: int) -> Trap:
        """The mistake stands in the same line as the bracket."""
        column = self.spot.column
        for match in line_parts.UNQUOTED.finditer(self.text):
            start, end = match.span("text")
            if start <= column <= end + 1 and not line_parts.is_quoted(self.text, start):
                code = "Y24" if match["text"][0] in line_parts.CURLY else "Y18"
                facts = {"name": match["key"], "text": match["text"].strip()}
                return Trap(code, line, start, facts, partial(self.sheet.quote, line, start, end))
        before = self.text[:column].rstrip()
        if before.endswith(('"', "'", "}", "]")) and re.match(r"[\w-]+ *:", self.text[column:]):
            return Trap("Y25", line, column, {"sign": ","}, partial(self.sheet.insert, line, len(before), ","))
        if before.endswith('"'):
            start = line_parts.start_of_quoted(self.text, len(before) - 1)
            return self._quoted_inside(line, start, len(before))
        return self._wrong_closer(line) or Trap("Y25", line, column, {"sign": ","})

    def _quoted_inside(self, line: int, start: int, end: int) -> Trap:
        """`{es: "Hola, en: "Hi"}` lacks a quote; `{es: "Di "ya"", …}` has quotes inside quotes."""
        swallowed = re.search(r" *, *[\w-]+ *: *\"$", self.text[start:end])
        if swallowed is None:
            return self.quotes(line, start)
        return Trap("Y03", line, start, mend=partial(self.sheet.insert, line, start + swallowed.start(), '"'))

    def _wrong_closer(self, line: int) -> Trap | None:
        """`[a, b}`: the bracket that closes is of the other kind."""
        at = self.spot.column
        met, wanted = self.text[at : at + 1], "]" if "']'" in self.spot.problem else "}"
        if not met or met not in "]}":
            return None
        if met in line_parts.missing_closers(self.text[:at]):
            return Trap("Y25", line, at, {"sign": wanted}, partial(self.sheet.insert, line, at, wanted))
        right = self.text[:at] + wanted + self.text[at + 1 :]
        return Trap("Y25", line, at, {"sign": wanted}, partial(self.sheet.replace, line, right, 0))

    def _not_closed(self, line: int, column: int) -> Trap:
        text = self.sheet.lines[line]
        missing = line_parts.missing_closers(text[column:])
        if not missing:
            return Trap("Y25", self.line, self.spot.column, {"sign": "}"})
        end = line_parts.end_of_content(text)
        return Trap("Y25", line, column, {"sign": missing}, partial(self.sheet.insert, line, end, missing))

    def misfit(self) -> Trap:
        """The line does not go on with what is open above it."""
        before = self.text[: self.spot.column]
        if before.strip() and before.rstrip()[-1:] not in (":", "-"):
            return self._behind()
        above = self.sheet.above(self.line)
        for line in (self.line, above):
            if line is not None and line_parts.open_quote(self.sheet.lines[line]) is not None:
                return self.unclosed(line)
        bare = self._bare_dash(above) or self._bare_dash(self.line)
        if bare is not None:
            return bare
        entry = line_parts.ENTRY.match(self.text)
        word = entry["key"] if entry and not entry["dashes"] else ""
        if word in self.starts and self._stands_under_dash():
            return self._no_dash(self.line, str(word))
        return self._dash_above() or self.indented()

    def _behind(self) -> Trap:
        """Something stands behind a value that was over: a quote, a bracket, an alias."""
        column = self.spot.column
        value = line_parts.value_start(self.text, column)
        if value is None:
            return self.indented()
        sign, met = self.text[value], self.text[column : column + 1]
        opened = self._earlier_quote()
        if opened is not None and (sign not in ('"', "'") or column == value + 1):
            return self.unclosed(opened)
        if sign in ('"', "'"):
            return self.quotes(self.line, value)
        if sign in "{[" and met and met in "]}":
            return Trap("Y25", self.line, column, {"sign": met}, partial(self.sheet.remove, self.line, column))
        if sign in line_parts.SIGNS:
            return self.start_sign(self.line, value)
        if re.match(r"[\w-]+ +[{\[]", self.text[value:]) or self.text[value:].split(" ")[0] in self.starts:
            return self.no_colon(self.line, value)
        facts = {"whole": self.text[value:].strip()}
        return Trap("Y08", self.line, column, facts, partial(self.sheet.quote, self.line, value))

    def _earlier_quote(self) -> int | None:
        """A line shortly above that opens a quote and does not close it."""
        for line in range(self.line - 1, max(-1, self.line - 6), -1):
            if line_parts.open_quote(self.sheet.lines[line]) is not None:
                return line
        return None

    def _stands_under_dash(self) -> bool:
        depth = indentation(self.text)
        for line in range(self.line - 1, -1, -1):
            text = self.sheet.lines[line]
            if text.strip() and indentation(text) <= depth:
                return indentation(text) == depth and text.lstrip().startswith("-")
        return False

    def _no_dash(self, line: int, word: str) -> Trap:
        column = indentation(self.sheet.lines[line])

        def mend() -> None:
            follows = False
            for number in self.sheet.inside(line, column - 1):
                text = self.sheet.lines[number]
                entry = line_parts.ENTRY.match(text)
                is_beside = bool(text.strip()) and indentation(text) == column
                if is_beside and entry and (entry["dashes"] or entry["key"] in self.starts):
                    break
                follows = follows or is_beside
                if follows:
                    self.sheet.insert(number, 0, "  ")
            self.sheet.insert(line, column, "- ")

        return Trap("Y23", line, column, {"name": word}, mend)

    def _dash_above(self) -> Trap | None:
        """An entry begins here, and the one above it at the same depth lacks its dash."""
        depth = indentation(self.text)
        if not self.text.lstrip().startswith("- "):
            return None
        for line in range(self.line - 1, -1, -1):
            text = self.sheet.lines[line]
            if not text.strip() or indentation(text) > depth:
                continue
            entry = line_parts.ENTRY.match(text)
            if indentation(text) < depth or entry is None or entry["dashes"]:
                return None
            if entry["key"] in self.starts:
                return self._no_dash(line, entry["key"])
        return None

    def indented(self) -> Trap:
        """The line stands where nothing begins: line it up with what is open above it."""
        column = indentation(self.text)
        if self.text[column : column + 1] == "\t":
            return Trap("Y01", self.line, 0, mend=partial(self._spaces, self.line))
        first = self._too_deep_from_the_start(column)
        if first is not None:
            depth = indentation(self.sheet.lines[first])
            return Trap("Y13", first, depth, mend=partial(self.sheet.indent, first, column - depth))
        wanted = line_parts.nearest(self._open_columns(), column, self.text.lstrip().startswith("- "))
        if wanted is None or wanted == column or not self.text.strip():
            return Trap("Y13", self.line, column if self.text.strip() else 0)
        return Trap("Y13", self.line, column, mend=partial(self.sheet.indent, self.line, wanted - column))

    def _too_deep_from_the_start(self, column: int) -> int | None:
        """The first line of the file where all that stands above this line is deeper."""
        above = [number for number in range(self.line) if self.sheet.lines[number].strip()
                 and not self.sheet.lines[number].lstrip().startswith(("#", "---"))]
        if column or not above or any(indentation(self.sheet.lines[number]) == 0 for number in above):
            return None
        return above[0]

    def _open_columns(self) -> dict[int, bool]:
        """The columns where an entry above this line still is open, and whether dashes begin there."""
        found: dict[int, bool] = {}
        depth = 10_000
        for line in range(self.line - 1, -1, -1):
            text = self.sheet.lines[line]
            entry = line_parts.ENTRY.match(text)
            if not text.strip() or text.lstrip().startswith("#") or entry is None or indentation(text) >= depth:
                continue
            depth = indentation(text)
            found.setdefault(depth, bool(entry["dashes"]))
            if entry["dashes"]:
                found.setdefault(entry.start("key") if entry["key"] else entry.end("dashes"), False)
        return found
