"""What a shop said a moment ago, kept: fewer questions to it, quick answers, and something true while it is away.

An order that was found stays good for `fresh_seconds`. For `stale_seconds` it is still shown to whoever proves that it
is hers, with the time it is from, while it is asked for anew behind her back: one question per order, however many ask.

What is kept must not tell strangers which orders exist. The proof is held against the kept order each time. Who has
none is answered exactly as if there were no such order: from what is at most `absent_seconds` old, or by asking the
shop; and never sooner than the shop itself took.

Several processes keep the same orders. What changes one is heard by all through `heed`: before anything kept is told, it
is asked whether the order moved since.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, runtime_checkable

import metrics
from asking import OUR_PACE, Pace
from orders.acting import Action, Acts, Done
from orders.base import Connector, Order, Proof
from orders.errors import ConnectorError
from orders.news import Hears, News
from orders.proof import Record, reveal
from orders.proving import Evenness
from orders.reference import fold
from orders.settings import Settings

MAX_KEPT = 1000
MAX_KEY_CHARACTERS = 400
# Behind a customer's back; beyond these the next question tries again.
MAX_REFRESHING = 4
# What else a connector may have, given on as it is.
_GIVEN_ON = ("actions", "preview", "changes", "complete", "close", "judge", "lacking", "subscribe", "written")


@runtime_checkable
class Recorded(Connector, Protocol):
    """A connector that also tells an order before proof, so that it can be kept.

    It may have `usual_cost`: what a look-up costs in the shop's own unit; without it, one.
    """

    proofs: tuple[str, ...]

    @property
    def not_found_seconds(self) -> float:
        """How long it takes at least to say that there is no such order."""

    def record(self, reference: str) -> Record | None:
        """The order and who bought it, asked for now. Raises ConnectorError."""


@dataclass(frozen=True, slots=True)
class Keep:
    """How long answers are kept; `fresh_seconds` of 0 keeps nothing."""

    fresh_seconds: float = 60.0
    stale_seconds: float = 900.0
    absent_seconds: float = 10.0
    most: int = MAX_KEPT


def keep(given: Settings) -> Keep:
    """From the settings below `keep`. Raises BadConfiguration."""
    fresh = given.number("fresh", 60, 0, 3600)
    stale = given.number("stale", 900, 0, 86400)
    given.refuse_unknown()
    if stale < fresh:
        raise given.wrong("stale", f"{stale:g} is less than fresh ({fresh:g}): write as much or more.")
    return Keep(fresh, stale, min(10.0, fresh))


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer: what it was, when by the connector's time and by the calendar, and how long the shop took.

    `about` is the order's number, folded; "" for the orders of a buyer.
    """

    value: Any
    at: float
    took: float
    as_of: datetime | None
    about: str


