"""Would Relevo believe this? The signature of a webhook, or Meta's question whether an address is ours.

Behind `flask channels verify`: one line of JSON in, one object out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from channels import meta
from channels.looking import bytes_of, id_of, line_of
from channels.plain import object_of, text_of
from channels.twilio_signature import Signed, signature_is_right

Line = Mapping[str, Any]
SIGNATURE_HEADER = "x-twilio-signature"
SETTINGS_HEADER = "x-twilio-webhooks-signature-settings"
META_HEADER = "x-hub-signature-256"


def verified(raw: bytes) -> dict[str, Any]:
    """The verdict on one line. Never raises: what cannot be read is not valid."""
    line = line_of(raw)
    given = line or {}
    request = object_of(given.get("request"))
    try:
        if "verify_token" in given:
            status, body = _handshake(request, _texts(given["verify_token"]))
            return {"id": id_of(line), "status": status, "body": body}
        check = {"twilio": _by_twilio, "meta": _by_meta}.get(text_of(given.get("provider")).lower())
        valid = check is not None and check(given, request)
    except Exception:  # noqa: BLE001 - whatever a line holds, the next one is read
        valid = False
    return {"id": id_of(line), "valid": valid}


def _by_twilio(line: Line, request: Line) -> bool:
    signature = header(request, SIGNATURE_HEADER)
    if not signature or not isinstance(request.get("body", ""), str | None):
        return False
    settings = _settings(header(request, SETTINGS_HEADER) or "")
    secret = line.get("secret")
    # A shared key has a name, and only the secret of that name counts.
    secrets = secret.get(settings.get("key", "")) if isinstance(secret, dict) else secret
    told = ",".join(_texts(line.get("public_base_url")))
    bases = [one.strip() for one in told.split(",") if one.strip()] or [f"{request.get('scheme', 'https')}://{request.get('host', '')}"]
    signed = Signed(
        bases,
        target_of(request),
        bytes_of(request.get("body")),
        header(request, "content-type") or "",
        signature,
        settings.get("algorithm") or "HMAC_SHA1",
    )
    return signature_is_right(signed, _texts(secrets))


def _settings(value: str) -> dict[str, str]:
    """`key=…,algorithm=…` of the settings header."""
    named = (part.partition("=") for part in value.split(","))
    return {name.strip(): text.strip() for name, _, text in named}


def _by_meta(line: Line, request: Line) -> bool:
    return meta.signature_is_right(
        bytes_of(request.get("body")), header(request, META_HEADER), _texts(line.get("secret"))
    )


def _handshake(request: Line, tokens: Sequence[str]) -> tuple[int, str]:
    if text_of(request.get("method", "GET")).upper() != "GET":
        return 403, ""
    query = target_of(request).partition("?")[2]
    pairs = parse_qsl(query, keep_blank_values=True, errors="replace")
    return meta.handshake(dict(reversed(pairs)), tokens)


def target_of(request: Line) -> str:
    """Path and query as they came. The query may have been written down apart from the path."""
    path, query = text_of(request.get("path")), text_of(request.get("query") or request.get("query_string"))
    return f"{path}?{query.removeprefix('?')}" if query and "?" not in path else path


def header(request: Line, name: str) -> str | None:
    """The value of a header, exactly; None when it is not there, and when it is there more than once."""
    headers = request.get("headers")
    pairs = headers.items() if isinstance(headers, dict) else [one for one in headers or () if _is_pair(one)]
    found = [value for key, value in pairs if str(key).lower() == name]
    values = [one for value in found for one in (value if isinstance(value, list) else [value])]
    return values[0] if len(values) == 1 and isinstance(values[0], str) else None


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2


def _texts(value: Any) -> list[str]:
    several = value if isinstance(value, list) else [value]
    return [one for one in several if isinstance(one, str) and one]
