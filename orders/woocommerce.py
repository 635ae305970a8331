"""The connector `woocommerce`: a shop of WordPress, over REST v3 with a key of its own.

An order is found by its number (which is its id, or is searched for where a plug-in counts otherwise), a buyer's orders
by searching for the e-mail or the end of the telephone; every order found so is compared whole before it is shown.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import fetch
from asking import OUR_PACE, Pace
from orders import buyers, fields, number_settings, web, web_settings, woocommerce_acts, woocommerce_orders
from orders.acting import Action, Done, Preview
from orders.base import Connector, Order, Proof
from orders.errors import ConnectorError, Unsure
from orders.news import INSIDE, Forged, News, on_from
from orders.proof import DEFAULT_KINDS, Record
from orders.proving import ProvingShop
from orders.reference import Form, fold
from orders.settings import Settings
from orders.web import Asker, LookUp, Terms
from orders.woocommerce_acts import Deed
from orders.woocommerce_orders import Shop
from orders.woocommerce_web import Rest

PER_SEARCH = 50
PER_PAGE = 100
# In one reading of what changed; the next one goes on from there.
MAX_PAGES = 5
_WATCHED = frozenset({"order.created", "order.updated", "order.restored"})

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Setup:
    """All that is known of a shop before it is asked."""

    url: str
    allowed: frozenset[str]
    credentials: Mapping[str, str]
    webhook_secret: str
    terms: Terms
    shop: Shop
    searched: bool
    form: Form | None
    by_gateway: bool
    notes: bool
    proofs: tuple[str, ...]


class WooCommerce(ProvingShop):
    """A shop of WooCommerce. Safe to share by threads."""

    name = "woocommerce"
    can_search = True
    actions = woocommerce_acts.ACTIONS

    def __init__(self, setup: Setup, pace: Pace = OUR_PACE) -> None:
        super().__init__(setup.proofs, setup.terms.not_found_seconds, pace)
        self._setup = setup
        self._asker = Asker("woocommerce", setup.allowed, setup.terms, pace)
        self._rest = Rest(self._asker, setup.url, dict(setup.credentials))

    def written(self, reference: str) -> str:
        """The number as the shop has it; empty if it cannot be one of the shop's."""
        return number_settings.written(reference, self._setup.form) if self._setup.searched else fold(reference)

    def record(self, reference: str) -> Record | None:
        """The order and who bought it. Raises ConnectorError."""
        if not fold(reference):
            return None
        with self._asker.look_up() as look_up:
            tree = self._tree(look_up, reference)
            if tree is None:
                return None
            return woocommerce_orders.record(tree, self._setup.shop, self._notes(look_up, tree))

    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        known = buyers.known(buyer)
        # The end alone: shops keep telephones with and without their country.
        terms = [term for term in (known.get("phone", "")[-buyers.END_OF_A_PHONE:], known.get("email", "")) if term]
        if not terms:
            return ()
        with self._asker.look_up() as look_up:
            trees = [tree for term in terms for tree in self._searched(look_up, term)]
            records = [woocommerce_orders.record(tree, self._setup.shop) for tree in trees]
        return buyers.latest((record for record in records if record), buyer)

    def preview(self, action: Action) -> Preview:
        with self._asker.look_up() as look_up:
            return woocommerce_acts.preview(self._tree(look_up, action.reference), action, self._setup.shop)

    def act(self, action: Action) -> Done:
        with self._asker.look_up() as look_up:
            tree = self._tree(look_up, action.reference)
            if tree is None:
                raise ConnectorError("The shop has no such order.", permanent=True, code="absent")
            deed = Deed(self._rest, look_up, tree, action, self._setup.by_gateway)
            if (before := woocommerce_acts.done_before(deed)) is not None:
                return before
            if refused := woocommerce_acts.preview(tree, action, self._setup.shop).refused:
                raise ConnectorError(f"The shop's order does not allow it: {refused}.", permanent=True, code=refused)
            try:
                return woocommerce_acts.do(deed)
            except Unsure:
                return self._found_done(deed)

    def heard(self, headers: Mapping[str, str], body: bytes) -> tuple[News, ...]:
        if body.startswith(b"webhook_id=") and "x-wc-webhook-signature" not in headers:
            return ()  # what WooCommerce sends once to see whether we are there; it says nothing
        self._check(headers, body)
        if headers.get("x-wc-webhook-topic", "") not in _WATCHED:
            return ()
        return woocommerce_orders.news(web.tree(body), self._setup.shop)

    def changes(self, since: str) -> tuple[tuple[News, ...], str]:
        with self._asker.look_up() as look_up:
            return self._changed(look_up, since) if since else ((), self._now(look_up))

    def close(self) -> None:
        """Closes the connections that wait for the next look-up."""
        self._asker.close()

    def _tree(self, look_up: LookUp, reference: str) -> dict[str, Any] | None:
        """The order of this number. Raises ConnectorError, also where the shop answers with another one."""
        wanted = fold(reference)
        if self._setup.searched:
            written = number_settings.written(reference, self._setup.form)
            found = self._searched(look_up, written) if written else []
            return next((tree for tree in found if self._is(tree, wanted)), None)
        if not (wanted.isascii() and wanted.isdigit()) or wanted.startswith("0"):
            return None  # WordPress would read 0123 as 123
        tree = self._rest.one(look_up, f"orders/{wanted}")
        if tree is not None and not self._is(tree, wanted):
            raise web.other_order()
        return None if tree is None else dict(tree)

    def _notes(self, look_up: LookUp, tree: Mapping[str, Any]) -> list[Any]:
        """What the shop wrote to the buyer about this order."""
        if not self._setup.notes:
            return []
        return self._rest.page(look_up, f"orders/{tree.get('id')}/notes", type="customer").trees

    def _is(self, tree: Any, wanted: str) -> bool:
        woocommerce_orders.record(tree, self._setup.shop)  # whether it is an order at all
        return fold(woocommerce_orders.number(tree, self._setup.shop)) == wanted

    def _searched(self, look_up: LookUp, term: str) -> list[Any]:
        if not term.isprintable():
            return []
        query = {"search": term, "per_page": str(PER_SEARCH), "orderby": "date", "order": "desc"}
        return self._rest.page(look_up, "orders", **query).trees

    def _found_done(self, deed: Deed) -> Done:
        """Whether it was done after all: the shop is asked once more. Raises Unsure if that does not tell."""
        try:
            tree = self._rest.one(deed.look_up, f"orders/{deed.tree['id']}")
            done = woocommerce_acts.done_before(replace(deed, tree=tree)) if isinstance(tree, dict) else None
        except ConnectorError:
            done = None
        if done is None:
            raise Unsure("The shop did not say whether it was done, and shows no sign of it yet.")
        return done

    def _check(self, headers: Mapping[str, str], body: bytes) -> None:
        """https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks, read 2026-11-22."""
        secret = self._setup.webhook_secret
        if not secret:
            raise Forged("There is no auth.webhook_secret: write the one of the shop's webhook.")
        expected = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
        if not hmac.compare_digest(expected, headers.get("x-wc-webhook-signature", "").encode("utf-8", "replace")):
            raise Forged("The signature is not the shop's.")

    def _now(self, look_up: LookUp) -> str:
        """The mark of the order that changed last."""
        newest = self._rest.page(look_up, "orders", per_page="1", orderby="modified", order="desc").trees
        return _mark(newest[0]) if newest else "1970-01-01T00:00:00"

    def _changed(self, look_up: LookUp, since: str) -> tuple[tuple[News, ...], str]:
        told: dict[str, News] = {}
        since = since.partition(INSIDE)[0]
        mark, number = since, 1
        for _ in range(MAX_PAGES):
            # “After” leaves out the second itself, in which more may have happened; what comes again has the same key.
            after = (_second(mark) - timedelta(seconds=1)).isoformat()
            query = {"modified_after": after, "dates_are_gmt": "true", "orderby": "modified", "order": "asc"}
            page = self._rest.page(look_up, "orders", **query, per_page=str(PER_PAGE), page=str(number))
            told |= {news.key: news for tree in page.trees for news in self._told(tree)}
            before, mark = mark, max([mark, *map(_mark, page.trees)])
            if number >= page.pages:
                break
            # From the newest on: an order that changes while pages are turned moves to the end, and the pages after it
            # would begin one too far.
            number = 1 if mark > before else number + 1
        else:
            return tuple(told.values()), on_from(mark, since)
        return tuple(told.values()), mark

    def _told(self, tree: Any) -> tuple[News, ...]:
        try:
            return woocommerce_orders.news(tree, self._setup.shop)
        except ConnectorError as error:
            # One order that nobody can read must not keep back the news of all others.
            logger.warning("order of the shop not understood", extra={"order": tree.get("id"), "detail": error.detail})
            return ()


