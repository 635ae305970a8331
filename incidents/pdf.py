"""The case on paper: A4, with our own letters in it, so that it reads the same everywhere."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace
from PIL import Image, UnidentifiedImageError

from incidents import needs
from incidents.packing import Pack
from incidents.vocabulary import need_text, word

FONTS = Path(__file__).with_name("fonts")
FACE = "Schibsted"
LONGEST_SIDE = 1_600  # of a photo on paper; the zip has it whole
MARGIN, LINE = 18.0, 5.4
WIDTHS = (30, 70)
_JOINTS = frozenset("\u200b\u200c\u200d\u200e\u200f\ufe0f\u2060\r")
PHOTO_WIDE, PHOTO_HIGH = 120.0, 100.0
_ENTRY = tuple[str, str]
_BOLD = FontFace(emphasis="BOLD")


def made(pack: Pack) -> bytes:
    """The whole document."""
    sheet = _Sheet(pack)
    sheet.head()
    sheet.pairs("claim", _claim(pack))
    sheet.paragraph("what", str((pack.dossier.case["details"] or {}).get("what") or sheet.say("absent")))
    sheet.pairs("needs", _needs(pack))
    sheet.photos()
    _statements(sheet)
    _tracked(sheet)
    _rules(sheet)
    return bytes(sheet.page.output())


class _Sheet:
    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.page = FPDF(format="A4")
        self.page.set_creation_date(pack.now)
        self.page.set_title(self.say("title", code=pack.code))
        self.page.set_author(_shown(pack.shop))
        self.page.set_lang(pack.language)
        self.page.set_margin(MARGIN)
        self.page.set_auto_page_break(True, MARGIN)
        self.page.add_font(FACE, "", str(FONTS / "SchibstedGrotesk-Regular.ttf"))
        self.page.add_font(FACE, "B", str(FONTS / "SchibstedGrotesk-SemiBold.ttf"))
        self.page.add_page()

    def say(self, name: str, **values: Any) -> str:
        return word(self.pack.language, "pack", name).format(**values)

    def head(self) -> None:
        self._line(self.say("title", code=self.pack.code), 18, "B", 9)
        self._line(self.say("made", day=_day(self.pack.now), shop=self.pack.shop), 9, "", 6)

    def title(self, code: str, room: float = LINE * 4) -> None:
        """`room`: what must stand below it on the same page."""
        self.page.ln(3)
        if self.page.will_page_break(room):
            self.page.add_page()
        self._line(self.say(code), 12, "B", 7)

    def pairs(self, code: str, pairs: Iterable[_ENTRY]) -> None:
        """A label and what is behind it, a line each."""
        self.title(code)
        self.page.set_font(FACE, "", 9)
        with self.page.table(borders_layout="NONE", first_row_as_headings=False, line_height=LINE, text_align="LEFT",
                             col_widths=WIDTHS) as table:
            for label, value in pairs:
                row = table.row()
                row.cell(_shown(label), style=_BOLD)
                row.cell(_shown(value))

    def paragraph(self, code: str, text: str) -> None:
        self.title(code)
        self.text(text)

    def text(self, text: str) -> None:
        self.page.set_font(FACE, "", 9)
        self.page.multi_cell(0, LINE, _shown(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")

    def photos(self) -> None:
        shown = [(n, photo) for n, photo in enumerate(self.pack.dossier.photos, 1) if not photo["refused"]]
        self.title("photos", PHOTO_HIGH + LINE * 6 if shown else LINE * 4)
        if not shown:
            self.text(self.say("no_photos"))
        for n, photo in shown:
            self._photo(n, photo)

    def _photo(self, n: int, photo: Mapping[str, Any]) -> None:
        picture = _picture(self.pack.content(photo))
        if picture is None:
            absent = "not_yet" if photo["state"] in ("remote", "fetching") else "not_shown"
            self.text(self.say(absent, n=n) if photo["kind"] != "document" else self._caption(n, photo))
            return
        if self.page.will_page_break(PHOTO_HIGH + LINE * 3):
            self.page.add_page()
        self.page.image(picture, w=PHOTO_WIDE, h=PHOTO_HIGH, keep_aspect_ratio=True, alt_text=self._caption(n, photo))
        self.text(self._caption(n, photo))
        self.page.ln(2)

    def _caption(self, n: int, photo: Mapping[str, Any]) -> str:
        kind = word(self.pack.language, "photos", photo["kind"]) if photo["kind"] else self.say("unsorted")
        at = f"{photo['said_at']:%d/%m/%Y %H:%M} UTC" if photo["said_at"] else "?"
        return self.say("photo", n=n, kind=kind, at=at, digest=photo["sha256"] or "?")

    def _line(self, text: str, size: int, style: str, high: float) -> None:
        self.page.set_font(FACE, style, size)
        self.page.multi_cell(0, high, _shown(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")


def _claim(pack: Pack) -> list[_ENTRY]:
    case, facts, language = pack.dossier.case, pack.dossier.case["order_facts"] or {}, pack.language

    def say(code: str) -> str:
        return word(language, "pack", code)

    def there(value: Any) -> str:
        return str(value) if value not in (None, "") else say("absent")

    unknown = word(language, "unknown", "deadline").partition(": ")[2]
    items = ", ".join(f"{one.get('quantity', 1)} × {one.get('name', '')}" for one in _items(facts))
    shipped = needs.base_day("shipping", facts)
    return [
        (say("kind"), word(language, "kinds", case["kind"])), (say("order"), there(case["order_reference"])),
        (say("customer"), there(pack.recipient)), (say("contents"), there(items)),
        (say("carrier"), there(pack.carrier)), (say("tracking"), there(case["tracking_number"])),
        (say("ordered"), there(_of(facts, "ordered_on"))), (say("shipped"), there(_day(shipped) if shipped else "")),
        (say("promised"), there(_of(facts, "promised_on"))), (say("delivered"), there(_of(facts, "delivered_on"))),
        (say("amount"), there(f"{case['amount']} {case['currency']}".strip())),
        (say("deadline"), _day(case["deadline_on"]) if case["deadline_on"] else unknown),
        (say("reference"), there(case["claim_reference"])), (say("state"), word(language, "states", case["state"])),
        (say("wish"), there(case["wish"] and word(language, "wishes", case["wish"]))),
        (say("where"), there(", ".join(pack.where.values()))),
        (say("claimant"), word(language, "claimants", pack.claims) if pack.claims else unknown),
    ]


def _needs(pack: Pack) -> list[_ENTRY]:
    return [(need_text(need, pack.language), _state_text(need, pack.language)) for need in pack.dossier.needs]


def _state_text(need: needs.Need, language: str) -> str:
    text = word(language, "pack", need.state)
    return f"{text} ({need.has}/{need.wants})" if need.group == "photo" and need.wants else text


def _statements(sheet: _Sheet) -> None:
    found = sheet.pack.dossier.statements
    sheet.pairs("statements", [
        (" · ".join(part for part in (word(sheet.pack.language, "who", one["who"]), one["name"], _day(one["said_at"])) if part),
         one["text"]) for one in found])
    if not found:
        sheet.text(sheet.say("no_statements"))


def _tracked(sheet: _Sheet) -> None:
    events = (sheet.pack.dossier.case["order_facts"] or {}).get("events") or ()
    if events:
        sheet.pairs("tracked", [(str(one.get("at", ""))[:16].replace("T", " "),
                                 " · ".join(str(one[name]) for name in ("text", "place") if one.get(name))) for one in events])


def _rules(sheet: _Sheet) -> None:
    rule, language = sheet.pack.dossier.rule, sheet.pack.language
    sheet.title("rules")
    if not rule.sources:
        sheet.text(sheet.say("no_rules"))
        return
    for text in (rule.note, rule.basis):
        if text:
            label = f"{sheet.say('basis')}: " if text is rule.basis else ""
            sheet.text(label + (text.get(language) or text.get("es") or ""))
    for source in rule.sources:
        sheet.text(sheet.say("source", url=source.url, day=_day(source.read)))


def _picture(content: bytes | None) -> io.BytesIO | None:
    """The photo as paper wants it, drawn anew: no place and no camera is told."""
    if content is None:
        return None
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP", "GIF")) as opened:
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            picture = opened.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=85)
    target.seek(0)
    return target


def _items(facts: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in facts.get("items") or () if isinstance(one, Mapping)]


def _of(facts: Mapping[str, Any], name: str) -> str:
    try:
        return _day(date.fromisoformat(str(facts[name])[:10]))
    except (KeyError, ValueError):
        return ""


def _day(value: date | datetime) -> str:
    return f"{value:%d/%m/%Y}"


def _shown(text: str) -> str:
    """A sign that our letters do not have (emoji, other scripts) as a question mark: it is seen that something was there."""
    return "".join(sign if sign == "\n" or sign in _letters() else "" if sign in _JOINTS else "?" for sign in text)


@cache
def _letters() -> frozenset[str]:
    with TTFont(FONTS / "SchibstedGrotesk-Regular.ttf", lazy=True) as font:
        return frozenset(chr(code) for code in font.getBestCmap())
