"""The case on paper: A4, with our own letters in it, so that it reads the same everywhere."""

from __future__ import annotations

import io
import logging
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace
from PIL import Image, UnidentifiedImageError

from incidents import likeness, needs
from incidents.calendar_words import day, local, moment
from incidents.claim_rules import DOCUMENTED
from incidents.packing import Pack
from incidents.vocabulary import need_text, word

FONTS = Path(__file__).with_name("fonts")
FACE = "Schibsted"
LONGEST_SIDE = 1_600  # of a photo on paper; the zip has it whole
MARGIN, LINE = 18.0, 5.4
WIDTHS = (30, 70)
ABSENT = "[…]"  # in place of letters that ours do not have: emoji, other scripts
_JOINTS = frozenset("\u200b\u200c\u200d\u200e\u200f\ufe0f\u2060\r")
PHOTO_WIDE, PHOTO_HIGH = 120.0, 100.0
_STROKES = str.maketrans("ŁłĐđıĦħ", "LlDdiHh")
_ENTRY = tuple[str, str]
_BOLD = FontFace(emphasis="BOLD")
_RUN = re.compile(rf"{re.escape(ABSENT)}(?:[ ,.:;!?-]*{re.escape(ABSENT)})+")
logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every table of a font that it leaves out


def made(pack: Pack) -> bytes:
    """The whole document."""
    sheet = _Sheet(pack)
    sheet.head()
    sheet.pairs("claim", _claim(pack))
    sheet.paragraph("what", str((pack.dossier.case["details"] or {}).get("what") or sheet.say("absent")))
    sheet.pairs("needs", _needs(pack))
    if pack.dossier.rule.terms != DOCUMENTED:
        sheet.text(sheet.say(f"terms_{pack.dossier.rule.terms}"))
    sheet.photos()
    _statements(sheet)
    _tracked(sheet)
    _rules(sheet)
    sheet.foot()
    return bytes(sheet.page.output())