class Keeper:
    """A shop that is asked less often. Safe to share by threads."""

    local = False

    def __init__(
        self, shop: Recorded, terms: Keep = Keep(), now: Callable[[], datetime] | None = None, pace: Pace = OUR_PACE
    ) -> None:
        self.name, self.can_search = shop.name, shop.can_search
        self._shop, self._terms, self._now, self._pace = shop, terms, now, pace
        self._evenness = Evenness(shop.not_found_seconds, pace)
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._moved: Callable[[Collection[str], datetime], bool] = lambda keys, since: False
        self._asking: dict[str, Future[Kept]] = {}
        self._changing = threading.Lock()
        self._refreshing = threading.BoundedSemaphore(MAX_REFRESHING)
        for name in _GIVEN_ON:
            if hasattr(shop, name):
                setattr(self, name, getattr(shop, name))
        if isinstance(shop, Acts):
            self.act = partial(self._act, shop)
        if isinstance(shop, Hears):
            self.heard = partial(self._heard, shop)

    @property
    def not_found_seconds(self) -> float:
        return self._evenness.seconds

    def heed(self, moved: Callable[[Collection[str], datetime], bool]) -> None:
        """Ask this before what is kept is told: did one of these orders (folded numbers) move since then?"""
        self._moved = moved

    def find(self, reference: str, proof: Proof) -> Order | None:
        started, key = self._pace.now(), _of_order(reference)
        kept = self._usable(key, self._terms.stale_seconds)
        order = reveal(kept.value if kept else None, proof, self._shop.proofs)
        if kept and order is not None:
            return self._told(order, self._counted(key, kept, lambda: self._shop.record(reference)))
        answer = self._anew(key, self._terms.absent_seconds, lambda: self._shop.record(reference))
        order = reveal(answer.value, proof, self._shop.proofs)
        if order is None:
            self._evenness.even_out(started, answer.took)
        return order

    def find_without_proof(self, reference: str) -> Order | None:
        record, kept = self._any(_of_order(reference), lambda: self._shop.record(reference))
        return self._told(record.order, kept) if record else None

    def record(self, reference: str) -> Record | None:
        """The order with what its buyer may prove it by. Never for a contact. Raises ConnectorError."""
        found: Record | None = self._any(_of_order(reference), lambda: self._shop.record(reference))[0]
        return found

    def find_anew(self, reference: str) -> Order | None:
        """For an agent who must see how it stands now. Raises ConnectorError."""
        record = self._anew(_of_order(reference), 0, lambda: self._shop.record(reference)).value
        return record.order if record else None

    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        found, kept = self._any(_of_buyer(buyer), lambda: self._shop.orders_of(buyer))
        return tuple(self._told(order, kept) for order in found)

    def forget(self, reference: str) -> None:
        """This order changed, however its number is written."""
        about = fold(reference)
        if not about:
            return  # some order did, nobody knows which: to forget all of them would have each asked for again
        with self._changing:
            for key in [key for key, kept in self._kept.items() if kept.about in ("", about)]:
                del self._kept[key]
            # What is being asked now may be how it stood before: whoever asks from here on asks anew.
            for key in [key for key in self._asking if _about(key) in ("", about)]:
                del self._asking[key]

    def _act(self, shop: Acts, action: Action) -> Done:
        try:
            return shop.act(action)
        finally:
            self.forget(action.reference)

    def _heard(self, shop: Hears, headers: Mapping[str, str], body: bytes) -> tuple[News, ...]:
        heard = shop.heard(headers, body)
        for news in heard:
            self.forget(news.order.reference)
        return heard

    def _usable(self, key: str, seconds: float) -> Kept | None:
        with self._changing:
            kept = self._kept.get(key)
        if kept is None or self._age(kept) >= seconds:
            return None
        if not self._is_past(kept):
            return kept
        with self._changing:
            if self._kept.get(key) is kept:
                del self._kept[key]
        return None

    def _is_past(self, kept: Kept) -> bool:
        """Whether an order in it moved since it was asked for, in whichever process."""
        found = kept.value if isinstance(kept.value, tuple) else (kept.value.order,) if kept.value else ()
        keys = {one for one in (kept.about, *(fold(order.reference) for order in found)) if one}
        return bool(keys) and kept.as_of is not None and self._moved(keys, kept.as_of)

    def _any(self, key: str, ask: Callable[[], Any]) -> tuple[Any, Kept]:
        """What is kept, however old if it says something, or what the shop says now."""
        kept = self._usable(key, self._terms.stale_seconds)
        if kept and (kept.value or self._age(kept) < self._terms.absent_seconds):
            return kept.value, self._counted(key, kept, ask)
        kept = self._anew(key, 0, ask)
        return kept.value, kept

    def _anew(self, key: str, seconds: float, ask: Callable[[], Any]) -> Kept:
        """What the shop says; what it said at most `seconds` ago, or is saying to somebody else, will do."""
        if seconds and (kept := self._usable(key, seconds)):
            return kept
        with self._changing:
            said = self._asking.get(key)
            is_mine = said is None
            if said is None:
                said = self._asking[key] = Future()
        if is_mine:
            return self._asked(key, said, ask)
        kept = said.result()
        # it was asked before something changed: for this one it is asked again, apart
        return self._asked(key, Future(), ask) if self._is_past(kept) else kept

    def _asked(self, key: str, said: Future[Kept], ask: Callable[[], Any]) -> Kept:
        started, as_of = self._pace.now(), self._now() if self._now else None
        try:
            value = ask()
        except BaseException as error:
            self._settled(key, said, None)
            said.set_exception(error)
            raise
        kept = Kept(value, self._pace.now(), self._pace.now() - started, as_of, _about(key))
        if isinstance(value, Record):
            self._evenness.was_there(kept.took)
        self._settled(key, said, kept)
        said.set_result(kept)
        return kept

    def _settled(self, key: str, said: Future[Kept], kept: Kept | None) -> None:
        """It was asked: from here on others ask anew, or find what is kept."""
        with self._changing:
            if self._asking.get(key) is not said:
                return  # its order changed meanwhile: it may be how it stood before
            del self._asking[key]
            if kept is None or len(key) > MAX_KEY_CHARACTERS:
                return
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > self._terms.most:
                self._kept.popitem(last=False)

    def _counted(self, key: str, kept: Kept, ask: Callable[[], Any]) -> Kept:
        """The same, counted as a question saved; asked for anew meanwhile if it is no longer fresh."""
        is_fresh = self._age(kept) < self._terms.fresh_seconds
        metrics.shop_kept.labels(self.name, "fresh" if is_fresh else "stale").inc()
        if is_fresh:
            metrics.shop_cost_saved.labels(self.name).inc(getattr(self._shop, "usual_cost", 1.0))
        elif key not in self._asking and self._refreshing.acquire(blocking=False):
            threading.Thread(target=self._refresh, args=(key, ask), name="shop refresh", daemon=True).start()
        return kept

    def _refresh(self, key: str, ask: Callable[[], Any]) -> None:
        try:
            self._anew(key, 0, ask)
        except ConnectorError:
            pass  # the shop is away: what is kept stays until it is too old, and the next question tries again
        finally:
            self._refreshing.release()

    def _told(self, order: Order, kept: Kept) -> Order:
        """The order, with the time it is from where that is a while ago."""
        if self._age(kept) < self._terms.fresh_seconds or kept.as_of is None:
            return order
        whole = kept.as_of - timedelta(microseconds=kept.as_of.microsecond)
        return replace(order, extra={**order.extra, "as_of": whole.isoformat()})

    def _age(self, kept: Kept) -> float:
        return self._pace.now() - kept.at


def _of_order(reference: str) -> str:
    return f"order {reference.strip()}"


def _of_buyer(buyer: Proof) -> str:
    return f"buyer {buyer.phone!r} {buyer.email.strip().casefold()!r}"


def _about(key: str) -> str:
    kind, _, written = key.partition(" ")
    return fold(written) if kind == "order" else ""
