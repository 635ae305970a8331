"""What the app hands to the console, so that its pages know neither settings nor shops nor channels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from bot.flow.templates import MessageTemplate
from channels.windows import NO_WINDOW, Window
from console.flow_shop import FlowShop
from console.news_doors import NewsDesk
from console.order_desk import OrderDesk
from conversation.channel_health import Ours
from conversation.work import Database
from incidents.rule_book import Rules

MAX_STREAMS = 128


def _no_order(_reference: str) -> Mapping[str, Any] | None:
    return None


def _utc() -> str:
    return "UTC"


def _no_window(_kind: str) -> Window:
    return NO_WINDOW


def _no_templates() -> Mapping[str, MessageTemplate]:
    return {}


def _not_wired(dead_letter_id: str, _agent_id: str) -> None:
    raise LookupError(f"Nobody was handed in who could settle {dead_letter_id}.")


def _no_services(_reader: Session, _since: datetime) -> Sequence[Mapping[str, Any]]:
    return ()


@dataclass(frozen=True, slots=True)
class Desk:
    """The world of the pages.

    `find_order(reference)` gives the facts of an order as `orders.service` returns them, None for no such order; it may
    raise, and then the card says that the shop does not answer. `window(kind)` says when a channel kind lets us
    write, `templates()` are the message templates for when it does not. `rerun(dead_letter_id, agent_id)` runs again what was
    given up, `dismiss` leaves it as it is; both raise UnknownDeadLetter.
    `news` is what customers are told before they ask.
    `channels` are our numbers, pages and accounts, `flows` the flows that are live and how others become so.
    `orders` is what the shop can do with an order, `rules` are what carriers ask for with a claim, `shop()` is how the
    shop calls itself, `shop_zone()` where its clock is.
    `media_dir` is where files are kept, `media_max_bytes` how long one of an agent's may be,
    `media_days` after how many days they go where no admin said otherwise, and
    `public_base` our public address, where providers fetch it.
    An agent's reply can be called back for `undo_seconds`.
    `mails` says whether letters are sent from here; `push_key` is what browsers are told when they want to be rung.
    `failing_services(reader, since)` are the services that failed, `alert_to` who is mailed about alarms.
    `public_hosts` are the hosts of our public addresses. `trusted_proxies` is how many reverse proxies stand in front, whose X-Forwarded-For is believed. `max_streams` is
    two thirds of the web process's threads, `api_rate` what one program may ask.
    """

    database: Database
    find_order: Callable[[str], Mapping[str, Any] | None] = _no_order
    window: Callable[[str], Window] = _no_window
    templates: Callable[[], Mapping[str, MessageTemplate]] = _no_templates
    rerun: Callable[[str, str], object] = _not_wired
    dismiss: Callable[[str, str], object] = _not_wired
    undo_seconds: float = 0.0
    media_dir: Path = Path("data/media")
    media_max_bytes: int = 16 * 1024 * 1024
    media_days: int = 365
    public_base: str = ""
    mails: bool = False
    push_key: str = ""
    channels: Sequence[Ours] = ()
    flows: FlowShop = field(default_factory=FlowShop)
    news: NewsDesk = field(default_factory=NewsDesk)
    redis_url: str = ""
    mode: str = "production"
    trusted_proxies: int = 0
    public_hosts: frozenset[str] = frozenset()
    secure_cookies: bool = True
    api_rate: str = "6000/minute"
    max_streams: int = MAX_STREAMS
    failing_services: Callable[[Session, datetime], Sequence[Mapping[str, Any]]] = _no_services
    alert_to: Sequence[str] = ()
    rules: Rules = field(default_factory=Rules)
    orders: OrderDesk = field(default_factory=OrderDesk)
    shop: Callable[[], str] = str
    shop_zone: Callable[[], str] = _utc