class _Sheet:
    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.lacks_letters = False
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
        self._line(self.say("made", day=day(local(self.pack.now, self.pack.zone), self.pack.language), shop=self.pack.shop), 9, "", 6)
        self._line(self.say("zone", zone=self.pack.zone), 9, "", 6)

    def foot(self) -> None:
        """Where the letters are that this paper does not have."""
        if self.lacks_letters:
            self.page.ln(3)
            self.text(self.say("letters", sign=ABSENT))

    def shown(self, text: str) -> str:
        """The text in our letters; what they lack as one sign for a run of it."""
        told = _shown(text)
        self.lacks_letters = self.lacks_letters or ABSENT in told
        return told

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
                             col_widths=WIDTHS, v_align="TOP") as table:
            for label, value in pairs:
                row = table.row()
                row.cell(self.shown(label), style=_BOLD)
                row.cell(self.shown(value))

    def paragraph(self, code: str, text: str) -> None:
        self.title(code)
        self.text(text)

    def text(self, text: str) -> None:
        self.page.set_font(FACE, "", 9)
        self.page.multi_cell(0, LINE, self.shown(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")

    def photos(self) -> None:
        shown = [(n, photo) for n, photo in enumerate(self.pack.dossier.photos, 1) if not photo["refused"]]
        self.title("photos", PHOTO_HIGH + LINE * 5 if shown else LINE * 4)
        if not shown:
            self.text(self.say("no_photos"))
        for n, photo in shown:
            self._photo(n, photo)

    def _photo(self, n: int, photo: Mapping[str, Any]) -> None:
        content = self.pack.content(photo)
        picture, caption = _picture(content), self._caption(n, photo, content)
        if picture is None:
            absent = "not_yet" if photo["state"] in ("remote", "fetching") else "not_shown"
            self.text(self.say(absent, n=n) if photo["kind"] != "document" else caption)
            return
        scale = min(PHOTO_WIDE / picture.width, PHOTO_HIGH / picture.height)
        if self.page.will_page_break(picture.height * scale + LINE * 3):
            self.page.add_page()
        self.page.image(picture, x=MARGIN, w=picture.width * scale, h=picture.height * scale, alt_text=caption)
        self.page.ln(1)
        self.text(caption)
        self.page.ln(2)

    def _caption(self, n: int, photo: Mapping[str, Any], content: bytes | None) -> str:
        kind = word(self.pack.language, "photos", photo["kind"]) if photo["kind"] else self.say("unsorted")
        at = moment(photo["said_at"], self.pack.language, self.pack.zone) if photo["said_at"] else "?"
        return self.say("photo", n=n, kind=kind, at=at, digest=likeness.digest(content) if content else photo["sha256"] or "-")

    def _line(self, text: str, size: int, style: str, high: float) -> None:
        self.page.set_font(FACE, style, size)
        self.page.multi_cell(0, high, self.shown(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")


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
        (say("sender"), there(pack.shop)), (say("customer"), there(pack.recipient.name)),
        (say("address"), there(pack.recipient.address)), (say("phone"), there(pack.recipient.phone)),
        (say("email"), there(pack.recipient.email)), (say("contents"), there(items)),
        (say("carrier"), there(pack.carrier)), (say("tracking"), there(case["tracking_number"])),
        (say("link"), there(facts.get("tracking_url"))),
        (say("ordered"), there(_of(facts, "ordered_on", language))), (say("shipped"), there(day(shipped, language) if shipped else "")),
        (say("promised"), there(_of(facts, "promised_on", language))), (say("delivered"), there(_of(facts, "delivered_on", language))),
        (say("amount"), there(f"{case['amount']} {case['currency']}".strip())),
        (say("deadline"), _last_day(pack) or unknown),
        (say("reference"), there(case["claim_reference"])), (say("state"), word(language, "states", case["state"])),
        (say("wish"), there(case["wish"] and word(language, "wishes", case["wish"]))),
        (say("where"), there(", ".join(pack.where.values()))),
        (say("claimant"), word(language, "claimants", pack.claims) if pack.claims else unknown),
    ]


def _last_day(pack: Pack) -> str:
    last, period = pack.dossier.case["deadline_on"], pack.dossier.rule.deadline
    if last is None:
        return ""
    told = day(last, pack.language)
    return word(pack.language, "pack", "by_law").format(day=told) if period and period.by == "law" else told


def _needs(pack: Pack) -> list[_ENTRY]:
    return [(need_text(need, pack.language), _state_text(need, pack.language)) for need in pack.dossier.needs]


def _state_text(need: needs.Need, language: str) -> str:
    text = word(language, "pack", need.state)
    return f"{text} ({need.has}/{need.wants})" if need.group == "photo" and need.wants else text


def _statements(sheet: _Sheet) -> None:
    found = sheet.pack.dossier.statements
    sheet.pairs("statements", [
        (" · ".join(part for part in (word(sheet.pack.language, "who", one["who"]), one["name"],
                                      moment(one["said_at"], sheet.pack.language, sheet.pack.zone)) if part),
         one["text"]) for one in found])
    if not found:
        sheet.text(sheet.say("no_statements"))


def _tracked(sheet: _Sheet) -> None:
    events = (sheet.pack.dossier.case["order_facts"] or {}).get("events") or ()
    if events:
        sheet.pairs("tracked", [(_event_time(str(one.get("at", "")), sheet.pack),
                                 " · ".join(str(one[name]) for name in ("text", "place") if one.get(name))) for one in events])


def _event_time(written: str, pack: Pack) -> str:
    """On the shop's clock where the carrier says its own; as it is written where it does not."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return written[:16]
    return moment(at, pack.language, pack.zone) if at.tzinfo else moment(at.replace(tzinfo=UTC), pack.language, UTC)


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
        sheet.text(sheet.say("source", url=source.url, day=day(source.read, language)))


def _picture(content: bytes | None) -> Image.Image | None:
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
    return Image.open(target)


def _items(facts: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in facts.get("items") or () if isinstance(one, Mapping)]


def _of(facts: Mapping[str, Any], name: str, language: str) -> str:
    try:
        return day(date.fromisoformat(str(facts[name])[:10]), language)
    except (KeyError, ValueError):
        return ""


def _shown(text: str) -> str:
    """Letters that ours do not have (emoji, other scripts) as one sign: it is seen that something was there."""
    told = "".join(_letter(sign) for sign in text)
    return _RUN.sub(ABSENT, told)


def _letter(sign: str) -> str:
    """As it is; a letter with a mark that ours lack without it (ğ as g)."""
    if sign == "\n" or sign in _letters():
        return sign
    if sign in _JOINTS or not sign.isprintable():
        return " " if sign == "\t" else ""
    bare = "".join(one for one in unicodedata.normalize("NFKD", sign.translate(_STROKES)) if not unicodedata.combining(one))
    return bare if bare and all(one in _letters() for one in bare) else ABSENT


@cache
def _letters() -> frozenset[str]:
    with TTFont(FONTS / "SchibstedGrotesk-Regular.ttf", lazy=True) as font:
        return frozenset(chr(code) for code in font.getBestCmap())
