"""Web Push: the RFC's own example, and a push service that opens what it gets."""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from channels import web_push
from channels.web_push import Browser, Pusher, Ring
from tests.providers.push import PushStandIn

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KEY = web_push.key_of(b"a seed of forty-eight bytes, the same every time")
RING = Ring({"title": "Marta te ha contestado", "url": "/console/conversations/cnv_1"}, "a-topic")
# RFC 8291, section 5 and appendix A
PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def decoded(given: str) -> bytes:
    return base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))


@pytest.fixture
def service() -> Iterator[PushStandIn]:
    with PushStandIn(server_key=web_push.public_of(KEY)) as standin:
        yield standin


@pytest.fixture
def push(service: PushStandIn) -> Iterator[Pusher]:
    made = Pusher(KEY, "mailto:ops@example.com", frozenset({service.host}))
    yield made
    made.close()


def test_the_example_of_the_rfc_is_sealed_as_there() -> None:
    own = ec.derive_private_key(int.from_bytes(decoded(PRIVATE), "big"), ec.SECP256R1())
    sealed = web_push.sealed(b"When I grow up, I want to be a watermelon", Browser("", PUBLIC, AUTH), own, decoded(SALT))

    assert sealed == decoded(SEALED)


def test_a_browser_reads_what_it_was_told(service: PushStandIn, push: Pusher) -> None:
    assert push(Browser(**service.subscription), RING, NOW) == "sent"
    assert (service.shown, service.refused) == ([dict(RING.told)], [])
    assert service.headers[0]["Topic"] == "a-topic"


@pytest.mark.parametrize(("status", "outcome"), [(410, "gone"), (404, "gone"), (403, "gone"), (429, "later"), (503, "later")])
def test_what_the_service_says_decides_whether_it_is_tried_again(
    service: PushStandIn, push: Pusher, status: int, outcome: str
) -> None:
    service.status = status

    assert push(Browser(**service.subscription), RING, NOW) == outcome


def test_keys_that_are_none_are_never_tried_again(service: PushStandIn, push: Pusher) -> None:
    assert push(Browser(service.subscription["endpoint"], "AAAA", AUTH), RING, NOW) == "gone"


def test_an_address_inside_our_own_network_is_not_rung(service: PushStandIn) -> None:
    careful = Pusher(KEY, "mailto:ops@example.com")

    assert careful(Browser(**service.subscription), RING, NOW) == "gone"
    assert service.headers == [] and service.refused == []


def test_a_service_that_is_away_is_asked_later() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{nobody.getsockname()[1]}"
        push = Pusher(KEY, "mailto:ops@example.com", frozenset({host}))

        assert push(Browser(f"http://{host}/x", PUBLIC, AUTH), RING, NOW) == "later"


def test_the_same_seed_is_the_same_key() -> None:
    assert web_push.public_of(web_push.key_of(b"x" * 48)) == web_push.public_of(web_push.key_of(b"x" * 48))
    assert web_push.public_of(web_push.key_of(b"x" * 48)) != web_push.public_of(KEY)
