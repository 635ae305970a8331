"""Cases on a database of each kind: Marta's conversation, her photos, and hands that open and change."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import insert

from conversation import filing, ids
from conversation.files import Folder
from conversation.filetypes import Hint
from conversation.tables import Attachment
from conversation.work import Database
from incidents import case_rows, cases, photo_rows
from incidents.case_rows import Dossier
from incidents.cases import Correction, Opening, Step
from incidents.claim_rules import RuleBook
from incidents.rule_book import Rules
from tests.builders import HandClock, a_conversation, a_message

ORDER = {"carrier": "SEUR", "tracking_number": "SE123", "delivered_on": "2026-11-20", "promised_on": "2026-11-21",
         "total": "59.90", "currency": "EUR", "items": [{"name": "Lámpara Nido", "quantity": 1}]}


@dataclass
class House:
    """A shop with one conversation."""

    database: Database
    clock: HandClock
    folder: Folder
    book: RuleBook
    conversation_id: str

    def do(self, act: Callable[..., Any], *values: Any, **named: Any) -> Any:
        with self.database.work() as work:
            return act(work, *values, **named)

    def opens(self, kind: str = "damaged", number: str = "AB-77777", **more: Any) -> Mapping[str, Any]:
        given: dict[str, Any] = {"order": ORDER, "what": "el pie está partido", "conversation_id": self.conversation_id, **more}
        opening = Opening(kind, number, number.replace("-", ""), **given)
        return self.do(cases.open_case, self.book, opening).case

    def moves(self, case: Mapping[str, Any], name: str, **more: Any) -> Mapping[str, Any]:
        return self.do(cases.move, case["incident_id"], Step(name, "agt_ana", **more))

    def corrects(self, case: Mapping[str, Any], **changes: Any) -> Mapping[str, Any]:
        return self.do(cases.change, self.book, case["incident_id"], Correction(changes, "agt_ana"))

    def sends(self, content: bytes, conversation_id: str = "", kind: str = "image") -> str:
        """She sends a file, and it has been fetched."""
        safe = filing.made_safe(content, Hint("image/jpeg", "foto.jpg"))
        key = ids.new("att")
        self.folder.write(key, safe.content)
        if safe.thumbnail:
            self.folder.write(f"{key}-thumb", safe.thumbnail)
        row = {"attachment_id": key, "n": 0, "kind": kind, "mime": safe.mime, "remote": {}, "state": "stored",
               "stored_name": key, "thumbnail": f"{key}-thumb" if safe.thumbnail else None, "width": safe.width,
               "height": safe.height, "size": len(safe.content), "attempt": 0, "stored_at": self.clock.now()}
        with self.database.work() as work:
            message = a_message(work, conversation_id or self.conversation_id, "")
            work.connection.execute(insert(Attachment.__table__).values(**row, message_id=message["message_id"]))
        return key

    def looks(self) -> None:
        for incident_id in photo_rows.look(self.database, self.folder):
            self.do(cases.refresh, self.book, incident_id)

    def dossier(self, case: Mapping[str, Any]) -> Dossier:
        with self.database.reading() as session:
            return case_rows.dossier(session, self.book, case_rows.find(session, case["incident_id"]))


@pytest.fixture
def house(database: Database, hand_clock: HandClock, tmp_path: Path) -> House:
    with database.work() as work:
        conversation_id = a_conversation(work)
    return House(database, hand_clock, Folder(tmp_path / "media"), Rules().book, conversation_id)


def a_picture(seed: int = 0, size: tuple[int, int] = (640, 480)) -> bytes:
    """A photo with enough on it to be told from others: bars whose places follow from the seed."""
    picture = Image.new("RGB", size, (220, 215, 200))
    draw = ImageDraw.Draw(picture)
    for n in range(9):
        left = (n * 71 + seed * 137 * (n + 1)) % size[0]
        draw.rectangle((left, n * size[1] // 9, left + 60, (n + 1) * size[1] // 9), fill=(20 * n, (60 * seed) % 255, 90))
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=90)
    return target.getvalue()


def smaller(content: bytes, size: tuple[int, int]) -> bytes:
    """The same photo as another telephone would pass it on."""
    target = io.BytesIO()
    Image.open(io.BytesIO(content)).resize(size).save(target, "JPEG", quality=70)
    return target.getvalue()
