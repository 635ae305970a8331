"""What our own shops (demo, lab) were told to do: kept in a file, so that every process sees it and no key counts twice.

One line of JSON per deed, written under a lock on the file: whoever asks with a key that is there gets what it came to.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from orders.acting import CHANGES, Action, Done, Preview
from orders.base import Connector, Order
from orders.errors import ConnectorError
from orders.proof import Record
from orders.reference import fold

Deed = Mapping[str, Any]
ACTIONS = frozenset(CHANGES)
_NEEDED = ("street", "postcode", "city")
_OVER = ("cancelled", "refunded")


def kept(shop: Connector, folder: Path) -> Connector:
    """The same shop; what it does is kept in this folder where the shop is one of ours."""
    keep_in = getattr(shop, "keep_in", None)
    if keep_in is not None:
        keep_in(folder)
    return shop


class Book:
    """The deeds of one shop. Without a path they are this process's alone. Safe to share by threads and processes."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._deeds: list[Deed] = []
        self._read: tuple[int, int] = (0, 0)

    def of(self, reference: str) -> list[Deed]:
        """What was done with this order, oldest first."""
        wanted = fold(reference)
        with self._lock:
            self._look()
            return [deed for deed in self._deeds if deed["order"] == wanted]

    def do(self, action: Action, judge: Callable[[Sequence[Deed]], Preview]) -> Done:
        """Do it unless its key did it before. Raises ConnectorError where `judge` refuses."""
        with self._lock, self._alone():
            self._look()
            before = next((deed for deed in self._deeds if deed["key"] == action.key), None)
            if before is not None:
                return Done(before["facts"])
            judged = judge([deed for deed in self._deeds if deed["order"] == fold(action.reference)])
            if judged.refused:
                raise ConnectorError(f"The shop cannot do this now ({judged.refused}).", permanent=True, code=judged.refused)
            facts = _outcome(action)
            self._add({"key": action.key, "kind": action.kind, "order": fold(action.reference), "facts": facts,
                       "amount": str(action.amount or ""), "address": dict(action.address), "reason": action.reason})
            return Done(facts)

    def _look(self) -> None:
        """Read what another process wrote since."""
        try:
            found = self._path.stat() if self._path else None
        except FileNotFoundError:
            self._deeds, self._read = [], (0, 0)
            return
        if self._path is None or found is None or (found.st_mtime_ns, found.st_size) == self._read:
            return
        lines = self._path.read_text(encoding="utf-8").splitlines()
        self._deeds = [deed for line in lines if (deed := _deed(line)) is not None]
        self._read = (found.st_mtime_ns, found.st_size)

    def _add(self, deed: Deed) -> None:
        if self._path is None:
            self._deeds.append(deed)
            return
        with self._path.open("a", encoding="utf-8") as file:
            file.write("\n" + json.dumps(deed, ensure_ascii=False, sort_keys=True))  # what was cut off stays a line apart

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if self._path is None:
            yield
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # goes with the file
            yield


def preview(record: Record | None, deeds: Sequence[Deed], action: Action) -> Preview:
    """What it would come to; pure. `record` is the order as it was before any deed."""
    if record is None:
        return Preview("absent")
    order = changed(record, deeds).order
    left = refundable(order, deeds)
    facts: dict[str, Any] = {"currency": order.currency, "address": address_of(record, deeds)}
    if order.total is not None:
        facts |= {"total": str(order.total), "refundable": str(left)}
    if action.amount is not None:
        facts["amount"] = str(action.amount)
    if action.kind == "change_address":
        facts["new_address"] = {**facts["address"], **_given(action)}
    return Preview(_refused(order, left, action), facts)


def changed(record: Record, deeds: Sequence[Deed]) -> Record:
    """The order as it stands after these."""
    order = record.order
    if any(deed["kind"] == "cancel" for deed in deeds):
        order = replace(order, status="cancelled", ships_on=None, promised_on=None, eta=None)
    elif order.status not in _OVER and order.total and refundable(order, deeds) <= 0:
        order = replace(order, status="refunded")
    return record if order is record.order else replace(record, order=order)


def refundable(order: Order, deeds: Sequence[Deed]) -> Decimal:
    """What was paid and not given back."""
    if order.total is None or order.paid is False:
        return Decimal(0)
    return order.total - sum((Decimal(deed["amount"]) for deed in deeds if deed["kind"] == "refund"), Decimal(0))


def address_of(record: Record, deeds: Sequence[Deed]) -> dict[str, str]:
    """Where it goes; what the shop does not know is left out."""
    known = {"name": record.order.customer_name, "postcode": record.holder.postcode, **record.order.extra.get("address", {})}
    for deed in deeds:
        if deed["kind"] == "change_address":
            known |= {name: text for name, text in deed["address"].items() if text}
    return {name: text for name, text in known.items() if text}


def _deed(line: str) -> Deed | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None  # whoever wrote it ended in the middle: it was not done
    return found if isinstance(found, dict) else None


def _refused(order: Order, left: Decimal, action: Action) -> str:
    if action.kind in ("cancel", "change_address"):
        if order.status in _OVER:
            return order.status
        if order.status != "preparing":
            return "shipped"
        return "address" if action.kind == "change_address" and not all(_given(action).get(one) for one in _NEEDED) else ""
    if action.currency and action.currency != order.currency:
        return "unsupported"
    if action.kind == "coupon":
        return "" if action.amount is not None and action.amount > 0 else "too_much"
    if action.kind == "refund":
        return _no_refund(order, left, action)
    return "unsupported"


def _no_refund(order: Order, left: Decimal, action: Action) -> str:
    if left <= 0:
        return "refunded" if order.status == "refunded" else "unpaid"
    return "" if action.amount is not None and 0 < action.amount <= left else "too_much"


def _given(action: Action) -> dict[str, str]:
    return {name: str(text).strip() for name, text in action.address.items() if str(text).strip()}


def _outcome(action: Action) -> dict[str, Any]:
    """What the shop says it did; names are made of the key, so that they are the same whoever asks."""
    mark = base64.b32encode(hashlib.sha256(action.key.encode()).digest())[:8].decode()
    match action.kind:
        case "refund":
            return {"refund_id": f"RF-{mark}"}
        case "coupon":
            return {"coupon": f"LUZ-{mark}"}
        case "change_address":
            return {"address": _given(action)}
    return {}