def _mark(tree: Any) -> str:
    if not isinstance(tree, dict):
        raise ConnectorError("The shop answered with something that is no order.", permanent=True, code="shape")
    return woocommerce_orders.modified_at(tree).replace(tzinfo=None).isoformat()


def _second(mark: str) -> Any:
    return woocommerce_orders.modified_at({"date_modified_gmt": mark}).replace(tzinfo=None)


class _Factory:
    name = "woocommerce"

    def create(self, settings: Mapping[str, Any]) -> Connector:
        """Reads the settings; asks nothing yet. Raises BadConfiguration."""
        return WooCommerce(setup(settings))


def setup(settings: Mapping[str, Any]) -> Setup:
    """Raises BadConfiguration, which names the setting and the mend."""
    given = Settings(settings)
    url, allowed = web_settings.shop(given)
    auth = given.table("auth")
    found = Setup(
        url=url,
        allowed=allowed,
        credentials=fetch.basic(auth.text("consumer_key"), auth.text("consumer_secret")),
        webhook_secret=auth.text("webhook_secret", ""),
        terms=web_settings.terms(given),
        shop=_shop(given),
        searched=given.choice("numbers", ("id", "search"), "id") == "search",
        form=number_settings.form(given.table("reference")),
        by_gateway=given.flag("refund_by_gateway", True),
        notes=given.flag("notes", False),
        proofs=given.proofs(DEFAULT_KINDS),
    )
    auth.refuse_unknown()
    given.refuse_unknown()
    return found


def _shop(given: Settings) -> Shop:
    how = fields.reading(given)
    words = {**woocommerce_orders.STATUSES, **how.statuses}
    return Shop(replace(how, statuses=words), given.text("number_meta", ""), web_settings.places(given.table("meta")))


CONNECTOR = _Factory()
