"""A part that the channel did not take, as the plainest thing there is: text, with links. Pure.

Used once for each part, after a provider refused its shape (class CONTENT); what was lost is named with the words of
`degraded` (docs/channels.md, "What may be changed on the way").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

KEPT = ("consent", "purpose", "segments")
PLAINED = "plained"  # marks a part that was made plain: it is not tried a third way
MAPS = "https://www.google.com/maps/search/"
_SHAPES = ("buttons", "rows", "replies", "choices", "taps")


def plain(request: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]] | None:
    """The same said as text, and what was changed; None where it is plain already or cannot be said so."""
    if request.get(PLAINED) or "template" in request or "form" in request:
        return None
    lines, changes = [str(request.get(name) or "") for name in ("header", "text")], list[str]()
    if "content" in request:  # its text holds the numbered menu already
        changes.append("choices_as_menu")
    if "location_request" in request:
        changes.append("location_request_as_text")
    for url in _files(request):
        lines.append(url)
        changes.append("media_as_link")
    if isinstance(request.get("location"), Mapping):
        lines += _place(request["location"])
        changes.append("location_as_link")
    for choices in (request[name] for name in _SHAPES if isinstance(request.get(name), Sequence)):
        answers = [choice for choice in choices if "url" not in choice]
        lines += [f"{n}. {choice.get('label') or choice.get('id')}" for n, choice in enumerate(answers, 1)]
        changes += ["choices_as_menu"] if answers else []
    for link in _links(request):
        lines.append(f"{link['label']}: {link['url']}")
        changes.append("link_as_text")
    lines.append(str(request.get("footer") or ""))
    text = "\n".join(line for line in lines if line)
    if not changes or not text:
        return None
    kept = {name: request[name] for name in KEPT if name in request}
    return {**kept, "text": text, PLAINED: True}, tuple(dict.fromkeys(changes))


def _links(request: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Choices that open an address."""
    link = request.get("link")
    return [*([link] if link else []), *(tap for tap in request.get("taps", ()) if "url" in tap)]


def _files(request: Mapping[str, Any]) -> list[str]:
    several = request.get("media_urls")
    found = [request.get("media_url"), *(several if isinstance(several, list | tuple) else ())]
    return [str(url) for url in dict.fromkeys(found) if url]


def _place(location: Mapping[str, Any]) -> list[str]:
    words = " · ".join(str(location[name]) for name in ("name", "address") if location.get(name))
    query = urlencode({"api": 1, "query": f"{location.get('lat')},{location.get('lon')}"})
    return [words, f"{MAPS}?{query}"]
