"""How a shop at Shopify is reached: the settings of the connector `shopify`, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from orders import fields, reference, web_settings
from orders.proof import DEFAULT_KINDS
from orders.settings import Settings
from orders.web import Terms

# https://shopify.dev/docs/api/usage/versioning: a version each quarter, each answered for at least a year. This one is
# what https://shopify.dev/docs/api/admin-graphql/latest showed on 2026-11-22.
VERSION = "2026-10"
# @idempotent on refundCreate exists from here on (https://shopify.dev/changelog, 2025-12-12).
OLDEST_VERSION = "2026-01"
MAX_DIGITS = 20

# What each permission is for (https://shopify.dev/docs/api/usage/access-scopes, read 2026-11-22).
PERMISSIONS: Mapping[str, str] = {
    "read_orders": "without it nothing can be found",
    "read_all_orders": "orders older than 60 days are not found",
    "read_customers": "names, and orders by telephone, are not known",
    "read_fulfillments": "the shop cannot post what happens to parcels (./run flask shop --subscribe)",
    "read_merchant_managed_fulfillment_orders": "the promised day is not known",
    "read_third_party_fulfillment_orders": "the promised day of what another warehouse sends is not known",
    "write_orders": "agents cannot cancel, refund or correct an address",
    "write_discounts": "agents cannot give coupons",
}

_version = re.compile(r"20\d\d-(01|04|07|10)")
# The state of a parcel (FulfillmentDisplayStatus) and of an order (OrderDisplayFulfillmentStatus), as the pages of
# these enums of the Admin API 2026-10 list them (read 2026-11-22). What they do not explain (FAILURE, NOT_DELIVERED)
# stays unknown until the shop says in `statuses` what it means by it.
WORDS: Mapping[str, str] = {
    "ATTEMPTED_DELIVERY": "attempted", "CARRIER_PICKED_UP": "shipped", "CONFIRMED": "preparing", "DELAYED": "delayed",
    "DELIVERED": "delivered", "FULFILLED": "shipped", "IN_TRANSIT": "shipped", "LABEL_PRINTED": "preparing",
    "LABEL_PURCHASED": "preparing", "LABEL_VOIDED": "preparing", "MARKED_AS_FULFILLED": "shipped",
    "OUT_FOR_DELIVERY": "out_for_delivery", "PICKED_UP": "delivered", "READY_FOR_PICKUP": "at_pickup_point",
    "SUBMITTED": "preparing",
    "UNFULFILLED": "preparing", "IN_PROGRESS": "preparing", "ON_HOLD": "preparing", "OPEN": "preparing",
    "PARTIALLY_FULFILLED": "preparing", "PENDING_FULFILLMENT": "preparing", "REQUEST_DECLINED": "preparing",
    "RESTOCKED": "preparing", "SCHEDULED": "preparing",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """How the shop calls its orders: a prefix, a number, a suffix (“#1001”); or a pattern and a form."""

    prefix: str = "#"
    suffix: str = ""
    form: reference.Form | None = None

    def written(self, typed: str) -> str:
        """The name as the shop writes it; empty if it cannot be one of the shop's."""
        if self.form:
            return self.form.written(typed)
        number = reference.fold(typed)
        for affix, cut in ((self.prefix, str.removeprefix), (self.suffix, str.removesuffix)):
            number = cut(number, reference.fold(affix)) or number
        is_number = number.isascii() and number.isdigit() and len(number) <= MAX_DIGITS
        return f"{self.prefix}{number}{self.suffix}" if is_number else ""


@dataclass(frozen=True, slots=True)
class Account:
    """The shop, what we show it to be let in, and how its answers are read."""

    url: str
    allowed: frozenset[str]
    version: str
    token: str
    client_id: str
    client_secret: str
    webhook_secrets: tuple[str, ...]
    names: Names
    reading: fields.Reading
    proofs: tuple[str, ...]
    terms: Terms
    coupon_days: int

    @property
    def domain(self) -> str:
        return self.url.partition("://")[2]


def account(settings: Mapping[str, Any]) -> Account:
    """Raises BadConfiguration, which names the setting and the mend."""
    given = Settings(settings)
    url, allowed = _shop(given)
    auth = given.table("auth")
    client_secret = auth.text("client_secret", "")
    secrets = (auth.text("webhook_secret", ""), client_secret)
    described = Account(
        url=url,
        allowed=allowed,
        version=_checked_version(given),
        token=auth.text("token", ""),
        client_id=auth.text("client_id", ""),
        client_secret=client_secret,
        webhook_secrets=tuple(secret for secret in secrets if secret),
        names=_names(given.table("reference")),
        reading=_reading(given),
        proofs=given.proofs(DEFAULT_KINDS),
        terms=web_settings.terms(given),
        coupon_days=int(given.number("coupon_days", 90, 0, 3650)),
    )
    _check_credentials(auth, described)
    given.refuse_unknown()
    return described


def _shop(given: Settings) -> tuple[str, frozenset[str]]:
    shop = given.text("shop").rstrip("/")
    url = shop if "://" in shop else f"https://{shop}"
    if url.count("/") > 2:
        raise given.wrong("shop", "is the shop's domain alone, such as casa-lumbre.myshopify.com.")
    return url, frozenset({web_settings.host(given, "shop", url)})


def _checked_version(given: Settings) -> str:
    version = given.text("version", VERSION)
    if not _version.fullmatch(version) or version < OLDEST_VERSION:
        raise given.wrong("version", f"“{version}” is not a version we speak: write {VERSION}, or leave it out.")
    return version


def _check_credentials(auth: Settings, described: Account) -> None:
    auth.refuse_unknown()
    if described.token and described.client_id:
        raise auth.wrong("client_id", "comes on top of token: keep one of token, or client_id and client_secret.")
    if not described.token and not (described.client_id and described.client_secret):
        mend = "write client_id and client_secret of your app, or token if your app shows one"
        raise auth.wrong("token", f"is missing: {mend}.")


def _names(given: Settings) -> Names:
    prefix, suffix = given.text("prefix", "#"), given.text("suffix", "")
    pattern, form = given.text("pattern", ""), given.text("form", "")
    given.refuse_unknown()
    if bool(pattern) != bool(form):
        raise given.wrong("form" if pattern else "pattern", "is missing: pattern and form come together.")
    try:
        return Names(prefix, suffix, reference.form(pattern, form) if pattern else None)
    except ValueError as error:
        raise given.wrong("pattern", f"{error}.") from None


def _reading(given: Settings) -> fields.Reading:
    """Shopify writes days and money in one way; the shop's zone, country and words are its own."""
    zone, country = given.text("timezone", "UTC"), given.text("country_code", "")
    own = {"statuses": given.mapping("statuses"), "timezone": zone, "country_code": country}
    read = fields.reading(Settings(own))
    words = {word.casefold(): status for word, status in WORDS.items()}
    return replace(read, statuses=words | dict(read.statuses))


