"""Where a file of a contact is fetched, and with whose credentials. Pure: requests out, nothing is asked here.

Credentials go to their provider's hosts alone, whatever an event names as the place of a file:

- Twilio: https at the REST interface, and only below our own AccountSid, with basic authentication; it redirects to a
  CDN, where `fetch` drops them (Twilio, "Media subresource", read 2026-11-22: "Twilio enforces HTTP Basic
  Authentication for all media URLs").
- WhatsApp at Meta: the id is exchanged for an address (GET /{media id} with the token; valid five minutes, the id for
  seven days), and that is asked with the token too (Meta, "Media", read 2026-11-22). The token goes to no other host
  than the one Meta's answers name, lookaside.fbsbx.com, and the Graph itself.
- Messenger and Instagram: addresses of a CDN that need no credentials and expire.
- Anything else is fetched as any stranger's address is: without credentials, and only where it is public.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from channels.base import Endpoint
from channels.meta_graph import VERSION
from channels.plain import json_of, object_of, text_of
from fetch import Request, basic

WHATSAPP_HOSTS = frozenset(("lookaside.fbsbx.com",))
# What is shared rather than sent may be a page of anybody's; of these hosts it is a file.
SHARED_HOSTS = ("fbcdn.net", "fbsbx.com", "cdninstagram.com")
_ODD = re.compile(r"%2e|%2f|%5c|\\|//|/\.\.?(?:/|\Z)", re.IGNORECASE)
_MEDIA_ID = re.compile(r"[\w-]{1,256}")


@dataclass(frozen=True, slots=True)
class Source:
    """One request towards a file. `names_it`: its answer is no file but says where the file is (`pointed`)."""

    request: Request
    names_it: bool = False


def source(item: Mapping[str, Any], endpoint: Endpoint, provider: str) -> Source | None:
    """Where to begin for one entry of an event's `media`; None where it names nothing that could be fetched."""
    url, media_id = text_of(item.get("url")), text_of(item.get("id"))
    if provider == "meta" and endpoint.kind.endswith("whatsapp") and _MEDIA_ID.fullmatch(media_id):
        address = f"{endpoint.api_base}/{VERSION}/{quote(media_id, safe='')}?phone_number_id={quote(endpoint.account)}"
        return Source(Request(address, credentials=_bearer(endpoint)), names_it=True)
    if not url or (item.get("type") == "share" and not _is_shared_file(url)):
        return None
    if provider == "twilio" and _is_ours_at_twilio(url, endpoint):
        return Source(Request(url, credentials=basic(endpoint.secrets["account_sid"], endpoint.secrets["auth_token"])))
    return Source(Request(url))


def pointed(answer: bytes, endpoint: Endpoint) -> Source | None:
    """The file that the Graph's answer about a media id names; None where it names none."""
    url = text_of(object_of(json_of(answer)).get("url"))
    place = _place(url)
    if place is None:
        return None
    is_metas = (place.scheme, place.host) in {("https", host) for host in WHATSAPP_HOSTS}
    is_graph = _origin(place) == _origin(_place(endpoint.api_base))
    return Source(Request(url, credentials=_bearer(endpoint) if is_metas or is_graph else {}))


def host_of(base: str) -> str:
    """`host:port` of a provider's base address, as the client's allow-list writes it."""
    parts = urlsplit(base)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def _bearer(endpoint: Endpoint) -> dict[str, str]:
    return {"Authorization": f"Bearer {endpoint.secrets['access_token']}"}


def _is_ours_at_twilio(url: str, endpoint: Endpoint) -> bool:
    place = _place(url)
    if place is None or _origin(place) != _origin(_place(endpoint.api_base)):
        return False
    path = place.path or ""
    return path.startswith(f"/2010-04-01/Accounts/{endpoint.secrets['account_sid']}/") and not _ODD.search(path)


def _is_shared_file(url: str) -> bool:
    place = _place(url)
    host = (place.host or "") if place else ""
    return any(host == known or host.endswith(f".{known}") for known in SHARED_HOSTS)


def _place(url: str) -> Url | None:
    """The address as the client itself will read it: two readers of one text are how secrets go astray."""
    try:
        place = parse_url(url.strip())
    except (LocationParseError, ValueError):
        return None
    return place if place.scheme in ("http", "https") and place.host and not place.auth else None


def _origin(place: Url | None) -> tuple[str | None, str | None, int | None] | None:
    if place is None:
        return None
    return place.scheme, place.host, place.port or (443 if place.scheme == "https" else 80)
