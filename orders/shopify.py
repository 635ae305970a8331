"""The connector `shopify`: a shop at Shopify, asked through its Admin GraphQL (docs/orders.md: shopify)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asking import OUR_PACE, Pace
from orders import buyers, shopify_acts, shopify_news, web
from orders import shopify_orders as reading
from orders import shopify_queries as queries
from orders.acting import CHANGES, Action, Done, Preview
from orders.base import Connector, Order, Proof
from orders.news import News
from orders.proof import Record, canonical_phone
from orders.proving import ProvingShop
from orders.reference import fold
from orders.shopify_api import Answered, Api, page, search
from orders.shopify_settings import PERMISSIONS, Account, account
from orders.web import LookUp

# A name is looked for, not fetched: others like it may come first.
MAX_SEARCHED_PAGES = 3
MAX_PAGES = 5
SHORTEST_PHONE = 8
_UNSEARCHABLE = frozenset("\"'\\:()*<> \t\n")


class Shop(ProvingShop):
    """A shop at Shopify. Safe to share by threads."""

    name = "shopify"
    can_search = True
    actions = frozenset(CHANGES)

    def __init__(self, described: Account, pace: Pace = OUR_PACE) -> None:
        super().__init__(described.proofs, described.terms.not_found_seconds, pace)
        self._account = described
        self._api = Api(described, pace)
        self.usual_cost = 1.0

    def written(self, reference: str) -> str:
        """The number as the shop has it; empty if it cannot be one of the shop's."""
        return self._account.names.written(reference)

    def record(self, reference: str) -> Record | None:
        """The order of this name and who bought it. Raises ConnectorError."""
        written = self._account.names.written(reference)
        if not written:
            return None
        with self._api.asker.look_up() as look_up:
            node = self._searched(look_up, written)
            if node is None:
                return None
            whole = self._whole(look_up, node)
            self.usual_cost = max(1.0, look_up.cost)
            return reading.record(whole, self._account.reading)

    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        with self._api.asker.look_up() as look_up:
            nodes = [*self._of_email(look_up, buyer.email.strip()), *self._of_phone(look_up, buyer.phone)]
            return buyers.latest((reading.record(node, self._account.reading) for node in nodes), buyer)

    def preview(self, action: Action) -> Preview:
        """What the action would do now. Raises ConnectorError."""
        with self._api.asker.look_up() as look_up:
            return shopify_acts.preview(self._account, self._api, look_up, action)

    def act(self, action: Action) -> Done:
        """Do it, once for each key. Raises Unsure or ConnectorError."""
        with self._api.asker.look_up() as look_up:
            return shopify_acts.act(self._account, self._api, look_up, action)

    def heard(self, headers: Mapping[str, str], body: bytes) -> tuple[News, ...]:
        """What a webhook says. Raises Forged, and ConnectorError for what cannot be read."""
        return shopify_news.heard(self._account, headers, body)

    def complete(self, news: News) -> News | None:
        """The news with its order and buyer. Raises ConnectorError."""
        with self._api.asker.look_up() as look_up:
            answered = self._api.ask(look_up, queries.BY_ID, {"id": news.about})
            reading.check_identity(answered)
            node = answered.data.get("order")
            if not isinstance(node, dict):
                return None
            if node.get("id") != news.about:
                raise web.other_order()
            return shopify_news.about(news, node, self._account.reading)

    def changes(self, since: str) -> tuple[tuple[News, ...], str]:
        """What moved after the mark. Raises ConnectorError."""
        with self._api.asker.look_up() as look_up:
            return shopify_news.changes(self._account, self._api, look_up, since)

    def subscribe(self, address: str) -> None:
        """Has the shop post its news to this address of ours. Raises ConnectorError."""
        with self._api.asker.look_up() as look_up:
            shopify_news.subscribe(self._api, look_up, address)

    def lacking(self) -> dict[str, str]:
        """The permissions that the app has not been given, and what each is for. Raises ConnectorError."""
        with self._api.asker.look_up() as look_up:
            said = self._api.ask(look_up, queries.ALLOWED, {}).data
        given = {str(one.get("handle")) for one in reading.nodes(reading.at(said, "currentAppInstallation").get("accessScopes"))}
        given |= {handle.replace("write_", "read_", 1) for handle in given}
        return {name: what for name, what in PERMISSIONS.items() if name not in given}

    def close(self) -> None:
        """Closes the connections that wait for the next look-up."""
        self._api.close()

    def _searched(self, look_up: LookUp, written: str) -> dict[str, Any] | None:
        """The order with exactly this name. The search also finds names like it."""
        after = None
        for _ in range(MAX_SEARCHED_PAGES):
            variables = {"query": search("name", written), "after": after}
            answered = self._api.ask(look_up, queries.BY_NAME, variables)
            reading.check_identity(answered)
            nodes, after = page(answered.data.get("orders"))
            found = [node for node in nodes if fold(str(node.get("name", ""))) == fold(written)]
            if found or not after:
                return found[0] if found else None
        return None

    def _whole(self, look_up: LookUp, node: dict[str, Any]) -> dict[str, Any]:
        """The order with all its lines and scans."""
        lines = self._rest(look_up, node, "lineItems", queries.MORE_OF_LINES)
        sent = node.get("fulfillments")
        parcels = [
            parcel | {"events": self._rest(look_up, parcel, "events", queries.MORE_OF_SCANS)}
            for parcel in (sent if isinstance(sent, list) else [])
            if isinstance(parcel, dict)
        ]
        return node | {"lineItems": lines, "fulfillments": parcels}

    def _rest(self, look_up: LookUp, node: dict[str, Any], name: str, document: str) -> dict[str, Any]:
        """All of the list `name` of this object, page by page. Raises ConnectorError."""
        found, after = page(node.get(name))
        for _ in range(MAX_PAGES):
            if not after:
                break
            answered = self._api.ask(look_up, document, {"id": node.get("id"), "after": after})
            owner: Any = next(iter(answered.data.values()), None)
            if not isinstance(owner, dict) or owner.get("id") != node.get("id"):
                raise web.other_order()
            more, after = page(owner.get(name))
            found += more
        return {"nodes": found}

    def _of_email(self, look_up: LookUp, email: str) -> list[dict[str, Any]]:
        if "@" not in email or not email.isprintable() or _UNSEARCHABLE & set(email):
            return []
        answered = self._api.ask(look_up, queries.BY_EMAIL, {"query": search("email", email)})
        return self._listed(answered, answered.data.get("orders"))

    def _of_phone(self, look_up: LookUp, phone: str) -> list[dict[str, Any]]:
        """The account with this number, in whichever of its two forms the shop wrote it."""
        for number in numbers(phone):
            answered = self._api.ask(look_up, queries.BY_PHONE, {"phone": number})
            customer = answered.data.get("customerByIdentifier")
            if isinstance(customer, dict):
                return self._listed(answered, customer.get("orders"))
        return []

    def _listed(self, answered: Answered, connection: Any) -> list[dict[str, Any]]:
        reading.check_identity(answered)
        return page(connection)[0]


def numbers(phone: str) -> list[str]:
    """The ways in which a shop may have written this number: as it is, and without or with what is left out at times."""
    digits = "".join(figure for figure in phone if figure in "0123456789")
    if len(digits) < SHORTEST_PHONE:
        return []
    short = canonical_phone(digits)
    with_nine = f"{digits[:4]}9{digits[4:]}" if digits.startswith("55") and len(digits) == 12 else digits
    return [f"+{one}" for one in dict.fromkeys((digits, short, with_nine))]


class _Factory:
    name = "shopify"

    def create(self, settings: Mapping[str, Any]) -> Connector:
        """Reads the settings; asks nothing yet. Raises BadConfiguration."""
        return Shop(account(settings))


CONNECTOR = _Factory()
