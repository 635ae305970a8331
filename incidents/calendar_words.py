"""Days and moments as a pack tells them: in its language, on the shop's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo

from babel.dates import format_date, format_datetime

LOCALES = {"es": "es_ES", "en": "en_GB", "pt": "pt_BR"}
_DAY = {"es": "d 'de' MMMM 'de' y", "en": "d MMMM y", "pt": "d 'de' MMMM 'de' y"}


def day(value: date, language: str) -> str:
    """`27 de noviembre de 2026`."""
    return str(format_date(value, _DAY.get(language, _DAY["es"]), locale=LOCALES.get(language, "es_ES")))


def moment(at: datetime, language: str, zone: tzinfo) -> str:
    """`27 de noviembre de 2026, 10:46`, on the clock of this zone."""
    pattern = f"{_DAY.get(language, _DAY['es'])}, HH:mm"
    return str(format_datetime(local(at, zone), pattern, locale=LOCALES.get(language, "es_ES")))


def local(at: datetime, zone: tzinfo) -> datetime:
    """The same instant on the clock of this zone; a database hands times back without theirs."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(zone)
