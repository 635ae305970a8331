"""The connector `prestashop`: a shop of PrestaShop 8 or 9 (1.7 to read), over its webservice with a key of its own.

An order and who bought it are several things there: they are asked for together, by lists of ids, so that ten orders
take no more requests than one. States, currencies and carriers change rarely and are kept for a while.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import fetch
from asking import OUR_PACE, Pace
from orders import buyers, fields, number_settings, prestashop_acts, prestashop_orders, web_settings
from orders.acting import Action, Done, Preview
from orders.base import MAX_ORDERS, Connector, Order, Proof
from orders.errors import ConnectorError
from orders.news import INSIDE, News, on_from
from orders.prestashop_acts import Deed
from orders.prestashop_orders import Around, How, Tree, by_id, key_of, record
from orders.prestashop_web import Rest, is_plain, one_of
from orders.proof import DEFAULT_KINDS, Record
from orders.proving import ProvingShop
from orders.reference import Form, fold
from orders.settings import Settings
from orders.web import Asker, LookUp, Terms

KEPT_SECONDS = 600.0
# Of an order that is there four things more are asked.
NOT_FOUND_SECONDS = 1.0
PER_PAGE = 100
MAX_PAGES = 5
# A buyer's latest; those of somebody else with the same end of a telephone fall out when they are compared.
PER_BUYER = 3 * MAX_ORDERS
_FAR = "9999-12-31 00:00:00"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Setup:
    """All that is known of a shop before it is asked."""

    url: str
    allowed: frozenset[str]
    credentials: Mapping[str, str]
    terms: Terms
    how: How
    form: Form | None
    cancel_state: str
    proofs: tuple[str, ...]


class PrestaShop(ProvingShop):
    """A shop of PrestaShop. Safe to share by threads."""

    name = "prestashop"
    can_search = True
    actions = prestashop_acts.ACTIONS

    def __init__(self, setup: Setup, pace: Pace = OUR_PACE) -> None:
        super().__init__(setup.proofs, setup.terms.not_found_seconds, pace)
        self._setup = setup
        self._asker = Asker("prestashop", setup.allowed, setup.terms, pace)
        self._rest = Rest(self._asker, setup.url, dict(setup.credentials))
        self._kept: dict[str, tuple[float, dict[str, Tree]]] = {}

    def written(self, reference: str) -> str:
        """The number as the shop has it; empty if it cannot be one of the shop's."""
        return number_settings.written(reference, self._setup.form)

    def record(self, reference: str) -> Record | None:
        """The order and who bought it. Raises ConnectorError."""
        if not fold(reference):
            return None
        with self._asker.look_up() as look_up:
            tree = self._tree(look_up, reference)
            return None if tree is None else self._records(look_up, [tree])[0]

    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        known = buyers.known(buyer)
        if not known:
            return ()
        with self._asker.look_up() as look_up:
            ids = self._customers(look_up, known)
            if not ids:
                return ()
            query = {"id_customer": one_of(ids), "sort": "[id_DESC]", "limit": str(PER_BUYER)}
            found = self._rest.all(look_up, "orders", **query)
            return buyers.latest(self._records(look_up, found), buyer)

    def preview(self, action: Action) -> Preview:
        with self._asker.look_up() as look_up:
            tree = self._tree(look_up, action.reference)
            if tree is None:
                return Preview("absent")
            return prestashop_acts.preview(self._deed(look_up, tree, action), self._setup.how)

    def act(self, action: Action) -> Done:
        with self._asker.look_up() as look_up:
            tree = self._tree(look_up, action.reference)
            if tree is None:
                raise ConnectorError("The shop has no such order.", permanent=True, code="absent")
            deed = self._deed(look_up, tree, action)
            if prestashop_acts.is_done(deed):
                return Done()
            if refused := prestashop_acts.preview(deed, self._setup.how).refused:
                raise ConnectorError(f"The shop's order does not allow it: {refused}.", permanent=True, code=refused)
            return prestashop_acts.do(deed)

    def changes(self, since: str) -> tuple[tuple[News, ...], str]:
        with self._asker.look_up() as look_up:
            if since:
                return self._changed(look_up, since)
            newest = self._rest.all(look_up, "orders", sort="[date_upd_DESC]", limit="1")
            return (), key_of(newest[0], "date_upd") if newest else "1990-01-01 00:00:00"

    def close(self) -> None:
        """Closes the connections that wait for the next look-up."""
        self._asker.close()

    def _tree(self, look_up: LookUp, reference: str) -> Tree | None:
        """The order of this number; of a cart that became several orders the last one."""
        written = number_settings.written(reference, self._setup.form)
        if not is_plain(written):
            return None
        found = self._rest.all(look_up, "orders", reference=f"[{written}]", sort="[id_DESC]", limit="10")
        return next((tree for tree in found if fold(key_of(tree, "reference")) == fold(reference)), None)

    def _records(self, look_up: LookUp, trees: list[Tree] | list[dict[str, Any]]) -> list[Record]:
        around = self._around(look_up, trees)
        return [record(tree, around, self._setup.how) for tree in trees]

    def _around(self, look_up: LookUp, trees: list[Tree] | list[dict[str, Any]]) -> Around:
        def those(resource: str, field: str, of: str = "id") -> dict[str, Tree]:
            ids = {key_of(tree, field) for tree in trees} - {""}
            return by_id(self._rest.all(look_up, resource, **{of: one_of(ids)}), of) if ids else {}

        return Around(
            states=self._seldom("order_states", look_up),
            currencies=self._seldom("currencies", look_up),
            carriers=self._seldom("carriers", look_up),
            customers=those("customers", "id_customer"),
            addresses=those("addresses", "id_address_delivery"),
            parcels=those("order_carriers", "id", "id_order"),
        )

    def _seldom(self, resource: str, look_up: LookUp) -> dict[str, Tree]:
        """What changes seldom, as it was a few minutes ago."""
        now = self._asker.pace.now()
        at, kept = self._kept.get(resource, (0.0, {}))
        if not kept or now - at > KEPT_SECONDS:
            kept = by_id(self._rest.all(look_up, resource))
            self._kept[resource] = (now, kept)
        return kept

    def _customers(self, look_up: LookUp, known: Mapping[str, str]) -> set[str]:
        """Who may have this e-mail or telephone. A guest is a customer of her own with each order."""
        found: set[str] = set()
        if is_plain(known.get("email", "")):
            listed = self._rest.all(look_up, "customers", email=f"[{known['email']}]", limit="100")
            found |= {key_of(one) for one in listed}
        if "phone" in known:
            # The end alone: people write their telephone with and without its country.
            end = f"%[{known['phone'][-buyers.END_OF_A_PHONE:]}]%"
            for field in ("phone", "phone_mobile"):
                listed = self._rest.all(look_up, "addresses", **{field: end}, limit="100")
                found |= {key_of(one, "id_customer") for one in listed}
        return found - {"", "0"}

    def _deed(self, look_up: LookUp, tree: Tree, action: Action) -> Deed:
        around = self._around(look_up, [tree])
        how = self._setup.how
        cancelled = (key for key, state in around.states.items() if prestashop_orders.status(state, how) == "cancelled")
        return Deed(self._rest, look_up, tree, around, action, self._setup.cancel_state or next(cancelled, ""))

    def _changed(self, look_up: LookUp, since: str) -> tuple[tuple[News, ...], str]:
        told: dict[str, News] = {}
        since = since.partition(INSIDE)[0]
        mark, page = since, 0
        for _ in range(MAX_PAGES):
            query = {"date_upd": f"[{mark},{_FAR}]", "date": "1", "sort": "[date_upd_ASC]"}
            trees = self._rest.all(look_up, "orders", **query, limit=f"{page * PER_PAGE},{PER_PAGE}")
            around = self._around(look_up, trees)
            told |= {news.key: news for tree in trees for news in _news(tree, around, self._setup.how)}
            before, mark = mark, max([mark, *(key_of(tree, "date_upd") for tree in trees)])
            if len(trees) < PER_PAGE:
                break
            # From the newest on: an order that changes while pages are turned moves to the end, and the pages after it
            # would begin one too far.
            page = 0 if mark > before else page + 1
        else:
            return tuple(told.values()), on_from(mark, since)
        return tuple(told.values()), mark


