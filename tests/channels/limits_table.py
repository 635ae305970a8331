"""What each channel can carry, from the kinds' own `Limits`. `python -m tests.channels.limits_table` writes the table of
docs/channels.md anew.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import channels
from channels.limits import MENU_PAGE, OCTETS, Limits

PAGE = Path(__file__).resolve().parents[2] / "docs" / "channels.md"
BEGIN, END = "<!-- limits: begin -->", "<!-- limits: end -->"
NONE = "–"


def _choices(limits: Limits) -> str:
    taps = (
        (limits.buttons, "{} buttons"), (limits.rows, "{} rows"), (limits.replies, "{} quick replies"),
        (limits.content_buttons, "{} buttons with content"), (limits.content_rows, "{} rows with content"),
    )  # fmt: skip
    return ", ".join(words.format(count) for count, words in taps if count) or "numbered menu"


def _page(limits: Limits) -> str:
    room = limits.replies or limits.rows or limits.buttons or MENU_PAGE
    return f"{room}, or {room - 1} and the next page"


def _links(limits: Limits) -> str:
    if limits.link_button:
        return "1 button, alone"
    return f"{limits.taps} buttons below {limits.taps_body}" if limits.taps else "in the text"


def _files(limits: Limits) -> str:
    if not limits.files:
        return "as links"
    kinds = (f"{kind} ({', '.join(sorted(_ending(one) for one in formats)) or 'any'})" for kind, formats in limits.files.items())
    return "; ".join(kinds)


def _ending(mime: str) -> str:
    known = {"text/plain": "txt", "application/msword": "doc", "application/vnd.ms-excel": "xls",
             "application/vnd.ms-powerpoint": "ppt", "video/quicktime": "mov", "video/x-msvideo": "avi"}
    short = {"wordprocessingml.document": "docx", "spreadsheetml.sheet": "xlsx", "presentationml.presentation": "pptx"}
    last = mime.rpartition("/")[2]
    return known.get(mime) or short.get(last.removeprefix("application/vnd.openxmlformats-officedocument.").removeprefix(
        "vnd.openxmlformats-officedocument.")) or last


ROWS: dict[str, Callable[[Limits], Any]] = {
    "a text": lambda one: f"{one.text} bytes of UTF-8" if one.measure is OCTETS else one.text,
    "a text with choices": lambda one: one.body or one.text,
    "a text on a file": lambda one: f"{one.caption} ({', '.join(sorted(one.captioned))})" if one.caption else NONE,
    "choices": _choices,
    "choices at once": _page,
    "label of a button, of a row": lambda one: f"{one.button_label}, {one.row_label}" if one.rows or one.content_rows else (
        one.button_label if one.replies or one.content_buttons else NONE),
    "description of a row, heading": lambda one: f"{one.row_description}, {one.section_label or NONE}" if (
        one.rows or one.content_rows) else NONE,
    "choices that open an address": _links,
    "header, footer": lambda one: f"{one.header}, {one.footer}" if one.header else "first and last line",
    "files": _files,
    "a place": lambda one: "as such" if one.locations else "map link",
    "asks where she is": lambda one: "button" if one.location_requests else "in words",
    "forms": lambda one: "button" if one.forms else "refused",
    "templates": lambda one: "as such" if one.template_name else "their words, in the window",
    "quotes": lambda one: "as such" if one.quotes else NONE,
    "*bold*": lambda one: "as such" if one.keeps_marks else "without its marks",
    "paid by": lambda one: "segment" if one.segments else "message",
}


def table() -> str:
    kinds = channels.adapters()
    limits = [kind.limits for kind in kinds.values()]
    lines = ["| | " + " | ".join(kinds) + " |", "|---" * (len(kinds) + 1) + "|"]
    lines += [f"| {name} | " + " | ".join(str(row(one)) for one in limits) + " |" for name, row in ROWS.items()]
    return "\n".join(lines)


def written(page: str) -> str:
    """The page with the table of today."""
    head, _, rest = page.partition(BEGIN)
    return f"{head}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
