"""Where files are fetched, with whose credentials, and which may be sent: pure rules."""

from __future__ import annotations

import pytest

import channels
from channels import media, uploads
from channels.base import Endpoint
from channels.downloads import NotFetched, open_downloads
from tests.providers.media import MediaStandIn

SID, TOKEN = "AC" + "5" * 32, "token"
TWILIO = Endpoint("twilio-whatsapp", "+1", "https://api.twilio.com", {"account_sid": SID, "auth_token": TOKEN})
CLOUD = Endpoint("meta-whatsapp", "10654", "https://graph.facebook.com", {"access_token": TOKEN})
PAGE = Endpoint("meta-messenger", "1080", "https://graph.facebook.com", {"access_token": TOKEN})
OURS = f"/2010-04-01/Accounts/{SID}/Messages/MM1/Media/ME1"


@pytest.mark.parametrize(("url", "with_credentials"), [
    (f"https://api.twilio.com{OURS}", True),
    (f"https://api.twilio.com:443{OURS}", True),
    (f"http://api.twilio.com{OURS}", False),
    (f"https://api.twilio.com.evil.example{OURS}", False),
    (f"https://evil.example/https://api.twilio.com{OURS}", False),
    (f"https://api.twilio.com@evil.example{OURS}", False),
    (f"https://evil.example\\@api.twilio.com{OURS}", False),
    (f"https://api.twilio.com:8443{OURS}", False),
    (f"https://api.twilio.com/2010-04-01/Accounts/AC{'6' * 32}/Messages/MM1/Media/ME1", False),
    (f"https://api.twilio.com{OURS}/../../../../../AC{'6' * 32}", False),
    (f"https://api.twilio.com{OURS}/%2E%2e/x", False),
    (f"https://api.twilio.com/{OURS}", False),
])
def test_twilios_credentials_go_to_our_own_files_alone(url: str, with_credentials: bool) -> None:
    source = media.source({"type": "image", "url": url}, TWILIO, "twilio")

    assert source is not None and bool(source.request.credentials) is with_credentials


def test_an_id_of_whatsapp_is_asked_for_with_the_token() -> None:
    source = media.source({"type": "audio", "id": "1013"}, CLOUD, "meta")

    assert source is not None and source.names_it
    assert source.request.url == "https://graph.facebook.com/v21.0/1013?phone_number_id=10654"
    assert source.request.credentials == {"Authorization": "Bearer token"}


@pytest.mark.parametrize("media_id", ["../me", "1/2", "1?x=1", "", "a b", "ñ" * 300])
def test_what_is_no_id_is_not_asked_for(media_id: str) -> None:
    assert media.source({"type": "audio", "id": media_id}, CLOUD, "meta") is None


@pytest.mark.parametrize(("url", "with_credentials"), [
    ("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1", True),
    ("http://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1", False),
    ("https://lookaside.fbsbx.com.evil.example/", False),
    ("https://graph.facebook.com/x", True),
    ("https://evil.example/", False),
])
def test_metas_token_goes_to_metas_hosts_alone(url: str, with_credentials: bool) -> None:
    source = media.pointed(f'{{"url": "{url}"}}'.encode(), CLOUD)

    assert source is not None and bool(source.request.credentials) is with_credentials


@pytest.mark.parametrize("answer", [b"", b"{}", b'{"url": 7}', b'{"url": "ftp://x"}', b"<html>", b"[" * 10_000])
def test_an_answer_that_names_no_file_names_none(answer: bytes) -> None:
    assert media.pointed(answer, CLOUD) is None


def test_a_picture_of_messenger_is_asked_for_as_anybody_would() -> None:
    source = media.source({"type": "image", "url": "https://scontent.xx.fbcdn.net/v/a.jpg"}, PAGE, "meta")

    assert source is not None and not source.request.credentials and not source.names_it


@pytest.mark.parametrize(("url", "is_file"), [
    ("https://lookaside.fbsbx.com/ig_messaging_cdn/?a=1", True), ("https://scontent.cdninstagram.com/a.mp4", True),
    ("https://www.example.com/noticia", False), ("https://notfbcdn.net/a.mp4", False), ("", False),
])
def test_what_is_shared_is_a_file_only_at_metas_own_hosts(url: str, is_file: bool) -> None:
    assert (media.source({"type": "share", "url": url}, PAGE, "meta") is not None) is is_file


def test_a_host_that_drips_is_given_up_in_time() -> None:
    with MediaStandIn() as host:
        host.fail("drip")
        downloads = open_downloads((), (host.cdn_host,), 1_000_000, seconds=0.3)

        with pytest.raises(NotFetched, match="unreachable"):
            downloads.fetch({"type": "image", "url": host.cdn_url("a")}, PAGE, "meta")
        downloads.client.close()


# What may be sent


@pytest.mark.parametrize(("kind", "mime", "size", "type", "refused"), [
    ("meta-whatsapp", "image/jpeg", 5_000_000, "image", ""),
    ("meta-whatsapp", "image/jpeg", 5_000_001, "image", "size"),
    ("meta-whatsapp", "text/plain", 99, "document", ""),
    ("meta-whatsapp", "application/zip", 99, "document", "type"),
    ("meta-whatsapp", "video/quicktime", 99, "video", "type"),
    ("twilio-whatsapp", "application/pdf", 16_000_001, "document", "size"),
    ("twilio-whatsapp", "image/webp", 99, "image", ""),
    ("meta-messenger", "application/zip", 99, "document", ""),
    ("meta-instagram", "image/webp", 99, "image", "type"),
    ("meta-instagram", "image/png", 8_000_001, "image", "size"),
    ("twilio-messenger", "application/pdf", 99_000_000, "document", ""),
    ("twilio-sms", "image/jpeg", 99_000_000, "image", ""),
])
def test_a_channel_takes_what_its_table_says(kind: str, mime: str, size: int, type: str, refused: str) -> None:
    verdict = uploads.verdict(channels.adapter(kind).limits, mime, size)

    assert (verdict.type, verdict.refused) == (type, refused)


@pytest.mark.parametrize("kind", sorted(channels.adapters()))
def test_every_type_of_file_has_its_size(kind: str) -> None:
    limits = channels.adapter(kind).limits

    assert set(limits.file_bytes) == set(limits.files)


def test_a_channel_that_takes_anything_names_nothing() -> None:
    assert not list(uploads.taken(channels.adapter("meta-messenger").limits))
