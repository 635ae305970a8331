"""What a state means, what happens next, when to worry: `words/<language>.yaml`, and what the shop wrote instead.

Blanks: {carrier} {day} {place} {point} {until}. `{carrier|el transportista}` says the second where the first is not known;
`[ en {place}]` falls away without its blank, `[ el {day}| mañana]` says what follows its |.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import structlog

from carriers.states import ALL, UNKNOWN
from yaml_file import Finding, Page, near, read, table

FOLDER = Path(__file__).parent / "words"
LANGUAGES = ("es", "en", "pt")
PARTS = ("means", "next", "worry")
BLANKS = ("carrier", "day", "place", "point", "until")
MOST = 200
LOOK_SECONDS = 1.0

_BLANK = re.compile(r"\{(\w+)(?:\|([^{}]*))?\}")
_GROUP = re.compile(r"\[([^\[\]|{}]*(?:\{[^{}]*\}[^\[\]|{}]*)*)(?:\|([^\[\]]*))?\]")
_EXAMPLE = {"carrier": "Servientrega", "day": "miércoles, 25 de noviembre", "place": "San Cristóbal de La Laguna",
            "point": "Quiosco Sol, Calle Mayor 3", "until": "miércoles, 25 de noviembre"}

logger = structlog.get_logger(__name__)
Texts = Mapping[tuple[str, str, str], str]  # by state, language, part


class Sayings:
    """The texts of one shop: our own, and over them those of its file, which is looked at again when it changes."""

    def __init__(self, own: Path | None = None, seconds: Callable[[], float] = time.monotonic) -> None:
        self._own = own
        self._seconds = seconds
        self._lock = threading.Lock()
        self._looked, self._stamp, self._texts = float("-inf"), (0, 0), shipped()

    def say(self, state: str, language: str, blanks: Mapping[str, str]) -> dict[str, str]:
        """The three parts for a parcel that stands so; a language that we do not have is told in Spanish."""
        texts, known = self._now(), language if language in LANGUAGES else LANGUAGES[0]
        told = state if state in ALL else UNKNOWN
        return {part: filled(texts[told, known, part], blanks) for part in PARTS}

    def _now(self) -> Texts:
        now = self._seconds()
        if self._own is None or now - self._looked < LOOK_SECONDS:
            return self._texts
        with self._lock:
            self._looked = now
            stamp = _stamp(self._own)
            if stamp != self._stamp:
                self._stamp = stamp
                self._renew(self._own)
            return self._texts

    def _renew(self, path: Path) -> None:
        page, texts = own_texts(path)
        for finding in page.findings:
            logger.warning("own words about parcels", finding=str(finding))
        if not page.findings:  # else the last good ones go on
            self._texts = MappingProxyType({**shipped(), **texts})


def filled(text: str, blanks: Mapping[str, str]) -> str:
    """The sentence with what is known."""
    known = {name: value for name, value in blanks.items() if value}

    def group(found: re.Match[str]) -> str:
        needed = [name for name, instead in _BLANK.findall(found[1]) if not instead]
        return found[1] if all(name in known for name in needed) else found[2] or ""

    def blank(found: re.Match[str]) -> str:
        return known.get(found[1]) or found[2] or ""

    return _BLANK.sub(blank, _GROUP.sub(group, text))


@cache
def shipped() -> Texts:
    """Our own texts."""
    found: dict[tuple[str, str, str], str] = {}
    for language in LANGUAGES:
        page = read(FOLDER / f"{language}.yaml")
        for state, parts in page.tree.items():
            found |= {(state, language, part): text for part, text in parts.items()}
    return MappingProxyType(found)


def own_texts(path: Path) -> tuple[Page, dict[tuple[str, str, str], str]]:
    """The shop's texts (state: {part: {es: …, en: …, pt: …}}), and the page with what is wrong in it; an absent file has
    nothing of both."""
    if not path.exists():
        return Page(path.name, {}), {}
    page = read(path)
    return page, _read(page)


def look(page: Page) -> list[Finding]:
    """Everything wrong in a `_parcels.yaml` that holds this."""
    _read(page)
    return page.findings


def _read(page: Page) -> dict[tuple[str, str, str], str]:
    return {(state, language, part): text for state, part, language, text in _entries(page)
            if _is_sayable(page, f"{state}.{part}.{language}", text)}


def _entries(page: Page) -> Iterator[tuple[str, str, str, Any]]:
    for state, parts in _known(page, page.tree, "", ALL, "state"):
        for part, texts in _known(page, parts, state, PARTS, "part"):
            for language, text in _known(page, texts, f"{state}.{part}", LANGUAGES, "language"):
                yield state, part, language, text


def _known(page: Page, tree: Any, key: str, names: tuple[str, ...], what: str) -> Iterator[tuple[str, Any]]:
    for name, value in table(page, tree, key).items():
        if name in names:
            yield name, value
        else:
            place = f"{key}.{name}" if key else name
            page.wrong(place, f"“{name}” is no {what}{near(name, names)}: write one of {', '.join(names)}.")


def _is_sayable(page: Page, key: str, text: Any) -> bool:
    before = len(page.findings)
    if not isinstance(text, str) or not text.strip():
        page.wrong(key, f"{key} must be a sentence: write it in quotes.")
        return False
    for name in [name for name, _ in _BLANK.findall(text) if name not in BLANKS]:
        page.wrong(key, f"{key} has a blank {{{name}}}{near(name, BLANKS)}: write one of {', '.join(BLANKS)}.")
    if re.search(r"[{}\[\]]", filled(text, _EXAMPLE)):
        page.wrong(key, f"{key} has a bracket without its other half: close it, or take it out.")
    if (length := len(filled(text, _EXAMPLE))) > MOST:
        page.wrong(key, f"{key} is {length} signs long when its blanks are filled: cut it to {MOST}.")
    return len(page.findings) == before


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)

