"""Is it Twilio? The signature of a webhook.

Header `X-Twilio-Signature`: base64(HMAC-SHA1(auth token, URL + every name and value, sorted)) (Twilio, "Webhooks
security", read 2026-11-22). The URL is the public one, escapes unchanged; Twilio signs it with or without the default
port. Of a JSON body nothing is signed but the URL, whose `bodySHA256` is the hash of the body: without it the body
could be anybody's. Own code instead of the SDK's validator: that one raises on some input and costs ten times as much.

`X-Twilio-Webhooks-Signature-Settings: key=…,algorithm=HMAC_SHA256` says that a shared key signed (twilio-python 9.13,
`request_validator.py`). The doors know no shared keys and go by the auth token alone.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

from channels.twilio_form import Form, signed_text

FORM_TYPE = "application/x-www-form-urlencoded"
ALGORITHMS: Mapping[str, str] = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}
_DEFAULT_PORTS = {"https": ":443", "http": ":80"}


def url_prefixes(public_base_urls: Iterable[str]) -> tuple[bytes, ...]:
    """What may stand before the request target in a signed URL: each base, without and with the default port."""
    found: list[str] = []
    for base in public_base_urls:
        parts = urlsplit(base.rstrip("/"))
        default = _DEFAULT_PORTS.get(parts.scheme, "")
        bare = parts.netloc.removesuffix(f":{parts.port}") if parts.port else parts.netloc
        others = [bare] if parts.port else [bare + default]
        found += [parts._replace(netloc=netloc).geturl() for netloc in [parts.netloc, *others]]
    return tuple(dict.fromkeys(prefix.encode("utf-8", "replace") for prefix in found))


def is_signed(form: Form, header: str, target: str, prefixes: Sequence[bytes], tokens: Sequence[str]) -> bool:
    """Did Twilio sign this form for one of our addresses? `target` is the raw path and query. Never raises."""
    given = header.encode("latin-1", "replace")
    rest = target.encode("latin-1", "replace") + form.signed
    for token in tokens:
        key = token.encode("utf-8", "replace")
        for prefix in prefixes:
            if hmac.compare_digest(b64encode(hmac.digest(key, prefix + rest, "sha1")), given):
                return True
    return False


@dataclass(frozen=True, slots=True)
class Signed:
    """A webhook as it came: the addresses Twilio was given, the raw target, the body and what its headers say of it.

    `algorithm` is the one of the settings header, HMAC_SHA1 where there is none.
    """

    public_base_urls: Sequence[str]
    target: str
    body: bytes
    content_type: str
    signature: str
    algorithm: str = "HMAC_SHA1"


def signature_is_right(request: Signed, secrets: Sequence[str]) -> bool:
    """Is the signature of this webhook, a form or JSON, made with one of `secrets`? Never raises."""
    covered = _covered(request)
    algorithm = ALGORITHMS.get(request.algorithm.upper())
    if covered is None or algorithm is None or not request.signature.isascii():
        return False
    given = request.signature.encode("ascii")
    return any(
        hmac.compare_digest(b64encode(hmac.digest(secret.encode("utf-8", "replace"), url + covered, algorithm)), given)
        for secret in secrets
        for url in _urls(request)
    )


def _covered(request: Signed) -> bytes | None:
    """What the signature covers after the URL; None when the body is covered by nothing."""
    kind = request.content_type.partition(";")[0].strip().lower()
    query = parse_qsl(request.target.partition("?")[2], keep_blank_values=True, errors="replace")
    hashes = [value for name, value in query if name == "bodySHA256"]
    if kind == FORM_TYPE or (not kind and not hashes):
        return signed_text(request.body)
    right = sha256(request.body).hexdigest().encode("ascii")
    known = len(hashes) == 1 and hmac.compare_digest(right, hashes[0].encode("utf-8", "replace"))
    return b"" if known else None


def _urls(request: Signed) -> list[bytes]:
    """Every way in which the public URL of the request may have been written when it was signed."""
    target = request.target.partition("#")[0]
    found: list[bytes] = []
    for base in request.public_base_urls:
        try:
            parts = urlsplit(base)._replace(query="", fragment="")
            bases = [parts.geturl()]
            if parts.path.strip("/") and target.startswith(parts.path.rstrip("/")):
                # The target still has the path of the base: nobody between took it off.
                bases.append(parts._replace(path="").geturl())
            found += [prefix + target.encode("utf-8", "replace") for prefix in url_prefixes(bases)]
        except ValueError:  # a port that is no number: nobody was ever given that address
            continue
    return found