def _news(tree: Tree, around: Around, how: How) -> tuple[News, ...]:
    try:
        return prestashop_orders.news(tree, around, how)
    except ConnectorError as error:
        # One order that nobody can read must not keep back the news of all others.
        logger.warning("order of the shop not understood", extra={"order": key_of(tree), "detail": error.detail})
        return ()


class _Factory:
    name = "prestashop"

    def create(self, settings: Mapping[str, Any]) -> Connector:
        """Reads the settings; asks nothing yet. Raises BadConfiguration."""
        return PrestaShop(setup(settings))


def setup(settings: Mapping[str, Any]) -> Setup:
    """Raises BadConfiguration, which names the setting and the mend."""
    given = Settings(settings)
    url, allowed = web_settings.shop(given)
    auth = given.table("auth")
    cancel_state = given.text("cancel_state", "")
    if cancel_state and not cancel_state.isdigit():
        raise given.wrong("cancel_state", "is the id of a state, a number: read it in the list of the shop's states.")
    found = Setup(
        url=url.removesuffix("/api"),
        allowed=allowed,
        credentials=fetch.basic(auth.text("key"), ""),
        terms=web_settings.terms(given, NOT_FOUND_SECONDS),
        how=How(fields.reading(given), web_settings.places(given.table("fields"))),
        form=number_settings.form(given.table("reference")),
        cancel_state=cancel_state,
        proofs=given.proofs(DEFAULT_KINDS),
    )
    auth.refuse_unknown()
    given.refuse_unknown()
    return found


CONNECTOR = _Factory()
