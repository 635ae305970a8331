"""What a kind of channel can carry, as data: one `Limits` a kind, and the two ways providers count.

Every number stands in the file of its kind with the provider's page it comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

PAYLOAD = 200  # the shortest id any provider takes (Twilio's and WhatsApp's lists); ours are never longer
MENU_PAGE = 10  # numbered lines a person still reads at once; the 11th turns the menu into pages


def units(text: str) -> int:
    """Length in UTF-16 units, the strictest reading of “characters”: an emoji counts two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def octets(text: str) -> int:
    """Length in bytes of UTF-8: an é counts two, an emoji four."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _within_units(text: str, limit: int) -> int:
    return len(text[:limit].encode("utf-16-le", "surrogatepass")[: 2 * limit].decode("utf-16-le", "ignore"))


def _within_octets(text: str, limit: int) -> int:
    return len(text[:limit].encode("utf-8", "replace")[:limit].decode("utf-8", "ignore"))


@dataclass(frozen=True, slots=True)
class Measure:
    """How a provider counts: the `size` of a text, and how many characters of it are `within` a limit."""

    size: Callable[[str], int]
    within: Callable[[str, int], int]


UNITS = Measure(units, _within_units)
OCTETS = Measure(octets, _within_octets)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a kind can carry. 0, empty or False: it cannot.

    `text` a message, `body` a text that choices ride on, `caption` one that rides on a file, all counted by `measure`.
    `buttons`, `rows`, `replies`: how many of each, with the lengths of their labels; `taps`: how many buttons may mix
    addresses and answers below a text of `taps_body`; `link_button`: a button that opens an address, and nothing else.
    `content_buttons`, `content_rows`: how many Twilio shows where the account has content of that shape.
    `files`: the types of file with their formats (an empty set: any), `file_bytes` how long one may be, `captioned` which of them may carry a text,
    `named` which of them keep their name. `keeps_marks`: *bold* is bold. `fold`: a text in cheaper characters,
    `segments` what it is paid as. `template_name`: what the name of an approved template looks like.
    """

    text: int
    body: int = 0
    caption: int = 0
    measure: Measure = UNITS
    buttons: int = 0
    rows: int = 0
    replies: int = 0
    taps: int = 0
    taps_body: int = 0
    link_button: bool = False
    content_buttons: int = 0
    content_rows: int = 0
    button_label: int = 20
    row_label: int = 24
    row_description: int = 72
    section_label: int = 0
    header: int = 0
    footer: int = 0
    files: Mapping[str, frozenset[str]] = field(default_factory=dict)
    file_bytes: Mapping[str, int] = field(default_factory=dict)
    captioned: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    keeps_marks: bool = True
    fold: Callable[[str], str] | None = None
    segments: Callable[[str], int] | None = None
    stop_words: frozenset[str] = frozenset()
    locations: bool = False
    location_requests: bool = False
    forms: bool = False
    template_name: str = ""
    quotes: bool = False
