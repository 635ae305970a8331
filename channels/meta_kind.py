"""What every kind of channel at Meta has in common; a kind is this with its own facts and functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from channels import meta_graph
from channels.base import Answer, Endpoint, HttpRequest, Outgoing, Rendered
from channels.limits import Limits
from channels.render import render
from channels.windows import Window

if TYPE_CHECKING:
    from channels.accounts import MetaApp
    from channels.meta_members import Found


@dataclass(frozen=True, slots=True)
class MetaKind:
    """A channel at Meta.

    `object_name` is the `object` of its webhooks; `read` finds the events of one entry, and what is left out of it, as
    {provider, reason, …}. `path` and `body` make the request of one part, `attend` the one that marks as read.
    """

    name: str
    channel: str
    listed_as: str
    address_form: re.Pattern[str]
    address_example: str
    limits: Limits
    window: Window
    object_name: str
    read: Callable[[Mapping[str, Any], MetaApp], Found]
    path: Callable[[Endpoint], str]
    body: Callable[[Mapping[str, Any], str, str], dict[str, Any]]
    attend: Callable[[str, str], dict[str, Any]]
    provider: str = "meta"

    def render(self, message: Outgoing) -> Rendered:
        return render(message, self.limits)

    def request(self, part: Mapping[str, Any], address: str, part_id: str, endpoint: Endpoint) -> HttpRequest:
        return meta_graph.request(self.path(endpoint), self.body(part, address, part_id), endpoint)

    def attention(self, provider_id: str, address: str, endpoint: Endpoint) -> HttpRequest | None:
        return meta_graph.request(self.path(endpoint), self.attend(provider_id, address), endpoint)

    def answer(self, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        return meta_graph.answer(status, headers, body)

    def error_class(self, code: str) -> str:
        return meta_graph.error_class(code)

    def listing(self, address: str, since_iso: str, endpoint: Endpoint) -> HttpRequest | None:
        return None

    def page(self, url: str, endpoint: Endpoint) -> HttpRequest | None:
        return None

    def listed(self, body: bytes) -> tuple[Sequence[Mapping[str, Any]], str | None]:
        return (), None
