"""Types of the values a flow works with: how they stand in the state (plain JSON) and how expressions see them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bot.flow.formulas import day, number, text

_NUMBERS = frozenset(("number", "money", "integer"))
_MAX_TEXT = 4000
# The fields of a `location`; name and address only where whoever sent it said them.
PLACE: Mapping[str, str] = {"latitude": "number", "longitude": "number", "name": "text", "address": "text"}


def stored(value: Any) -> Any:
    """A value as it stands in the state."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 10**15 else format(value, "f")
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [stored(part) for part in value]
    if isinstance(value, Mapping):
        return {str(key): stored(part) for key, part in value.items()}
    return value


def seen(value: Any, kind: str, fields: Mapping[str, str] | None = None) -> Any:
    """A stored value as an expression sees it; nothing where it does not fit its type (an edited flow)."""
    if value is None:
        return None
    if kind in _NUMBERS:
        return number(value)
    if kind == "date":
        return _day(value)
    if kind == "location":
        fields = PLACE
    if kind in ("record", "location") and isinstance(value, Mapping) and fields:
        return {name: seen(part, fields.get(name, "any")) for name, part in value.items()}
    return value


def coerced(value: Mapping[str, Any], outputs: Mapping[str, str]) -> dict[str, Any]:
    """What a service gave, in the types it declared, ready for the state; unknown fields are dropped.

    Done at the border: a `total` that comes as the text "250.00" must not make `order.total > 200` false in silence.
    """
    fields = {}
    for name, kind in outputs.items():
        part = _coerced(value.get(name), kind)
        if part is not None:
            fields[name] = part
    return fields


def _coerced(value: Any, kind: str) -> Any:
    if value is None or value == "":
        return None
    if kind in _NUMBERS:
        exact = number(value)
        return None if exact is None else (format(exact, "f") if kind == "money" else stored(exact))
    if kind == "date":
        found = _day(value)
        return found.isoformat() if found else None
    if kind == "yes_no":
        return value if isinstance(value, bool) else str(value).lower() in ("true", "yes", "1")
    if kind in ("list", "record", "location", "any"):
        return stored(value)
    return _listed(value)[:_MAX_TEXT]


def _listed(value: Any) -> str:
    """Lists of things with a name and a quantity as a sentence would list them: `2 × Lámpara, Bombilla`."""
    if isinstance(value, (list, tuple)):
        return ", ".join(_listed(part) for part in value)
    if isinstance(value, Mapping) and "name" in value:
        amount = number(value.get("quantity"))
        return f"{amount:f} × {value['name']}" if amount and amount != 1 else text(value["name"])
    return text(value)


def _day(value: Any) -> date | None:
    return day(value if isinstance(value, date) else str(value))
